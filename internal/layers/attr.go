package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
)

func (w *walker) attribute(n python.Node, st *state) value {
	object := w.eval(n.Field(python.FieldObject), st)
	name := n.Name()
	switch {
	case object.has(isRequest):
		return w.requestAttr(n, name, object, st)
	case object.has(isSelf | isClass):
		return w.selfAttr(name, object, st)
	case object.has(isSuper):
		return w.superAttr(name, object)
	case object.has(isSession):
		w.sessionMethod(n, name, st)
		return value{bits: anything}
	case object.has(isHeaders | isCookies | isLocal):
		out := object
		out.path = name // the method, for call
		return out
	case w.replyLike(n.Field(python.FieldObject), object):
		return w.responseAttr(n, name, object, st)
	case object.cls != nil:
		return w.classAttr(object.cls, name, object)
	case object.path != "":
		return w.pathAttr(object.path + "." + name)
	}
	return value{bits: anything}
}

// pathAttr is an attribute of a module or of something outside of the tree.
func (w *walker) pathAttr(path string) value {
	ts := w.r.resolvePath(path, 0)
	if v := w.global(ts[0]); v.path != "" || v.fn != nil {
		return v
	}
	return value{bits: anything, path: path}
}

// replyLike says that an expression is a response: surely by its origin, or a
// value of unknown origin in a variable that the function returns.
func (w *walker) replyLike(n python.Node, v value) bool {
	if v.has(isReply) {
		return true
	}
	return v.has(isOpaque) && v.path == "" && n.Kind() == python.KindName && w.frame.names[n.Name()] && w.lazy == 0 &&
		w.frame.helps == 0 && !v.has(isError)
}

// selfAttr is an attribute of the layer: a hook or helper, what it keeps of
// get_response, or an attribute of its class.
func (w *walker) selfAttr(name string, object value, st *state) value {
	if object.has(isSelf) {
		if v, ok := st.env["self."+name]; ok {
			return v
		}
		if name == w.next {
			return value{bits: isCallNext}
		}
		if w.wraps[name] {
			if w.keptGuard(name) {
				return value{bits: isWrapNext | isGuard}
			}
			return value{bits: isWrapNext}
		}
		if name == "__class__" {
			return value{bits: isClass, cls: w.cls}
		}
		if v, ok := w.localOfSelf(name); ok {
			return v
		}
	}
	if w.cls == nil {
		return value{bits: anything}
	}
	return w.classAttr(w.cls, name, object)
}

// classAttr is an attribute of a class found along its bases.
func (w *walker) classAttr(c *class, name string, object value) value {
	owner, members, _ := c.lookup(name, 0)
	if owner.cls == nil || len(members) == 0 {
		return value{bits: anything}
	}
	if len(members) > 1 {
		return value{bits: anything}
	}
	return w.memberValue(owner.cls, members[0], object, name)
}

func (w *walker) memberValue(owner *class, m classMember, object value, name string) value {
	// A name in a class body is one of the class before it is one of the module.
	if m.node.Kind() == python.KindName && m.node.Name() != name {
		if own := owner.own(m.node.Name()); len(own) == 1 && own[0].node.Kind() == python.KindFunctionDef {
			m = own[0]
		}
	}
	if m.node.Kind() != python.KindFunctionDef {
		if object.has(isSelf) && w.assignedInInit(name) {
			return value{bits: anything}
		}
		for _, t := range w.r.resolveExpr(owner.mod, m.node, 0) {
			switch t.kind {
			case targetFunction, targetClass, targetExternal:
				v := w.global(t)
				if v.fn != nil && object.has(isSelf) {
					v.fn.bound = true
					v.fn.owner = owner
				}
				return v
			}
		}
		return w.r.constant(target{kind: targetValue, mod: owner.mod, node: m.node, path: owner.path + "." + name})
	}
	static, known := methodKind(m.node)
	if !known {
		return value{bits: anything}
	}
	if static == "property" {
		return value{bits: anything}
	}
	fn := &function{mod: owner.mod, node: m.node, name: name, owner: owner, static: static}
	fn.bound = static == "classmethod" || static == "" && object.has(isSelf)
	return value{bits: isOther, fn: fn}
}

