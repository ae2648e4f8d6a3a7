package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// flow is how a block ends.
type flow struct {
	kind flowKind
	v    pv     // of a return
	exc  *pyExc // of a raise
}

type flowKind uint8

const (
	flowNormal flowKind = iota
	flowBreak
	flowContinue
	flowReturn
	flowRaise
)

// pending is an alternative that left the block in another way than the path
// in execution; the construct it leads to (loop, call, try) takes it up.
type pending struct {
	flow flow
	st   *state
	deps depset
}

// handler is a try statement in execution: what it catches.
type handler struct {
	names []string // everything it catches
	// calls has one name for each except clause that catches what a call of
	// unknown code may raise.
	calls []string
}

// verdict is the outcome of a condition: 1, 0, or -1 if it is to be merged.
type verdict struct {
	tri     int
	deps    depset
	ifTrue  []assumption
	ifFalse []assumption
}

type assumption struct {
	key string
	val bool
	eq  pv
}

func (e *evaluator) assume(list []assumption) {
	for _, a := range list {
		e.addFact(a.key, a.val, a.eq)
	}
}

// test evaluates a condition and records the decision it may take.
func (e *evaluator) test(n python.Node) verdict {
	before := len(e.taken)
	v := e.testIn(n)
	if len(e.taken) > before && v.tri >= 0 {
		value := v.tri == 1
		for n.Kind() == python.KindUnaryOp && n.Op() == "not" {
			n = n.Field(python.FieldValue)
			value = !value
		}
		at := e.placeOf(n)
		e.tests = append(e.tests, testRecord{e.atoms[before].key, e.textAt(at), at, value})
	}
	return v
}

func (e *evaluator) testIn(n python.Node) verdict {
	e.enter()
	defer e.leave()
	switch n.Kind() {
	case python.KindUnaryOp:
		if n.Op() == "not" {
			v := e.testIn(n.Field(python.FieldValue))
			if v.tri >= 0 {
				v.tri = 1 - v.tri
			}
			v.ifTrue, v.ifFalse = v.ifFalse, v.ifTrue
			return v
		}
	case python.KindBoolOp:
		return e.testBool(n)
	}
	return e.decide(e.eval(n), n)
}

func (e *evaluator) testBool(n python.Node) verdict {
	and := n.Op() == "and"
	stop := toTri(!and) // the outcome that ends the evaluation
	out := verdict{tri: 1 - stop}
	unknown := 0
	facts := e.st.facts
	var last verdict
	for op := range n.All(python.FieldElts) {
		v := e.testIn(op)
		if v.tri == stop {
			// unknown and False is False, whatever the unknown is.
			e.restoreFacts(facts, unknown > 0)
			return verdict{tri: stop}
		}
		if v.tri < 0 {
			unknown++
			last = v
			out.tri = -1
			out.deps = out.deps.union(v.deps)
			if and {
				out.ifTrue = append(out.ifTrue, v.ifTrue...)
				e.assume(v.ifTrue)
			} else {
				out.ifFalse = append(out.ifFalse, v.ifFalse...)
				e.assume(v.ifFalse)
			}
		}
	}
	e.restoreFacts(facts, unknown > 0)
	if unknown == 1 {
		out.ifTrue, out.ifFalse = last.ifTrue, last.ifFalse
	}
	return out
}

func (e *evaluator) restoreFacts(f *fact, undo bool) {
	if undo {
		e.st.facts = f
	}
}

// decide is the truth of a value as a condition.
func (e *evaluator) decide(v pv, n python.Node) verdict {
	v = e.resolve(v)
	if t := e.truth(v); t >= 0 {
		return verdict{tri: t}
	}
	at := e.placeOf(n)
	key := e.truthKey(v, at)
	u, _ := v.(*pUnknown)
	yes := []assumption{{key: key, val: true}}
	no := []assumption{{key: key, val: false}}
	if u != nil && u.eqSym != "" {
		eq := assumption{key: "=" + u.eqSym, val: true, eq: u.eqVal}
		if u.eqNot {
			no = append(no, eq)
		} else {
			yes = append(yes, eq)
		}
	}
	if f := e.findFact(key); f != nil {
		return verdict{tri: toTri(f.val)}
	}
	if e.forks[key] {
		chosen := e.choose()
		e.atoms = append(e.atoms, testRecord{key, e.textAt(at), at, chosen})
		if chosen {
			e.assume(yes)
			return verdict{tri: 1}
		}
		e.assume(no)
		return verdict{tri: 0}
	}
	deps := e.depOn(key).union(depsOf(v))
	if r, ok := v.(*pRef); ok {
		for _, it := range e.items(r) {
			deps = deps.union(depsOf(it))
		}
	}
	return verdict{tri: -1, deps: deps, ifTrue: yes, ifFalse: no}
}

// depOn is the dependency on a condition. Inside a loop of unknown length there
// is none: deciding cannot help there, and every round would add new ones.
func (e *evaluator) depOn(key string) depset {
	if e.forks == nil {
		return nil
	}
	return depset{e.condID(key)}
}

func (e *evaluator) truthKey(v pv, at place) string {
	if u, ok := v.(*pUnknown); ok && u.sym != "" {
		if u.eqSym != "" {
			k := e.symOf(u.eqVal)
			if k != "" {
				return "eq " + u.eqSym + " " + k
			}
		}
		return "t " + u.sym
	}
	return e.site("t", at)
}

