package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// descent says how an expression surely comes from the request or the response.
// It looks at the expression's parts and at what the variables in it hold, and
// records nothing.
func (w *walker) descent(n python.Node, st *state, depth int) Descent {
	if n.IsZero() || depth > maxRefine {
		return Foreign
	}
	below := func(fd python.Field) Descent { return w.descent(n.Field(fd), st, depth+1) }
	most := func(fd python.Field) (out Descent) {
		for c := range n.All(fd) {
			if c.Kind() == python.KindKeyword || c.Kind() == python.KindStarred {
				c = c.Field(python.FieldValue)
			}
			out = max(out, min(w.descent(c, st, depth+1), Computed))
		}
		return out
	}
	switch n.Kind() {
	case python.KindName:
		v, ok := st.env[n.Name()]
		switch {
		case !ok:
			return Foreign
		case v.only(isRequest | isReply | isSession | isHeaders | isCookies):
			return Part
		}
		return v.from
	case python.KindAttribute, python.KindSubscript:
		return below(python.FieldObject)
	case python.KindAwait, python.KindUnaryOp, python.KindNamedExpr:
		return below(python.FieldValue)
	case python.KindCall:
		f := n.Field(python.FieldFunc)
		if w.differs(f, st) {
			return Computed
		}
		if f.Kind() == python.KindAttribute {
			if d := w.descent(f, st, depth+1); d == Part {
				return d
			}
		}
		return max(min(w.descent(f, st, depth+1), Computed), most(python.FieldArgs))
	case python.KindBinOp:
		return min(max(below(python.FieldLeft), below(python.FieldRight)), Computed)
	case python.KindBoolOp:
		return most(python.FieldElts)
	case python.KindIfExp:
		return min(below(python.FieldBody), below(python.FieldOrelse))
	case python.KindTuple, python.KindList, python.KindSet:
		return most(python.FieldElts)
	}
	return Foreign
}

// differs says that a function gives each request something of its own.
func (w *walker) differs(f python.Node, st *state) bool {
	if root := rootName(f); root == "" || len(st.env) > 0 && st.env[root].bits != 0 {
		return false
	}
	ts := w.r.resolveExpr(w.frame.mod, f, 0)
	switch ts[0].path {
	case "time.time", "time.monotonic", "time.perf_counter", "time.clock", "time.time_ns", "time.process_time", "uuid.uuid1", "uuid.uuid4",
		"datetime.datetime.now", "datetime.datetime.utcnow", "django.utils.timezone.now", "random.random",
		"timeit.default_timer":
		return len(ts) == 1
	}
	return false
}

// rootName is the name that a dotted expression begins with, "" for any other.
func rootName(n python.Node) string {
	for range maxNested {
		switch n.Kind() {
		case python.KindName:
			return n.Name()
		case python.KindAttribute:
			n = n.Field(python.FieldObject)
			continue
		}
		break
	}
	return ""
}

// descentOf is that of the first of some arguments.
func (w *walker) descentOf(args []python.Node, st *state) Descent {
	if len(args) == 0 {
		return Foreign
	}
	return w.descent(args[0], st, 0)
}

// localKey marks the thread-locals among the names that a state knows to be set.
const localKey = "local "

// guards says that the function, or one that called it here, tests what it
// sets, as code does that sets something once, or that a lock is held.
func (w *walker) guards(at python.Node, target string) bool {
	name := target[strings.LastIndexAny(target, ". ")+1:]
	for f := w.frame; f != nil; f = f.up {
		m := w.namesIn(f.fn.node)
		if m.tested[strings.TrimPrefix(target, "global ")] || m.tested[quote+name] {
			return true
		}
	}
	for p := at.Parent(); !p.IsZero(); p = p.Parent() {
		switch p.Kind() {
		case python.KindWith:
			for i := range p.All(python.FieldItems) {
				text := strings.ToLower(i.Text())
				if strings.Contains(text, "lock") || strings.Contains(text, "mutex") || strings.Contains(text, "semaphore") {
					return true
				}
			}
		case python.KindFunctionDef:
			return false
		}
	}
	return false
}

// quote marks texts among what is tested.
const quote = `"`

// mentioned are names and texts that a function looks at.
type mentioned struct {
	tested map[string]bool // names, attributes with their object, and texts in tests
	looked map[string]bool // texts that are looked up, in small letters
}

func (w *walker) namesIn(fn python.Node) *mentioned {
	if m, ok := w.mentions[fn]; ok {
		return m
	}
	m := &mentioned{tested: map[string]bool{}, looked: map[string]bool{}}
	w.mentions[fn] = m
	for n := range fn.Descendants() {
		switch n.Kind() {
		case python.KindIf, python.KindWhile, python.KindIfExp:
			m.test(n.Field(python.FieldTest))
		case python.KindBoolOp:
			m.test(n)
		case python.KindCall:
			for a := range n.All(python.FieldArgs) {
				m.look(a)
			}
		case python.KindCompare:
			m.look(n.Field(python.FieldLeft))
		case python.KindSubscript:
			if n.Role() != python.FieldTargets {
				m.look(n.Field(python.FieldIndex))
			}
		}
	}
	return m
}

func (m *mentioned) test(test python.Node) {
	if test.IsZero() {
		return
	}
	for n := range test.Descendants() {
		switch n.Kind() {
		case python.KindName:
			m.tested[n.Name()] = true
		case python.KindAttribute:
			if n.Field(python.FieldObject).Kind() == python.KindName {
				m.tested[n.Text()] = true
			}
		case python.KindString:
			if s, ok := n.StringValue(); ok {
				m.tested[quote+s] = true
			}
		}
	}
}

func (m *mentioned) look(n python.Node) {
	if s, ok := n.StringValue(); ok {
		m.looked[strings.ToLower(s)] = true
	}
}
