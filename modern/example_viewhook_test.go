package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// languages has process_view: it runs just before the view, when the arguments
// from the URL are known, and may change them.
type languages struct{ next modern.Next }

func (l *languages) Handle(r *web.Request) (*web.Response, error) { return l.next(r), nil }

func (l *languages) ProcessView(r *web.Request, m *web.Match) (*web.Response, error) {
	switch m.Kwargs["lang"] {
	case "":
		m.Kwargs["lang"] = "en"
	case "tlh":
		return web.Text(http.StatusNotAcceptable, "no Klingon here"), nil
	}
	return nil, nil
}

// blog resolves /post/<slug> and /post/<slug>/<lang>.
func blog(r *web.Request) (web.Match, error) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/post/")
	if !ok {
		return web.Match{}, web.ErrNotFound
	}
	slug, lang, _ := strings.Cut(rest, "/")
	return web.Match{
		Name:   "post",
		Kwargs: map[string]string{"slug": slug, "lang": lang},
		View: func(r *web.Request) (*web.Response, error) {
			return web.Text(http.StatusOK, r.Match.Kwargs["slug"]+" in "+r.Match.Kwargs["lang"]), nil
		},
	}, nil
}

// process_view in a layer of the modern model.
func Example_processView() {
	stack, err := modern.New(
		modern.Config{App: web.App{Router: web.RouterFunc(blog)}},
		modern.Factory{Name: "languages", New: func(next modern.Next) (modern.Layer, error) {
			return &languages{next}, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/post/hello", "/post/hello/fr", "/post/hello/tlh"} {
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(rec.Code, rec.Body)
	}
	// Output:
	// 200 hello in en
	// 200 hello in fr
	// 406 no Klingon here
}
