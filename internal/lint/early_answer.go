package lint

import (
	"regexp"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// earlyAnswer is what is known of a layer that may end a request on its way in.
type earlyAnswer struct {
	yes  layers.Tri
	span finding.Related // where, in the layer's source; zero for others
	word string          // "answer" or "raise Http404"
}

// answersEarly says whether the layer at k may end a request before the layers
// further in see it.
func (p *Pass) answersEarly(k int) earlyAnswer {
	l := &p.Layers[k]
	if l.Entry.Unknown || l.Facts == nil {
		return earlyAnswer{}
	}
	f := l.Facts
	switch f.Origin {
	case layers.FromTree:
		return p.ownAnswer(f)
	case layers.FromCatalog:
		return p.catalogAnswer(l)
	}
	return earlyAnswer{}
}

func (p *Pass) ownAnswer(f *layers.Layer) earlyAnswer {
	for _, name := range []string{"process_request", "__call__"} {
		h := f.Hook(name)
		if h == nil || !p.surelyRuns(f, name) {
			continue
		}
		for _, r := range h.Returns {
			if h.Answers == layers.Yes && r.Certain == layers.Yes {
				return earlyAnswer{layers.Yes, finding.Related{Span: r.Span, Message: "answers here"}, "answer"}
			}
		}
		for i := range f.Raises {
			r := &f.Raises[i]
			if r.Hook == name && r.Phase == layers.RequestPhase && (r.Kind == layers.NotFound || r.Kind == layers.Denied || r.Kind == layers.Bad) {
				return earlyAnswer{layers.Yes, finding.Related{Span: r.Span, Message: "raised here"}, "raise " + r.Name}
			}
		}
	}
	return earlyAnswer{}
}

// settingName finds the settings that the catalog's prose on an answer names.
var settingName = regexp.MustCompile(`\b[A-Z][A-Z_]{4,}\b`)

func (p *Pass) catalogAnswer(l *Layer) earlyAnswer {
	m := p.Catalog.Find(l.Entry.Path)
	h := l.Facts.Hook("process_request")
	if h == nil {
		h = l.Facts.Hook("__call__")
	}
	if m == nil || h == nil || h.Answers != layers.Yes {
		return earlyAnswer{}
	}
	if m.Path == "django.middleware.common.CommonMiddleware" {
		return p.commonAnswer()
	}
	best := layers.No
	for _, s := range m.ShortCircuit {
		if !strings.HasPrefix(s.Phase, "request") {
			continue
		}
		names := settingName.FindAllString(s.When, -1)
		if len(names) == 0 {
			return earlyAnswer{yes: layers.Yes, word: "answer"}
		}
		for _, name := range names {
			switch p.switchedOn(name) {
			case layers.Yes:
				return earlyAnswer{yes: layers.Yes, word: "answer"}
			case layers.Unknown:
				best = layers.Unknown
			}
		}
	}
	return earlyAnswer{yes: best, word: "answer"}
}

// commonAnswer is CommonMiddleware.process_request: a redirect for PREPEND_WWW,
// and up to Django 3.2 one for APPEND_SLASH, which is on unless it is set
// (django/middleware/common.py; later the redirect replaces a 404 response).
func (p *Pass) commonAnswer() earlyAnswer {
	out := earlyAnswer{yes: p.switchedOn("PREPEND_WWW"), word: "answer"}
	old := p.covers(catalog.Range{To: catalog.Version{Version: stack.Version{Major: 3, Minor: 2}}})
	if out.yes == layers.Yes || old == catalog.None {
		return out
	}
	slash := p.switchedOn("APPEND_SLASH")
	if v := p.setting("APPEND_SLASH"); v.State == Unset {
		slash = layers.Yes
	}
	if slash == layers.Yes && old == catalog.Some {
		slash = layers.Unknown
	}
	if slash != layers.No {
		out.yes = slash
	}
	return out
}

// switchedOn says whether a setting that is off by default has a true value.
func (p *Pass) switchedOn(name string) layers.Tri {
	v := p.setting(name)
	switch v.State {
	case Unset:
		return layers.No
	case Unknown:
		return layers.Unknown
	}
	switch x := v.Value.(type) {
	case nil:
		return layers.No
	case bool:
		if !x {
			return layers.No
		}
	case string:
		if x == "" {
			return layers.No
		}
	case int:
		if x == 0 {
			return layers.No
		}
	case []string:
		if len(x) == 0 && !v.Partial {
			return layers.No
		}
	}
	return layers.Yes
}