// methodKind reads a method's decorators: staticmethod, classmethod, property,
// or "" for none that changes how it is called. known is false where a
// decorator may do anything.
func methodKind(fn python.Node) (kind string, known bool) {
	known = true
	for d := range fn.All(python.FieldDecorators) {
		k, fine := methodKindOf(d)
		if k != "" {
			kind = k
		}
		known = known && fine
	}
	return kind, known
}

func methodKindOf(d python.Node) (kind string, known bool) {
	v := d.Field(python.FieldValue)
	if v.Kind() == python.KindCall {
		v = v.Field(python.FieldFunc)
	}
	switch v.Name() {
	case "staticmethod", "classmethod":
		return v.Name(), true
	case "property", "cached_property":
		return "property", true
	case "override", "abstractmethod", "final", "lru_cache", "cache", "wraps", "typechecked", "no_type_check", "overload",
		"deprecated":
		return "", true
	}
	return "", false
}

// localOfSelf is a thread-local that __init__ makes and keeps on the layer.
func (w *walker) localOfSelf(name string) (v value, ok bool) {
	if w.kept == nil {
		w.kept = map[string]value{}
		w.findLocals()
	}
	v, ok = w.kept[name]
	return v, ok
}

func (w *walker) findLocals() {
	if w.cls == nil {
		return
	}
	owner, members, _ := w.cls.lookup("__init__", 0)
	if owner.cls == nil || len(members) != 1 {
		return
	}
	for n := range members[0].node.Descendants() {
		if n.Kind() != python.KindAttribute || n.Role() != python.FieldTargets {
			continue
		}
		if x := n.Parent().Field(python.FieldValue); x.Kind() == python.KindCall {
			if text, ok := w.r.localObject(owner.cls.mod, x); ok {
				w.kept[n.Name()] = value{bits: isOther | isLocal, text: text}
			}
		}
	}
}

// assignedInInit says that __init__ sets an attribute of self, so that the
// class's own value of it does not count.
func (w *walker) assignedInInit(name string) bool {
	if w.cls == nil {
		return false
	}
	owner, members, _ := w.cls.lookup("__init__", 0)
	if owner.cls == nil {
		return false
	}
	for _, m := range members {
		for n := range m.node.Descendants() {
			if n.Kind() == python.KindAttribute && n.Name() == name && n.Role() == python.FieldTargets {
				return true
			}
		}
	}
	return false
}

func (w *walker) superAttr(name string, object value) value {
	if w.cls == nil || object.owner == nil {
		return value{bits: anything}
	}
	at := w.cls.index(object.owner)
	if at < 0 {
		return value{bits: anything}
	}
	owner, members, _ := w.cls.lookup(name, at+1)
	switch {
	case owner.cls == nil && (owner.path == mixinPath || w.isMixinFrom(at+1, name, owner)):
		return value{bits: isSuper, path: "mixin." + name}
	case owner.cls == nil && owner.path != "":
		w.layer.supers = append(w.layer.supers, owner.path+"."+name)
		return value{bits: anything, path: owner.path + "." + name}
	case len(members) == 1:
		if owner.cls.path == mixinPath {
			return value{bits: isSuper, path: "mixin." + name}
		}
		return w.memberValue(owner.cls, members[0], value{bits: isSelf}, name)
	}
	return value{bits: anything}
}

// isMixinFrom says that a base of the catalog has nothing but the mixin's own
// __call__.
func (w *walker) isMixinFrom(at int, name string, owner classBase) bool {
	if name != "__call__" && name != "__acall__" || owner.path == "" || w.r.opts.Catalog == nil {
		return false
	}
	style, _, ok := w.r.catalogStyle(owner.path)
	return ok && style == Mixin && at < len(w.cls.mro)
}
