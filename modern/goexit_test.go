package modern_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

type quitter struct{}

func (quitter) ProcessResponse(*web.Request, *web.Response) (*web.Response, error) {
	runtime.Goexit()
	return nil, nil
}

// A layer that ends its goroutine, as testing.T.FailNow does, has not failed:
// nothing is reported and nothing is answered.
func TestGoexit(t *testing.T) {
	quit := modern.Func("quit", func(*web.Request, modern.Next) (*web.Response, error) {
		runtime.Goexit()
		return nil, nil
	})
	for name, layer := range map[string]modern.Factory{"native": quit, "upgraded": mixin.Upgrade(quitter{})} {
		t.Run(name, func(t *testing.T) {
			reported := 0
			h, err := modern.New(modern.Config{App: web.App{
				Router:      web.Paths{"/": textView("view")},
				OnException: func(*web.Request, error) { reported++ },
			}}, pass("A"), layer)
			require.NoError(t, err)
			ended := make(chan struct{})
			rec := httptest.NewRecorder()
			go func() {
				defer close(ended)
				h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
				t.Error("the goroutine went on")
			}()
			<-ended
			require.Zero(t, reported)
			require.Empty(t, rec.Body.String())
		})
	}
}
