package django

import (
	"iter"

	"github.com/mwcheck/mwcheck/internal/python"
)

// block executes statements up to the first that leaves it.
func (e *evaluator) block(stmts iter.Seq[python.Node]) flow {
	e.enter()
	defer e.leave()
	return e.flowOf(func() flow {
		for n := range stmts {
			if f := e.statement(n); f.kind != flowNormal {
				return f
			}
		}
		return flow{}
	})
}

func (e *evaluator) body(n python.Node, fd python.Field) flow { return e.block(n.All(fd)) }

// statement executes one statement. Exceptions come as panics of *pyExc, which
// the block catches.
func (e *evaluator) statement(n python.Node) flow {
	e.step(4)
	e.cur = e.placeOf(n)
	switch n.Kind() {
	case python.KindExprStmt:
		e.eval(n.Field(python.FieldValue))
	case python.KindAssign:
		e.assignStmt(n)
	case python.KindAugAssign:
		e.augAssign(n)
	case python.KindAnnAssign:
		if v := n.Field(python.FieldValue); !v.IsZero() {
			e.assign(n.Field(python.FieldTarget), e.eval(v))
		}
	case python.KindDelete:
		for t := range n.All(python.FieldTargets) {
			e.delete(t)
		}
	case python.KindIf:
		return e.ifStmt(n)
	case python.KindFor:
		return e.forStmt(n)
	case python.KindWhile:
		return e.whileStmt(n)
	case python.KindTry:
		return e.tryStmt(n)
	case python.KindWith:
		return e.withStmt(n)
	case python.KindFunctionDef:
		e.defStmt(n)
	case python.KindClassDef:
		e.classStmt(n)
	case python.KindReturn:
		f := flow{kind: flowReturn, v: pNone{}}
		if v := n.Field(python.FieldValue); !v.IsZero() {
			f.v = e.eval(v)
		}
		return f
	case python.KindRaise:
		return flow{kind: flowRaise, exc: e.raised(n)}
	case python.KindAssert:
		v := e.test(n.Field(python.FieldTest))
		if v.tri == 0 {
			e.raise("AssertionError", "assert")
		}
		e.assume(v.ifTrue)
	case python.KindImport:
		e.importStmt(n)
	case python.KindImportFrom:
		e.importFrom(n)
	case python.KindGlobal, python.KindNonlocal:
		e.declare(n)
	case python.KindBreak:
		return flow{kind: flowBreak}
	case python.KindContinue:
		return flow{kind: flowContinue}
	case python.KindExec:
		e.execStmt(n)
	case python.KindPrint:
		for a := range n.All(python.FieldArgs) {
			e.eval(a)
		}
	case python.KindMatch:
		return e.matchStmt(n)
	case python.KindBad:
		e.badStmt(n)
	}
	return flow{}
}

func (e *evaluator) ifStmt(n python.Node) flow {
	v := e.test(n.Field(python.FieldTest))
	switch v.tri {
	case 1:
		return e.body(n, python.FieldBody)
	case 0:
		return e.body(n, python.FieldOrelse)
	}
	at := e.cur
	other := e.clone()
	e.assume(v.ifTrue)
	fa := e.body(n, python.FieldBody)
	a := e.st
	e.st = other
	e.assume(v.ifFalse)
	fb := e.body(n, python.FieldOrelse)
	e.cur = at
	return e.join(a, fa, fb, v.deps)
}

func (e *evaluator) forStmt(n python.Node) flow {
	iterable := e.eval(n.Field(python.FieldIter))
	base := len(e.pend)
	target := n.Field(python.FieldTarget)
	next := e.iterate(iterable, n.Field(python.FieldIter))
	f := flow{}
	for {
		e.step(2)
		item, ok := next()
		if !ok {
			break
		}
		inner := len(e.pend)
		if u, isU := item.(*pUnknown); isU && u.run {
			one := *u
			one.run = false
			f = e.unknownTimes(inner, func() flow {
				v := one
				v.sym = e.site("loop", e.placeOf(n))
				return e.flowOf(func() flow {
					e.assign(target, &v)
					return e.body(n, python.FieldBody)
				})
			}, u.deps)
		} else {
			f = e.flowOf(func() flow {
				e.assign(target, item)
				return e.body(n, python.FieldBody)
			})
		}
		f = e.settle(inner, f, flowContinue)
		if f.kind != flowNormal {
			break
		}
	}
	if f.kind == flowNormal && !n.Field(python.FieldOrelse).IsZero() {
		f = e.body(n, python.FieldOrelse)
		if f.kind == flowBreak || f.kind == flowContinue {
			e.pend = append(e.pend, pending{f, e.st, nil})
			return f
		}
	}
	return e.settle(base, f, flowBreak)
}

