package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// factoryHook is the name under which a factory's own body is read.
const factoryHook = "factory"

// readFactory reads a function that is given get_response and returns a layer.
func (r *Reader) readFactory(l *Layer, t target) {
	fn := t.node
	l.Span = r.span(t.mod, fn)
	l.Style = Function
	l.Async = Async{SyncCapable: Yes, AsyncCapable: No, Marks: No, Asks: No, Native: No, Awaits: No}
	r.damage(l, t.mod, fn)
	r.factoryMarks(l, t)
	r.factoryParams(l, t)
	l.Factory = &FactoryResult{ReturnsNothing: No}
	l.Async.body(fn)
	if fn.Is(python.FlagAsync) || isGenerator(fn) {
		l.Factory.Opaque = true
		l.unclear(l.Span, "it is no plain function")
		return
	}
	w := r.newWalker(l, nil)
	w.made = map[python.Node]map[string]value{}
	st := newState()
	f := &function{mod: t.mod, node: fn, name: fn.Name()}
	w.bind(f, args{vals: []value{{bits: isCallNext}}, names: []string{""}, nodes: []python.Node{{}}}, st)
	fr := &frame{mod: t.mod, fn: f, hook: factoryHook}
	w.run(fr, st)
	l.Next = nil
	w.factoryRaises()
	w.factoryReturns(t, fr.rets)
}

// factoryMarks reads the decorators of a factory and the attributes that the
// module sets on it (django/utils/decorators.py, sync_and_async_middleware).
func (r *Reader) factoryMarks(l *Layer, t target) {
	for d := range t.node.All(python.FieldDecorators) {
		v := d.Field(python.FieldValue)
		sync, async, known := modesOf(v)
		l.Async.SyncCapable, l.Async.AsyncCapable = sync, async
		if !known {
			l.unclear(r.span(t.mod, v), "its decorator may build anything: "+short(v.Text()))
			l.Style = StyleUnknown
			continue
		}
		l.Async.Span = r.span(t.mod, v)
	}
	for _, s := range t.mod.attrs[t.node.Name()] {
		value := boolValue(s.value)
		if s.conditional {
			value = Unknown
		}
		switch s.attr {
		case "sync_capable":
			l.Async.SyncCapable = value
		case "async_capable":
			l.Async.AsyncCapable = value
			l.Async.Span = r.span(t.mod, s.node)
		}
	}
}

func (r *Reader) factoryParams(l *Layer, t target) {
	p := readParams(t.node)
	in := Init{Owner: t.path, Span: r.span(t.mod, t.node), StoresIt: Yes, Super: No, SuperPasses: No, Extra: p.kwneeded}
	switch {
	case len(p.required) > 0:
		in.Takes = TakesRequired
		in.Extra = append(in.Extra, p.required[1:]...)
	case len(p.names) > 0:
		in.Takes = TakesOptional
	case p.vararg != "":
		in.Takes = TakesAny
	default:
		in.Takes, in.StoresIt = TakesNone, No
	}
	l.Init = in
}

func (w *walker) factoryRaises() {
	l := w.layer
	var rest []Raise
	for _, e := range l.Raises {
		if e.Kind == NotUsed {
			l.Init.NotUsed = append(l.Init.NotUsed, Site{Hook: factoryHook, Text: e.Name, Span: e.Span})
		} else {
			l.Init.Raises = append(l.Init.Raises, e)
		}
	}
	l.Raises = rest
}

