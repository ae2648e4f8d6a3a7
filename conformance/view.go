package conformance

import (
	"errors"
	"net/http"
	"strings"

	"github.com/mwcheck/mwcheck/web"
)

// match is the scenario's view, in its mode.
func (s *site) match() web.Match {
	name, async := strings.CutPrefix(s.scenario.View, "async_")
	view := func(r *web.Request) (*web.Response, error) { return s.view(r, name) }
	if !async {
		return web.Match{View: view, Name: "view"}
	}
	return web.Match{Name: "view", AsyncView: func(r *web.Request) *web.Future {
		return web.Go(func() (*web.Response, error) { return view(r) })
	}}
}

func (s *site) view(r *web.Request, name string) (*web.Response, error) {
	const event = "view"
	s.rec.note(r, event)
	head, kind, _ := strings.Cut(name, ":")
	switch head {
	case "", "ok":
		return respond(http.StatusOK, event), nil
	case "notfound":
		return respond(http.StatusNotFound, event), nil
	case "template":
		return s.rec.respondTemplate(http.StatusOK, event, ""), nil
	case "template_render_raises":
		if kind == "" {
			kind = "value_error"
		}
		return s.rec.respondTemplate(http.StatusOK, event, kind), nil
	case "stream":
		return s.rec.respondStream(r, event), nil
	case "return_none":
		return nil, nil
	case "return_false":
		return s.rec.takeFalse(), nil
	case "raise":
		return nil, raise(kind, event)
	}
	return nil, errors.New("unsupported view " + name)
}
