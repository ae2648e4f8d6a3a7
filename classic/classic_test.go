package classic_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// probe is a layer with all hooks that notes them and does what it is told.
type probe struct {
	name     string
	log      *[]string
	request  func() (*web.Response, error)
	response func(*web.Response) (*web.Response, error)
	except   func(error) (*web.Response, error)
}

func (p *probe) LayerName() string { return p.name }

func (p *probe) note(hook string) { *p.log = append(*p.log, p.name+"."+hook) }

func (p *probe) ProcessRequest(*web.Request) (*web.Response, error) {
	p.note("request")
	if p.request != nil {
		return p.request()
	}
	return nil, nil
}

func (p *probe) ProcessView(_ *web.Request, m *web.Match) (*web.Response, error) {
	p.note("view")
	m.Kwargs = map[string]string{"by": p.name}
	return nil, nil
}

func (p *probe) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	p.note("response")
	if p.response != nil {
		return p.response(res)
	}
	return res, nil
}

func (p *probe) ProcessException(_ *web.Request, err error) (*web.Response, error) {
	p.note("exception")
	if p.except != nil {
		return p.except(err)
	}
	return nil, nil
}

type stack struct {
	log     []string
	a, b, c *probe
}

func newStack() *stack {
	s := &stack{}
	s.a, s.b, s.c = &probe{name: "A", log: &s.log}, &probe{name: "B", log: &s.log}, &probe{name: "C", log: &s.log}
	return s
}

func (s *stack) get(t *testing.T, cfg classic.Config) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h, err := classic.New(cfg, s.a, s.b, s.c)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	r := web.NewRequest(httptest.NewRequest("GET", "/", nil))
	res, err := h.Respond(r)
	if err != nil {
		return nil, err
	}
	require.NoError(t, web.Send(w, r, res))
	return w, nil
}

func hello(r *web.Request) (*web.Response, error) {
	return web.Text(200, "hello "+r.Match.Kwargs["by"]), nil
}

func config(view web.View, p web.Profile) classic.Config {
	return classic.Config{Profile: p, App: web.App{Router: web.Paths{"/": view}}}
}

func TestViewGetsWhatViewHooksLeft(t *testing.T) {
	s := newStack()
	w, err := s.get(t, config(hello, web.Profile{}))
	require.NoError(t, err)
	require.Equal(t, "hello C", w.Body.String())
	require.Equal(t, []string{"A.request", "B.request", "C.request", "A.view", "B.view", "C.view", "C.response", "B.response", "A.response"}, s.log)
}

// The documented contract gives errors of process_request to process_exception;
// no release does.
func TestRequestErrorsAndExceptionHooks(t *testing.T) {
	boom := errors.New("boom")
	for name, test := range map[string]struct {
		profile web.Profile
		want    []string
		status  int
	}{
		"documented": {web.Profile{}, []string{"A.request", "B.request", "C.exception", "B.exception", "C.response", "B.response", "A.response"}, 202},
		"1.9":        {web.Django19(), []string{"A.request", "B.request", "C.response", "B.response", "A.response"}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStack()
			s.b.request = func() (*web.Response, error) { return nil, boom }
			s.b.except = func(err error) (*web.Response, error) {
				require.Equal(t, boom, err)
				return web.New(202), nil
			}
			w, err := s.get(t, config(hello, test.profile))
			require.NoError(t, err)
			require.Equal(t, test.want, s.log)
			require.Equal(t, test.status, w.Code)
		})
	}
}

func TestGuiltyLayerIsNamed(t *testing.T) {
	s := newStack()
	s.b.response = func(*web.Response) (*web.Response, error) { return nil, nil }
	cfg := config(hello, web.Profile{})
	var seen error
	cfg.App.OnException = func(_ *web.Request, err error) { seen = err }
	w, err := s.get(t, cfg)
	require.NoError(t, err)
	require.Equal(t, 500, w.Code)
	require.EqualError(t, seen, `process_response of layer "B" returned no response`)
	require.ErrorIs(t, seen, web.ErrNilResponse)
}

func TestPanicInAnyHookIsA500(t *testing.T) {
	for _, hook := range []string{"request", "response", "exception", "view"} {
		t.Run(hook, func(t *testing.T) {
			s := newStack()
			view := hello
			switch hook {
			case "request":
				s.b.request = func() (*web.Response, error) { panic("boom") }
			case "response":
				s.b.response = func(*web.Response) (*web.Response, error) { panic("boom") }
			case "exception":
				view = func(*web.Request) (*web.Response, error) { return nil, errors.New("first") }
				s.b.except = func(error) (*web.Response, error) { panic("boom") }
			case "view":
				view = func(*web.Request) (*web.Response, error) { panic("boom") }
			}
			cfg := config(view, web.Profile{})
			var seen error
			cfg.App.OnException = func(_ *web.Request, err error) { seen = err }
			w, err := s.get(t, cfg)
			require.NoError(t, err)
			require.Equal(t, 500, w.Code)
			var p *web.PanicError
			require.ErrorAs(t, seen, &p)
			require.Equal(t, "boom", p.Value)
		})
	}
}

