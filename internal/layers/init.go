package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// mixinRequired is the release whose MiddlewareMixin takes no call without
// get_response any more (django/utils/deprecation.py, 4.0).
func mixinTakes(v stack.Version) Takes {
	if !v.IsZero() && !v.AtLeast(stack.Version{Major: 4}) {
		return TakesOptional
	}
	return TakesRequired
}

// readInit reads how a class is built.
func (r *Reader) readInit(c *class) Init {
	if _, members, _ := c.lookup("__new__", 0); len(members) > 0 {
		in := r.initFrom(c, 0, 0)
		in.Takes = TakesUnknown
		return in
	}
	return r.initFrom(c, 0, 0)
}

// initFrom reads the first __init__ at or behind a place in the order of bases.
func (r *Reader) initFrom(c *class, from, depth int) Init {
	for i := from; i < len(c.mro) && depth < 8; i++ {
		b := c.mro[i]
		switch {
		case b.cls != nil:
			members := b.cls.own("__init__")
			if len(members) == 0 {
				continue
			}
			if len(members) > 1 || members[0].node.Kind() != python.KindFunctionDef {
				return Init{Owner: b.cls.path, Inherited: i > 0, Takes: TakesUnknown, Span: r.span(b.cls.mod, members[0].stmt)}
			}
			return r.initOf(c, i, b.cls, members[0], depth)
		case b.path == mixinPath:
			return Init{
				Owner: mixinPath, Inherited: true, Takes: mixinTakes(r.opts.Django), Stores: "get_response", StoresIt: Yes,
				Super: Yes, SuperPasses: Yes,
			}
		case b.path == objectPath:
		default:
			if b.kind != targetExternal || !r.known(b) {
				return Init{Inherited: true, Takes: TakesUnknown}
			}
			switch style, _, ok := r.catalogStyle(b.path); {
			case ok && style == Mixin:
				return Init{Owner: b.path, Inherited: true, Takes: mixinTakes(r.opts.Django), Stores: "get_response", StoresIt: Yes}
			case ok && style == Modern:
				return Init{Owner: b.path, Inherited: true, Takes: TakesRequired}
			}
			return Init{Owner: b.path, Inherited: true, Takes: TakesUnknown}
		}
	}
	return Init{Takes: TakesNone, StoresIt: No, Super: No, SuperPasses: No}
}

// initOf reads one __init__.
func (r *Reader) initOf(c *class, at int, owner *class, m classMember, depth int) Init {
	fn := m.node
	p := readParams(fn)
	in := Init{
		Owner: owner.path, Inherited: at > 0, Span: r.span(owner.mod, fn), StoresIt: No, Super: No, SuperPasses: No,
		Extra: p.kwneeded,
	}
	next := ""
	switch {
	case len(p.names) > 1:
		next = p.names[1]
		in.Takes = TakesOptional
		if len(p.required) > 1 {
			in.Takes = TakesRequired
			in.Extra = append(in.Extra, p.required[2:]...)
		}
	case p.vararg != "":
		next, in.Takes = "*"+p.vararg, TakesAny
	default:
		in.Takes = TakesNone
	}
	if m.conditional {
		in.Takes = TakesUnknown
	}
	if _, known := methodKind(fn); !known {
		in.Takes = TakesUnknown
	}
	self := ""
	if len(p.names) > 0 {
		self = p.names[0]
	}
	for n := range fn.Descendants() {
		switch n.Kind() {
		case python.KindAssign, python.KindAnnAssign:
			in.stores(n, self, next)
		case python.KindCall:
			if superInit(n, self) {
				in.Super = Yes
				in.SuperSpan = r.span(owner.mod, n)
				if passes(n, next, p) {
					in.SuperPasses = Yes
				}
				continue
			}
			for _, a := range callArgs(n) {
				in.GivesSelf = in.GivesSelf || a.Kind() == python.KindName && a.Name() == self && self != ""
			}
		}
	}
	if in.Super == Yes && in.Stores == "" {
		base := r.initFrom(c, at+1, depth+1)
		switch {
		case in.SuperPasses == Yes:
			if in.Takes == TakesAny {
				in.Extra = append(in.Extra, base.Extra...)
			}
			in.Stores, in.StoresIt = base.Stores, base.StoresIt
			in.Wraps = append(in.Wraps, base.Wraps...)
		case base.Takes == TakesUnknown:
			in.StoresIt = Unknown
		}
	}
	return in
}

