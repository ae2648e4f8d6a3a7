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
		switch v.tri {
		case 0:
			e.raise("AssertionError", "assert")
		case -1:
			e.mayFail("AssertionError", n)
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

func (e *evaluator) withStmt(n python.Node) flow {
	suppressed := handler{}
	var own []pv // managers written in the tree
	at := e.placeOf(n.Field(python.FieldItems))
	for item := range n.All(python.FieldItems) {
		ctx := item.Field(python.FieldValue)
		v := e.eval(ctx)
		if isUnknown(v) && ctx.Kind() == python.KindCall && ctx.Field(python.FieldFunc).Name() == "suppress" {
			for a := range ctx.All(python.FieldArgs) {
				suppressed.add(exceptionNames(a))
			}
		}
		entered := v
		if m := e.ownManager(v, ctx); m != nil {
			e.cur = e.placeOf(ctx)
			e.havoc(m)
			own = append(own, m)
			entered = e.unknownNode(ctx)
			if e.maySwallow(m) {
				suppressed.names = append(suppressed.names, "")
			}
		}
		if t := item.Field(python.FieldTarget); !t.IsZero() {
			e.assign(t, entered)
		}
	}
	f := e.withBody(n, suppressed)
	e.cur = at
	for _, m := range own {
		e.havoc(m)
	}
	return f
}

// ownManager is what a context manager of the tree does its work with: an
// instance, or the generator function that contextlib.contextmanager decorates.
// nil: the manager is not of the tree.
func (e *evaluator) ownManager(v pv, ctx python.Node) pv {
	r, ok := v.(*pRef)
	switch {
	case !ok:
		return nil
	case r.kind == refInstance:
		return v
	case r.kind == refIter && ctx.Kind() == python.KindCall:
		return e.eval(ctx.Field(python.FieldFunc))
	}
	return nil
}

// maySwallow says that an exception in the body of a with may end there: the
// manager's __exit__ returns something, or its generator has a handler.
func (e *evaluator) maySwallow(m pv) bool {
	kind := python.KindTry
	if r, ok := m.(*pRef); ok {
		kind = python.KindReturn
		if m = e.classAttr(r.cls, "__exit__"); m == nil {
			return r.cls.open
		}
	}
	f, ok := m.(*pFunc)
	if !ok {
		return true
	}
	for d := range f.node.Descendants() {
		if d.Kind() == kind && (kind == python.KindTry || !d.Field(python.FieldValue).IsZero()) {
			return true
		}
	}
	return false
}

// withBody executes the body of a with that swallows some exceptions.
func (e *evaluator) withBody(n python.Node, suppressed handler) flow {
	if len(suppressed.names) == 0 {
		return e.body(n, python.FieldBody)
	}
	base := len(e.pend)
	e.handlers = append(e.handlers, suppressed)
	f := e.body(n, python.FieldBody)
	e.handlers = e.handlers[:len(e.handlers)-1]
	caught := func(x *pyExc) bool {
		for _, name := range suppressed.names {
			if x.caughtBy(name) {
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

// badStmt is a statement that could not be read: every name it holds may have
// been changed.
func (e *evaluator) badStmt(n python.Node) {
	e.noteOnce("a statement that cannot be read; the names in it are not known after it", e.placeOf(n))
	e.blurNames(n)
}
