package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// block reads the statements that hang below n in a role.
func (w *walker) block(n python.Node, fd python.Field, st *state) {
	for s := range n.All(fd) {
		if st.dead || !w.step() {
			return
		}
		w.stmt(s, st)
	}
}

func (w *walker) stmt(s python.Node, st *state) {
	w.deep++
	defer func() { w.deep-- }()
	if w.deep > maxNested {
		w.full = true
		return
	}
	switch s.Kind() {
	case python.KindReturn:
		w.returned(s, st)
	case python.KindExprStmt:
		w.exprStmt(s.Field(python.FieldValue), st)
	case python.KindAssign:
		v := w.eval(s.Field(python.FieldValue), st)
		for t := range s.All(python.FieldTargets) {
			w.assign(t, v, s.Field(python.FieldValue), st)
		}
	case python.KindAnnAssign:
		if x := s.Field(python.FieldValue); !x.IsZero() {
			w.assign(s.Field(python.FieldTarget), w.eval(x, st), x, st)
		}
	case python.KindAugAssign:
		w.augAssign(s, st)
	case python.KindIf:
		w.ifStmt(s, st)
	case python.KindFor, python.KindWhile:
		w.loop(s, st)
	case python.KindTry:
		w.try(s, st)
	case python.KindWith:
		for i := range s.All(python.FieldItems) {
			v := w.eval(i.Field(python.FieldValue), st)
			if t := i.Field(python.FieldTarget); !t.IsZero() {
				w.assign(t, value{bits: anything, made: v.made}, python.Node{}, st)
			}
		}
		w.block(s, python.FieldBody, st)
	case python.KindMatch:
		w.match(s, st)
	case python.KindRaise:
		w.raise(s, st)
	case python.KindAssert:
		w.assert(s, st)
	case python.KindDelete:
		for t := range s.All(python.FieldTargets) {
			w.del(t, st)
		}
	case python.KindFunctionDef:
		w.define(s, st)
	case python.KindClassDef:
		st.env[s.Name()] = value{bits: isOther}
	case python.KindBreak, python.KindContinue:
		st.dead = true
	case python.KindGlobal:
		for g := range s.All(python.FieldNames) {
			st.env["global "+g.Name()] = value{bits: isOther}
		}
	case python.KindImport, python.KindImportFrom:
		w.localImport(s, st)
	case python.KindBad: // damage has recorded it
	default:
		for c := range s.Children() {
			if c.Kind().IsExpression() {
				w.eval(c, st)
			}
		}
	}
}

func (w *walker) returned(s python.Node, st *state) {
	v := value{bits: isNone}
	if x := s.Field(python.FieldValue); !x.IsZero() {
		v = w.eval(x, st)
	}
	if !st.dead {
		x := ret{mod: w.frame.mod, stmt: s, v: v, phase: st.phase, state: st.copy()}
		if w.frame.helps > 0 {
			sure := st.copy()
			w.refine(s.Field(python.FieldValue), sure, true, 0)
			x.sure = sure.present
		}
		w.frame.rets = append(w.frame.rets, x)
	}
	st.dead = true
}

func (w *walker) exprStmt(x python.Node, st *state) {
	n := len(w.layer.Next)
	w.eval(x, st)
	if x.Kind() == python.KindAwait {
		x = x.Field(python.FieldValue)
	}
	if f := x.Field(python.FieldFunc); x.Kind() == python.KindCall && f.Kind() == python.KindAttribute && f.Name() == "close" {
		x = f.Field(python.FieldObject) // it is dropped, if in an orderly way
	}
	if x.Kind() == python.KindCall && len(w.layer.Next) == n+1 {
		w.layer.Next[n].Dropped = w.layer.Next[n].Span == w.span(x)
	}
}

func (w *walker) ifStmt(s python.Node, st *state) {
	test := s.Field(python.FieldTest)
	w.required(s, st)
	w.eval(test, st)
	if st.dead {
		return
	}
	yes, no := st.copy(), st.copy()
	w.refine(test, yes, true, 0)
	w.refine(test, no, false, 0)
	if !yes.dead && !no.dead {
		yes.cond++
		no.cond++
	}
	fixed := false
	if text := settingsTest(test); text != "" {
		yes.setting, no.setting = text, "not "+text
	}
	if fixed = (st.cond == 0 || st.fixed) && settingsAlone(test); fixed {
		yes.fixed, no.fixed = true, true
	}
	w.block(s, python.FieldBody, yes)
	w.block(s, python.FieldOrelse, no)
	st.merge(yes, no)
	if fixed && !yes.dead && !no.dead {
		st.orLocals(yes)
		st.orLocals(no)
	}
}

// settingsAlone says that a condition looks at nothing but settings.
func settingsAlone(test python.Node) bool {
	found := false
	for n := range test.Descendants() {
		switch n.Kind() {
		case python.KindName:
			switch n.Name() {
			case "settings", "conf":
				found = true
			case "True", "False", "None", "getattr", "bool", "isinstance", "str", "len":
			default:
				return false
			}
		case python.KindCall:
			if n.Field(python.FieldFunc).Kind() != python.KindName {
				return false
			}
		}
	}
	return found
}

