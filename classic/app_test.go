package classic_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/web"
)

// template is a layer with a template response hook only.
type template struct {
	name string
	hook func(*web.Response) *web.Response
}

func (l template) LayerName() string { return l.name }

func (l template) ProcessTemplateResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	return l.hook(res), nil
}

// The layer that breaks the chain of template responses is named, wherever it
// stands.
func TestTemplateCulprit(t *testing.T) {
	deferred := func(*web.Request) (*web.Response, error) {
		return web.Deferred(200, &web.Template{Execute: func(w io.Writer, _ *web.Request, _ *web.Template) error {
			_, err := io.WriteString(w, "made")
			return err
		}}), nil
	}
	same := func(res *web.Response) *web.Response { return res }
	tests := map[string]struct {
		broken func(*web.Response) *web.Response
		want   string
		cause  error
	}{
		"plain":   {func(*web.Response) *web.Response { return web.New(200) }, `process_template_response of layer "B" returned a response without a template`, web.ErrNotTemplate},
		"nothing": {func(*web.Response) *web.Response { return nil }, `process_template_response of layer "B" returned no response`, web.ErrNilResponse},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen error
			cfg := config(deferred, web.Profile{})
			cfg.App.OnException = func(_ *web.Request, err error) { seen = err }
			h, err := classic.New(cfg, template{"A", same}, template{"B", test.broken}, template{"C", same})
			require.NoError(t, err)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			require.Equal(t, 500, w.Code)
			require.EqualError(t, seen, test.want)
			require.ErrorIs(t, seen, test.cause)
		})
	}
	h, err := classic.New(config(deferred, web.Profile{}), template{"A", same})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, "made", w.Body.String())
}

func TestViewWithoutAnswerIsNamed(t *testing.T) {
	var seen error
	cfg := config(func(*web.Request) (*web.Response, error) { return nil, nil }, web.Profile{})
	cfg.App.OnException = func(_ *web.Request, err error) { seen = err }
	h, err := classic.New(cfg)
	require.NoError(t, err)
	_, err = h.Respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
	require.NoError(t, err)
	require.EqualError(t, seen, `view "/" returned no response`)
}

func TestLogger(t *testing.T) {
	var log bytes.Buffer
	for err, want := range map[error]string{
		web.ErrNotFound:    `level=WARN msg="request refused" path=/ status=404 error="not found"`,
		web.ErrSuspicious:  `level=WARN msg="request refused" path=/ status=400 error="suspicious operation"`,
		errors.New("boom"): `level=ERROR msg="internal server error" path=/ status=500 error=boom`,
		web.ErrExit:        "",
	} {
		log.Reset()
		cfg := config(func(*web.Request) (*web.Response, error) { return nil, err }, web.Profile{})
		cfg.App.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		h, buildErr := classic.New(cfg)
		require.NoError(t, buildErr)
		_, _ = h.Respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
		require.Equal(t, want, strings.TrimSpace(log.String()))
	}
}

// The App sees attributes, the end of the request, and both happen once.
func TestObservers(t *testing.T) {
	user := web.NewAttr[string]("user")
	var log []string
	s := newStack()
	cfg := config(func(r *web.Request) (*web.Response, error) {
		r.OnClose(func() { log = append(log, "request closed") })
		res := web.Text(200, "for "+user.Value(r))
		res.OnClose(func() { log = append(log, "response closed") })
		return res, nil
	}, web.Profile{})
	cfg.App.OnAttr = func(_ *web.Request, e web.AttrEvent) { log = append(log, e.Op.String()+" "+e.Name) }
	cfg.App.OnFinished = func(*web.Request) { log = append(log, "finished") }
	h, err := classic.New(cfg, setsUser{user}, s.a)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, "for ann", w.Body.String())
	require.Equal(t, []string{"write user", "read user", "response closed", "request closed", "finished"}, log)
}

type setsUser struct{ attr web.Attr[string] }

func (l setsUser) ProcessRequest(r *web.Request) (*web.Response, error) {
	l.attr.Set(r, "ann")
	return nil, nil
}

// An observer that fails is not the request's failure.
func TestObserverPanics(t *testing.T) {
	cfg := config(func(*web.Request) (*web.Response, error) { return nil, errors.New("boom") }, web.Profile{})
	cfg.App.OnException = func(*web.Request, error) { panic("observer") }
	h, err := classic.New(cfg)
	require.NoError(t, err)
	res, err := h.Respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
	require.NoError(t, err)
	require.Equal(t, 500, res.StatusCode())
}
