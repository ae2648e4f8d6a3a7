package django

import (
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// eval is the value of an expression.
func (e *evaluator) eval(n python.Node) pv {
	e.step(1)
	e.enter()
	defer e.leave()
	switch n.Kind() {
	case python.KindName:
		return e.name(n)
	case python.KindString:
		return e.stringLit(n)
	case python.KindNumber:
		return e.number(n)
	case python.KindFString, python.KindTString:
		return e.fstring(n)
	case python.KindAttribute:
		return e.getAttr(e.eval(n.Field(python.FieldObject)), n.Name(), n)
	case python.KindSubscript:
		return e.getItem(e.eval(n.Field(python.FieldObject)), n.Field(python.FieldIndex), n)
	case python.KindCall:
		return e.callExpr(n)
	case python.KindUnaryOp:
		return e.unary(n)
	case python.KindBinOp:
		return e.binOp(n)
	case python.KindBoolOp:
		return e.boolOp(n)
	case python.KindCompare:
		return e.compareChain(n)
	case python.KindIfExp:
		return e.ifExp(n)
	case python.KindLambda:
		return e.function(n, "")
	case python.KindNamedExpr:
		v := e.eval(n.Field(python.FieldValue))
		e.assign(n.Field(python.FieldTarget), v)
		return v
	case python.KindTuple:
		return &pTuple{e.fit(e.elements(n))}
	case python.KindList:
		return e.newList(e.elements(n))
	case python.KindSet:
		return e.newSet(e.distinct(e.elements(n)))
	case python.KindDict:
		return e.dictDisplay(n)
	case python.KindListComp:
		return e.newList(e.comprehend(n))
	case python.KindSetComp:
		return e.newSet(e.distinct(e.comprehend(n)))
	case python.KindGeneratorExp:
		return e.generator(n)
	case python.KindDictComp:
		return e.dictComp(n)
	case python.KindYield, python.KindYieldFrom:
		return e.yielded(n)
	}
	// Await, Repr, Ellipsis, BadExpr and what a broken tree may hold.
	for c := range n.Children() {
		if c.Kind().IsExpression() {
			e.havoc(e.eval(c))
		}
	}
	return e.unknownNode(n)
}

func (e *evaluator) name(n python.Node) pv {
	name := n.Name()
	switch name {
	case "True":
		return pBool(true)
	case "False":
		return pBool(false)
	case "None":
		return pNone{}
	}
	if v, ok := e.lookup(name); ok {
		return v
	}
	if isBuiltin(name) {
		return &pBuiltin{name: name}
	}
	if isException(name) {
		return &pUnknown{sym: "builtin " + name, ext: name, text: name, at: e.placeOf(n)}
	}
	if name != "" && e.caught("NameError") && !isOtherBuiltin(name) {
		e.raise("NameError", name)
	}
	u := e.unknownNode(n)
	u.sym = "name " + name
	return u
}

// lookup finds a name as Python does: local, enclosing, module.
func (e *evaluator) lookup(name string) (pv, bool) {
	s := e.frame.scope
	if s.global[name] {
		s = s.mod.scope
	}
	first := true
	for ; s != nil; s = s.up {
		if s.class && !first {
			continue
		}
		first = false
		if b := e.get(s, name); b != nil {
			return e.bound(b.v, name), true
		}
		if why := e.open(s); why != nil && !isBuiltin(name) && !isException(name) {
			u := *why
			u.sym = "open " + s.mod.name + "." + name + " " + why.sym
			u.text = name
			return &u, true
		}
	}
	return nil, false
}

// bound is the value of a binding when it is read: a name that one path leaves
// unbound is taken to be bound there, unless an except NameError asks.
func (e *evaluator) bound(v pv, name string) pv {
	v = e.force(v)
	u, ok := v.(*pUnknown)
	if !ok {
		return v
	}
	if u.unbound && e.caught("NameError") {
		e.mayRaise("NameError", "bound "+u.sym, name, e.here())
	}
	return e.resolve(u)
}

func (e *evaluator) stringLit(n python.Node) pv {
	s, ok := n.StringValue()
	if !ok || n.Is(python.FlagIncomplete) {
		u := e.unknownNode(n)
		return u
	}
	if n.IsBytes() {
		u := e.unknownNode(n)
		u.sym = "bytes " + strconv.Quote(s)
		if len(u.sym) > 200 {
			u.sym = e.site("bytes", e.placeOf(n))
		}
		return u
	}
	return &pStr{s, e.placeOf(n)}
}

func (e *evaluator) number(n python.Node) pv {
	t := strings.TrimRight(strings.ReplaceAll(n.Text(), "_", ""), "lL")
	base := 0
	if len(t) > 1 && t[0] == '0' && t[1] >= '0' && t[1] <= '7' && strings.Trim(t, "01234567") == "" {
		base = 8
	}
	if i, err := strconv.ParseInt(t, base, 64); err == nil {
		return pInt(i)
	}
	u := e.unknownNode(n)
	u.sym = "number " + t
	return u
}

// fstring is the text of an f-string whose fields are known strings or ints.
func (e *evaluator) fstring(n python.Node) pv {
	at := e.placeOf(n)
	sym := strings.Builder{}
	known := n.Kind() == python.KindFString
	var out strings.Builder
	var piece func(p python.Node)
	piece = func(p python.Node) {
		switch {
		case !p.Field(python.FieldPieces).IsZero():
			for c := range p.All(python.FieldPieces) {
				piece(c)
			}
		case p.Kind() == python.KindString:
			s, ok := p.StringValue()
			known = known && ok
			out.WriteString(s)
		default:
			texts, ok := fstringTexts(p)
			known = known && ok
			i := 0
			for fv := range p.All(python.FieldValues) {
				if i < len(texts) {
					out.WriteString(texts[i])
				}
				i++
				v := e.eval(fv.Field(python.FieldValue))
				s, ok := e.formatted(v)
				plain := strings.TrimSpace(e.rawText(fv.Field(python.FieldValue).End(), fv.End(), fv)) == "}"
				if !ok || !plain || !fv.Field(python.FieldSpec).IsZero() {
					known = false
				}
				out.WriteString(s)
				sym.WriteString("|" + e.symOf(v))
			}
			if i < len(texts) {
				out.WriteString(texts[i])
			}
		}
	}
	piece(n)
	if known {
		return &pStr{out.String(), at}
	}
	return e.unknownNode(n)
}

func (e *evaluator) rawText(start, end int, n python.Node) string {
	src := n.File().Src
	if start < 0 || end > len(src) || start > end {
		return ""
	}
	return string(src[start:end])
}

// fstringTexts are the literal texts between the fields of one f-string piece;
// ok is false where they hold escapes we do not decode.
func fstringTexts(n python.Node) (texts []string, ok bool) {
	text := n.Text()
	q := strings.IndexAny(text, `'"`)
	if q < 0 {
		return nil, false
	}
	prefix := strings.ToLower(text[:q])
	quote := text[q : q+1]
	if strings.HasPrefix(text[q:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	start, end := n.Start()+q+len(quote), n.End()-len(quote)
	if end < start {
		return nil, false
	}
	src := n.File().Src
	ok = true
	add := func(a, b int) {
		if b < a {
			ok = false
			return
		}
		s := string(src[a:b])
		if strings.Contains(s, `\`) && !strings.Contains(prefix, "r") {
			ok = false
		}
		s = strings.ReplaceAll(strings.ReplaceAll(s, "{{", "{"), "}}", "}")
		texts = append(texts, s)
	}
	at := start
	for fv := range n.All(python.FieldValues) {
		a, b := fv.Start(), fv.End()
		if src[a] != '{' { // the range begins behind the brace
			a--
		}
		add(at, a)
		at = b
		if at < len(src) && at > 0 && src[at-1] != '}' && src[at] == '}' {
			at++
		}
	}
	add(at, end)
	return texts, ok
}

// formatted is str(v) for what we know how to print.
func (e *evaluator) formatted(v pv) (string, bool) {
	switch v := e.resolve(v).(type) {
	case *pStr:
		return v.s, true
	case pInt:
		return strconv.FormatInt(int64(v), 10), true
	case pBool:
		if v {
			return "True", true
		}
		return "False", true
	case pNone:
		return "None", true
	}
	return "", false
}

// elements are the elements of a display; a part we cannot spread is a run.
func (e *evaluator) elements(n python.Node) []pv {
	var out []pv
	damaged := templateRange(n)
	for el := range n.All(python.FieldElts) {
		if el.Kind() == python.KindStarred {
			out = append(out, e.itemsOf(e.eval(el.Field(python.FieldValue)), el)...)
			continue
		}
		v := e.eval(el)
		if damaged.holds(el) {
			v = e.templated(v, el)
		}
		out = append(out, v)
	}
	if damaged.any || n.Is(python.FlagIncomplete) && len(damaged.tags) == 0 {
		u := e.unknownNode(n)
		u.run = true
		out = append(out, u)
	}
	return out
}

func (e *evaluator) templated(_ pv, el python.Node) pv {
	u := e.unknownNode(el)
	u.run = true
	return u
}

func (e *evaluator) dictDisplay(n python.Node) pv {
	r := e.newDict(&dictCell{})
	for it := range n.All(python.FieldItems) {
		v := e.eval(it.Field(python.FieldValue))
		if it.Is(python.FlagDoubleStar) {
			e.dictUpdate(r, v, it)
			continue
		}
		e.dictSet(r, e.eval(it.Field(python.FieldKey)), v, it)
	}
	return r
}

func (e *evaluator) unary(n python.Node) pv {
	if n.Op() == "not" {
		v := e.eval(n.Field(python.FieldValue))
		return e.negate(v, n)
	}
	v := e.resolve(e.eval(n.Field(python.FieldValue)))
	switch i := v.(type) {
	case pInt:
		switch n.Op() {
		case "-":
			return -i
		case "+":
			return i
		case "~":
			return ^i
		}
	case pBool:
		if n.Op() == "-" {
			return pInt(-toTri(bool(i)))
		}
	}
	u := e.unknownNode(n)
	u.deps = depsOf(v)
	if s := e.symOf(v); s != "" {
		u.sym = capSym(n.Op() + "(" + s + ")")
	}
	return u
}

func (e *evaluator) negate(v pv, n python.Node) pv {
	v = e.resolve(v)
	if t := e.truth(v); t >= 0 {
		return pBool(t == 0)
	}
	u := e.unknownNode(n)
	u.deps = depsOf(v)
	if old, ok := v.(*pUnknown); ok {
		if old.eqSym != "" {
			u.eqSym, u.eqVal, u.eqNot = old.eqSym, old.eqVal, !old.eqNot
		}
		if old.sym != "" {
			u.sym = capSym("not(" + old.sym + ")")
		}
		if f := e.findFact("t " + old.sym); f != nil {
			return pBool(!f.val)
		}
	}
	return u
}

// capSym bounds the length of names of values.
func capSym(s string) string {
	if len(s) <= 240 {
		return s
	}
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return s[:200] + "#" + strconv.FormatUint(h, 36)
}

func (e *evaluator) ifExp(n python.Node) pv {
	v := e.test(n.Field(python.FieldTest))
	yes := func() pv { return e.eval(n.Field(python.FieldBody)) }
	no := func() pv { return e.eval(n.Field(python.FieldOrelse)) }
	switch v.tri {
	case 1:
		return yes()
	case 0:
		return no()
	}
	return e.either(v, yes, no)
}

// boolOp is the value of and / or. An unknown left side whose right side has no
// effect gives a value of its own; otherwise both ways are followed.
func (e *evaluator) boolOp(n python.Node) pv {
	var ops []python.Node
	for op := range n.All(python.FieldElts) {
		ops = append(ops, op)
	}
	return e.boolOps(n, ops)
}

func (e *evaluator) boolOps(n python.Node, ops []python.Node) pv {
	if len(ops) == 0 {
		return e.unknownNode(n)
	}
	left := e.resolve(e.eval(ops[0]))
	if len(ops) == 1 {
		return left
	}
	e.enter()
	defer e.leave()
	and := n.Op() == "and"
	if t := e.truth(left); t >= 0 {
		if (t == 1) == and {
			return e.boolOps(n, ops[1:])
		}
		return left
	}
	if e.listLike(ops[1:]) || !e.pureExpr(ops[1:]) {
		v := e.decideRecorded(left, ops[0])
		keep := func() pv { return left }
		rest := func() pv { return e.boolOps(n, ops[1:]) }
		yes, no := rest, keep
		if !and {
			yes, no = keep, rest
		}
		switch v.tri {
		case 1:
			return yes()
		case 0:
			return no()
		}
		return e.either(v, yes, no)
	}
	right := e.boolOps(n, ops[1:])
	u := e.unknownNode(n)
	u.deps = depsOf(left).union(depsOf(right))
	if a, b := e.symOf(left), e.symOf(right); a != "" && b != "" {
		u.sym = capSym("(" + a + " " + n.Op() + " " + b + ")")
	}
	return u
}

// decideRecorded decides like test, for a value that was evaluated already.
func (e *evaluator) decideRecorded(v pv, n python.Node) verdict {
	before := len(e.taken)
	out := e.decide(v, n)
	if len(e.taken) > before && out.tri >= 0 {
		at := e.placeOf(n)
		e.tests = append(e.tests, testRecord{e.atoms[before].key, e.textAt(at), at, out.tri == 1})
	}
	return out
}

// listLike says that one of the expressions is a display or a name, so that the
// value, not only its truth, may matter.
func (e *evaluator) listLike(ops []python.Node) bool {
	for _, op := range ops {
		for d := range op.Descendants() {
			switch d.Kind() {
			case python.KindList, python.KindTuple, python.KindListComp:
				return true
			case python.KindName:
				if v, ok := e.lookup(d.Name()); ok {
					switch v.pyType() {
					case "list", "tuple":
						return true
					}
				}
			}
		}
	}
	return false
}

// pureExpr says that evaluating has no effect on what we track.
func (e *evaluator) pureExpr(ops []python.Node) bool {
	for _, op := range ops {
		for d := range op.Descendants() {
			switch d.Kind() {
			case python.KindNamedExpr, python.KindYield, python.KindAwait:
				return false
			case python.KindCall:
				f := d.Field(python.FieldFunc)
				switch f.Name() {
				case "append", "extend", "insert", "remove", "pop", "update", "setdefault", "clear", "sort", "reverse", "add", "setattr", "exec":
					return false
				}
				if v, ok := e.lookup(f.Name()); ok && f.Kind() == python.KindName && v.pyType() == "function" {
					return false
				}
			}
		}
	}
	return true
}