// stores sees "self.x = get_response" and "self.x = wrap(get_response)".
func (in *Init) stores(n python.Node, self, next string) {
	v := n.Field(python.FieldValue)
	if next == "" || v.IsZero() {
		return
	}
	holds := false
	for d := range v.Descendants() {
		holds = holds || d.Kind() == python.KindName && d.Name() == next
	}
	if !holds {
		return
	}
	for _, fd := range []python.Field{python.FieldTargets, python.FieldTarget} {
		for t := range n.All(fd) {
			if t.Kind() != python.KindAttribute || t.Field(python.FieldObject).Name() != self {
				continue
			}
			if v.Kind() == python.KindName {
				if in.Stores == "" || t.Name() == "get_response" {
					in.Stores, in.StoresIt = t.Name(), Yes
				}
				continue
			}
			in.Wraps = append(in.Wraps, t.Name())
			if in.StoresIt == No {
				in.StoresIt = Unknown
			}
		}
	}
}

// superInit says that a call is super().__init__(…) or Base.__init__(self, …).
func superInit(call python.Node, self string) bool {
	f := call.Field(python.FieldFunc)
	if f.Kind() != python.KindAttribute || f.Name() != "__init__" {
		return false
	}
	o := f.Field(python.FieldObject)
	if o.Kind() == python.KindCall && o.Field(python.FieldFunc).Name() == "super" {
		return true
	}
	a := callArgs(call)
	return len(a) > 0 && a[0].Kind() == python.KindName && a[0].Name() == self && self != ""
}

// passes says that a call hands get_response on.
func passes(call python.Node, next string, p params) bool {
	for a := range call.All(python.FieldArgs) {
		switch a.Kind() {
		case python.KindName:
			if a.Name() == next {
				return true
			}
		case python.KindStarred:
			if v := a.Field(python.FieldValue); p.vararg != "" && v.Name() == p.vararg {
				return true
			}
		case python.KindKeyword:
			v := a.Field(python.FieldValue)
			if v.Kind() == python.KindName && v.Name() == next || a.Is(python.FlagDoubleStar) && p.kwarg != "" && v.Name() == p.kwarg {
				return true
			}
		}
	}
	return false
}

// readInitBody reads what __init__ raises.
func (w *walker) readInitBody() {
	_, members, at := w.cls.lookup("__init__", 0)
	if len(members) != 1 || at < 0 || members[0].node.Kind() != python.KindFunctionDef {
		return
	}
	owner := w.cls.mro[at].cls
	fn := &function{mod: owner.mod, node: members[0].node, name: "__init__", owner: owner, bound: true}
	p := readParams(fn.node)
	st := newState()
	w.bind(fn, args{vals: []value{{bits: isCallNext}}, names: []string{""}, nodes: []python.Node{{}}}, st)
	if len(p.names) < 2 {
		for _, name := range p.names[min(1, len(p.names)):] {
			st.env[name] = value{bits: anything}
		}
	}
	// A wrapper that is built around get_response is no call of it.
	w.run(&frame{mod: fn.mod, fn: fn, hook: "__init__"}, st)
	l := w.layer
	var rest []Raise
	for _, e := range l.Raises {
		switch {
		case e.Hook != "__init__":
			rest = append(rest, e)
		case e.Kind == NotUsed:
			l.Init.NotUsed = append(l.Init.NotUsed, Site{Hook: "__init__", Text: e.Name, Span: e.Span})
		default:
			l.Init.Raises = append(l.Init.Raises, e)
		}
	}
	l.Raises = rest
	l.Next = nil
}