// factoryReturns reads what the factory returns: inner functions, or an instance
// of a class.
func (w *walker) factoryReturns(t target, rets []ret) {
	l := w.layer
	var inner []*function
	for _, x := range rets {
		switch {
		case len(x.v.functions()) > 0:
			for _, fn := range x.v.functions() {
				inner = append(inner, fn)
				l.Factory.Inner = append(l.Factory.Inner, Site{Text: fn.name, Span: w.r.span(fn.mod, fn.node)})
			}
		case x.v.cls != nil && x.v.only(isOther):
			l.Factory.Classes = append(l.Factory.Classes, Site{Hook: factoryHook, Span: w.factorySpan(x), Text: x.v.cls.path})
			l.unclear(w.factorySpan(x), "it returns a class: "+w.retText(x))
		case x.v.cls != nil:
			w.factoryClass(x.v.cls)
		case x.v.only(isCallNext):
		case x.v.only(isNone):
			l.Factory.ReturnsNothing = Yes
			l.Factory.Nothing = append(l.Factory.Nothing, Site{Hook: factoryHook, Span: w.factorySpan(x), Text: w.retText(x)})
		default:
			l.Factory.Opaque = true
			l.unclear(w.factorySpan(x), "what it returns was not read: "+w.retText(x))
		}
	}
	if l.Style == StyleUnknown { // whatever its decorator makes of it
		defer func() { l.Async.Native = Unknown }()
	}
	if len(inner) == 0 {
		if l.Factory.Class == "" && len(l.Unclear) == 0 && l.Factory.ReturnsNothing == No && len(rets) == 0 {
			l.unclear(l.Span, "it never returns")
		}
		return
	}
	l.Async.Native = No
	for _, fn := range inner {
		w.innerHook("__call__", fn)
		if n := w.relay(fn.node); !n.IsZero() && l.Async.Relay.IsZero() {
			l.Async.Relay = w.r.span(fn.mod, n)
		}
		if fn.node.Is(python.FlagAsync) {
			l.Async.Native = Yes
		}
		for _, name := range hookOrder[:5] {
			v, ok := w.made[fn.node][name]
			switch {
			case !ok:
			case v.fn != nil:
				w.innerHook(name, v.fn)
			default:
				l.Hooks = append(l.Hooks, Hook{Name: name, Owner: t.path, Span: w.r.span(fn.mod, fn.node)})
			}
		}
	}
}

func (w *walker) factorySpan(x ret) stack.Span {
	if x.stmt.IsZero() {
		return w.layer.Span
	}
	return w.spanIn(x)
}

// innerHook reads a function that a factory makes as a hook. A second one of
// the same name, as the async twin, is read into the first.
func (w *walker) innerHook(name string, fn *function) {
	l := w.layer
	h := l.Hook(name)
	fresh := h == nil
	if fresh {
		l.Hooks = append(l.Hooks, Hook{
			Name: name, Owner: l.Target, Span: w.r.span(fn.mod, fn.node), Fits: fits(fn.node, hookArgs(name), false),
		})
		h = &l.Hooks[len(l.Hooks)-1]
	}
	one := *h
	if fn.node.Is(python.FlagAsync) {
		one.Async = true
		l.Async.Hooks = append(l.Async.Hooks, name)
	}
	known := true
	if fn.node.Kind() == python.KindFunctionDef {
		_, known = methodKind(fn.node)
	}
	one.Read = known && (fresh || h.Read)
	one.Returns, one.Nothing = nil, nil
	local := *fn
	local.bound = false
	rets := w.readFunction(&one, &local)
	one.Read = one.Read && !w.full
	w.conclude(&one, rets)
	if !fresh {
		one.Answers = worse(one.Answers, h.Answers)
		one.Replaces = worse(one.Replaces, h.Replaces)
		one.ReturnsNothing = worse(one.ReturnsNothing, h.ReturnsNothing)
		one.Returns = append(append([]Answer{}, h.Returns...), one.Returns...)
		one.Nothing = append(append([]Site{}, h.Nothing...), one.Nothing...)
		if h.Always != one.Always {
			one.Always = No
		}
	}
	*h = one
}

// factoryClass reads a class of which a factory returns an instance.
func (w *walker) factoryClass(c *class) {
	l := w.layer
	if l.Factory.Class != "" {
		if l.Factory.Class != c.path {
			l.unclear(l.Span, "it returns instances of several classes")
		}
		return
	}
	l.Factory.Class = c.path
	in, style, span, target, marks := l.Init, l.Style, l.Span, l.Target, l.Async
	w.r.readClass(l, c)
	in.NotUsed = append(in.NotUsed, l.Init.NotUsed...)
	in.Stores, in.StoresIt, in.Wraps = l.Init.Stores, l.Init.StoresIt, l.Init.Wraps
	l.Init, l.Style, l.Span, l.Target = in, style, span, target
	l.Async.SyncCapable, l.Async.AsyncCapable, l.Async.Span = marks.SyncCapable, marks.AsyncCapable, marks.Span
}