func TestExitsLeave(t *testing.T) {
	for _, exit := range []error{web.ErrExit, web.ErrInterrupt, http.ErrAbortHandler} {
		s := newStack()
		s.b.request = func() (*web.Response, error) { return nil, exit }
		_, err := s.get(t, config(hello, web.Profile{}))
		require.ErrorIs(t, err, exit)
		require.Equal(t, []string{"A.request", "B.request"}, s.log)

		s = newStack()
		s.b.response = func(*web.Response) (*web.Response, error) { panic(exit) }
		_, err = s.get(t, config(hello, web.Profile{}))
		require.ErrorIs(t, err, exit)
	}
	// 1.9 makes a page of an exit in process_response, but http.ErrAbortHandler
	// is Go's and always leaves.
	s := newStack()
	s.b.response = func(*web.Response) (*web.Response, error) { return nil, web.ErrExit }
	w, err := s.get(t, config(hello, web.Django19()))
	require.NoError(t, err)
	require.Equal(t, 500, w.Code)
	s.b.response = func(*web.Response) (*web.Response, error) { return nil, http.ErrAbortHandler }
	_, err = s.get(t, config(hello, web.Django19()))
	require.ErrorIs(t, err, http.ErrAbortHandler)
}

// A template from process_response is rendered at the end under the documented
// contract, and its error is a page.
func TestLateTemplates(t *testing.T) {
	s := newStack()
	boom := errors.New("boom")
	s.a.response = func(*web.Response) (*web.Response, error) {
		return web.Deferred(200, &web.Template{Execute: func(io.Writer, *web.Request, *web.Template) error { return boom }}), nil
	}
	w, err := s.get(t, config(hello, web.Profile{}))
	require.NoError(t, err)
	require.Equal(t, 500, w.Code)
	_, err = s.get(t, config(hello, web.Django111()))
	require.ErrorIs(t, err, boom)
}

func TestErrorPageWithoutAnswer(t *testing.T) {
	s := newStack()
	cfg := config(func(*web.Request) (*web.Response, error) { return nil, web.ErrNotFound }, web.Profile{})
	cfg.App.Pages = map[int]web.ErrorView{404: func(*web.Request, error) (*web.Response, error) { return nil, nil }}
	w, err := s.get(t, cfg)
	require.NoError(t, err)
	require.Equal(t, 500, w.Code)
}

func TestBuildErrors(t *testing.T) {
	boom := errors.New("boom")
	good := &probe{name: "A", log: new([]string)}
	tests := map[string]struct {
		layer any
		cause error
		text  string
	}{
		"no hook":        {struct{}{}, classic.ErrNotALayer, `layer 1, "struct {}": struct {} has none of the hooks`},
		"nil":            {nil, web.ErrNilValue, `layer 1, "<nil>": the layer is nil`},
		"nil pointer":    {(*probe)(nil), web.ErrNilValue, `layer 1, "*classic_test.probe": the layer of type *classic_test.probe is nil`},
		"no pointer":     {probe{name: "B"}, nil, "has no hook ProcessRequest, but *classic_test.probe has"},
		"modern factory": {modern.Factory{}, classic.ErrModernLayer, "factory of the modern model"},
		"failing":        {classic.Factory{Name: "B", New: func() (any, error) { return nil, boom }}, boom, `layer 1, "B": boom`},
		"panicking":      {classic.Factory{Name: "B", New: func() (any, error) { panic(boom) }}, boom, `layer 1, "B": panic: boom`},
		"no constructor": {classic.Factory{Name: "B"}, nil, "has no constructor"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := classic.New(classic.Config{}, good, test.layer)
			var build *classic.BuildError
			require.ErrorAs(t, err, &build)
			require.Equal(t, 1, build.Index)
			require.ErrorContains(t, err, test.text)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	made := 0
	layer := func(name string, value any, err error) classic.Factory {
		return classic.Factory{Name: name, New: func() (any, error) { made++; return value, err }}
	}
	h, err := classic.New(classic.Config{},
		layer("A", &probe{name: "x", log: new([]string)}, nil), layer("B", nil, web.ErrNotUsed), layer("C", nil, nil))
	require.NoError(t, err)
	require.Equal(t, 3, made)
	require.Equal(t, classic.Plan{Layers: []string{"A"}, NotUsed: []string{"B"}}, h.Plan())
}

// A handler does not share the App with who built it.
func TestAppIsCopied(t *testing.T) {
	cfg := config(hello, web.Profile{})
	h, err := classic.New(cfg)
	require.NoError(t, err)
	cfg.App.Router = nil
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, 200, w.Code)
}
