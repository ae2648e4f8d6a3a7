package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// havoc makes unknown all that code we cannot see may change through v.
func (e *evaluator) havoc(v pv) {
	h := havocker{e: e, seen: map[any]bool{}}
	h.value(v)
}

// havocOptions is havoc for the objects an unknown may be, after a use of it
// that may change them.
func (e *evaluator) havocOptions(u *pUnknown) {
	h := havocker{e: e, seen: map[any]bool{}, deps: u.deps}
	for _, o := range u.oneOf {
		h.value(o)
	}
	if u.was != nil {
		h.value(u.was)
	}
}

// escape hands a value to code we cannot see, which may keep it and change it
// at any later call.
func (e *evaluator) escape(v pv) {
	e.havoc(v)
	switch v := v.(type) {
	case pNone, pBool, pInt, *pStr, *pPath, *pBuiltin:
		return
	case *pUnknown:
		if len(v.oneOf) == 0 && v.was == nil {
			return
		}
	}
	c, _ := e.cell(escapedCell).(*escaped)
	var vals []pv
	if c != nil {
		vals = c.vals
	}
	if len(vals) < 200 && !holds(vals, v) {
		e.put(escapedCell, &escaped{append(vals[:len(vals):len(vals)], v)})
	}
}

// escapedAgain is a call of code we cannot see: it may change what was handed
// to such code before.
func (e *evaluator) escapedAgain() {
	if c, ok := e.cell(escapedCell).(*escaped); ok {
		for _, v := range c.vals {
			e.havoc(v)
		}
	}
}

type havocker struct {
	e    *evaluator
	seen map[any]bool
	deps depset
}

func (h *havocker) once(key any) bool {
	if h.seen[key] {
		return false
	}
	h.seen[key] = true
	h.e.step(2)
	return true
}

func (h *havocker) value(v pv) {
	e := h.e
	switch v := v.(type) {
	case *pTuple:
		for _, it := range v.items {
			h.value(it)
		}
	case *pRef:
		if !h.once(v.id) {
			return
		}
		switch v.kind {
		case refList, refSet:
			items := e.items(v)
			u := e.unknownRun(e.textAt(e.here()), e.here())
			u.deps = h.deps
			for _, it := range items {
				u.deps = u.deps.union(depsOf(it))
			}
			e.setItems(v, []pv{u})
			for _, it := range items {
				h.value(it)
			}
		case refDict:
			d := e.dict(v)
			why := e.unknownAt(e.textAt(e.here()))
			why.deps = h.deps
			e.setDict(v, &dictCell{open: why})
			for _, it := range d.vals {
				h.value(it)
			}
		case refIter:
			// Using it up runs its body, which only reads what it closes over.
			e.consume(v)
		case refInstance:
			h.scope(v.attr)
			if v.cls != nil {
				h.value(v.cls)
			}
		}
	case *pUnknown:
		if (len(v.oneOf) > 0 || v.was != nil) && h.once(v) {
			was := h.deps
			h.deps = h.deps.union(v.deps)
			for _, o := range v.oneOf {
				h.value(o)
			}
			if v.was != nil {
				h.value(v.was)
			}
			h.deps = was
		}
	case *pMethod:
		h.value(v.self)
		h.value(v.fn)
	case *pStatic:
		h.value(v.fn)
	case *pClassFn:
		h.value(v.fn)
	case *pProperty:
		h.value(v.get)
	case *pBuiltin:
		if v.self != nil {
			h.value(v.self)
		}
	case *pClass:
		if h.once(v) {
			for _, c := range v.mro {
				h.members(c.scope)
			}
		}
	case *pFunc:
		if h.once(v.node) {
			h.free(v)
		}
	case *pModule:
		e.openScope(v.scope, e.unknownAt(e.textAt(e.here())), true)
	case *pNames:
		e.openScope(v.scope, e.unknownAt(e.textAt(e.here())), true)
	}
}

// scope makes all names of an object unknown.
func (h *havocker) scope(s *pyScope) {
	if s == nil || !h.once(s) {
		return
	}
	h.members(s)
	e := h.e
	for _, name := range s.order {
		if b := e.get(s, name); b != nil {
			e.set(s, name, e.unknownAt(name), b.at)
		}
	}
	e.put(s.openID, &openCell{e.unknownAt(e.textAt(e.here()))})
}

// members follows the values of a class's or object's names.
func (h *havocker) members(s *pyScope) {
	for _, name := range s.order {
		b := h.e.get(s, name)
		if b == nil {
			continue
		}
		switch b.v.(type) {
		case *pRef, *pTuple, *pFunc, *pStatic, *pClassFn, *pProperty:
			h.value(b.v)
		}
	}
}

