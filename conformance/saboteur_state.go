package conformance

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func requestSaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		around("request-body", "it reads the body of the request and does not put it back", func(r *web.Request, next modern.Next) (*web.Response, error) {
			_, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				return nil, err
			}
			return next(r), nil
		}),
		around("context-kept", "it sends the request on with a context of its own", func(r *web.Request, next modern.Next) (*web.Response, error) {
			r.SetHTTP(r.Clone(context.Background()))
			return next(r), nil
		}),
		broken("no-state", "it keeps the user of the request on the layer", func() any { return &keeper{} }),
		around("no-goroutines", "it starts work that nobody waits for", func(r *web.Request, next modern.Next) (*web.Response, error) {
			go func() {
				timer := time.NewTimer(2 * saboteurPatience)
				defer timer.Stop()
				<-timer.C
			}()
			return next(r), nil
		}),
	}
}

// keeper remembers what belongs to a request. It locks, so that the race
// detector has nothing to say: the fault is in the thought.
type keeper struct {
	mu   sync.Mutex
	user string
}

func (l *keeper) ProcessRequest(r *web.Request) (*web.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.user = r.Header.Get("X-User")
	return nil, nil
}

func (l *keeper) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	res.Header().Set("X-User", l.user)
	return res, nil
}

func hookSaboteurs() []LayerSaboteur {
	seen := web.NewAttr[*visitor]("visitor")
	user := web.NewAttr[*visitor]("user")
	return []LayerSaboteur{
		broken("response-hook-alone", "its process_response uses what its process_request set", func() any { return &greeter{seen} }),
		around("attribute-missing", "it needs the user, whom no layer in the stack provides", func(r *web.Request, next modern.Next) (*web.Response, error) {
			name := user.Value(r).name
			res := next(r)
			res.Header().Set("X-User", name)
			return res, nil
		}),
		broken("template-not-early", "its process_template_response renders", func() any {
			return templateHookFunc(func(r *web.Request, res *web.Response) (*web.Response, error) {
				return res, res.Render(r)
			})
		}),
		broken("template-once", "it renders the template a second time to see how long it is", func() any {
			return templateHookFunc(func(r *web.Request, res *web.Response) (*web.Response, error) {
				var body bytes.Buffer
				err := res.Template().Execute(&body, r, res.Template())
				return res, err
			})
		}),
		broken("template-kept", "its process_template_response returns a plain response", func() any {
			return templateHookFunc(func(*web.Request, *web.Response) (*web.Response, error) {
				return web.Text(http.StatusOK, "plain"), nil
			})
		}),
	}
}

type visitor struct{ name string }

type greeter struct{ visitor web.Attr[*visitor] }

func (l *greeter) ProcessRequest(r *web.Request) (*web.Response, error) {
	l.visitor.Set(r, &visitor{"somebody"})
	return nil, nil
}

func (l *greeter) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	res.Header().Set("X-Visitor", l.visitor.Value(r).name)
	return res, nil
}

type templateHookFunc func(*web.Request, *web.Response) (*web.Response, error)

// ProcessTemplateResponse calls f.
func (f templateHookFunc) ProcessTemplateResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	return f(r, res)
}

func modeSaboteurs() []LayerSaboteur {
	return []LayerSaboteur{
		broken("async-does-not-block", "it waits for what is further in before it returns a Future", func() any {
			return modern.Factory{Name: "saboteur", NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
				return modern.AsyncLayerFunc(func(r *web.Request) *web.Future { return web.Resolved(next(r).Await(), nil) }), nil
			}}
		}),
		broken("modes-agree", "its asynchronous form forgets a header", func() any {
			return modern.Factory{
				Name: "saboteur",
				New: func(next modern.Next) (modern.Layer, error) {
					return modern.LayerFunc(func(r *web.Request) (*web.Response, error) {
						res := next(r)
						res.Header().Set("X-Frame-Options", "DENY")
						return res, nil
					}), nil
				},
				NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
					return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
						return web.Go(func() (*web.Response, error) { return next(r).Await(), nil })
					}), nil
				},
			}
		}),
	}
}

// httpSaboteurs are net/http middleware.
func httpSaboteurs() []LayerSaboteur {
	middleware := func(check, words string, f func(next http.Handler, w http.ResponseWriter, r *http.Request)) LayerSaboteur {
		return broken(check, words, func() any {
			return func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f(next, w, r) })
			}
		})
	}
	return []LayerSaboteur{
		middleware("answers-or-calls", "it neither answers POST nor calls the next handler", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
			}
		}),
		middleware("errors-stay-errors", "it recovers panics and answers nothing, which is status 200", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			defer func() {
				if v := recover(); v == http.ErrAbortHandler {
					panic(v)
				}
			}()
			next.ServeHTTP(w, r)
		}),
		middleware("abort-passes", "it answers http.ErrAbortHandler", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			defer func() {
				if recover() != nil {
					w.WriteHeader(http.StatusInternalServerError)
				}
			}()
			next.ServeHTTP(w, r)
		}),
		middleware("header-before-body", "it sets a header after the next handler has answered", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			w.Header().Set("X-Served", "1")
		}),
		middleware("status-once", "it writes a status after the next handler has answered", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
			}
		}),
		middleware("flush-kept", "it wraps the ResponseWriter and hides Flush", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
		}),
		middleware("context-kept", "it sends the request on with a context of its own", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.Background()))
		}),
		middleware("vary-kept", "it overwrites Vary when the status is written", func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(&varyWriter{w}, r)
		}),
	}
}

type varyWriter struct{ http.ResponseWriter }

// WriteHeader sets Vary, whatever it was.
func (w *varyWriter) WriteHeader(status int) {
	w.Header().Set("Vary", "Cookie")
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (w *varyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
