package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// args are the evaluated arguments of a call.
type args struct {
	nodes []python.Node
	vals  []value
	names []string // keyword names, "" for positional
	star  bool     // *args or **kwargs among them
}

func (w *walker) args(call python.Node, st *state) args {
	var a args
	for x := range call.All(python.FieldArgs) {
		name := ""
		switch x.Kind() {
		case python.KindKeyword:
			name = x.Name()
			if x.Is(python.FlagDoubleStar) {
				a.star = true
			}
			x = x.Field(python.FieldValue)
		case python.KindStarred:
			a.star = true
			x = x.Field(python.FieldValue)
		}
		a.nodes = append(a.nodes, x)
		a.names = append(a.names, name)
		v := w.eval(x, st)
		v.from = max(v.from, w.descent(x, st, 0))
		a.vals = append(a.vals, v)
	}
	return a
}

func (a args) has(b bits) bool {
	for _, v := range a.vals {
		if v.has(b) {
			return true
		}
	}
	return false
}

// get is an argument by position or by name.
func (a args) get(i int, name string) (python.Node, value, bool) {
	for j, n := range a.names {
		if n == name && name != "" {
			return a.nodes[j], a.vals[j], true
		}
	}
	if i >= 0 && i < len(a.nodes) && a.names[i] == "" {
		return a.nodes[i], a.vals[i], true
	}
	return python.Node{}, value{}, false
}

func (w *walker) call(n python.Node, st *state) value {
	f := n.Field(python.FieldFunc)
	if v, done := w.builtin(n, f, st); done {
		return v
	}
	if inner, ok := adapted(f); ok { // sync_to_async(f)(request)
		w.evalOthers(f, inner, st)
		callee := w.eval(inner, st)
		return w.invoke(n, inner, callee, w.args(n, st), st)
	}
	callee := w.eval(f, st)
	a := w.args(n, st)
	switch f.Name() {
	case "list", "tuple", "set", "sum", "join", "sorted", "bytes", "len", "any", "all", "max", "min":
		for _, x := range a.nodes {
			w.consumed(x, st)
		}
	}
	return w.invoke(n, f, callee, a, st)
}

// adapted sees a call of something wrapped for the other mode: asgiref's
// sync_to_async and async_to_sync, functools.partial.
func adapted(f python.Node) (inner python.Node, ok bool) {
	if f.Kind() != python.KindCall {
		return python.Node{}, false
	}
	switch f.Field(python.FieldFunc).Name() {
	case "sync_to_async", "async_to_sync", "database_sync_to_async":
		if a := callArgs(f); len(a) > 0 {
			return a[0], true
		}
	}
	return python.Node{}, false
}

func (w *walker) evalOthers(call, but python.Node, st *state) {
	for x := range call.All(python.FieldArgs) {
		if x != but {
			if x.Kind() == python.KindKeyword {
				x = x.Field(python.FieldValue)
			}
			w.eval(x, st)
		}
	}
}

// invoke is a call of something that was evaluated.
func (w *walker) invoke(n, f python.Node, callee value, a args, st *state) value {
	opaque := value{bits: anything, made: []origin{{w.frame.mod, n}}}
	switch {
	case callee.has(isCallNext):
		return w.callNext(n, false, st)
	case callee.has(isView | isGuard):
		return w.view(n, callee, st)
	case strings.HasPrefix(callee.path, decorator):
		return w.protect(a, 0)
	case callee.has(isWrapNext):
		w.unread(n, st)
		v := w.callNext(n, true, st)
		v.bits |= isOpaque
		v.made = opaque.made
		return v
	case callee.has(isSuper) && strings.HasPrefix(callee.path, "mixin."):
		switch callee.path {
		case "mixin.__call__", "mixin.__acall__":
			w.layer.relays = true
			return w.callNext(n, false, st)
		}
		return value{bits: isNone}
	case callee.has(isSuper):
		return value{bits: isSuper, owner: callee.owner}
	case callee.fn != nil && strings.HasPrefix(callee.path, "django."):
		if v, done := w.known(n, callee.path, a, st); done {
			return v
		}
		return w.follow(n, callee.fn, a, st)
	case callee.fn != nil:
		return w.follow(n, callee.fn, a, st)
	case callee.cls != nil:
		return w.construct(n, callee, a, st)
	case callee.has(isClass):
		return value{bits: isSelf}
	}
	if v, done := w.method(n, f, callee, a, st); done {
		return v
	}
	if callee.path != "" {
		if v, done := w.known(n, callee.path, a, st); done {
			return v
		}
		if v, done := w.catalogCall(callee.path); done {
			return v
		}
	}
	if a.has(isCallNext | isWrapNext) {
		// get_response is handed on; it may be called there, now or later.
		st.phase = before | after
	}
	if kind, ok := responseMaker(callee.path, f); ok {
		return value{bits: isFresh, made: opaque.made, kind: kind}
	}
	w.unfollowed(n, f, callee.path, st)
	if a.has(isRequest | isReply | isSession) {
		w.unread(n, st)
	}
	if a.has(isCallNext | isWrapNext) {
		opaque.bits |= isWrapNext
	}
	return opaque
}

