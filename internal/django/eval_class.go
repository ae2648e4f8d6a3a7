package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// classStmt executes a class statement.
func (e *evaluator) classStmt(n python.Node) {
	c := &pClass{name: n.Name(), node: n, mod: e.frame.scope.mod}
	var hooks []pv // what runs when the class is made
	for b := range n.All(python.FieldBases) {
		switch b.Kind() {
		case python.KindKeyword:
			if v := e.resolve(e.eval(b.Field(python.FieldValue))); b.Name() == "metaclass" && v != nil {
				hooks = append(hooks, v)
				c.open = c.open || !isUnknown(v)
			}
		case python.KindStarred:
			e.eval(b.Field(python.FieldValue))
			c.open = true
		default:
			c.bases = append(c.bases, e.eval(b))
		}
	}
	c.scope = e.newScope(e.frame.scope, c.mod)
	c.scope.class = true
	e.linearize(c)
	was, cur := e.frame, e.cur
	e.depth++
	if e.depth > e.limits.Depth {
		panic(abortRun{"classes nest too deeply"})
	}
	e.frame = &frame{mod: was.mod, scope: c.scope}
	f := e.body(n, python.FieldBody)
	e.frame, e.cur = was, cur
	e.depth--
	if f.kind == flowRaise {
		panic(f.exc)
	}
	for _, base := range c.mro[1:] {
		if b := e.get(base.scope, "__init_subclass__"); b != nil {
			hooks = append(hooks, b.v)
		}
	}
	for _, v := range hooks {
		e.havoc(v)
	}
	for _, name := range c.scope.order {
		if b := e.get(c.scope, name); b != nil {
			adopt(b.v, c)
		}
	}
	var v pv = c
	for d := range n.All(python.FieldDecorators) {
		dec := e.eval(d.Field(python.FieldValue))
		if u, ok := dec.(*pUnknown); ok && readsOnly(u.ext) {
			continue
		}
		v = e.call(dec, &callArgs{pos: []pv{v}}, d)
		if isUnknown(v) {
			e.havoc(c)
		}
	}
	e.bind(n.Name(), v, e.placeOf(n))
}

// adopt tells the functions of a class body which class super() means.
func adopt(v pv, c *pClass) {
	switch f := v.(type) {
	case *pFunc:
		if f.cls == nil {
			f.cls = c
		}
	case *pProperty:
		adopt(f.get, c)
	case *pStatic:
		adopt(f.fn, c)
	case *pClassFn:
		adopt(f.fn, c)
	}
}

// linearize orders a class and its bases as Python's C3 does; bases from
// outside are left out and open the class.
func (e *evaluator) linearize(c *pClass) {
	var lists [][]*pClass
	var direct []*pClass
	for _, b := range c.bases {
		switch b := e.resolve(b).(type) {
		case *pClass:
			lists = append(lists, b.mro)
			direct = append(direct, b)
			c.open = c.open || b.open
			c.outside = append(c.outside, b.outside...)
		case *pBuiltin:
			if b.name != "object" {
				c.open = true
			}
		case *pUnknown:
			c.open = true
			c.outside = append(c.outside, b.ext)
		default:
			c.open = true
		}
	}
	lists = append(lists, direct)
	c.mro = []*pClass{c}
	for {
		e.step(1 + len(lists))
		var next *pClass
		empty := true
		for _, l := range lists {
			if len(l) == 0 {
				continue
			}
			empty = false
			if !inTail(l[0], lists) {
				next = l[0]
				break
			}
		}
		if empty {
			return
		}
		if next == nil { // Python would refuse the class
			c.open = true
			return
		}
		c.mro = append(c.mro, next)
		if len(c.mro) > 200 {
			c.open = true
			return
		}
		for i, l := range lists {
			if len(l) > 0 && l[0] == next {
				lists[i] = l[1:]
			}
		}
	}
}

func inTail(c *pClass, lists [][]*pClass) bool {
	for _, l := range lists {
		for i := 1; i < len(l); i++ {
			if l[i] == c {
				return true
			}
		}
	}
	return false
}

