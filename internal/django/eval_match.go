package django

import "github.com/mwcheck/mwcheck/internal/python"

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
