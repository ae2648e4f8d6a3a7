package layers

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
)

func (w *walker) try(s python.Node, st *state) {
	ctx := tryContext{misses: No, deleted: map[string]bool{}}
	handled := false
	for h := range s.All(python.FieldHandlers) {
		handled = true
		types := handlerTypes(h)
		ctx.types = append(ctx.types, types...)
		for _, t := range types {
			switch t {
			case "", "Exception", "BaseException", "AttributeError":
				ctx.misses = Yes
				if name, ok := raisesOnly(h); ok && t == "AttributeError" {
					ctx.raises = name
				}
			}
		}
	}
	start := st.copy()
	if !handled { // try … finally catches nothing
		ctx.types = nil
	}
	w.tries = append(w.tries, ctx)
	body := st.copy()
	w.block(s, python.FieldBody, body)
	w.tries = w.tries[:len(w.tries)-1]
	// A handler starts somewhere in the body: what the body has surely done
	// may not have happened.
	middle := start.copy()
	reached := body.copy()
	reached.dead = false
	middle.merge(start.copy(), reached)
	middle.left = start.left
	for attr := range ctx.deleted {
		delete(middle.present, attr)
	}
	end := body
	w.block(s, python.FieldOrelse, end)
	for h := range s.All(python.FieldHandlers) {
		hs := middle.copy()
		hs.cond++
		if x := h.Field(python.FieldType); !x.IsZero() {
			w.eval(x, hs)
		}
		if name := h.Name(); name != "" {
			hs.env[name] = value{bits: isError}
		}
		w.block(h, python.FieldBody, hs)
		if w.asksFirst(s) {
			// What it caught came from get_response, or from behind it.
			hs.phase = after
		}
		m := st.copy()
		m.merge(end, hs)
		end = m
	}
	st.set(end)
	st.cond, st.setting, st.loop = start.cond, start.setting, start.loop
	if s.Field(python.FieldFinal).IsZero() {
		return
	}
	// The finally block may begin in the middle as well.
	leaving := st.copy()
	after := st.copy()
	after.dead = false
	leaving.merge(middle, after)
	for attr := range ctx.deleted {
		delete(leaving.present, attr)
	}
	leaving.cond, leaving.left = start.cond, start.left
	w.block(s, python.FieldFinal, leaving)
	dead := st.dead
	st.dead = false
	w.block(s, python.FieldFinal, st)
	st.dead = st.dead || dead
}

// asksFirst says that nothing in the body of a try statement can fail before
// get_response is called: its first statement is that call, with plain names.
func (w *walker) asksFirst(s python.Node) bool {
	var first python.Node
	for n := range s.All(python.FieldBody) {
		first = n
		break
	}
	if first.IsZero() {
		return false
	}
	call := first.Field(python.FieldValue)
	if call.Kind() != python.KindCall {
		return false
	}
	for a := range call.All(python.FieldArgs) {
		if a.Kind() != python.KindName {
			return false
		}
	}
	span := w.span(call)
	return slices.ContainsFunc(w.layer.Next, func(c NextCall) bool { return c.Span == span })
}

// handlerTypes are the short names of what a handler catches; "" for all.
func handlerTypes(h python.Node) []string {
	x := h.Field(python.FieldType)
	switch x.Kind() {
	case python.KindNone:
		return []string{""}
	case python.KindTuple:
		var out []string
		for e := range x.All(python.FieldElts) {
			out = append(out, lastName(e))
		}
		return out
	}
	return []string{lastName(x)}
}

// lastName is the name of a name or attribute; "?" for anything else.
func lastName(n python.Node) string {
	if k := n.Kind(); k == python.KindName || k == python.KindAttribute {
		return n.Name()
	}
	return "?"
}

// raisesOnly says that a branch always ends by raising, and what.
func raisesOnly(branch python.Node) (name string, ok bool) {
	var last python.Node
	for s := range branch.All(python.FieldBody) {
		last = s
	}
	if last.Kind() != python.KindRaise {
		return "", false
	}
	for n := range branch.Descendants() {
		if n.Kind() == python.KindReturn {
			return "", false
		}
	}
	x := last.Field(python.FieldValue)
	if x.Kind() == python.KindCall {
		x = x.Field(python.FieldFunc)
	}
	if n := lastName(x); n != "?" {
		return n, true
	}
	return "an error", true
}
