package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
)

// eval reads an expression, records what it does and says what it may be.
func (w *walker) eval(n python.Node, st *state) value {
	if n.IsZero() || !w.step() {
		return value{bits: anything}
	}
	w.deep++
	defer func() { w.deep-- }()
	if w.deep > maxNested {
		w.full = true
		return value{bits: anything}
	}
	switch n.Kind() {
	case python.KindName:
		return w.name(n, st)
	case python.KindAttribute:
		return w.attribute(n, st)
	case python.KindCall:
		return w.call(n, st)
	case python.KindSubscript:
		return w.subscript(n, st)
	case python.KindBoolOp:
		return w.boolOp(n, st)
	case python.KindIfExp:
		return w.ifExp(n, st)
	case python.KindAwait:
		return w.eval(n.Field(python.FieldValue), st)
	case python.KindNamedExpr:
		v := w.eval(n.Field(python.FieldValue), st)
		w.assign(n.Field(python.FieldTarget), v, n.Field(python.FieldValue), st)
		return v
	case python.KindLambda:
		fn := &function{mod: w.frame.mod, node: n, name: "lambda", env: st.env}
		w.lazily(fn, st)
		return value{bits: isOther, fn: fn}
	case python.KindListComp, python.KindSetComp, python.KindGeneratorExp, python.KindDictComp:
		return w.comprehension(n, st)
	case python.KindString, python.KindNumber:
		s, ok := n.StringValue()
		if ok && s == "" || n.Text() == "0" {
			return value{bits: isFalsy}
		}
		return value{bits: isOther, str: s}
	case python.KindUnaryOp, python.KindCompare, python.KindBinOp, python.KindList, python.KindTuple, python.KindDict,
		python.KindSet, python.KindFString, python.KindTString, python.KindEllipsis:
		w.children(n, st)
		if n.Kind() == python.KindBinOp {
			return value{bits: isOther | isFalsy}
		}
		return value{bits: isOther}
	}
	w.children(n, st)
	return value{bits: anything}
}

// children reads every expression below a node, through parts that are none.
func (w *walker) children(n python.Node, st *state) {
	for c := range n.Children() {
		switch {
		case c.Kind().IsExpression():
			w.eval(c, st)
		case c.Kind() == python.KindDictItem, c.Kind() == python.KindFormattedValue, c.Kind() == python.KindKeyword:
			w.children(c, st)
		}
	}
}

func (w *walker) name(n python.Node, st *state) value {
	name := n.Name()
	if v, ok := st.env[name]; ok {
		return v
	}
	switch name {
	case "None":
		return value{bits: isNone}
	case "True":
		return value{bits: isOther}
	case "False":
		return value{bits: isFalsy}
	}
	return w.globalName(w.frame.mod, n)
}

// globalName is what a name that is not local stands for.
func (w *walker) globalName(m *module, n python.Node) value {
	name := n.Name()
	if isBuiltin(name) && len(m.binds[name]) == 0 {
		return value{bits: isOther, path: "builtins." + name}
	}
	ts := w.r.resolve(m, name, 0)
	if len(ts) > 1 {
		for _, t := range ts[1:] {
			if t.kind != ts[0].kind {
				return value{bits: anything}
			}
		}
	}
	v := w.global(ts[0])
	if v.path == "" && ts[0].kind == targetMissing {
		v.path = name
	}
	return v
}

// global is the value of something at module level.
func (w *walker) global(t target) value {
	switch t.kind {
	case targetFunction:
		return value{bits: isOther, fn: &function{mod: t.mod, node: t.node, name: t.node.Name()}, path: t.path}
	case targetClass:
		c := w.r.class(t.mod, t.node)
		return value{bits: isOther, cls: c, path: t.path}
	case targetExternal, targetModule:
		return value{bits: isOther | isOpaque, path: t.path}
	case targetValue:
		return w.r.constant(t)
	}
	return value{bits: anything}
}

// constant is the value of an assignment at module or class level.
func (r *Reader) constant(t target) value {
	n := t.node
	switch n.Kind() {
	case python.KindString, python.KindNumber, python.KindList, python.KindTuple, python.KindDict, python.KindSet:
		return value{bits: isOther | isFalsy, path: t.path}
	case python.KindName:
		switch n.Name() {
		case "None":
			return value{bits: anything, path: t.path} // a variable of the module: others may set it
		case "True", "False":
			return value{bits: isOther | isFalsy}
		}
	case python.KindCall:
		if text, ok := r.localObject(t.mod, n); ok {
			return value{bits: isOther | isLocal, text: text, path: t.path}
		}
	}
	return value{bits: anything, path: t.path}
}

