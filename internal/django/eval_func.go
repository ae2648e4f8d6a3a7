package django

import "github.com/mwcheck/mwcheck/internal/python"

// function makes the value of a def or lambda.
func (e *evaluator) function(n python.Node, name string) *pFunc {
	f := &pFunc{node: n, name: name, mod: e.frame.mod, env: e.frame.scope}
	for p := range n.Field(python.FieldParams).All(python.FieldElts) {
		var d pv
		if v := p.Field(python.FieldValue); !v.IsZero() {
			d = e.eval(v)
		}
		f.defaults = append(f.defaults, d)
	}
	return f
}

func (e *evaluator) defStmt(n python.Node) {
	f := e.function(n, n.Name())
	var v pv = f
	var decorators []python.Node
	for d := range n.All(python.FieldDecorators) {
		decorators = append(decorators, d)
	}
	for i := len(decorators) - 1; i >= 0; i-- {
		v = e.decorate(decorators[i].Field(python.FieldValue), v)
	}
	if n.Is(python.FlagAsync) {
		v = e.unknownNode(n)
	}
	e.bind(n.Name(), v, e.placeOf(n))
}

func (e *evaluator) decorate(d python.Node, v pv) pv {
	dec := e.eval(d)
	if b, ok := dec.(*pBuiltin); ok {
		switch b.name {
		case "property":
			return &pProperty{v}
		case "staticmethod":
			return &pStatic{v}
		case "classmethod":
			return &pClassFn{v}
		}
	}
	if u, ok := dec.(*pUnknown); ok {
		switch lastPart(u.ext) {
		case "lru_cache", "cache", "wraps", "contextmanager", "pristinemethod":
			return v
		case "cached_property":
			return &pProperty{v}
		}
		if d.Kind() == python.KindCall {
			f := d.Field(python.FieldFunc).Name()
			if f == "lru_cache" || f == "wraps" {
				return v
			}
		}
	}
	return e.call(dec, &callArgs{pos: []pv{v}}, d)
}

// isGenerator says that a function's own body yields.
func isGenerator(n python.Node) bool {
	if n.Kind() != python.KindFunctionDef {
		return false
	}
	for d := range n.Descendants() {
		if k := d.Kind(); k != python.KindYield && k != python.KindYieldFrom {
			continue
		}
		for p := d.Parent(); !p.IsZero(); p = p.Parent() {
			if k := p.Kind(); k == python.KindFunctionDef || k == python.KindLambda {
				if p == n {
					return true
				}
				break
			}
		}
	}
	return false
}

// callFunc interprets a function of the tree.
func (e *evaluator) callFunc(f *pFunc, self pv, a *callArgs, n python.Node) pv {
	if e.depth >= e.limits.Depth {
		return e.opaque(f, self, a, n)
	}
	fr := &frame{mod: f.mod, scope: e.newScope(f.env, f.mod), fn: f, self: self}
	fr.scope.fn = true
	pos := a.pos
	if self != nil {
		pos = append([]pv{self}, pos...)
	} else if len(pos) > 0 {
		fr.self = pos[0] // what super() takes
	}
	if !e.bindParams(f, fr, pos, a, n) {
		e.raise("TypeError", "wrong arguments of "+f.name)
	}
	if isGenerator(f.node) {
		return e.newIter(func() []pv { return e.runGenerator(f, fr, n) })
	}
	return e.runBody(f, fr, n)
}

func (e *evaluator) runBody(f *pFunc, fr *frame, n python.Node) pv {
	was, cur, over := e.frame, e.cur, e.override
	e.frame = fr
	e.depth++
	restore := func() {
		e.frame, e.cur, e.override = was, cur, over
		e.depth--
	}
	if f.node.Kind() == python.KindLambda {
		v := e.eval(f.node.Field(python.FieldBody))
		restore()
		return v
	}
	base := len(e.pend)
	out := e.settle(base, e.body(f.node, python.FieldBody), flowReturn)
	restore()
	if out.kind == flowRaise {
		panic(out.exc)
	}
	if out.v == nil {
		return e.unknownNode(n)
	}
	return out.v
}

