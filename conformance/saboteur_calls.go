package conformance

import (
	"errors"
	"iter"
	"net/http"
	"sync/atomic"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func callSaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		broken("builds", "its factory fails", func() any {
			return modern.Factory{Name: "saboteur", New: func(modern.Next) (modern.Layer, error) { return nil, errors.New("no configuration") }}
		}),
		broken("builds-without-serving", "its factory sends a request further in", func() any {
			return modern.Factory{Name: "saboteur", New: func(next modern.Next) (modern.Layer, error) {
				if req, err := http.NewRequest(http.MethodGet, "/warm-up", nil); err == nil {
					next(web.NewRequest(req))
				}
				return modern.LayerFunc(func(r *web.Request) (*web.Response, error) { return next(r), nil }), nil
			}}
		}),
		{"set-up-once", "it reads its configuration with every request", func() (func() any, *LayerOptions) {
			var reads *atomic.Int64
			newLayer := func() any {
				own := new(atomic.Int64)
				reads = own
				return modern.Func("saboteur", func(r *web.Request, next modern.Next) (*web.Response, error) {
					own.Add(1)
					return next(r), nil
				})
			}
			return newLayer, &LayerOptions{Timeout: saboteurPatience, SetUp: func() int { return int(reads.Load()) }}
		}},
		after("survives-plain", "it looks at the first byte of a body that may be empty", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if body, err := res.Body(); err == nil && body[0] == '<' {
				res.Header().Set("X-Markup", "1")
			}
			return res, nil
		}),
		after("survives-stream", "it asks a stream for its body", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if _, err := res.Body(); err != nil {
				return nil, err
			}
			return res, nil
		}),
		around("next-once", "it tries again after an error", func(r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			if res.StatusCode() >= http.StatusInternalServerError {
				res = next(r)
			}
			return res, nil
		}),
		around("answers-or-calls", "it has no answer to HEAD and does not ask further in", func(r *web.Request, next modern.Next) (*web.Response, error) {
			if r.Method == http.MethodHead {
				return nil, nil
			}
			return next(r), nil
		}),
		after("nil-answer", "it forgets to return a page that was not found", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if res.StatusCode() == http.StatusNotFound {
				return nil, nil
			}
			return res, nil
		}),
		broken("nil-answer", "its process_response returns nothing for a redirect", func() any { return forgetful{} }),
	}
}

type forgetful struct{}

func (forgetful) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	if res.StatusCode() == http.StatusFound {
		return nil, nil
	}
	return res, nil
}

func errorSaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		after("errors-stay-errors", "it answers errors with a friendly page of status 200", func(_ *web.Request, res *web.Response) (*web.Response, error) {
			if res.StatusCode() >= http.StatusInternalServerError {
				return web.Text(http.StatusOK, "something went wrong"), nil
			}
			return res, nil
		}),
		broken("errors-stay-errors", "its process_exception answers everything with status 200", func() any { return soother{} }),
		around("abort-passes", "it recovers whatever comes and answers", func(r *web.Request, next modern.Next) (res *web.Response, err error) {
			defer func() {
				if recover() != nil {
					res = web.Text(http.StatusInternalServerError, "recovered")
				}
			}()
			return next(r), nil
		}),
		holder("cleanup-after-error", "it gives back what it holds only after a success", func(held *atomic.Int64, r *web.Request, next modern.Next) (*web.Response, error) {
			held.Add(1)
			failed := false
			defer func() {
				if !failed {
					held.Add(-1)
				}
			}()
			res := next(r)
			failed = res.StatusCode() >= http.StatusInternalServerError
			return res, nil
		}),
		holder("cleanup-after-abort", "it gives back what it holds without a defer", func(held *atomic.Int64, r *web.Request, next modern.Next) (*web.Response, error) {
			held.Add(1)
			res := next(r)
			held.Add(-1)
			return res, nil
		}),
		holder("cleanup-after-disconnect", "it gives back what it holds at the end of the stream, if that comes", func(held *atomic.Int64, r *web.Request, next modern.Next) (*web.Response, error) {
			res := next(r)
			if !res.Streaming() {
				return res, nil
			}
			held.Add(1)
			res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
				return func(yield func([]byte, error) bool) {
					for chunk, err := range inner {
						if !yield(chunk, err) {
							return
						}
					}
					held.Add(-1)
				}
			})
			return res, nil
		}),
	}
}

type soother struct{}

func (soother) ProcessException(*web.Request, error) (*web.Response, error) {
	return web.Text(http.StatusOK, "something went wrong"), nil
}