// localObject knows threading.local(), asgiref's Local and context variables.
func (r *Reader) localObject(m *module, call python.Node) (kind string, ok bool) {
	for _, t := range r.resolveExpr(m, call.Field(python.FieldFunc), 0) {
		switch t.path {
		case "threading.local", "_threading_local.local", "asgiref.local.Local", "django.utils._threading_local.local",
			"eventlet.corolocal.local", "gevent.local.local", "werkzeug.local.Local":
			return "local", true
		case "contextvars.ContextVar":
			return "context", true
		}
		if t.kind == targetClass {
			for _, b := range r.class(t.mod, t.node).mro {
				if b.path == "threading.local" || b.path == "asgiref.local.Local" {
					return "local", true
				}
			}
		}
	}
	return "", false
}

func (w *walker) subscript(n python.Node, st *state) value {
	object := w.eval(n.Field(python.FieldObject), st)
	w.eval(n.Field(python.FieldIndex), st)
	if object.has(isReply | isHeaders) {
		return value{bits: isOther | isFalsy}
	}
	if object.only(isOther) && object.path == "" {
		return value{bits: anything}
	}
	return value{bits: anything}
}

func (w *walker) boolOp(n python.Node, st *state) value {
	and := n.Op() == "and"
	var out value
	cur := st
	first := true
	var elts []python.Node
	for e := range n.All(python.FieldElts) {
		elts = append(elts, e)
	}
	end := (*state)(nil)
	for i, e := range elts {
		v := w.eval(e, cur)
		if i >= maxParts { // what holds here is what held before
			out = join(out, v)
			continue
		}
		if i < len(elts)-1 {
			if and {
				out = join(out, v.falsy())
			} else if t := v.truthy(); t.bits != 0 {
				out = join(out, t)
			}
			exit := cur.copy()
			w.refine(e, exit, !and, 0)
			next := cur.copy()
			w.refine(e, next, and, 0)
			next.cond++
			if end == nil {
				end = exit
			} else {
				m := exit.copy()
				m.merge(end, exit)
				end = m
			}
			cur = next
			first = false
			continue
		}
		out = join(out, v)
	}
	if !first && end != nil {
		m := st.copy()
		m.merge(end, cur)
		dead, left := st.dead, st.left
		cond := st.cond
		st.set(m)
		st.dead, st.left, st.cond = dead, left, cond
	}
	return out
}

func (w *walker) ifExp(n python.Node, st *state) value {
	test := n.Field(python.FieldTest)
	w.eval(test, st)
	yes, no := st.copy(), st.copy()
	w.refine(test, yes, true, 0)
	w.refine(test, no, false, 0)
	switch {
	case no.dead && !yes.dead:
		return w.eval(n.Field(python.FieldBody), st)
	case yes.dead && !no.dead:
		return w.eval(n.Field(python.FieldOrelse), st)
	}
	yes.cond++
	no.cond++
	a := w.eval(n.Field(python.FieldBody), yes)
	b := w.eval(n.Field(python.FieldOrelse), no)
	st.merge(yes, no)
	return join(a, b)
}

func (w *walker) comprehension(n python.Node, st *state) value {
	inner := st.copy()
	for g := range n.All(python.FieldGenerators) {
		w.eval(g.Field(python.FieldIter), inner)
		if n.Kind() != python.KindGeneratorExp {
			w.consumed(g.Field(python.FieldIter), inner)
		}
		w.assign(g.Field(python.FieldTarget), value{bits: anything}, python.Node{}, inner)
		inner.cond++
		inner.loop++
		for i := range g.All(python.FieldIfs) {
			w.eval(i, inner)
			w.refine(i, inner, true, 0)
		}
	}
	for _, fd := range []python.Field{python.FieldElt, python.FieldKey, python.FieldValue} {
		if x := n.Field(fd); !x.IsZero() {
			w.eval(x, inner)
		}
	}
	st.phase |= inner.phase
	out := value{bits: isOther | isFalsy}
	if n.Kind() == python.KindGeneratorExp {
		out.iterator = iteratorKind(n)
	}
	return out
}
