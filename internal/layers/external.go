package layers

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// find is what the catalog says of a path outside of the tree.
func (r *Reader) find(path string) *catalog.Middleware {
	if r.opts.Catalog == nil {
		return nil
	}
	if m := r.opts.Catalog.Find(path); m != nil {
		return m
	}
	if next := r.opts.Catalog.Canonical(path); next != path {
		return r.opts.Catalog.Find(next)
	}
	return nil
}

// era is how the catalog says a layer is built in the version to read for; of
// an unknown version, in the newest.
func (r *Reader) era(m *catalog.Middleware) (catalog.Era, bool) {
	if e, ok := m.EraAt(r.opts.Django); ok {
		return e, true
	}
	if n := len(m.Eras); n > 0 && r.opts.Django.IsZero() {
		return m.Eras[n-1], true
	}
	return catalog.Era{}, false
}

func (r *Reader) catalogStyle(path string) (Style, catalog.Era, bool) {
	if path == mixinPath {
		return Mixin, catalog.Era{Sync: true, Async: true}, true
	}
	m := r.find(path)
	if m == nil {
		return StyleUnknown, catalog.Era{}, false
	}
	e, ok := r.era(m)
	if !ok {
		return StyleUnknown, e, false
	}
	switch e.Style {
	case "classic":
		return Classic, e, true
	case "mixin":
		return Mixin, e, true
	case "modern":
		if strings.Contains(m.Kind, "function") {
			return Function, e, true
		}
		return Modern, e, true
	}
	return StyleUnknown, e, false
}

// catalogHook is a hook of a layer that the catalog describes. What the catalog
// does not say of it is unknown.
func (r *Reader) catalogHook(path, name string) (*Hook, bool) {
	m := r.find(path)
	if m == nil {
		return nil, false
	}
	e, ok := r.era(m)
	if !ok {
		return nil, false
	}
	for _, h := range e.Hooks {
		if h != name {
			continue
		}
		out := &Hook{Name: name, Owner: path, Inherited: true, Fits: Yes}
		out.Answers = catalogAnswers(m, e, name)
		return out, true
	}
	return nil, false
}

// catalogCall is a call of a hook of a base that the catalog describes.
func (w *walker) catalogCall(path string) (value, bool) {
	base, hook, _ := cut(path)
	if !isHook(hook) || !slices.Contains(w.layer.supers, path) {
		return value{}, false
	}
	h, ok := w.r.catalogHook(base, hook)
	if !ok {
		return value{}, false
	}
	switch hook {
	case "process_request", "process_view", "process_exception":
		switch h.Answers {
		case No:
			return value{bits: isNone}, true
		case Yes:
			return value{bits: isFresh | isNone}, true
		}
	case "process_response", "process_template_response":
		return value{bits: isResponse | isOpaque}, true
	}
	return value{}, false
}

// catalogAnswers says whether a described hook may answer. The catalog lists
// every way a layer answers, by phase; a phase that it does not name is unknown.
func catalogAnswers(m *catalog.Middleware, e catalog.Era, hook string) Tri {
	t := No
	if hook == "__acall__" { // the same in async mode
		hook = "__call__"
	}
	for _, s := range m.ShortCircuit {
		switch {
		case s.Phase == "":
			t = Unknown
			if len(e.Hooks) == 1 {
				return Yes
			}
		case strings.HasPrefix(s.Phase, "response"): // it exchanges the response
		case hookOfPhase(s.Phase, e) == hook:
			return Yes
		}
	}
	return t
}

// hookOfPhase is the hook in which something of a phase happens.
func hookOfPhase(phase string, e catalog.Era) string {
	modern := e.Style == "modern"
	switch {
	case strings.HasPrefix(phase, "view"):
		return "process_view"
	case strings.HasPrefix(phase, "exception"):
		return "process_exception"
	case modern:
		return "__call__"
	case strings.HasPrefix(phase, "response"):
		return "process_response"
	case strings.HasPrefix(phase, "request"), phase == "":
		return "process_request"
	}
	return ""
}

