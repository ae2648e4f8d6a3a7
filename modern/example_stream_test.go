package modern_test

import (
	"bytes"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// shout changes the body of a response. A stream has no body yet: it is
// wrapped, and runs when the response is sent.
func shout(r *web.Request, next modern.Next) (*web.Response, error) {
	res := next(r)
	if !res.Streaming() {
		body, err := res.Body()
		if err != nil {
			return nil, err
		}
		res.SetBody(bytes.ToUpper(body))
		return res, nil
	}
	res.WrapStream(func(chunks iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for chunk, err := range chunks {
				if !yield(bytes.ToUpper(chunk), err) {
					return
				}
			}
		}
	})
	return res, nil
}

// A layer that changes bodies must know streams.
func Example_stream() {
	count := func(yield func([]byte, error) bool) {
		for _, word := range []string{"one ", "two ", "three"} {
			if !yield([]byte(word), nil) {
				return
			}
		}
	}
	app := web.App{Router: web.Paths{
		"/page":  func(*web.Request) (*web.Response, error) { return web.Text(http.StatusOK, "page"), nil },
		"/count": func(*web.Request) (*web.Response, error) { return web.Stream(http.StatusOK, "text/plain", count), nil },
	}}
	stack, err := modern.New(modern.Config{App: app}, modern.Func("shout", shout))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/page", "/count"} {
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(rec.Body)
	}
	// Output:
	// PAGE
	// ONE TWO THREE
}
