package classic_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/web"
)

var errClosed = errors.New("the shop is closed")

// shop is a layer of the classic model: any value with one or more of the five
// hooks. It has three.
type shop struct{}

// ProcessView sees the arguments from the URL before the view does.
func (shop) ProcessView(_ *web.Request, m *web.Match) (*web.Response, error) {
	if m.Kwargs["day"] == "" {
		m.Kwargs["day"] = "monday"
	}
	return nil, nil
}

// ProcessTemplateResponse changes the context of a template before it is
// rendered.
func (shop) ProcessTemplateResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	res.Template().Context["owner"] = "ada"
	return res, nil
}

// ProcessException answers for an error of the view.
func (shop) ProcessException(_ *web.Request, err error) (*web.Response, error) {
	if errors.Is(err, errClosed) {
		return web.Text(http.StatusServiceUnavailable, err.Error()), nil
	}
	return nil, nil
}

func visit(r *web.Request) (*web.Response, error) {
	day := r.Match.Kwargs["day"]
	if day == "sunday" {
		return nil, errClosed
	}
	return web.Deferred(http.StatusOK, &web.Template{
		Context: map[string]any{"day": day},
		Execute: func(w io.Writer, _ *web.Request, t *web.Template) error {
			_, err := fmt.Fprintf(w, "open on %s, yours %s", t.Context["day"], t.Context["owner"])
			return err
		},
	}), nil
}

// process_view, process_template_response and process_exception.
func Example_hooks() {
	router := web.RouterFunc(func(r *web.Request) (web.Match, error) {
		return web.Match{View: visit, Kwargs: map[string]string{"day": r.URL.Query().Get("day")}}, nil
	})
	stack, err := classic.New(classic.Config{App: web.App{Router: router}}, shop{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range []string{"/", "/?day=friday", "/?day=sunday"} {
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, url, nil))
		fmt.Println(rec.Code, rec.Body)
	}
	// Output:
	// 200 open on monday, yours ada
	// 200 open on friday, yours ada
	// 503 the shop is closed
}