// runGenerator executes a generator's body and collects what it yields.
func (e *evaluator) runGenerator(f *pFunc, fr *frame, n python.Node) []pv {
	list := e.newList(nil)
	fr.scope.names["<yield>"] = e.newCell(&pyBinding{v: list})
	e.runBody(f, fr, n)
	return e.items(list)
}

func (e *evaluator) yielded(n python.Node) pv {
	v := n.Field(python.FieldValue)
	var val pv = pNone{}
	if !v.IsZero() {
		val = e.eval(v)
	}
	for s := e.frame.scope; s != nil; s = s.up {
		if b := e.get(s, "<yield>"); b != nil {
			if l, ok := b.v.(*pRef); ok {
				if n.Kind() == python.KindYieldFrom {
					e.extend(l, val, n)
				} else {
					items := e.items(l)
					e.setItems(l, append(items[:len(items):len(items)], val))
				}
			}
			break
		}
	}
	return e.unknownNode(n)
}

// bindParams binds arguments to parameters; false where Python would refuse.
func (e *evaluator) bindParams(f *pFunc, fr *frame, pos []pv, a *callArgs, n python.Node) bool {
	used := map[string]bool{}
	i, next := -1, 0
	star := false
	ok := true
	kwRest := -1
	var params []python.Node
	for p := range f.node.Field(python.FieldParams).All(python.FieldElts) {
		params = append(params, p)
	}
	for _, p := range params {
		i++
		name := p.Name()
		at := e.placeOf(p)
		switch {
		case p.Is(python.FlagSlash):
			continue
		case p.Is(python.FlagDoubleStar):
			kwRest = i
			continue
		case p.Is(python.FlagStar):
			if name != "" {
				rest := append([]pv(nil), pos[min(next, len(pos)):]...)
				next = len(pos)
				if a.open {
					rest = append(rest, e.unknownRun(e.textAt(e.placeOf(n)), e.placeOf(n)))
				}
				e.set(fr.scope, name, &pTuple{rest}, at)
			}
			star = true
			continue
		}
		var v pv
		if !star && next < len(pos) {
			v = pos[next]
			next++
		} else if k := a.key(name); k != nil && name != "" {
			v = k
			used[name] = true
		} else if a.open {
			v = e.unknownNode(n)
		} else if f.defaults[i] != nil {
			v = f.defaults[i]
		} else {
			ok = false
			v = e.unknownNode(n)
		}
		if name == "" { // Python 2's tuple parameter
			was := e.frame
			e.frame = fr
			e.assign(p.Field(python.FieldTarget), v)
			e.frame = was
			continue
		}
		e.set(fr.scope, name, v, at)
	}
	if kwRest >= 0 {
		d := &dictCell{}
		for _, k := range a.kw {
			if !used[k.name] {
				d = d.with(&pStr{s: k.name, at: e.here()}, k.v)
				used[k.name] = true
			}
		}
		if a.open {
			d.open = e.unknownNode(n)
		}
		e.set(fr.scope, params[kwRest].Name(), e.newDict(d), e.placeOf(params[kwRest]))
	}
	for _, k := range a.kw {
		ok = ok && used[k.name]
	}
	return ok && next >= len(pos) || a.open
}

// opaque is a call past the depth limit: what the function can reach is unknown.
func (e *evaluator) opaque(f *pFunc, self pv, a *callArgs, n python.Node) pv {
	e.noteOnce("calls nest too deeply; what the function does is not known", e.here())
	for _, v := range a.all() {
		e.havoc(v)
	}
	if self != nil {
		e.havoc(self)
	}
	e.havoc(f)
	return e.unknownNode(n)
}