// instantiate calls a class of the tree.
func (e *evaluator) instantiate(c *pClass, a *callArgs, n python.Node) pv {
	if e.classAttr(c, "__new__") != nil {
		for _, v := range a.all() {
			e.havoc(v)
		}
		return e.unknownNode(n)
	}
	obj := e.newInstance(c)
	if init, ok := e.classAttr(c, "__init__").(*pFunc); ok {
		e.callFunc(init, obj, a, n)
		return obj
	}
	if c.open {
		for _, v := range a.all() {
			e.havoc(v)
		}
		e.put(obj.attr.openID, &openCell{e.unknownNode(n)})
	}
	return obj
}

func (e *evaluator) newInstance(c *pClass) *pRef {
	return &pRef{id: e.newCell(nil), kind: refInstance, cls: c, attr: e.newScope(nil, c.mod)}
}

// configurationClasses are the classes of a module that stand for a set of
// settings: leaves that inherit from django-configurations, or, where the
// module itself has no stack, classes with one.
func (e *evaluator) configurationClasses(mod *pModule) []*pClass {
	var all []*pClass
	derived := map[*pClass]bool{}
	own := false
	for _, t := range targetSettings {
		own = own || e.get(mod.scope, t) != nil
	}
	for _, name := range mod.scope.order {
		b := e.get(mod.scope, name)
		if b == nil {
			continue
		}
		c, ok := b.v.(*pClass)
		if !ok || c.mod.name != mod.name {
			continue
		}
		for _, k := range c.mro[1:] {
			derived[k] = true
		}
		if isConfiguration(c) || !own && e.hasTarget(c) {
			all = append(all, c)
		}
	}
	var leaves []*pClass
	for _, c := range all {
		if !derived[c] && !containsClass(leaves, c) {
			leaves = append(leaves, c)
		}
	}
	return leaves
}

func containsClass(list []*pClass, c *pClass) bool {
	for _, k := range list {
		if k == c {
			return true
		}
	}
	return false
}

func isConfiguration(c *pClass) bool {
	for _, ext := range c.outside {
		top, _, _ := strings.Cut(ext, ".")
		if top == "configurations" || top == "cbsettings" || top == "cbs" || top == "classbasedsettings" {
			return true
		}
	}
	return false
}

func (e *evaluator) hasTarget(c *pClass) bool {
	for _, t := range targetSettings {
		if e.classAttr(c, t) != nil {
			return true
		}
	}
	return false
}

// collectClass reads the settings of a configuration class as
// django-configurations does: every upper-case attribute of an instance,
// methods called.
func (e *evaluator) collectClass(c *pClass) subOutcome {
	out := subOutcome{kind: SubClass, name: c.name, at: nameOf(c), settings: map[string]Value{}}
	obj := e.newInstance(c)
	e.frame = &frame{mod: c.mod, scope: c.mod.scope}
	e.cur = out.at
	for i := len(c.mro) - 1; i >= 0; i-- {
		for _, name := range c.mro[i].scope.order {
			if _, done := out.settings[name]; done || !settingName(name) || e.classAttr(c, name) == nil {
				continue
			}
			at := e.attrPlace(c, name)
			v := e.classSetting(obj, c, name)
			out.settings[name] = e.export(v, at)
			out.order = append(out.order, name)
			for _, t := range targetSettings {
				if t == name {
					out.deps = out.deps.union(e.deepDeps(v))
				}
			}
		}
	}
	out.open = c.open && !isConfiguration(c)
	return out
}

func nameOf(c *pClass) place {
	return place{c.node.File(), c.mod.file, c.node.Start(), c.node.Start() + len("class ") + len(c.name)}
}

func (e *evaluator) attrPlace(c *pClass, name string) place {
	for _, k := range c.mro {
		if b := e.get(k.scope, name); b != nil {
			return b.at
		}
	}
	return place{}
}

func (e *evaluator) classSetting(obj *pRef, c *pClass, name string) pv {
	var v pv
	f := e.flowOf(func() flow {
		v, _ = e.instanceAttr(obj, name, c.node)
		if m, ok := v.(*pMethod); ok {
			v = e.call(m, &callArgs{}, c.node)
		}
		return flow{}
	})
	if f.kind == flowRaise || v == nil {
		return e.newUnknown(name, e.attrPlace(c, name))
	}
	return v
}
