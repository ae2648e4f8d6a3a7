package cli_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
)

type costRange struct {
	Min int  `json:"min"`
	Max *int `json:"max"`
}

// costDocument is mwcheck.cost/1 as docs/json.md has it.
type costDocument struct {
	Schema string `json:"schema"`
	Stacks []struct {
		ID        string    `json:"id"`
		File      string    `json:"file"`
		Django    string    `json:"django"`
		Exact     bool      `json:"exact"`
		HandOvers costRange `json:"hand_overs"`
		Returns   *int      `json:"returns"`
		Chain     costRange `json:"chain"`
		Layers    []struct {
			Path      string    `json:"path"`
			Text      string    `json:"text"`
			Line      int       `json:"line"`
			Known     bool      `json:"known"`
			Unclear   string    `json:"unclear"`
			Modes     []string  `json:"modes"`
			HandOvers costRange `json:"hand_overs"`
			Hooks     []string  `json:"hooks"`
			Adapts    *bool     `json:"adapts"`
		} `json:"layers"`
		Change *struct {
			Kind      string `json:"kind"`
			Path      string `json:"path"`
			Index     int    `json:"index"`
			To        int    `json:"to"`
			HandOvers int    `json:"hand_overs"`
			Saves     int    `json:"saves"`
			Message   string `json:"message"`
		} `json:"change"`
		Conditions []struct {
			Text  string `json:"text"`
			File  string `json:"file"`
			Line  int    `json:"line"`
			Value bool   `json:"value"`
		} `json:"conditions"`
	} `json:"stacks"`
	Notes []struct {
		layerPlace
		Message string `json:"message"`
	} `json:"notes"`
}

func TestCostDocument(t *testing.T) {
	env, stdout, stderr := memory(map[string]string{"requirements.txt": "Django==4.2\n", "mw.py": `
def plain(get_response):
    return lambda request: get_response(request)
`, "settings.py": `ROOT_URLCONF = "urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mw.plain",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
`, "open/settings.py": "ROOT_URLCONF = 'urls'\nMIDDLEWARE = load('x')\n"})
	require.Equal(t, cli.ExitOK, cli.Main([]string{"cost", "--format", "json"}, env), stderr)
	var doc costDocument
	decodeStrictly(t, stdout.String(), &doc)
	require.Equal(t, "mwcheck.cost/1", doc.Schema)
	require.Len(t, doc.Stacks, 2)
	open, known := doc.Stacks[0], doc.Stacks[1]
	require.False(t, open.Exact)
	require.Nil(t, open.HandOvers.Max)
	require.Nil(t, open.Returns)
	require.Nil(t, open.Change)
	require.Equal(t, "load('x')", open.Layers[0].Text)

	// 1 for the auth hook, 2 for the message hooks, 1 for the chain outside.
	require.True(t, known.Exact)
	require.Equal(t, 4, known.HandOvers.Min)
	require.Equal(t, 4, *known.HandOvers.Max)
	require.Equal(t, 1, *known.Returns)
	require.Equal(t, 1, known.Chain.Min)
	require.Equal(t, []string{"async"}, known.Layers[3].Modes)
	require.Equal(t, []string{"process_request", "process_response"}, known.Layers[3].Hooks)
	require.False(t, *known.Layers[3].Adapts)
	require.Equal(t, "move", known.Change.Kind)
	require.Equal(t, "mw.plain", known.Change.Path)
	require.Equal(t, []int{2, 4, 1, 3}, []int{known.Change.Index, known.Change.To, known.Change.HandOvers, known.Change.Saves})

	text, err := os.ReadFile(filepath.Join(root, "docs", "json.md"))
	require.NoError(t, err)
	words := map[string]bool{}
	for _, w := range regexp.MustCompile("[a-z_]+").FindAllString(string(text), -1) {
		words[w] = true
	}
	for _, name := range fieldNames(reflect.TypeOf(doc)) {
		require.True(t, words[name], "docs/json.md does not speak of %q", name)
	}
}

// TestCostMovesKeepTheOrder has a synchronous layer whose move inwards would
// save most if it did not read what the layer further in writes, or if no fact
// on order spoke against it.
func TestCostMovesKeepTheOrder(t *testing.T) {
	message := func(layers, code string) string {
		env, stdout, stderr := memory(map[string]string{
			"requirements.txt": "Django==4.2\n", "settings.py": "ROOT_URLCONF = 'urls'\nMIDDLEWARE = [" + layers + "]\n", "mw.py": code,
		})
		require.Equal(t, cli.ExitOK, cli.Main([]string{"cost", "--format", "json"}, env), stderr)
		var doc costDocument
		decodeStrictly(t, stdout.String(), &doc)
		require.True(t, doc.Stacks[0].Exact, stdout)
		if doc.Stacks[0].Change == nil {
			return ""
		}
		return doc.Stacks[0].Change.Message
	}
	const reads = `
from django.utils.deprecation import MiddlewareMixin
def writer(get_response):
    def middleware(request):
        %s = 1
        return get_response(request)
    return middleware
class Reader(MiddlewareMixin):
    def process_request(self, request):
        request.seen = request.tenant
    def process_response(self, request, response):
        return response
`
	free := strings.Replace(reads, "%s", "request.other", 1)
	tied := strings.Replace(reads, "%s", "request.tenant", 1)
	require.Contains(t, message("'mw.writer', 'mw.Reader'", free), `move "mw.writer" from 1 inside of "mw.Reader" at 2: 1 hand-over instead of 3`)
	require.NotContains(t, message("'mw.writer', 'mw.Reader'", tied), "move")

	// WhiteNoise is synchronous and belongs outside of the others.
	const base = "'whitenoise.middleware.WhiteNoiseMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware'"
	require.NotContains(t, message(base, ""), `move "whitenoise`)
}
