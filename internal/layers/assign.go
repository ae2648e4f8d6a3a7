package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// assign reads an assignment's target. from is the source of the value, where
// it stands beside the target.
func (w *walker) assign(t python.Node, v value, from python.Node, st *state) {
	switch t.Kind() {
	case python.KindName:
		v.from = max(v.from, w.descent(from, st, 0))
		w.assignName(t, v, st)
	case python.KindTuple, python.KindList:
		var values []python.Node
		if k := from.Kind(); k == python.KindTuple || k == python.KindList {
			for e := range from.All(python.FieldElts) {
				values = append(values, e)
			}
		}
		i := 0
		for e := range t.All(python.FieldElts) {
			part := value{bits: anything, made: v.made}
			if i < len(values) && values[i].Kind() == python.KindName {
				part = w.name(values[i], st)
			}
			i++
			w.assign(e, part, python.Node{}, st)
		}
	case python.KindStarred:
		w.assign(t.Field(python.FieldValue), value{bits: isOther | isFalsy}, python.Node{}, st)
	case python.KindAttribute:
		v.from = max(v.from, w.descent(from, st, 0))
		w.assignAttr(t, v, "set", st)
	case python.KindSubscript:
		w.item(t, "set", st)
	}
}

func (w *walker) assignName(t python.Node, v value, st *state) {
	name := t.Name()
	if _, global := st.env["global "+name]; global {
		w.stateWrite(t, "global "+name, "set", v.from, st)
		return
	}
	st.env[name] = v
}

// assignAttr is an assignment to an attribute; how is "set" or "count".
func (w *walker) assignAttr(t python.Node, v value, how string, st *state) {
	on := t.Field(python.FieldObject)
	name := t.Name()
	if on.Kind() == python.KindAttribute && on.Name() == "__class__" && w.isRequestExpr(on.Field(python.FieldObject), st) {
		w.write(t, name, "set", st) // a property for all requests from here on
		return
	}
	object := w.eval(on, st)
	switch {
	case object.has(isRequest):
		w.write(t, name, "set", st)
	case len(object.functions()) > 0 && w.made != nil:
		for _, fn := range object.functions() {
			if w.made[fn.node] == nil {
				w.made[fn.node] = map[string]value{}
			}
			w.made[fn.node][name] = v
		}
	case object.has(isSelf):
		st.env["self."+name] = v
		w.stateWrite(t, "self."+name, how, v.from, st)
	case object.has(isClass) || object.cls != nil:
		w.stateWrite(t, short(on.Text())+"."+name, how, v.from, st)
	case object.has(isLocal):
		if v.only(isNone) {
			w.resetLocal(t, on.Text()+"."+name, st)
		} else {
			w.setLocal(t, on.Text()+"."+name, st)
		}
	case object.has(isSession):
		w.session(t, st)
	case w.replyLike(on, object):
		switch name {
		case "content", "streaming_content":
			w.contentSet(t, name, v, object, st)
		}
	case w.stateOf(on) != "":
		w.stateWrite(t, w.stateOf(on)+"."+name, how, v.from, st)
	}
}

// stateOf names what an attribute or item belongs to that outlives a request:
// something that the layer or its class keeps.
func (w *walker) stateOf(n python.Node) string {
	if n.Kind() == python.KindAttribute {
		if o := n.Field(python.FieldObject); o.Kind() == python.KindName && (o.Name() == "self" || o.Name() == "cls") && n.Name() != w.next {
			return short(n.Text())
		}
	}
	return ""
}

// item is what happens to a subscript: it is "set" or "delete".
func (w *walker) item(t python.Node, verb string, st *state) {
	on := t.Field(python.FieldObject)
	object := w.eval(on, st)
	key := t.Field(python.FieldIndex)
	w.eval(key, st)
	switch {
	case object.has(isSession):
		w.session(t, st)
	case object.has(isCookies):
		w.cookie(t, verb, st)
	case object.has(isHeaders) || w.replyLike(on, object):
		effect := verb
		if name, ok := w.headerKey(key, st); ok && verb == "set" && st.absent[name] {
			effect = "add"
		}
		w.header(t, key, effect, object, st)
	case w.stateOf(on) != "":
		w.stateWrite(t, w.stateOf(on), "change", Foreign, st)
	case strings.HasSuffix(on.Text(), ".__dict__"):
		if o := on.Field(python.FieldObject); w.isRequestExpr(o, st) {
			name := w.text(key, st)
			if verb == "delete" {
				w.read(t, name, st)
				w.gone(name, st)
			}
			w.write(t, name, verb, st)
		}
	}
}

func (w *walker) augAssign(s python.Node, st *state) {
	w.eval(s.Field(python.FieldValue), st)
	t := s.Field(python.FieldTarget)
	switch t.Kind() {
	case python.KindName:
		name := t.Name()
		if _, global := st.env["global "+name]; global {
			w.stateWrite(t, "global "+name, "count", Foreign, st)
			return
		}
		v := w.name(t, st)
		st.env[name] = value{bits: v.bits &^ (isNone | isFalsy) & (anything | isReply), made: v.made}
		if st.env[name].bits == 0 {
			st.env[name] = value{bits: isOther}
		}
	case python.KindAttribute:
		w.eval(t, st) // it is read first
		w.assignAttr(t, value{bits: anything}, "count", st)
	case python.KindSubscript:
		w.eval(t, st)
		w.item(t, "set", st)
	}
}

func (w *walker) del(t python.Node, st *state) {
	switch t.Kind() {
	case python.KindName:
		delete(st.env, t.Name())
	case python.KindTuple, python.KindList:
		for e := range t.All(python.FieldElts) {
			w.del(e, st)
		}
	case python.KindAttribute:
		on := t.Field(python.FieldObject)
		object := w.eval(on, st)
		switch {
		case object.has(isRequest):
			w.read(t, t.Name(), st)
			w.write(t, t.Name(), "delete", st)
			w.gone(t.Name(), st)
		case object.has(isLocal):
			w.resetLocal(t, on.Text()+"."+t.Name(), st)
		case object.has(isSelf):
			w.stateWrite(t, "self."+t.Name(), "change", Foreign, st)
		}
	case python.KindSubscript:
		w.item(t, "delete", st)
	}
}

// gone takes note of a request attribute that is deleted.
func (w *walker) gone(name string, st *state) {
	delete(st.present, name)
	for _, t := range w.tries {
		t.deleted[name] = true
	}
}
