package conformance

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func resultOf(t *testing.T, r *Report, name string) *Result {
	t.Helper()
	for i := range r.Results {
		if r.Results[i].Case == name {
			return &r.Results[i]
		}
	}
	t.Fatalf("no result of %q", name)
	return nil
}

func shouting(r *web.Request, next modern.Next) (*web.Response, error) {
	res := next(r)
	res.Header().Set("Vary", "Cookie")
	return res, nil
}

func TestLayerOptions(t *testing.T) {
	layer := func() any { return modern.Func("shouting", shouting) }
	t.Run("only and skip", func(t *testing.T) {
		report := CheckLayer(layer, &LayerOptions{Only: []string{"header-*", "vary-kept"}, Skip: []string{"header-names"}})
		require.Equal(t, []string{"vary-kept"}, report.Failed())
		require.False(t, report.OK())
		require.Equal(t, Skipped, resultOf(t, report, "header-names").Status)
		require.Equal(t, Skipped, resultOf(t, report, "next-once").Status)
		require.Equal(t, Pass, resultOf(t, report, "header-values").Status)
		require.Equal(t, 3, report.Count(Pass)+report.Count(Fail))
	})
	t.Run("declared", func(t *testing.T) {
		report := CheckLayer(layer, &LayerOptions{Declared: map[string]string{"vary-kept": "only this counts", "next-once": "it may retry", "no-such": "x"}})
		require.True(t, resultOf(t, report, "vary-kept").Status == Unsupported)
		require.Equal(t, "declared: only this counts", resultOf(t, report, "vary-kept").Reason)
		require.Equal(t, []string{"next-once"}, report.Warned(), "a declaration that is not true any more")
		require.Equal(t, []string{"no-such"}, report.Failed())
	})
	t.Run("not a layer", func(t *testing.T) {
		for _, value := range []any{nil, 7, struct{}{}} {
			report := CheckLayer(func() any { return value }, nil)
			require.Equal(t, []string{"builds"}, report.Failed())
			require.Equal(t, 1, report.Count(Fail))
			require.Equal(t, len(LayerChecks())-1, report.Count(Unsupported))
		}
		report := CheckLayer(func() any { panic("no") }, nil)
		require.Equal(t, []string{"builds"}, report.Failed())
	})
	t.Run("a layer that never returns", func(t *testing.T) {
		stuck := make(chan struct{})
		defer close(stuck)
		layer := func() any {
			return modern.Func("stuck", func(r *web.Request, next modern.Next) (*web.Response, error) {
				<-stuck
				return next(r), nil
			})
		}
		report := CheckLayer(layer, &LayerOptions{Only: []string{"survives-stream"}, Timeout: 20 * time.Millisecond})
		require.Equal(t, []string{"survives-stream"}, report.Failed())
		require.Contains(t, report.Err().Error(), "did not answer within 20ms")
	})
}

