package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// get serves one request with an App that has one view and no layers.
func get(view web.View) *httptest.ResponseRecorder {
	app, err := modern.New(modern.Config{App: web.App{Router: web.Paths{"/": view}}})
	if err != nil {
		panic(err)
	}
	rec := httptest.NewRecorder()
	app.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	return rec
}

// An attribute is made once; who has the value can read and write it.
func ExampleNewAttr() {
	user := web.NewAttr[string]("user")
	r := web.NewRequest(httptest.NewRequest(http.MethodGet, "/", nil))

	_, found := user.Get(r)
	fmt.Println(found)
	user.Set(r, "ada")
	fmt.Println(user.Value(r))
	// Output:
	// false
	// ada
}

// Observe tells who reads what nobody wrote.
func ExampleRequest_Observe() {
	user := web.NewAttr[string]("user")
	r := web.NewRequest(httptest.NewRequest(http.MethodGet, "/", nil))
	r.Observe(func(_ *web.Request, e web.AttrEvent) { fmt.Println(e.Op, e.Name, e.Found) })

	user.Value(r)
	user.Set(r, "ada")
	user.Value(r)
	// Output:
	// read user false
	// write user false
	// read user true
}

// An error that wraps a sentinel becomes the page of its status; a panic is
// always a fault.
func ExampleKindOf() {
	for _, err := range []error{
		fmt.Errorf("article 7: %w", web.ErrNotFound),
		errors.New("no connection"),
		&web.PanicError{Value: web.ErrNotFound},
	} {
		fmt.Println(web.KindOf(err).Status(), err)
	}
	// Output:
	// 404 article 7: not found
	// 500 no connection
	// 500 panic: not found
}

// The view of an http.Handler: it finds the request of the stack in its context.
func ExampleHandlerView() {
	rec := get(web.HandlerView(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r, _ := web.FromContext(req.Context())
		fmt.Fprintf(w, "route %q", r.Match.Name)
	})))
	fmt.Println(rec.Code, rec.Body)
	// Output:
	// 200 route "/"
}

// A stream is wrapped by layers and read once, while it is sent.
func ExampleResponse_WrapStream() {
	rec := get(func(*web.Request) (*web.Response, error) {
		res := web.Stream(http.StatusOK, "text/plain", func(yield func([]byte, error) bool) {
			_ = yield([]byte("one "), nil) && yield([]byte("two"), nil)
		})
		res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) {
				for chunk, err := range inner {
					if !yield(bytes.ToUpper(chunk), err) {
						return
					}
				}
			}
		})
		return res, nil
	})
	fmt.Println(rec.Body)
	// Output:
	// ONE TWO
}

// A template is rendered by the engine, after the hooks that may change it.
func ExampleDeferred() {
	rec := get(func(*web.Request) (*web.Response, error) {
		return web.Deferred(http.StatusOK, &web.Template{
			Context: map[string]any{"name": "Ada"},
			Execute: func(w io.Writer, _ *web.Request, t *web.Template) error {
				_, err := fmt.Fprintf(w, "Hello, %s.", t.Context["name"])
				return err
			},
		}), nil
	})
	fmt.Println(rec.Body)
	// Output:
	// Hello, Ada.
}

// CheckHooks finds a method that only looks like a hook.
func ExampleCheckHooks() {
	fmt.Println(web.CheckHooks(almost{}))
	// Output:
	// ProcessRequest of web_test.almost is no hook: it is func(*web.Request) *web.Response, expected func(*web.Request) (*web.Response, error)
}

type almost struct{}

func (almost) ProcessRequest(*web.Request) *web.Response { return nil }

// Go starts work in a task; Await waits for its answer.
func ExampleGo() {
	future := web.Go(func() (*web.Response, error) { return web.Text(http.StatusOK, "done"), nil })
	res, err := future.Await()
	fmt.Println(res.StatusCode(), err)
	// Output:
	// 200 <nil>
}
