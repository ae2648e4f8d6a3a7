package conformance_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/web"
)

func TestFrames(t *testing.T) {
	conformance.TestLayer(t, func() any { return frames{} }, nil)
}

// late sets a header when it is too late.
func late(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		w.Header().Set("X-Served-By", "late")
	})
}

func buildClassic(s conformance.Stack) (conformance.Built, error) {
	layers := make([]any, len(s.Layers))
	for i, l := range s.Layers {
		layers[i] = l.Classic()
	}
	h, err := classic.New(classic.Config{Profile: web.Django111(), App: s.App}, layers...)
	if err != nil {
		return conformance.Built{}, err
	}
	var log []string
	for _, name := range h.Plan().NotUsed {
		log = append(log, "not_used:"+name)
	}
	return conformance.Built{Handler: h, LoadLog: log}, nil
}

func TestEngine(t *testing.T) {
	conformance.Run(t, func(*testing.T) conformance.Engine {
		return conformance.Engine{Name: "classic@1.11", Family: conformance.FamilyClassic, Build: buildClassic}
	}, &conformance.Options{Only: []string{"rules"}})
}

// TestGuide: the code in docs/conformance.md is code of this file, and the
// failure is what the suite says of it.
func TestGuide(t *testing.T) {
	page, err := os.ReadFile("../docs/conformance.md")
	require.NoError(t, err)
	source, err := os.ReadFile("guide_test.go")
	require.NoError(t, err)
	example, err := os.ReadFile("suite_example_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 5)
	for _, block := range blocks {
		require.Contains(t, string(source)+string(example), block[1])
	}
	report := conformance.CheckLayer(func() any { return late }, nil)
	require.Error(t, report.Err())
	shown := regexp.MustCompile("(?s)```text\n(.*?)  …\n```").FindStringSubmatch(string(page))
	require.NotNil(t, shown)
	require.True(t, strings.HasPrefix(report.Err().Error(), shown[1]), report.Err())
	for _, s := range []any{conformance.LayerOptions{}, conformance.Options{}} {
		for _, field := range regexp.MustCompile(`([A-Z]\w+):`).FindAllStringSubmatch(fmt.Sprintf("%+v", s), -1) {
			require.True(t, strings.Contains(string(page), "`"+field[1]) || strings.Contains(string(page), "."+field[1]), "docs/conformance.md does not speak of %T.%s", s, field[1])
		}
	}
}
