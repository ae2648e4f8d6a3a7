package modern_test

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// branding has process_template_response: it runs after the view and before
// the template is rendered, and may change the template's context.
type branding struct{ next modern.Next }

func (b *branding) Handle(r *web.Request) (*web.Response, error) { return b.next(r), nil }

func (b *branding) ProcessTemplateResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	res.Template().Context["Shop"] = "Ada's Books"
	return res, nil
}

var greeting = template.Must(template.New("greeting").Parse("<p>{{.Name}}, welcome to {{.Shop}}</p>"))

// greet answers with a template that is rendered when the hooks have run.
func greet(r *web.Request) (*web.Response, error) {
	return web.Deferred(http.StatusOK, &web.Template{
		Name:    "greeting",
		Context: map[string]any{"Name": r.URL.Query().Get("name")},
		Execute: func(w io.Writer, _ *web.Request, t *web.Template) error {
			return greeting.Execute(w, t.Context)
		},
	}), nil
}

// process_template_response in a layer of the modern model.
func Example_processTemplateResponse() {
	stack, err := modern.New(
		modern.Config{App: web.App{Router: web.Paths{"/": greet}}},
		modern.Factory{Name: "branding", New: func(next modern.Next) (modern.Layer, error) {
			return &branding{next}, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	rec := httptest.NewRecorder()
	stack.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/?name=<Bob>", nil))
	fmt.Println(rec.Body)
	// Output: <p>&lt;Bob&gt;, welcome to Ada&#39;s Books</p>
}