func (e *evaluator) whileStmt(n python.Node) flow {
	base := len(e.pend)
	f := flow{}
	for {
		e.step(4)
		v := e.testLoop(n.Field(python.FieldTest))
		if v.tri == 0 {
			break
		}
		inner := len(e.pend)
		if v.tri < 0 {
			f = e.unknownTimes(inner, func() flow { return e.body(n, python.FieldBody) }, v.deps)
			break
		}
		f = e.settle(inner, e.body(n, python.FieldBody), flowContinue)
		if f.kind != flowNormal {
			break
		}
	}
	if f.kind == flowNormal && !n.Field(python.FieldOrelse).IsZero() {
		f = e.body(n, python.FieldOrelse)
	}
	return e.settle(base, f, flowBreak)
}

// testLoop is the condition of a while. It is never decided by repetition: the
// number of rounds would not be bounded.
func (e *evaluator) testLoop(n python.Node) verdict {
	forks := e.forks
	e.forks = nil
	defer func() { e.forks = forks }()
	return e.testIn(n)
}

// unknownTimes executes a loop body any number of times, also never: until
// nothing changes any more, what goes on changing becomes wholly unknown.
func (e *evaluator) unknownTimes(base int, body func() flow, deps depset) flow {
	at := e.cur
	forks := e.forks
	e.forks = nil // decisions inside cannot be told apart by their round
	defer func() { e.forks = forks }()
	for round := range 6 {
		before := e.clone()
		f := e.settle(base, body(), flowContinue)
		e.cur = at
		if f.kind != flowNormal {
			// Leaving the loop is one more way to go on; the other is not to
			// have entered it.
			e.pend = append(e.pend, pending{f, e.st, deps})
			e.st = before
			return flow{}
		}
		after := e.st
		e.st = &state{cells: append([]any(nil), before.cells...), facts: before.facts, links: before.links}
		e.merge(after, deps)
		if e.sameState(before) {
			return flow{}
		}
		if round >= 1 {
			e.widen(before)
		}
	}
	panic(abortRun{"a loop whose effect does not settle"})
}

func (e *evaluator) sameState(old *state) bool {
	e.step(1 + len(old.cells)/64)
	for id := range old.cells {
		if old.cells[id] != e.st.cells[id] {
			return false
		}
	}
	return true
}

// widen makes unknown what still differs from an older state.
func (e *evaluator) widen(old *state) {
	for id := range old.cells {
		if old.cells[id] == e.st.cells[id] {
			continue
		}
		switch c := e.st.cells[id].(type) {
		case *pyBinding:
			if r, ok := c.v.(*pRef); ok {
				e.blur(r.id, nil)
			}
			u := e.newUnknown(e.textAt(e.cur), e.cur)
			if old, ok := c.v.(*pUnknown); ok && old.text != "" {
				u.text, u.at = old.text, old.at
			}
			u.deps = depsOf(c.v)
			u.sym = ""
			u.unbound = maybeUnbound(c.v)
			for _, r := range aliases(c.v) {
				if u.was == nil {
					u.was = r
				} else if u.was.id != r.id {
					e.link(u.was.id, r.id, u.deps)
				}
			}
			e.st.cells[id] = &pyBinding{u, c.at}
		case *listCell:
			u := e.unknownRun(e.textAt(e.cur), e.cur)
			for _, it := range c.items {
				u.deps = u.deps.union(depsOf(it))
				if old, ok := it.(*pUnknown); ok && old.run && old.text != "" {
					u.text, u.at = old.text, old.at
				}
			}
			e.st.cells[id] = &listCell{[]pv{u}}
		case *dictCell:
			e.st.cells[id] = &dictCell{open: e.unknownAt("a loop")}
		}
	}
}

