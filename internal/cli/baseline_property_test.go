package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// written is a settings file that can be written in many ways.
type written struct {
	layers []string
	draw   *rapid.T
}

// noise is some lines that mean nothing to the stack.
func (w *written) noise(indent string) string {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"", "# größer\tund mehr", "#", "# noqa: E501"}), 0, 3).Draw(w.draw, "noise")
	out := ""
	for _, l := range lines {
		out += strings.TrimRight(indent+l, " ") + "\n"
	}
	return out
}

// text writes the settings down.
func (w *written) text() string {
	var b strings.Builder
	setting := func() {
		b.WriteString(w.noise(""))
		b.WriteString(rapid.SampledFrom([]string{"", "DEBUG = False\n", "import os\n", "LIMIT = (\n    1,\n    2,\n)\n"}).Draw(w.draw, "setting"))
	}
	item := func(path string) string {
		quote := rapid.SampledFrom([]string{"'", `"`}).Draw(w.draw, "quote")
		if at := strings.IndexByte(path, '.'); rapid.IntRange(0, 5).Draw(w.draw, "split") == 0 {
			return quote + path[:at] + quote + "\n      " + quote + path[at:] + quote
		}
		return quote + path + quote
	}
	setting()
	b.WriteString("ROOT_URLCONF = 'urls'\n")
	cut := rapid.IntRange(0, len(w.layers)).Draw(w.draw, "cut")
	for i, part := range [][]string{w.layers[:cut], w.layers[cut:]} {
		b.WriteString([]string{"MIDDLEWARE = [", "MIDDLEWARE += ["}[i])
		one := rapid.Bool().Draw(w.draw, "one line")
		for _, path := range part {
			if one {
				b.WriteString(strings.ReplaceAll(item(path), "\n     ", "") + ", ")
			} else {
				b.WriteString("\n" + w.noise("    ") + "    " + item(path) + ",")
			}
		}
		b.WriteString("]\n")
		setting()
	}
	text := b.String()
	if rapid.Bool().Draw(w.draw, "CRLF") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// TestBaselineSurvivesRewriting: whatever was found is known after the files
// are written in another way, and nothing is hidden by it.
func TestBaselineSurvivesRewriting(t *testing.T) {
	known := []string{
		"django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
		"django.contrib.messages.middleware.MessageMiddleware", "django.middleware.locale.LocaleMiddleware",
		"django.middleware.common.CommonMiddleware", "django.middleware.gzip.GZipMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
		"shop.layers.Old", "shop.layers.Silent",
	}
	const layers = "class Old:\n    def process_request(self, request):\n        pass\n\n%s\ndef Silent(get_response):\n    def call(request):\n        get_response(request)\n    return call\n"
	lint := func(files map[string]string, args ...string) (code int, open, all int, list string) {
		env, stdout, stderr := memory(files)
		env.Put = func(_ string, text []byte) error { list = string(text); return nil }
		code = cli.Main(append([]string{"lint", "--format", "json", "--fail-on", "note"}, args...), env)
		var doc findingsDocument
		require.NoError(t, json.Unmarshal(stdout.Bytes(), &doc), stderr)
		return code, len(doc.Findings) - doc.Summary.Suppressed, len(doc.Findings), list
	}
	total := 0
	rapid.Check(t, func(r *rapid.T) {
		w := &written{layers: rapid.SliceOfN(rapid.SampledFrom(known), 1, 8).Draw(r, "layers"), draw: r}
		files := map[string]string{"shop/__init__.py": "", "shop/layers.py": fmt.Sprintf(layers, ""), "shop/settings.py": w.text()}
		code, open, all, list := lint(files, "--write-baseline", "known.json")
		require.Equal(t, []int{cli.ExitOK, 0}, []int{code, open})
		total += all

		files["known.json"] = list
		files["shop/settings.py"] = w.text()
		files["shop/layers.py"] = "# moved\n\n" + fmt.Sprintf(layers, w.noise(""))
		code, open, now, _ := lint(files, "--baseline", "known.json")
		require.Equal(t, []int{cli.ExitOK, 0, all}, []int{code, open, now}, files["shop/settings.py"])

		// One more layer that is there already is one more finding at least.
		w.layers = append(slices.Clone(w.layers), w.layers[len(w.layers)-1])
		files["shop/settings.py"] = w.text()
		code, open, _, _ = lint(files, "--baseline", "known.json")
		require.Equal(t, cli.ExitFindings, code)
		require.Positive(t, open)
	})
	require.Positive(t, total, "some of the lists had findings")
}