// TestGuiltySide: what a neighbour further in does wrong is not laid to the
// layer, and the report says whose it is.
func TestGuiltySide(t *testing.T) {
	faults := map[string]func(*web.Response){
		"header-names":   func(res *web.Response) { res.Header()["Bad Name"] = []string{"x"} },
		"header-values":  func(res *web.Response) { res.Header()["X-Bad"] = []string{"a\r\nb"} },
		"status-range":   func(res *web.Response) { res.Status = 799 },
		"etag-quoted":    func(res *web.Response) { res.Header().Set("ETag", "abc") },
		"content-length": func(res *web.Response) { res.Header().Set("Content-Length", "3") },
		"no-body": func(res *web.Response) {
			if res.Status == http.StatusNoContent {
				res.SetBody([]byte("x"))
			}
		},
	}
	innocent := func() any {
		return modern.Func("innocent", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
	}
	for check, fault := range faults {
		t.Run(check, func(t *testing.T) {
			neighbour := modern.Func("neighbour", func(r *web.Request, next modern.Next) (*web.Response, error) {
				res := next(r)
				if !res.Streaming() {
					fault(res)
				}
				return res, nil
			})
			report := CheckLayer(innocent, &LayerOptions{Inner: []modern.Factory{neighbour}, Only: []string{check}})
			result := resultOf(t, report, check)
			require.Equal(t, Unsupported, result.Status)
			require.NotEmpty(t, result.Problems)
			for _, p := range result.Problems {
				require.Equal(t, SideInner, p.Side)
			}
			require.Contains(t, result.Reason, "what is further in breaks the rule already")
			// The same fault in the layer is the layer's.
			report = CheckLayer(func() any { return neighbour }, &LayerOptions{Only: []string{check}})
			require.Equal(t, Fail, resultOf(t, report, check).Status)
			require.Equal(t, SideLayer, resultOf(t, report, check).Problems[0].Side)
		})
	}
}

func TestReportForms(t *testing.T) {
	report := CheckLayer(func() any { return modern.Func("shouting", shouting) }, &LayerOptions{Only: []string{"vary-kept", "etag-quoted", "flush-kept"}})
	var text, again, doc, junit bytes.Buffer
	require.NoError(t, report.WriteText(&text))
	require.Equal(t, `error vary-kept: a layer adds to Vary; what further in put there stays (Django 5.2 django/utils/cache.py patch_vary_headers)
  modern: a page that varies: Vary was "X-Suite" and is "cookie"
unsupported flush-kept: only for layers of net/http
shouting: 1 pass, 1 fail, 1 unsupported, 40 skipped
`, text.String())
	require.NoError(t, report.WriteText(&again))
	require.Equal(t, text.String(), again.String())

	require.NoError(t, report.WriteJSON(&doc))
	var back Report
	require.NoError(t, json.Unmarshal(doc.Bytes(), &back))
	require.Equal(t, *report, back)
	require.Equal(t, ReportSchema, back.Schema)

	require.NoError(t, report.WriteJUnit(&junit))
	var suite junitSuite
	require.NoError(t, xml.Unmarshal(junit.Bytes(), &suite))
	require.Equal(t, []int{43, 1, 41}, []int{suite.Tests, suite.Failures, suite.Skipped})
	for _, c := range suite.Cases {
		require.Equal(t, c.Name == "vary-kept", c.Failure != nil, c.Name)
	}

	odd := &Report{Subject: "a\x01b\xff", Results: []Result{{Case: "x", Status: Fail, Words: "<&>\x00"}}}
	junit.Reset()
	require.NoError(t, odd.WriteJUnit(&junit))
	require.NoError(t, xml.Unmarshal(junit.Bytes(), new(junitSuite)))
}

func passed(r *Report) []string {
	var names []string
	for _, result := range r.Results {
		if result.Status == Pass {
			names = append(names, result.Case)
		}
	}
	return names
}

func TestEngineOptions(t *testing.T) {
	own, _ := EngineByName("modern@5.2")
	own.Name = "mine"
	t.Run("nobody to follow", func(t *testing.T) {
		report := Check(func() Engine { return own }, nil)
		require.False(t, report.OK())
		require.Contains(t, report.Err().Error(), `no trace was recorded for "mine"; Options.Follows must name`)
	})
	t.Run("follows", func(t *testing.T) {
		report := Check(func() Engine { return own }, &Options{Follows: "modern@5.2", Only: []string{"rules/film", "vectors/n/modern-*"}})
		require.NoError(t, report.Err())
		require.Equal(t, Pass, resultOf(t, report, "rules/film").Status)
		require.Equal(t, Pass, resultOf(t, report, "vectors/n/modern-twice").Status)
		require.Equal(t, Skipped, resultOf(t, report, "rules/signal").Status)
		require.Equal(t, Skipped, resultOf(t, report, "vectors/n/order-stream").Status)
	})
	t.Run("unsupported", func(t *testing.T) {
		report := Check(func() Engine { return own }, &Options{
			Follows: "modern@5.2", Only: []string{"rules"}, Unsupported: map[Feature]string{FeatureStream: "bytes only"},
		})
		require.Equal(t, "stream: bytes only", resultOf(t, report, "rules/stream-untouched").Reason)
		require.Equal(t, Unsupported, resultOf(t, report, "rules/stream-untouched").Status)
		require.Equal(t, Pass, resultOf(t, report, "rules/response-hooks-run").Status, "the rest of its evidence is asked")
	})
	t.Run("fails to build", func(t *testing.T) {
		broken := own
		broken.Build = func(Stack) (Built, error) { panic("not yet") }
		report := Check(func() Engine { return broken }, &Options{Follows: "modern@5.2", Only: []string{"rules/film"}})
		require.Contains(t, report.Err().Error(), "the engine failed: panic: not yet")
		broken.Build = nil
		report = Check(func() Engine { return broken }, &Options{Follows: "modern@5.2"})
		require.Contains(t, report.Err().Error(), "Engine.Build is nil")
	})
	t.Run("never answers", func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hanging := own
		hanging.Build = func(s Stack) (Built, error) {
			return Built{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })}, nil
		}
		report := Check(func() Engine { return hanging }, &Options{Follows: "modern@5.2", Only: []string{"rules/exit"}, Timeout: 10 * time.Millisecond})
		require.Equal(t, []string{"rules/exit"}, report.Failed())
		require.Contains(t, report.Err().Error(), "did not answer within 10ms")
	})
	t.Run("refuses", func(t *testing.T) {
		refusing := own
		refusing.Build = func(Stack) (Built, error) { return Built{}, errors.New("no") }
		report := Check(func() Engine { return refusing }, &Options{Follows: "modern@5.2", Only: []string{"rules"}})
		require.Equal(t, []string{"rules/factory-none", "rules/other-model"}, passed(report), "nothing is shown where nothing runs, but for what must not run")
		report = Check(func() Engine { return refusing }, &Options{Follows: "modern@5.2", Only: []string{"vectors/n/order-all-hooks"}})
		text := report.Err().Error()
		require.Contains(t, text, "vectors/n/order-all-hooks: Order of all hooks, plain view. (recorded from modern@5.2)")
		require.Contains(t, text, "stack A (hooks request=pass view=pass template_response=pass response=touch exception=pass); B (")
		require.Contains(t, text, "-want +got")
	})
}