func (e *evaluator) tryStmt(n python.Node) flow {
	base := len(e.pend)
	at := e.cur
	e.handlers = append(e.handlers, e.handlerOf(n))
	f := e.body(n, python.FieldBody)
	e.handlers = e.handlers[:len(e.handlers)-1]
	rest := append([]pending(nil), e.pend[base:]...)
	e.pend = e.pend[:base]
	have := f.kind != flowRaise
	var raising []pending
	if !have {
		raising = append(raising, pending{f, e.st, nil})
	}
	for _, p := range rest {
		if p.flow.kind == flowRaise {
			raising = append(raising, p)
		} else {
			e.pend = append(e.pend, p)
		}
	}
	if f.kind == flowNormal {
		f = e.body(n, python.FieldOrelse)
	}
	for _, p := range raising {
		other, was := e.st, f
		e.st = p.st
		e.cur = at
		g := e.handle(n, p.flow)
		if !have {
			f, have = g, true
			continue
		}
		e.cur = at
		f = e.join(other, was, g, p.deps)
	}
	if n.Field(python.FieldFinal).IsZero() {
		return f
	}
	return e.finally(n, base, f)
}

func (e *evaluator) finally(n python.Node, base int, f flow) flow {
	if g := e.body(n, python.FieldFinal); g.kind != flowNormal {
		f = g
	}
	cur := e.st
	for i := base; i < len(e.pend); i++ {
		e.st = e.pend[i].st
		inner := len(e.pend)
		g := e.body(n, python.FieldFinal)
		e.pend = e.pend[:inner]
		e.pend[i].st = e.st
		if g.kind != flowNormal {
			e.pend[i].flow = g
		}
	}
	e.st = cur
	return f
}

// handlerOf is what the handlers of a try catch, by class name; "" is anything.
func (e *evaluator) handlerOf(n python.Node) handler {
	var h handler
	for eh := range n.All(python.FieldHandlers) {
		h.names = append(h.names, exceptionNames(eh.Field(python.FieldType))...)
	}
	return h
}

func exceptionNames(t python.Node) []string {
	switch t.Kind() {
	case python.KindNone:
		return []string{""}
	case python.KindName, python.KindAttribute:
		return []string{t.Name()}
	case python.KindTuple, python.KindList:
		var out []string
		for el := range t.All(python.FieldElts) {
			out = append(out, exceptionNames(el)...)
		}
		return out
	}
	return []string{""} // computed: it may catch anything
}

// handle executes the handler that catches the exception, or raises it on.
func (e *evaluator) handle(n python.Node, f flow) flow {
	for eh := range n.All(python.FieldHandlers) {
		for _, name := range exceptionNames(eh.Field(python.FieldType)) {
			if !catches(name, f.exc.name) {
				continue
			}
			if name := eh.Name(); name != "" {
				e.bind(name, e.newUnknown(name, e.placeOf(eh)), e.placeOf(eh))
			}
			if t := eh.Field(python.FieldTarget); !t.IsZero() && t.Kind() == python.KindName {
				e.bind(t.Name(), e.newUnknown(t.Name(), e.placeOf(t)), e.placeOf(t))
			}
			g := e.body(eh, python.FieldBody)
			if g.kind == flowRaise && g.exc.name == "" {
				g.exc = f.exc // a bare raise
			}
			return g
		}
	}
	return f
}

// raised is the exception of a raise statement; a bare one has no name.
func (e *evaluator) raised(n python.Node) *pyExc {
	v := n.Field(python.FieldValue)
	at := e.placeOf(n)
	if v.IsZero() {
		return &pyExc{at: at, text: "raise"}
	}
	if v.Kind() == python.KindCall {
		v = v.Field(python.FieldFunc)
	}
	name := v.Name()
	if name == "" {
		name = "Exception"
	}
	return &pyExc{name: name, text: e.textAt(at), at: at}
}

