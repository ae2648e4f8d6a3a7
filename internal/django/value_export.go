package django

import (
	"bytes"
	"strings"
)

// collect reads what a finished run left behind.
func (e *evaluator) collect(out *outcome, mod *pModule) {
	e.frame = &frame{mod: mod, scope: mod.scope}
	out.settings = map[string]Value{}
	for _, name := range mod.scope.order {
		b := e.get(mod.scope, name)
		if b == nil || !settingName(name) {
			continue
		}
		v := e.bound(b.v, name)
		out.settings[name] = e.export(v, b.at)
		out.order = append(out.order, name)
	}
	for _, t := range targetSettings {
		if b := e.get(mod.scope, t); b != nil {
			out.deps = out.deps.union(e.deepDeps(b.v))
		}
	}
	out.open = e.open(mod.scope) != nil
	for _, c := range e.configurationClasses(mod) {
		out.subs = append(out.subs, e.collectClass(c))
	}
	e.configureInFunctions(mod)
	out.subs = append(out.subs, e.configure...)
	for _, s := range out.subs {
		out.deps = out.deps.union(s.deps)
	}
}

// configureInFunctions calls the functions that hold a settings.configure(...)
// no one called while the module was loaded, as pytest_configure and main are.
func (e *evaluator) configureInFunctions(mod *pModule) {
	if len(e.configure) > 0 || mod.src == nil || !bytes.Contains(mod.src.Src, []byte("settings.configure(")) {
		return
	}
	for _, name := range mod.scope.order {
		b := e.get(mod.scope, name)
		if b == nil {
			continue
		}
		f, ok := b.v.(*pFunc)
		if !ok || f.mod.name != mod.name || !strings.Contains(f.node.Text(), "settings.configure(") {
			continue
		}
		e.frame = &frame{mod: mod, scope: mod.scope}
		e.flowOf(func() flow {
			e.callFunc(f, nil, &callArgs{open: true}, f.node)
			return flow{}
		})
		e.pend = nil
	}
}

// deepDeps are all conditions a value hangs on.
func (e *evaluator) deepDeps(v pv) depset {
	d := depsOf(v)
	if items, ok := e.sequence(v); ok {
		for _, it := range items {
			d = d.union(depsOf(it))
		}
	}
	return d
}

// export makes a value of the outside of an abstract one.
func (e *evaluator) export(v pv, assigned place) Value {
	x := exporter{e: e, budget: 4 * e.limits.Length}
	out := x.value(v, 0)
	out.Assigned = assigned.span()
	if assigned.f == nil {
		out.Assigned.File = ""
	}
	return out
}

type exporter struct {
	e      *evaluator
	budget int
}

func (x *exporter) value(v pv, depth int) Value {
	e := x.e
	e.step(1)
	x.budget--
	if depth > 8 || x.budget < 0 {
		return Value{Text: "..."}
	}
	v = e.resolve(e.force(v))
	switch v := v.(type) {
	case pNone:
		return Value{Kind: KindNone}
	case pBool:
		return Value{Kind: KindBool, Bool: bool(v)}
	case pInt:
		return Value{Kind: KindInt, Int: int64(v)}
	case *pStr:
		if strings.Contains(v.s, "{{") || strings.Contains(v.s, "{%") {
			// A template's tag: the text is filled in before Python sees it.
			return Value{Text: shorten(v.s), Span: v.at.span()}
		}
		return Value{Kind: KindString, Str: v.s, Span: v.at.span()}
	case *pTuple:
		return Value{Kind: KindTuple, Items: x.items(v.items, depth)}
	case *pRef:
		return x.ref(v, depth)
	case *pUnknown:
		out := Value{Run: v.run, Text: v.text, Span: v.at.span()}
		if out.Span.Line == 0 {
			out.Span.File = ""
		}
		for _, o := range v.oneOf {
			out.OneOf = append(out.OneOf, x.value(o, depth+1))
		}
		if v.unbound {
			out.OneOf = nil
		}
		return out
	case *pClass:
		return Value{Kind: KindOther, Text: v.name, Span: nameOf(v).span()}
	case *pFunc:
		at := place{v.node.File(), v.mod.file, v.node.Start(), v.node.End()}
		return Value{Kind: KindOther, Text: e.textAt(at), Span: at.span()}
	}
	return Value{Kind: KindOther, Text: v.pyType()}
}

func (x *exporter) items(items []pv, depth int) []Value {
	out := make([]Value, 0, len(items))
	for _, it := range items {
		out = append(out, x.value(it, depth+1))
	}
	return out
}

func (x *exporter) ref(v *pRef, depth int) Value {
	e := x.e
	switch v.kind {
	case refList:
		return Value{Kind: KindList, Items: x.items(e.items(v), depth)}
	case refSet:
		return Value{Kind: KindSet, Items: x.items(e.items(v), depth)}
	case refDict:
		d := e.dict(v)
		return Value{Kind: KindDict, Keys: x.items(d.keys, depth), Items: x.items(d.vals, depth), Partial: d.open != nil}
	case refIter:
		// Django could go through it once; what it yields is known.
		return Value{Kind: KindList, Items: x.items(e.consume(v), depth)}
	}
	return Value{Kind: KindOther, Text: "instance of " + v.cls.name}
}