// choose takes the next decision: as the prefix says, else true.
func (e *evaluator) choose() bool {
	v := true
	if i := len(e.taken); i < len(e.prefix) {
		v = e.prefix[i]
	}
	e.taken = append(e.taken, v)
	return v
}

// resolve replaces an unknown by the value that a decision on this path gives it.
func (e *evaluator) resolve(v pv) pv {
	u, ok := v.(*pUnknown)
	if !ok || u.run {
		return v
	}
	if u.eqSym != "" {
		if f := e.findFact("=" + u.eqSym); f != nil {
			if r := e.equal(f.eq, u.eqVal); r >= 0 {
				return pBool((r == 1) != u.eqNot)
			}
		}
		if k := e.symOf(u.eqVal); k != "" {
			if f := e.findFact("eq " + u.eqSym + " " + k); f != nil {
				return pBool(f.val != u.eqNot)
			}
		}
		return v
	}
	if u.sym != "" {
		if f := e.findFact("=" + u.sym); f != nil {
			return f.eq
		}
	}
	return v
}

// join makes one path of two: the state a with its flow, and the current state
// with its own.
func (e *evaluator) join(a *state, fa flow, fb flow, deps depset) flow {
	b := e.st
	if fa.kind == fb.kind {
		switch fa.kind {
		case flowNormal, flowBreak, flowContinue:
			e.st = a
			e.merge(b, deps)
			return fa
		case flowReturn:
			id := e.nextCell
			e.nextCell++
			e.put(id, &pyBinding{v: fb.v})
			e.st = a
			e.put(id, &pyBinding{v: fa.v})
			e.merge(b, deps)
			if c, ok := e.cell(id).(*pyBinding); ok {
				return flow{kind: flowReturn, v: c.v}
			}
			return fa
		case flowRaise:
			if fa.exc.name == fb.exc.name {
				e.st = a
				e.merge(b, deps)
				return fa
			}
		}
	}
	if fb.kind == flowNormal {
		e.pend = append(e.pend, pending{fa, a, deps})
		return fb
	}
	e.pend = append(e.pend, pending{fb, b, deps})
	e.st = a
	return fa
}

// settle ends a construct that takes up the given kind of flow: the pending
// alternatives from base on that are of the kind join the current path.
func (e *evaluator) settle(base int, cur flow, kind flowKind) flow {
	rest := append([]pending(nil), e.pend[base:]...)
	e.pend = e.pend[:base]
	have := cur.kind == kind || cur.kind == flowNormal
	if have && kind != flowReturn {
		cur = flow{}
	} else if cur.kind == flowNormal {
		cur = flow{kind: flowReturn, v: pNone{}}
	}
	for _, p := range rest {
		if p.flow.kind != kind {
			e.pend = append(e.pend, p)
			continue
		}
		taken := p.flow
		if kind != flowReturn {
			taken = flow{}
		}
		if !have {
			e.pend = append(e.pend, pending{cur, e.st, p.deps})
			e.st, cur, have = p.st, taken, true
			continue
		}
		other := e.st
		e.st = p.st
		cur = e.join(other, cur, taken, p.deps)
	}
	return cur
}

// flowOf runs f and turns a Python exception into a flow.
func (e *evaluator) flowOf(f func() flow) (out flow) {
	fr, depth, nesting, cur, handlers, over := e.frame, e.depth, e.nesting, e.cur, len(e.handlers), e.override
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(*pyExc)
			if !ok {
				panic(r)
			}
			e.frame, e.depth, e.nesting, e.cur, e.override = fr, depth, nesting, cur, over
			e.handlers = e.handlers[:handlers]
			out = flow{kind: flowRaise, exc: x}
		}
	}()
	return f()
}

// either evaluates two expressions of which one is meant, and merges.
func (e *evaluator) either(v verdict, yes, no func() pv) pv {
	wrap := func(f func() pv) flow {
		return e.flowOf(func() flow { return flow{kind: flowReturn, v: f()} })
	}
	other := e.clone()
	e.assume(v.ifTrue)
	fa := wrap(yes)
	a := e.st
	e.st = other
	e.assume(v.ifFalse)
	fb := wrap(no)
	// A pending raise belongs to a try further out; the value goes on here.
	if fb.kind == flowRaise && fa.kind != flowRaise {
		e.pend = append(e.pend, pending{fb, e.st, v.deps})
		e.st = a
		return fa.v
	}
	if fa.kind == flowRaise && fb.kind != flowRaise {
		e.pend = append(e.pend, pending{fa, a, v.deps})
		return fb.v
	}
	if fa.kind == flowRaise {
		e.st = a
		panic(fa.exc)
	}
	out := e.join(a, fa, fb, v.deps)
	return out.v
}

func lastPart(dotted string) string {
	return dotted[strings.LastIndexByte(dotted, '.')+1:]
}

// enter and leave bound how deep expressions and blocks nest.
func (e *evaluator) enter() {
	e.nesting++
	if e.nesting > 5000 {
		panic(abortRun{"expressions or blocks nested too deeply"})
	}
}

func (e *evaluator) leave() { e.nesting-- }
