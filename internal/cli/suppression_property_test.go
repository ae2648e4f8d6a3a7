package cli_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// TestCommentsAcceptWhatIsFound: a comment at the place of every finding leaves
// nothing, and nothing is fixed; no part of a run calls one of them unused.
func TestCommentsAcceptWhatIsFound(t *testing.T) {
	known := []string{
		"django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.messages.middleware.MessageMiddleware", "django.middleware.locale.LocaleMiddleware",
		"django.middleware.common.CommonMiddleware", "django.middleware.gzip.GZipMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
		"shop.layers.Old", "shop.layers.Silent", "shop.layers.Gone",
	}
	const layers = `class Old:
    def process_request(self, request):
        pass


@decorate
def Silent(get_response):
    def call(request):
        get_response(request)
    return call
`
	lint := func(files map[string]string, args ...string) (findingsDocument, int) {
		env, stdout, stderr := memory(files)
		code := cli.Main(append([]string{"lint", "--format", "json", "--fail-on", "note"}, args...), env)
		var doc findingsDocument
		require.NoError(t, json.Unmarshal(stdout.Bytes(), &doc), stderr)
		return doc, code
	}
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom(known), 1, 8).Draw(r, "layers")
		settings := "from shop.more import *\nROOT_URLCONF = 'urls'\nINSTALLED_APPS = ['django.contrib.auth', 'django.contrib.sessions']\nMIDDLEWARE = [\n"
		for _, path := range list {
			settings += "    '" + path + "',\n"
		}
		files := map[string]string{
			"shop/__init__.py": "", "shop/more.py": "DEBUG = True\n", "shop/layers.py": layers, "shop/settings.py": settings + "]\n",
			"shop/settings_test.py": "from shop.settings import *\nMIDDLEWARE = MIDDLEWARE[1:]\n",
		}
		doc, _ := lint(files)

		type place struct {
			file string
			line int
		}
		names := map[place][]string{}
		for _, f := range doc.Findings {
			at := place{f.File, f.Line}
			name := f.Rule
			if rapid.Bool().Draw(r, "by name") {
				name = f.Name
			}
			if f.Fact != "" && rapid.Bool().Draw(r, "by fact") {
				name = f.Fact
			}
			if !slices.Contains(names[at], name) {
				names[at] = append(names[at], name)
			}
		}
		for file, text := range files {
			lines := strings.Split(text, "\n")
			var out []string
			for i, line := range lines {
				if n := names[place{file, i + 1}]; n != nil {
					comment := "# mwcheck: ignore[" + strings.Join(n, ", ") + "] größer"
					if rapid.Bool().Draw(r, "above") {
						out = append(out, line[:len(line)-len(strings.TrimLeft(line, " "))]+comment)
					} else {
						line += "  " + comment
					}
				}
				out = append(out, line)
			}
			files[file] = strings.Join(out, "\n")
		}
		now, code := lint(files)
		require.Equal(t, cli.ExitOK, code, "%s\n%v", files["shop/settings.py"], now.Findings)
		require.Len(t, now.Findings, len(doc.Findings))
		require.Equal(t, len(doc.Findings), now.Summary.Suppressed)
		accepted += now.Summary.Suppressed

		env, stdout, _ := memory(files)
		cli.Main([]string{"lint", "--fix", "--unsafe-fixes"}, env)
		require.Empty(t, stdout.String())

		for _, part := range [][]string{
			{"--select", "MW9,MW1"}, {"--select", "MW902"}, {"--ignore", "wrong-order"}, {"--ignore", "dj.auth-after-session,MW2"},
			{"--django", "1.11"}, {"--django", "5.2"}, {"--exclude", "nothing"}, {"shop/settings.py"}, {"shop/settings_test.py"},
		} {
			doc, _ := lint(files, part...)
			for _, f := range doc.Findings {
				require.NotEqual(t, "MW902", f.Rule, "%v %s\n%s", part, f.Message, files["shop/settings.py"])
			}
		}
	})
	require.Positive(t, accepted)
}
