package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
)

// bind gives a function's parameters their values.
func (w *walker) bind(fn *function, a args, st *state) {
	p := readParams(fn.node)
	names := p.names
	if fn.bound && len(names) > 0 {
		self := value{bits: isSelf}
		if fn.static == "classmethod" {
			self = value{bits: isClass, cls: fn.owner}
		}
		st.env[names[0]] = self
		names = names[1:]
	}
	for _, name := range names {
		st.env[name] = value{bits: anything}
	}
	for _, name := range p.kwonly {
		st.env[name] = value{bits: anything}
	}
	for _, name := range []string{p.vararg, p.kwarg} {
		if name != "" {
			st.env[name] = value{bits: isOther | isFalsy}
		}
	}
	for i, v := range a.vals {
		switch {
		case a.names[i] != "":
			st.env[a.names[i]] = v
		case i < len(names):
			st.env[names[i]] = v
		}
	}
	// A parameter that is not given has its default.
	given := map[string]bool{}
	for i := range a.vals {
		if a.names[i] != "" {
			given[a.names[i]] = true
		} else if i < len(names) {
			given[names[i]] = true
		}
	}
	if a.star {
		return
	}
	for e := range fn.node.Field(python.FieldParams).All(python.FieldElts) {
		d := e.Field(python.FieldValue)
		if d.IsZero() || given[e.Name()] {
			continue
		}
		switch d.Text() {
		case "None":
			st.env[e.Name()] = value{bits: isNone}
		case "False", "0", "''", `""`:
			st.env[e.Name()] = value{bits: isFalsy}
		case "True":
			st.env[e.Name()] = value{bits: isOther}
		}
	}
}

// construct is a call of a class of the tree.
func (w *walker) construct(n python.Node, callee value, a args, st *state) value {
	for _, b := range callee.cls.mro {
		name := b.name()
		if kind, ok := responseClass(name); ok {
			return value{bits: isFresh, made: []origin{{w.frame.mod, n}}, kind: kind}
		}
	}
	w.unfollowed(n, n.Field(python.FieldFunc), callee.cls.path, st)
	if a.has(isRequest | isReply) {
		w.unread(n, st)
	}
	if a.has(isCallNext | isWrapNext) {
		if w.frame.hook != "" {
			st.phase = before | after
		}
		return value{bits: isWrapNext | isOpaque, cls: callee.cls, made: []origin{{w.frame.mod, n}}}
	}
	if _, unknown := w.r.unknownBase(callee.cls); unknown {
		return value{bits: isOpaque, made: []origin{{w.frame.mod, n}}}
	}
	return value{bits: isOther}
}

// builtin reads the calls whose names say what they do.
func (w *walker) builtin(n, f python.Node, st *state) (value, bool) {
	if f.Kind() != python.KindName {
		return value{}, false
	}
	name := f.Name()
	if _, local := st.env[name]; local || len(w.frame.mod.binds[name]) > 0 {
		return value{}, false
	}
	switch name {
	case "super":
		owner := w.frame.fn.owner
		if x := callArgs(n); len(x) > 0 {
			if v := w.eval(x[0], st); v.cls != nil {
				owner = v.cls
			}
		}
		return value{bits: isSuper, owner: owner}, true
	case "hasattr", "getattr", "setattr", "delattr":
		return w.attrCall(n, name, st)
	case "callable", "isinstance", "issubclass", "bool":
		w.args(n, st)
		return value{bits: isOther | isFalsy}, true
	case "iter":
		a := w.args(n, st)
		if len(a.vals) > 0 && a.vals[0].has(isReply) {
			w.content(n, "iterate", false, a.vals[0], st)
		}
		return value{bits: isOther}, true
	case "map", "filter", "zip":
		w.args(n, st)
		return value{bits: isOther | isFalsy, iterator: "sync"}, true
	case "type":
		a := w.args(n, st)
		if len(a.vals) == 1 && a.vals[0].has(isSelf) {
			return value{bits: isClass, cls: w.cls}, true
		}
		return value{bits: isOther | isOpaque}, true
	}
	return value{}, false
}

// attrCall is hasattr, getattr, setattr or delattr.
func (w *walker) attrCall(n python.Node, what string, st *state) (value, bool) {
	x := callArgs(n)
	if len(x) < 2 {
		return value{}, false
	}
	object := w.eval(x[0], st)
	name, known := x[1].StringValue()
	if !known {
		name = w.text(x[1], st)
		w.eval(x[1], st)
	}
	for _, rest := range x[2:] {
		w.eval(rest, st)
	}
	out := value{bits: anything}
	switch {
	case what == "setattr" && object.has(isRequest):
		w.write(n, name, "set", st)
		return value{bits: isNone}, true
	case what == "delattr" && object.has(isRequest):
		w.read(n, name, st)
		w.write(n, name, "delete", st)
		w.gone(name, st)
		return value{bits: isNone}, true
	case what == "setattr" && object.has(isLocal):
		w.setLocal(n, x[0].Text()+"."+name, st)
	case what == "delattr" && object.has(isLocal):
		w.resetLocal(n, x[0].Text()+"."+name, st)
	case what == "setattr" && object.has(isSelf):
		w.stateWrite(n, "self."+name, "set", w.descentOf(x[2:], st), st)
	case what == "setattr" && (object.has(isClass) || object.cls != nil):
		w.stateWrite(n, short(x[0].Text())+"."+name, "set", w.descentOf(x[2:], st), st)
	case what == "hasattr" && object.has(isRequest):
		w.guarded(n, name, "hasattr", st)
		out = value{bits: isOther | isFalsy}
	case what == "hasattr":
		out = value{bits: isOther | isFalsy}
	case what == "getattr" && object.has(isRequest):
		if bodyAttr(name) {
			w.body(n, name, st)
		}
		if len(x) > 2 {
			w.guarded(n, name, "getattr", st)
			out.attr = name
		} else if ownAttr(name) {
			w.former(n, name, "", st)
		} else {
			w.read(n, name, st)
		}
		if name == "session" {
			out.bits |= isSession
		}
	case what == "getattr" && w.replyLike(x[0], object):
		if name == "streaming" {
			w.content(n, name, false, object, st)
		}
	case what == "getattr" && object.has(isSelf) && name == w.next:
		out = value{bits: isCallNext}
	}
	return out, true
}
