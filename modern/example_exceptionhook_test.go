package modern_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

var errOutOfStock = errors.New("out of stock")

// outOfStock has process_exception: it gets the errors of the view, and may
// answer in place of the error page.
type outOfStock struct{ next modern.Next }

func (o *outOfStock) Handle(r *web.Request) (*web.Response, error) { return o.next(r), nil }

func (o *outOfStock) ProcessException(_ *web.Request, err error) (*web.Response, error) {
	if errors.Is(err, errOutOfStock) {
		return web.Text(http.StatusConflict, err.Error()), nil
	}
	return nil, nil
}

// process_exception in a layer of the modern model.
func Example_processException() {
	app := web.App{
		Router: web.Paths{
			"/buy":  func(*web.Request) (*web.Response, error) { return nil, fmt.Errorf("book 7: %w", errOutOfStock) },
			"/sell": func(*web.Request) (*web.Response, error) { panic("a bug") },
		},
		OnException: func(r *web.Request, err error) { fmt.Println("reported:", r.URL.Path, err) },
	}
	stack, err := modern.New(modern.Config{App: app},
		modern.Factory{Name: "out of stock", New: func(next modern.Next) (modern.Layer, error) {
			return &outOfStock{next}, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/buy", "/sell"} {
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, rec.Code)
	}
	// Output:
	// /buy 409
	// reported: /sell panic: a bug
	// /sell 500
}
