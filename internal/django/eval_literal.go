package django

import (
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

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
