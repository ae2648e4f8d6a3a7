package layers

import (
	"maps"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// The bounds of reading one hook.
const (
	maxSteps  = 60_000 // nodes visited
	maxFacts  = 4_000  // places recorded of one layer
	maxFrames = 6      // functions in one another, hooks of the layer included
	maxHelper = 1      // calls that are followed away from a hook
	maxRefine = 5      // nested conditions that are taken apart
	maxNested = 150    // statements and expressions in one another
	maxParts  = 40     // parts of one "and" or "or" that are told apart
)

// walker reads one hook, or one factory, of a layer.
type walker struct {
	r     *Reader
	layer *Layer
	cls   *class // nil for factories
	// self is how the class keeps get_response.
	next   string
	wraps  map[string]bool
	steps  int
	deep   int
	full   bool // the bound on steps was reached
	frame  *frame
	tries  []tryContext
	seen   map[recordKey]int
	lazy   int               // > 0: in code that is made here and called elsewhere
	called map[string]string // hooks that the layer calls itself, by which
	// implies are the request attributes that a true answer of a call implies.
	implies map[origin]map[string]bool
	// made are the attributes set on functions, in factories.
	made map[python.Node]map[string]value
	// mentions are the names and texts that functions look at.
	mentions map[python.Node]*mentioned
	// kept are the thread-locals that __init__ keeps on the layer.
	kept map[string]value
}

// frame is one function being read.
type frame struct {
	mod   *module
	fn    *function
	hook  string // the hook it is, or runs in
	via   string // the helper's name, "" in a hook itself
	helps int    // helpers on the way here
	calls []stack.Span
	rets  []ret
	up    *frame
	names map[string]bool // names that are returned
}

// ret is one way out of a function.
type ret struct {
	mod   *module
	stmt  python.Node // zero: the end of the body
	v     value
	phase phases
	state *state
	sure  map[string]bool // request attributes that are there if it is true
	// unsure says that the end of the body may never be reached.
	unsure bool
}

// tryContext is a try statement around the place being read.
type tryContext struct {
	types  []string // short names of what its handlers catch; "" for all
	misses Tri      // it catches AttributeError
	raises string   // the handler of AttributeError raises this by itself
	// deleted are the request attributes that may be deleted inside.
	deleted map[string]bool
}

type recordKey struct {
	what  string
	name  string
	hook  string
	file  string
	start int
	phase Phase
}

func (w *walker) depth() int {
	n := 0
	for f := w.frame; f != nil; f = f.up {
		n++
	}
	return n
}

// active says that a function is being read already: recursion.
func (w *walker) active(fn python.Node) bool {
	for f := w.frame; f != nil; f = f.up {
		if f.fn.node == fn {
			return true
		}
	}
	return false
}

// step counts a node; false means that the bound is reached.
func (w *walker) step() bool {
	w.steps++
	if (w.steps > maxSteps || len(w.seen) > maxFacts) && !w.full {
		w.full = true
		w.layer.unclear(w.span(w.frame.fn.node), "too much code to read: "+w.frame.hook)
	}
	return !w.full
}

func (w *walker) span(n python.Node) stack.Span { return w.r.span(w.frame.mod, n) }

// phaseOf is the phase of code in the present hook.
func (w *walker) phaseOf(st *state) Phase {
	if w.lazy > 0 {
		return LazyPhase
	}
	switch w.frame.hook {
	case "process_request":
		return RequestPhase
	case "process_view":
		return ViewPhase
	case "process_template_response":
		return TemplatePhase
	case "process_response":
		return ResponsePhase
	case "process_exception":
		return ExceptionPhase
	}
	switch st.phase {
	case before:
		return RequestPhase
	case after:
		return ResponsePhase
	}
	return EitherPhase
}

// always says that a place is reached on every pass.
func (w *walker) always(st *state) bool {
	return st.cond == 0 && !st.left && w.lazy == 0
}

// once says whether a record is new; the second one of the same place is only
// looked at to make the first weaker.
func (w *walker) once(key recordKey, n python.Node, at int) (index int, first bool) {
	key.file, key.start = w.frame.mod.File, n.Start()
	if i, ok := w.seen[key]; ok {
		return i, false
	}
	w.seen[key] = at
	return at, true
}

// run reads the body of a function in a state and gives back what it returns.
// The state becomes that behind the call.
func (w *walker) run(f *frame, st *state) value {
	f.up = w.frame
	w.frame = f
	inner := st
	body := f.fn.node
	if body.Kind() == python.KindLambda {
		v := w.eval(body.Field(python.FieldBody), inner)
		f.rets = append(f.rets, ret{mod: f.mod, stmt: body.Field(python.FieldBody), v: v, phase: inner.phase, state: inner.copy()})
	} else {
		f.names = returnedNames(body)
		w.block(body, python.FieldBody, inner)
		if !inner.dead {
			v := value{bits: isNone}
			if isGenerator(body) {
				v = value{bits: isOther}
			}
			f.rets = append(f.rets, ret{mod: f.mod, v: v, phase: inner.phase, state: inner.copy(), unsure: endsInTries(body)})
		}
	}
	w.frame = f.up
	var v value
	var out *state
	for _, x := range f.rets {
		v = join(v, x.v)
		if out == nil {
			out = x.state
			continue
		}
		m := out.copy()
		m.merge(out, x.state)
		if out.fixed != x.state.fixed {
			m.orLocals(out)
			m.orLocals(x.state)
		}
		m.fixed = out.fixed && x.state.fixed
		out = m
	}
	if out == nil { // every path raises
		st.dead = true
		return value{bits: isOther}
	}
	st.phase, st.present, st.reason, st.absent, st.stream, st.dead = out.phase, out.present, out.reason, out.absent, out.stream, false
	v.implied, v.impliedSome = implied(f.rets)
	return v
}

// implied are the request attributes that are there on all ways out that return
// something true, as in a helper that first looks for request.user.
func implied(rets []ret) (attrs map[string]bool, some bool) {
	some = true
	for _, x := range rets {
		switch {
		case x.v.only(isNone):
		case x.v.only(isNone | isFalsy):
			some = false
		case attrs == nil:
			attrs = maps.Clone(x.sure)
			if attrs == nil {
				return nil, false
			}
		default:
			keep(attrs, x.sure)
		}
	}
	return attrs, some
}

// returnedNames are the variables that a function returns somewhere.
func returnedNames(fn python.Node) map[string]bool {
	out := map[string]bool{}
	for n := range fn.Descendants() {
		if n.Kind() == python.KindReturn {
			v := n.Field(python.FieldValue)
			if v.Kind() == python.KindName {
				out[v.Name()] = true
			}
		}
	}
	return out
}

// isGenerator says that a function yields.
func isGenerator(fn python.Node) bool {
	for n := range fn.Descendants() {
		if k := n.Kind(); k == python.KindYield || k == python.KindYieldFrom {
			if enclosing(n) == fn {
				return true
			}
		}
	}
	return false
}

// managed says that a generator function is one for a with statement, so that
// its body runs where it is called.
func managed(fn python.Node) bool {
	for d := range fn.All(python.FieldDecorators) {
		switch d.Field(python.FieldValue).Name() {
		case "contextmanager", "asynccontextmanager":
			return true
		}
	}
	return false
}

// iteratorKind says whether a generator function or expression is read with
// "for" or with "async for", and of the latter whether it reads something in
// that way itself ("async") or not ("mixed").
func iteratorKind(n python.Node) string {
	if n.Kind() == python.KindFunctionDef {
		if !n.Is(python.FlagAsync) {
			return "sync"
		}
		for d := range n.Descendants() {
			if (d.Kind() == python.KindFor || d.Kind() == python.KindComprehension) && d.Is(python.FlagAsync) {
				return "async"
			}
		}
		return "mixed"
	}
	for g := range n.All(python.FieldGenerators) {
		if g.Is(python.FlagAsync) {
			return "async"
		}
	}
	return "sync"
}

// enclosing is the function that a node lies in, the zero Node for none.
func enclosing(n python.Node) python.Node {
	for p := n.Parent(); !p.IsZero(); p = p.Parent() {
		if k := p.Kind(); k == python.KindFunctionDef || k == python.KindLambda {
			return p
		}
	}
	return python.Node{}
}

// params are a function's parameters in order, without "*" and "/" alone.
type params struct {
	names    []string
	defaults int // how many of names have a default
	required []string
	vararg   string
	kwarg    string
	kwonly   []string
	kwneeded []string // keyword-only without default
}

func readParams(fn python.Node) params {
	var p params
	star := false
	for e := range fn.Field(python.FieldParams).All(python.FieldElts) {
		switch {
		case e.Is(python.FlagSlash) && e.Name() == "":
		case e.Is(python.FlagDoubleStar):
			p.kwarg = e.Name()
		case e.Is(python.FlagStar):
			star = true
			p.vararg = e.Name()
		case star:
			p.kwonly = append(p.kwonly, e.Name())
			if e.Field(python.FieldValue).IsZero() {
				p.kwneeded = append(p.kwneeded, e.Name())
			}
		default:
			p.names = append(p.names, e.Name())
			if e.Field(python.FieldValue).IsZero() {
				p.required = append(p.required, e.Name())
			} else {
				p.defaults++
			}
		}
	}
	return p
}

// endsInTries says that a function ends in a loop that tries something a number
// of times: whether its end is reached cannot be told.
func endsInTries(fn python.Node) bool {
	var last python.Node
	for s := range fn.All(python.FieldBody) {
		last = s
	}
	switch last.Kind() {
	case python.KindWhile:
	case python.KindFor:
		if it := last.Field(python.FieldIter); it.Kind() != python.KindCall || lastName(it.Field(python.FieldFunc)) != "range" {
			return false
		}
	default:
		return false
	}
	for n := range last.Descendants() {
		if n.Kind() == python.KindReturn {
			return true
		}
	}
	return false
}
