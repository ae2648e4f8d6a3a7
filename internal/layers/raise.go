package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// raise records an error unless a handler around it catches it.
func (w *walker) raise(s python.Node, st *state) {
	x := s.Field(python.FieldValue)
	if x.IsZero() {
		w.raised(s, Raise{Kind: Reraise}, st)
		st.dead = true
		return
	}
	if c := s.Field(python.FieldCause); !c.IsZero() {
		w.eval(c, st)
	}
	v := w.eval(x, st)
	target := x
	if x.Kind() == python.KindCall {
		target = x.Field(python.FieldFunc)
	}
	kind, path := w.errorKind(target, st)
	name := lastName(target)
	switch {
	case v.has(isError) && x.Kind() == python.KindName:
		w.raised(s, Raise{Kind: Reraise}, st)
	case name == "?":
		w.raised(s, Raise{Kind: KindUnsure}, st)
	default:
		if path != "" {
			if i := strings.LastIndexByte(path, '.'); i >= 0 {
				name = path[i+1:]
			}
		}
		w.raised(s, Raise{Name: name, Path: path, Kind: kind}, st)
	}
	st.dead = true
}

func (w *walker) raised(n python.Node, e Raise, st *state) {
	if w.lazy > 0 {
		return
	}
	for _, t := range w.tries {
		for _, c := range t.types {
			if c == "" || c == "BaseException" || c == "Exception" && e.Kind != Exit || c == e.Name && c != "" ||
				c == "Http404" && e.Kind == NotFound || c == "SuspiciousOperation" && e.Kind == Bad ||
				c == "PermissionDenied" && e.Kind == Denied {
				return
			}
		}
	}
	e.Hook, e.Phase, e.Span, e.Via = w.frame.hook, w.phaseOf(st), w.span(n), w.frame.via
	if _, first := w.once(recordKey{what: "raise", name: e.Name, hook: e.Hook, phase: e.Phase}, n, 0); first {
		w.layer.Raises = append(w.layer.Raises, e)
	}
}

// errorKind says what Django makes of an error class; one that the layer keeps
// as an attribute is looked up along its bases.
func (w *walker) errorKind(x python.Node, st *state) (RaiseKind, string) {
	if o := x.Field(python.FieldObject); x.Kind() == python.KindAttribute && o.Kind() == python.KindName {
		if v, ok := st.env[o.Name()]; ok && v.has(isSelf|isClass) {
			switch v := w.eval(x, st); {
			case v.cls != nil:
				return w.r.classErrorKind(v.cls), v.cls.path
			case v.path != "":
				return namedErrorKind(v.path), v.path
			}
			return KindUnsure, ""
		}
	}
	return w.r.errorKind(w.frame.mod, x)
}

// errorKind of a name, as django/core/handlers/exception.py,
// response_for_exception, has it.
func (r *Reader) errorKind(m *module, x python.Node) (RaiseKind, string) {
	if k := x.Kind(); k != python.KindName && k != python.KindAttribute {
		return KindUnsure, ""
	}
	kind, path := KindUnsure, ""
	for i, t := range r.resolveExpr(m, x, 0) {
		k, p := KindUnsure, t.path
		switch t.kind {
		case targetClass:
			k = r.classErrorKind(r.class(t.mod, t.node))
		case targetExternal:
			k = namedErrorKind(t.path)
		default:
			k = namedErrorKind(x.Name())
			if k == OtherError {
				k = KindUnsure
			}
		}
		if i == 0 {
			kind, path = k, p
		} else if k != kind {
			kind = KindUnsure
		}
	}
	return kind, path
}

func (r *Reader) classErrorKind(c *class) RaiseKind {
	kind := OtherError
	for _, b := range c.mro {
		name := b.path
		if b.cls != nil {
			name = b.cls.path
		}
		switch k := namedErrorKind(name); {
		case k != OtherError:
			return k
		case b.cls == nil && !strings.HasPrefix(name, "builtins."):
			kind = KindUnsure
		}
	}
	return kind
}

func namedErrorKind(path string) RaiseKind {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch name {
	case "Http404", "Resolver404", "NotFound404":
		return NotFound
	case "PermissionDenied":
		return Denied
	case "SuspiciousOperation", "DisallowedHost", "DisallowedRedirect", "SuspiciousFileOperation", "SuspiciousMultipartForm",
		"SuspiciousSession", "DisallowedModelAdminLookup", "DisallowedModelAdminToField", "RequestDataTooBig",
		"TooManyFieldsSent", "TooManyFilesSent", "InvalidSessionKey", "InvalidJWT", "BadRequest", "MultiPartParserError",
		"SessionInterrupted":
		return Bad
	case "MiddlewareNotUsed":
		return NotUsed
	case "SystemExit", "KeyboardInterrupt", "GeneratorExit":
		return Exit
	}
	return OtherError
}

// assert reads an assertion: one on an attribute of the request is a need.
func (w *walker) assert(s python.Node, st *state) {
	test := s.Field(python.FieldTest)
	if attr, at, ok := w.hasattrTest(test, st); ok {
		w.need(at, attr, st)
	}
	w.eval(test, st)
	w.refine(test, st, true, 0)
	w.raised(s, Raise{Name: "AssertionError", Path: "builtins.AssertionError", Kind: OtherError}, st)
	st.cond++
	w.eval(s.Field(python.FieldMsg), st)
	st.cond--
}

// required sees "if not hasattr(request, 'x'): raise …".
func (w *walker) required(s python.Node, st *state) {
	test := s.Field(python.FieldTest)
	if test.Kind() != python.KindUnaryOp || test.Op() != "not" {
		return
	}
	if _, ok := raisesOnly(s); !ok {
		return
	}
	if attr, at, ok := w.hasattrTest(test.Field(python.FieldValue), st); ok {
		w.need(at, attr, st)
	}
}

// hasattrTest reads hasattr(request, "x").
func (w *walker) hasattrTest(test python.Node, st *state) (attr string, at python.Node, ok bool) {
	args := callArgs(test)
	if test.Kind() != python.KindCall || test.Field(python.FieldFunc).Name() != "hasattr" || len(args) != 2 ||
		!w.isRequestExpr(args[0], st) {
		return "", python.Node{}, false
	}
	attr, ok = args[1].StringValue()
	return attr, test, ok
}