// callNext is a call of get_response.
func (w *walker) callNext(n python.Node, wrapped bool, st *state) value {
	if w.lazy > 0 {
		return value{bits: isNext}
	}
	if wrapped {
		st.phase |= after
	} else {
		st.phase = after
	}
	st.stream = streamUnknown
	st.absent = map[string]bool{}
	c := NextCall{Hook: w.frame.hook, Span: w.span(n), Wrapped: wrapped, Loop: st.loop > 0, Returned: returned(n)}
	if fn := enclosing(n); fn.Kind() == python.KindFunctionDef && fn.Is(python.FlagAsync) {
		c.Async, c.Unawaited = true, unawaited(n)
	}
	if _, first := w.once(recordKey{what: "next", hook: c.Hook}, n, 0); first {
		w.layer.Next = append(w.layer.Next, c)
	}
	return value{bits: isNext}
}

func (w *walker) unread(n python.Node, st *state) {
	w.site(&w.layer.Unread, "unread", n, short(n.Text()), st)
}

// follow reads the body of what is called: hooks of the layer and local
// functions always, helpers one call deep.
func (w *walker) follow(n python.Node, fn *function, a args, st *state) value {
	opaque := value{bits: anything, made: []origin{{w.frame.mod, n}}}
	local := fn.env != nil
	hook := w.hookName(fn)
	free := local || hook != "" || w.frame.helps == maxHelper && predicate(fn.node)
	if !free && fn.owner == nil && strings.HasPrefix(fn.mod.Name, "django.") && fn.mod != w.frame.mod &&
		!a.has(isRequest|isReply|isCallNext|isSession) {
		w.unfollowed(n, n.Field(python.FieldFunc), fn.mod.Name+"."+fn.name, st)
		return opaque // a function of Django that has nothing to do with the request
	}
	if w.depth() >= maxFrames || w.active(fn.node) || !free && w.frame.helps >= maxHelper || w.full {
		w.unfollowed(n, n.Field(python.FieldFunc), "", st)
		if a.has(isRequest | isReply | isSession) {
			w.unread(n, st)
		}
		return opaque
	}
	f := &frame{mod: fn.mod, fn: fn, hook: w.frame.hook, via: fn.name, helps: w.frame.helps}
	f.calls = append(append([]stack.Span{}, w.frame.calls...), w.span(n))
	switch {
	case hook != "":
		if hook != w.frame.hook {
			w.called[hook] = w.frame.hook
		}
		f.hook, f.via = hook, ""
	case !local:
		f.helps++
	}
	inner := st.copy()
	if !local {
		inner.env = map[string]value{}
	}
	w.bind(fn, a, inner)
	inner.left = st.left
	generator := isGenerator(fn.node)
	if generator && !managed(fn.node) { // its body runs when somebody else iterates
		w.lazy++
		tries := w.tries
		w.tries = nil
		w.run(f, inner)
		w.tries = tries
		w.lazy--
		return value{bits: isOther, iterator: iteratorKind(fn.node)}
	}
	v := w.run(f, inner)
	st.phase, st.present, st.reason, st.absent, st.stream = inner.phase, inner.present, inner.reason, inner.absent, inner.stream
	if inner.dead {
		st.dead = true
	}
	if generator {
		v = value{bits: isOther}
	}
	if len(v.implied) > 0 && w.implies != nil {
		w.implies[origin{w.frame.mod, n}] = v.implied
	}
	if fn.node.Kind() == python.KindFunctionDef {
		if _, known := methodKind(fn.node); !known {
			return opaque
		}
	}
	return v
}

// hookName says that a method is one of the layer's own hooks.
func (w *walker) hookName(fn *function) string {
	if fn.owner == nil || w.cls == nil || w.cls.index(fn.owner) < 0 || !isHook(fn.name) {
		return ""
	}
	return fn.name
}