func phaseNamed(phase string) Phase {
	switch {
	case strings.HasPrefix(phase, "request"):
		return RequestPhase
	case strings.HasPrefix(phase, "view"):
		return ViewPhase
	case strings.HasPrefix(phase, "response"):
		return ResponsePhase
	case strings.HasPrefix(phase, "exception"):
		return ExceptionPhase
	}
	return EitherPhase
}

// readExternal fills a layer with what the catalog says of it.
func (r *Reader) readExternal(l *Layer, path string) {
	m := r.find(path)
	if m == nil {
		l.Origin = FromOutside
		return
	}
	l.Origin, l.Package, l.Target = FromCatalog, m.Package, m.Path
	style, e, ok := r.catalogStyle(path)
	if !ok {
		l.unclear(l.Span, "the catalog does not say how it is built in this Django version")
		return
	}
	l.Style = style
	for _, name := range hookOrder {
		if h, ok := r.catalogHook(path, name); ok {
			h.Inherited = false
			l.Hooks = append(l.Hooks, *h)
		}
	}
	l.Async = Async{SyncCapable: triOf(e.Sync), AsyncCapable: triOf(e.Async), Native: triOf(e.NativeAsync)}
	switch style {
	case Mixin:
		l.Init = Init{Owner: mixinPath, Takes: mixinTakes(r.opts.Django), Stores: "get_response", StoresIt: Yes}
	case Classic:
		l.Init = Init{Takes: TakesNone, StoresIt: No}
	case Modern, Function:
		l.Init = Init{Owner: path, Takes: TakesRequired, StoresIt: Yes}
	}
	r.addCatalog(l, m, e)
}

// addCatalogBases adds what the catalog says of bases outside of the tree for
// the hooks that the class has from them.
func (r *Reader) addCatalogBases(l *Layer, c *class) {
	for _, b := range c.mro {
		if b.cls != nil || b.path == mixinPath {
			continue
		}
		m := r.find(b.path)
		if m == nil {
			continue
		}
		if e, ok := r.era(m); ok {
			r.addCatalog(l, m, e)
		}
	}
}

// catalogGuard reads what the catalog says happens without an attribute.
func catalogGuard(missing string) Tri {
	switch {
	case missing == "", missing == "n/a":
		return Unknown
	case strings.Contains(missing, "Error"), strings.Contains(missing, "ImproperlyConfigured"), strings.Contains(missing, "raise"),
		strings.Contains(missing, "fail"):
		return No
	}
	return Yes
}

// holds says that something the catalog says holds in a Django version; of an
// unknown version, in the newest.
func holds(a catalog.Attribute, v stack.Version) bool {
	if v.IsZero() {
		return a.To.IsZero()
	}
	return (a.From.IsZero() || v.Compare(a.From.Version) >= 0) && (a.To.IsZero() || v.Compare(a.To.Version) <= 0)
}

func (r *Reader) addCatalog(l *Layer, m *catalog.Middleware, e catalog.Era) {
	add := func(list *[]Access, a catalog.Attribute, op string) {
		attr, found := strings.CutPrefix(a.Attr, "request.")
		if i := strings.IndexAny(attr, ".[ ("); i >= 0 {
			attr = attr[:i]
		}
		hook := hookOfPhase(a.Phase, e)
		if !found || attr == "" || ownAttr(attr) || !holds(a, r.opts.Django) {
			return
		}
		if h := l.Hook(hook); h == nil || h.Owner != m.Path && l.Origin == FromTree && h.Read &&
			!slices.Contains(l.supers, m.Path+"."+hook) {
			return // overridden
		}
		x := Access{Attr: attr, Hook: hook, Phase: phaseNamed(a.Phase), Op: op, Owner: m.Path}
		if op == "" {
			x.Guarded = catalogGuard(a.IfMissing)
		}
		*list = append(*list, x)
	}
	for _, a := range m.Reads {
		add(&l.Reads, a, "")
	}
	for _, a := range m.Writes {
		add(&l.Writes, a, "set")
	}
}