// settingsTest is the text of a condition that looks at the settings.
func settingsTest(test python.Node) string {
	for n := range test.Descendants() {
		if n.Kind() == python.KindAttribute {
			o := n.Field(python.FieldObject)
			if o.Kind() == python.KindName && (o.Name() == "settings" || o.Name() == "conf") {
				return short(test.Text())
			}
		}
	}
	return ""
}

func (w *walker) loop(s python.Node, st *state) {
	forever := false
	if s.Kind() == python.KindFor {
		v := w.eval(s.Field(python.FieldIter), st)
		w.consumed(s.Field(python.FieldIter), st)
		w.assign(s.Field(python.FieldTarget), value{bits: anything, made: v.made}, python.Node{}, st)
	} else {
		test := s.Field(python.FieldTest)
		w.eval(test, st)
		forever = test.Text() == "True" || test.Text() == "1"
	}
	if st.dead {
		return
	}
	var body *state
	start := st
	for range 2 { // what holds at the start of a second round
		body = start.copy()
		if s.Kind() == python.KindWhile {
			w.refine(s.Field(python.FieldTest), body, true, 0)
		}
		body.cond++
		body.loop++
		w.block(s, python.FieldBody, body)
		body.dead = false // a loop ends, or goes on with what it left
		again := st.copy()
		again.merge(st.copy(), body)
		start = again
	}
	broken := hasBreak(s)
	if forever && !broken {
		st.dead = true
		return
	}
	st.merge(st.copy(), body)
	if !broken {
		w.block(s, python.FieldOrelse, st)
		return
	}
	other := st.copy()
	other.cond++
	w.block(s, python.FieldOrelse, other)
	st.merge(st.copy(), other)
}

// hasBreak says that a loop has a break of its own.
func hasBreak(loop python.Node) bool {
	for n := range loop.Descendants() {
		if n.Kind() != python.KindBreak {
			continue
		}
		for p := n.Parent(); !p.IsZero(); p = p.Parent() {
			if k := p.Kind(); k == python.KindFor || k == python.KindWhile {
				if p == loop {
					return true
				}
				break
			}
		}
	}
	return false
}

func (w *walker) match(s python.Node, st *state) {
	w.eval(s.Field(python.FieldSubject), st)
	var end *state
	all := false
	for c := range s.All(python.FieldCases) {
		b := st.copy()
		b.cond++
		for n := range c.Field(python.FieldPattern).Descendants() {
			if name := n.Name(); name != "" && strings.HasPrefix(n.Kind().String(), "Pattern") {
				b.env[name] = value{bits: anything}
			}
		}
		if g := c.Field(python.FieldGuard); !g.IsZero() {
			w.eval(g, b)
		} else if p := c.Field(python.FieldPattern); p.Kind() == python.KindPatternCapture {
			all = true
		}
		w.block(c, python.FieldBody, b)
		if end == nil {
			end = b
			continue
		}
		m := st.copy()
		m.merge(end, b)
		end = m
	}
	if end == nil {
		return
	}
	if !all {
		m := st.copy()
		m.merge(st.copy(), end)
		end = m
	}
	end.cond, end.setting, end.loop = st.cond, st.setting, st.loop
	st.set(end)
}

// define is a nested function: it is read where it is called; as it may be
// called by others as well, its reads are recorded as lazy at once.
func (w *walker) define(s python.Node, st *state) {
	for d := range s.All(python.FieldDecorators) {
		w.eval(d.Field(python.FieldValue), st)
	}
	fn := &function{mod: w.frame.mod, node: s, name: s.Name(), env: st.env}
	st.env[s.Name()] = value{bits: isOther, fn: fn}
	w.lazily(fn, st)
}

// lazily reads a function that is made here and called elsewhere.
func (w *walker) lazily(fn *function, st *state) {
	if w.lazy > 0 || w.frame.hook == factoryHook || w.depth() >= maxFrames || w.active(fn.node) {
		return
	}
	w.lazy++
	tries := w.tries
	w.tries = nil
	inner := st.copy()
	for _, name := range readParams(fn.node).names {
		inner.env[name] = value{bits: anything}
	}
	f := &frame{mod: fn.mod, fn: fn, hook: w.frame.hook, via: fn.name, helps: w.frame.helps, calls: w.frame.calls}
	w.run(f, inner)
	w.tries = tries
	w.lazy--
}

// localImport binds the names of an import inside a function.
func (w *walker) localImport(s python.Node, st *state) {
	m := &module{Module: w.frame.mod.Module, binds: map[string][]binding{}, attrs: map[string][]attrSet{}}
	m.statement(s, false, false)
	for name, bs := range m.binds {
		st.env[name] = w.global(w.r.follow(m, name, bs[0], 0)[0])
	}
}
