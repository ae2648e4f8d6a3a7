package modern_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// statusSeen is a hook layer that notes what comes out to it.
type statusSeen struct{ status int }

func (s *statusSeen) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	s.status = res.StatusCode()
	return res, nil
}

// A run does without the frames of the view and of the handler where it lies
// next to them; a panic of the view must mean the same in every place.
func TestRunAnswersPanicOfTheViewWhereverItLies(t *testing.T) {
	t.Parallel()
	pass := modern.Func("pass", func(r *web.Request, next modern.Next) (*web.Response, error) {
		return next(r), nil
	})
	for name, around := range map[string]func(run modern.Factory) []modern.Factory{
		"alone":  func(run modern.Factory) []modern.Factory { return []modern.Factory{run} },
		"inside": func(run modern.Factory) []modern.Factory { return []modern.Factory{pass, run} },
		"around": func(run modern.Factory) []modern.Factory { return []modern.Factory{run, pass} },
		"middle": func(run modern.Factory) []modern.Factory { return []modern.Factory{pass, run, pass} },
	} {
		for _, propagate := range []bool{false, true} {
			seen := new(statusSeen)
			app := web.App{Propagate: propagate, Router: web.Paths{"/": func(*web.Request) (*web.Response, error) { panic("lost") }}}
			h, err := modern.New(modern.Config{App: app}, around(mixin.Upgrade(seen))...)
			require.NoError(t, err, name)
			res, err := h.Respond(web.NewRequest(httptest.NewRequest(http.MethodGet, "/", nil)))
			if propagate {
				require.ErrorContains(t, err, "lost", name)
				require.Nil(t, res, name)
				require.Zero(t, seen.status, name)
				continue
			}
			require.NoError(t, err, name)
			require.Equal(t, http.StatusInternalServerError, res.StatusCode(), name)
			require.Equal(t, http.StatusInternalServerError, seen.status, name)
		}
	}
}