// free follows the names a function uses: calling it may change these objects
// and the globals it declares.
func (h *havocker) free(f *pFunc) {
	e := h.e
	was := e.frame
	e.frame = &frame{mod: f.mod, scope: f.env}
	defer func() { e.frame = was }()
	for d := range f.node.Descendants() {
		e.step(1)
		switch d.Kind() {
		case python.KindGlobal, python.KindNonlocal:
			for name := range d.All(python.FieldNames) {
				if b := e.get(f.mod.scope, name.Name()); b != nil {
					h.value(b.v)
				}
				e.set(f.mod.scope, name.Name(), e.unknownAt(name.Name()), e.here())
			}
		case python.KindName:
			switch d.Name() {
			case "globals", "vars", "exec", "setattr":
				e.openScope(f.mod.scope, e.unknownAt(e.textAt(e.here())), true)
				continue
			}
			if v, ok := e.lookup(d.Name()); ok {
				switch v := v.(type) {
				case *pRef, *pFunc:
					h.value(v)
				}
			}
		}
	}
}

// openScope says that a scope may hold names we do not know and that what it
// holds may have been replaced. With deep, the objects may have been changed too.
func (e *evaluator) openScope(s *pyScope, why *pUnknown, deep bool) {
	if why.sym == "" {
		why.sym = e.site("open", why.at)
	}
	e.put(s.openID, &openCell{why})
	h := havocker{e: e, seen: map[any]bool{}}
	for _, name := range s.order {
		e.step(1)
		b := e.get(s, name)
		if b == nil {
			continue
		}
		switch v := b.v.(type) {
		case *pModule, *pFunc, *pClass, *pBuiltin, *pNames, *pLazy:
			continue
		case *pUnknown:
			if v.ext != "" {
				continue
			}
		case *pRef:
			if deep {
				h.value(v)
			}
		}
		u := *why
		u.sym = why.sym + " " + name
		switch v := b.v.(type) {
		case *pRef:
			u.was = v
		case *pUnknown:
			u.was, u.oneOf = v.was, nil
		}
		u.deps = u.deps.union(depsOf(b.v))
		e.set(s, name, &u, b.at)
	}
}

// blurNames makes every name in a piece of code unknown, and what it points to.
func (e *evaluator) blurNames(n python.Node) {
	if n.IsZero() {
		return
	}
	names := identifiers(n.Text())
	for _, name := range names {
		v, ok := e.lookup(name)
		if !ok {
			if name == "MIDDLEWARE" || name == "MIDDLEWARE_CLASSES" {
				e.bind(name, e.unknownNode(n), e.placeOf(n))
			}
			continue
		}
		switch v.(type) {
		case *pModule, *pBuiltin, *pFunc, *pClass:
			continue
		}
		e.havoc(v)
		u := e.unknownNode(n)
		u.deps = depsOf(v)
		e.bind(name, u, e.placeOf(n))
	}
}

// identifiers lists the names in a text, each once.
func identifiers(text string) []string {
	if len(text) > 1<<20 {
		text = text[:1<<20]
	}
	seen := map[string]bool{}
	var out []string
	for i := 0; i < len(text); {
		if !isNameByte(text[i]) {
			i++
			continue
		}
		j := i
		for j < len(text) && isNameByte(text[j]) {
			j++
		}
		if w := text[i:j]; !seen[w] && (w[0] < '0' || w[0] > '9') {
			seen[w] = true
			out = append(out, w)
		}
		i = j
	}
	return out
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// materialize gives an unknown value that is used as a list an object of its
// own, in every name that holds it, so that changes in place are kept.
func (e *evaluator) materialize(u *pUnknown, with pv) *pRef {
	if with != nil {
		switch with.pyType() {
		case "list":
		default:
			return nil
		}
	}
	if u.ext != "" && u.text == u.ext {
		return nil
	}
	e.havocOptions(u)
	run := *u
	run.run = true
	run.oneOf = nil
	run.was = nil
	l := &pRef{id: e.newCell(&listCell{[]pv{&run}}), kind: refList}
	if u.was != nil {
		e.link(l.id, u.was.id, u.deps)
	}
	e.step(1 + len(e.st.cells)/8)
	for id, c := range e.st.cells {
		if b, ok := c.(*pyBinding); ok {
			if old, ok := b.v.(*pUnknown); ok && old == u {
				e.st.cells[id] = &pyBinding{l, b.at}
			}
		}
	}
	return l
}

// materializeFor is materialize for a call of a list's method that changes it.
func (e *evaluator) materializeFor(u *pUnknown, method string) *pRef {
	switch method {
	case "append", "extend", "insert", "remove", "reverse":
	default:
		return nil
	}
	if u.ext != "" {
		return nil
	}
	if strings.HasPrefix(u.sym, "open ") {
		return e.materialize(u, nil)
	}
	for _, c := range e.st.cells {
		if b, ok := c.(*pyBinding); ok && b.v == pv(u) {
			return e.materialize(u, nil)
		}
	}
	return nil
}
