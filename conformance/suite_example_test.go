package conformance_test

import (
	"fmt"
	"net/http"
	"os"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// frames is a layer of the classic model.
type frames struct{}

func (frames) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	if res.Header().Get("X-Frame-Options") == "" {
		res.Header().Set("X-Frame-Options", "DENY")
	}
	return res, nil
}

// In a test, TestLayer does the same with a subtest for each check.
func ExampleCheckLayer() {
	report := conformance.CheckLayer(func() any { return frames{} }, nil)
	fmt.Println(report.OK(), report.Failed())
	// Output: true []
}

// What a layer does on purpose is declared, with the reason.
func ExampleCheckLayer_declared() {
	signs := func() any {
		return modern.Func("signs", func(r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			var body []byte
			if stream := res.Chunks(); stream != nil {
				for chunk, err := range stream {
					if err != nil {
						return nil, err
					}
					body = append(body, chunk...)
				}
				res.SetBody(body)
			}
			return res, nil
		})
	}
	report := conformance.CheckLayer(signs, &conformance.LayerOptions{Only: []string{"stream-unconsumed"}})
	fmt.Println(report.Err())
	report = conformance.CheckLayer(signs, &conformance.LayerOptions{
		Only:     []string{"stream-unconsumed"},
		Declared: map[string]string{"stream-unconsumed": "a signature needs the whole body"},
	})
	_ = report.WriteText(os.Stdout)
	// Output:
	// stream-unconsumed: a layer wraps a stream; it does not consume it (Django docs, topics/http/middleware, "Dealing with streaming responses")
	//   modern: a stream: consumed the stream before it was sent
	// unsupported stream-unconsumed: declared: a signature needs the whole body
	// signs: 0 pass, 0 fail, 1 unsupported, 42 skipped
}

// The checks take net/http middleware as it is.
func ExampleCheckLayer_netHTTP() {
	late := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			w.Header().Set("X-Served-By", "late")
		})
	}
	report := conformance.CheckLayer(func() any { return late }, nil)
	fmt.Println(report.Failed())
	// Output: [header-before-body]
}

// An engine of one's own is a function that builds a stack. This one is package
// classic, so it follows Django 1.11. In a test, Run does the same with a
// subtest for each case.
func ExampleCheck() {
	build := func(s conformance.Stack) (conformance.Built, error) {
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
	report := conformance.Check(func() conformance.Engine {
		return conformance.Engine{Name: "classic@1.11", Family: conformance.FamilyClassic, Build: build}
	}, nil)
	fmt.Println(report.OK(), report.Failed(), report.Count(conformance.Pass) > 2000)
	// Output: true [] true
}

// A broken engine shows what a failure looks like.
func ExampleReport_Err() {
	for _, s := range conformance.EngineSaboteurs() {
		if s.Rule != "short-circuit" {
			continue
		}
		report := conformance.Check(func() conformance.Engine { return s.Engine }, &conformance.Options{Only: []string{"rules"}})
		fmt.Println(report.Failed())
		problem := report.Results[0].Problems
		for _, r := range report.Results {
			if r.Status == conformance.Fail {
				fmt.Println(r.Words)
				problem = r.Problems
			}
		}
		fmt.Println(problem[0].In)
		fmt.Println("want", problem[0].Want.Events)
		fmt.Println("got ", problem[0].Got.Events)
	}
	// Output:
	// [rules/short-circuit]
	// after an answer of process_request the layers further in run process_response in the classic model and see nothing in the modern one
	// n/short-circuit-request-outermost
	// want [A.process_request C.process_response status=200 marker=A.process_request B.process_response status=200 marker=A.process_request A.process_response status=200 marker=A.process_request]
	// got  [A.process_request A.process_response status=200 marker=A.process_request]
}