func (e *evaluator) withStmt(n python.Node) flow {
	suppressed := handler{}
	for item := range n.All(python.FieldItems) {
		ctx := item.Field(python.FieldValue)
		v := e.eval(ctx)
		if isUnknown(v) && ctx.Kind() == python.KindCall && ctx.Field(python.FieldFunc).Name() == "suppress" {
			for a := range ctx.All(python.FieldArgs) {
				suppressed.names = append(suppressed.names, exceptionNames(a)...)
			}
		}
		var entered pv = v
		if r, ok := v.(*pRef); ok && r.kind == refInstance {
			e.havoc(v)
			entered = e.unknownNode(ctx)
		}
		if t := item.Field(python.FieldTarget); !t.IsZero() {
			e.assign(t, entered)
		}
	}
	if len(suppressed.names) == 0 {
		return e.body(n, python.FieldBody)
	}
	base := len(e.pend)
	e.handlers = append(e.handlers, suppressed)
	f := e.body(n, python.FieldBody)
	e.handlers = e.handlers[:len(e.handlers)-1]
	caught := func(x *pyExc) bool {
		for _, name := range suppressed.names {
			if catches(name, x.name) {
				return true
			}
		}
		return false
	}
	if f.kind == flowRaise && caught(f.exc) {
		f = flow{}
	}
	for i := base; i < len(e.pend); {
		p := e.pend[i]
		if p.flow.kind != flowRaise || !caught(p.flow.exc) {
			i++
			continue
		}
		e.pend = append(e.pend[:i:i], e.pend[i+1:]...)
		other := e.st
		e.st = p.st
		f = e.join(other, f, flow{}, p.deps)
	}
	return f
}

// matchStmt executes the cases of a match as branches that may or may not be
// taken; a subject and a literal that are both known decide.
func (e *evaluator) matchStmt(n python.Node) flow {
	subject := e.eval(n.Field(python.FieldSubject))
	var cases []python.Node
	for c := range n.All(python.FieldCases) {
		cases = append(cases, c)
	}
	return e.matchCases(subject, cases)
}

func (e *evaluator) matchCases(subject pv, cases []python.Node) flow {
	if len(cases) == 0 {
		return flow{}
	}
	c := cases[0]
	v := e.matchPattern(subject, c.Field(python.FieldPattern))
	if g := c.Field(python.FieldGuard); !g.IsZero() && v.tri != 0 {
		gv := e.test(g)
		switch {
		case gv.tri == 0:
			v = gv
		case gv.tri < 0:
			v = verdict{tri: -1, deps: v.deps.union(gv.deps)}
		}
	}
	switch v.tri {
	case 1:
		return e.body(c, python.FieldBody)
	case 0:
		return e.matchCases(subject, cases[1:])
	}
	other := e.clone()
	e.assume(v.ifTrue)
	fa := e.body(c, python.FieldBody)
	a := e.st
	e.st = other
	e.assume(v.ifFalse)
	e.enter()
	fb := e.flowOf(func() flow { return e.matchCases(subject, cases[1:]) })
	e.leave()
	return e.join(a, fa, fb, v.deps)
}

func (e *evaluator) matchPattern(subject pv, p python.Node) verdict {
	switch p.Kind() {
	case python.KindPatternCapture:
		if p.Name() != "_" {
			e.bind(p.Name(), subject, e.placeOf(p))
		}
		return verdict{tri: 1}
	case python.KindPatternValue:
		before := len(e.taken)
		eq := e.compare("==", subject, e.eval(p.Field(python.FieldValue)), p)
		v := e.decide(eq, p)
		if len(e.taken) > before && v.tri >= 0 {
			e.tests = append(e.tests, testRecord{e.atoms[before].key, "case " + e.textAt(e.placeOf(p)), e.placeOf(p), v.tri == 1})
		}
		return v
	case python.KindPatternOr:
		deps := depset(nil)
		unknown := false
		for el := range p.All(python.FieldElts) {
			v := e.matchPattern(subject, el)
			if v.tri == 1 {
				return v
			}
			if v.tri < 0 {
				unknown = true
				deps = deps.union(v.deps)
			}
		}
		if unknown {
			return verdict{tri: -1, deps: deps}
		}
		return verdict{tri: 0}
	}
	// Anything else binds names we do not follow and may or may not match.
	for d := range p.Descendants() {
		switch d.Kind() {
		case python.KindPatternCapture, python.KindPatternAs, python.KindPatternStar:
			if name := d.Name(); name != "" && name != "_" {
				e.bind(name, e.newUnknown(name, e.placeOf(d)), e.placeOf(d))
			}
		}
	}
	return e.decide(e.unknownNode(p), p)
}

// badStmt is a statement that could not be read: every name it holds may have
// been changed.
func (e *evaluator) badStmt(n python.Node) {
	e.noteOnce("a statement that cannot be read; the names in it are not known after it", e.placeOf(n))
	e.blurNames(n)
}
