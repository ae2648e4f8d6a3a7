package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// refine adds to a state what is known where a condition holds, or does not.
// It records nothing; eval has done that.
func (w *walker) refine(test python.Node, st *state, truth bool, depth int) {
	if depth > maxRefine || test.IsZero() {
		return
	}
	switch test.Kind() {
	case python.KindUnaryOp:
		if test.Op() == "not" {
			w.refine(test.Field(python.FieldValue), st, !truth, depth+1)
		}
	case python.KindBoolOp:
		w.refineBool(test, st, truth, depth)
	case python.KindCompare:
		w.refineCompare(test, st, truth)
	case python.KindName:
		w.refineName(test.Name(), st, truth)
	case python.KindNamedExpr:
		w.refine(test.Field(python.FieldTarget), st, truth, depth+1)
	case python.KindAttribute:
		w.refineAttr(test, st, truth)
	case python.KindCall:
		w.refineCall(test, st, truth)
	}
}

func (w *walker) refineBool(test python.Node, st *state, truth bool, depth int) {
	and := test.Op() == "and"
	if and == truth { // each part holds, or each does not
		for e := range test.All(python.FieldElts) {
			w.refine(e, st, truth, depth+1)
		}
		return
	}
	// One of them decides: what all ways to it have in common.
	var end *state
	cur := st.copy()
	i := 0
	for e := range test.All(python.FieldElts) {
		if i++; i > 6 {
			return
		}
		exit := cur.copy()
		w.refine(e, exit, truth, depth+1)
		if end == nil {
			end = exit
		} else {
			m := exit.copy()
			m.merge(end, exit)
			end = m
		}
		w.refine(e, cur, !truth, depth+1)
	}
	if end != nil {
		dead, left := st.dead, st.left
		st.set(end)
		st.dead, st.left = dead, left
	}
}

func (w *walker) refineName(name string, st *state, truth bool) {
	v, ok := st.env[name]
	if !ok {
		return
	}
	if v.attr != "" && truth {
		st.has(v.attr, "getattr")
	}
	if truth {
		st.hasAll(v.implied)
	}
	if truth {
		st.env[name] = v.truthy()
	} else {
		st.env[name] = v.falsy()
	}
}

func (st *state) hasAll(attrs map[string]bool) {
	for attr := range attrs {
		st.has(attr, "helper")
	}
}

// has records that the request surely has an attribute.
func (st *state) has(attr, reason string) {
	st.present[attr] = true
	if st.reason[attr] == "" {
		st.reason[attr] = reason
	}
}

func (w *walker) refineCompare(test python.Node, st *state, truth bool) {
	left := test.Field(python.FieldLeft)
	right := test.Field(python.FieldComparators)
	var ops []string
	for o := range test.All(python.FieldOps) {
		ops = append(ops, o.Op())
	}
	if len(ops) != 1 {
		return
	}
	switch ops[0] {
	case "is", "==", "is not", "!=":
		none := right.Kind() == python.KindName && right.Name() == "None"
		if !none {
			return
		}
		isNoneHere := truth == (ops[0] == "is" || ops[0] == "==")
		w.refineNone(left, st, isNoneHere)
	case "in", "not in":
		inside := truth == (ops[0] == "in")
		if w.isReplyExpr(right, st) {
			if name, ok := w.headerKey(left, st); ok && !inside {
				st.absent[name] = true
			}
		}
	}
}

// refineNone is "x is None", or its opposite.
func (w *walker) refineNone(x python.Node, st *state, none bool) {
	switch x.Kind() {
	case python.KindNamedExpr:
		w.refineNone(x.Field(python.FieldTarget), st, none)
	case python.KindName:
		v, ok := st.env[x.Name()]
		if !ok {
			return
		}
		if v.attr != "" && !none {
			st.has(v.attr, "getattr")
		}
		if v.impliedSome && !none {
			st.hasAll(v.implied)
		}
		if none {
			v.bits = isNone
			v.made = nil
		} else {
			v.bits &^= isNone
		}
		st.env[x.Name()] = v
	case python.KindCall:
		if attr, ok := w.getattrOfRequest(x, st); ok && !none {
			st.has(attr, "getattr")
		}
		if name, ok := w.headerGet(x, st); ok && none {
			st.absent[name] = true
		}
	case python.KindAttribute:
		switch {
		case !none && w.isRequestExpr(x.Field(python.FieldObject), st):
			st.has(x.Name(), "test")
		case none && w.isKeptNext(x, st):
			st.dead = true
		}
	}
}

// isKeptNext says that an expression is the attribute in which a layer keeps
// get_response. Where __call__ runs Django has given one: code for a layer
// without, as tests and the classic model build it, is not reached there.
func (w *walker) isKeptNext(n python.Node, st *state) bool {
	object := n.Field(python.FieldObject)
	return w.next != "" && n.Name() == w.next && (w.frame.hook == "__call__" || w.frame.hook == "__acall__") &&
		object.Kind() == python.KindName && st.env[object.Name()].has(isSelf)
}

func (w *walker) refineAttr(test python.Node, st *state, truth bool) {
	object := test.Field(python.FieldObject)
	switch {
	case w.isRequestExpr(object, st):
		if truth {
			st.has(test.Name(), "test")
		}
	case test.Name() == "streaming" && w.isReplyExpr(object, st):
		st.streams(truth)
	case !truth && w.isKeptNext(test, st):
		st.dead = true
	}
}

func (st *state) streams(yes bool) {
	st.stream = streamNo
	if yes {
		st.stream = streamYes
	}
}

func (w *walker) refineCall(test python.Node, st *state, truth bool) {
	if truth {
		st.hasAll(w.implies[origin{w.frame.mod, test}])
	}
	f := test.Field(python.FieldFunc)
	args := callArgs(test)
	switch f.Kind() {
	case python.KindName:
		if len(args) < 2 {
			return
		}
		name, isText := args[1].StringValue()
		switch f.Name() {
		case "hasattr":
			switch {
			case !isText:
			case w.isRequestExpr(args[0], st) && truth:
				st.has(name, "hasattr")
			case w.isReplyExpr(args[0], st):
				w.refineReply(name, st, truth)
			}
		case "getattr":
			switch {
			case !isText:
			case w.isRequestExpr(args[0], st) && truth:
				st.has(name, "getattr")
			case w.isReplyExpr(args[0], st) && name == "streaming":
				st.streams(truth)
			}
		case "isinstance":
			if w.isReplyExpr(args[0], st) {
				text := args[1].Text()
				switch {
				case strings.Contains(text, "Streaming") || strings.Contains(text, "FileResponse"):
					st.streams(truth)
				case truth && strings.HasSuffix(text, "HttpResponse"), truth && strings.HasSuffix(text, "TemplateResponse"),
					truth && strings.HasSuffix(text, "JsonResponse"):
					st.streams(false)
				}
			}
		}
	case python.KindAttribute:
		if f.Name() == "has_header" && w.isReplyExpr(f.Field(python.FieldObject), st) && len(args) == 1 && !truth {
			if name, ok := w.headerKey(args[0], st); ok {
				st.absent[name] = true
			}
		}
		if name, ok := w.headerGet(test, st); ok && !truth {
			st.absent[name] = true
		}
	}
}

// refineReply is hasattr(response, name).
func (w *walker) refineReply(name string, st *state, truth bool) {
	switch name {
	case "content":
		st.streams(!truth)
	case "streaming_content":
		st.streams(truth)
	}
}

// headerGet reads response.get("X") and response.headers.get("X").
func (w *walker) headerGet(call python.Node, st *state) (name string, ok bool) {
	f := call.Field(python.FieldFunc)
	if f.Kind() != python.KindAttribute || f.Name() != "get" {
		return "", false
	}
	args := callArgs(call)
	if len(args) == 0 || !w.isReplyExpr(f.Field(python.FieldObject), st) {
		return "", false
	}
	return w.headerKey(args[0], st)
}

// headerKey names a header so that two places can be compared: by its value, or
// by the variable that holds it.
func (w *walker) headerKey(n python.Node, st *state) (key string, ok bool) {
	if name := w.text(n, st); name != "" {
		return strings.ToLower(name), true
	}
	if n.Kind() == python.KindName || n.Kind() == python.KindAttribute {
		return "=" + n.Text(), true
	}
	return "", false
}

// isRequestExpr says that an expression is the request.
func (w *walker) isRequestExpr(n python.Node, st *state) bool {
	switch n.Kind() {
	case python.KindName:
		v, ok := st.env[n.Name()]
		return ok && v.has(isRequest)
	case python.KindAttribute:
		return n.Name() == "request" && n.Field(python.FieldObject).Name() == "self" && w.selfRequest(st)
	}
	return false
}

// selfRequest says that the layer keeps the request on itself.
func (w *walker) selfRequest(st *state) bool {
	v, ok := st.env["self.request"]
	return ok && v.has(isRequest)
}

// isReplyExpr says that an expression is a response or its headers.
func (w *walker) isReplyExpr(n python.Node, st *state) bool {
	switch n.Kind() {
	case python.KindName:
		v, ok := st.env[n.Name()]
		return ok && (v.has(isHeaders) || w.replyLike(n, v))
	case python.KindAttribute:
		return n.Name() == "headers" && w.isReplyExpr(n.Field(python.FieldObject), st)
	}
	return false
}

// getattrOfRequest reads getattr(request, "x", default).
func (w *walker) getattrOfRequest(call python.Node, st *state) (attr string, ok bool) {
	args := callArgs(call)
	if call.Field(python.FieldFunc).Name() != "getattr" || len(args) < 2 || !w.isRequestExpr(args[0], st) {
		return "", false
	}
	return args[1].StringValue()
}

// callArgs are the positional arguments of a call up to the first starred one.
func callArgs(call python.Node) []python.Node {
	var out []python.Node
	for a := range call.All(python.FieldArgs) {
		if k := a.Kind(); k == python.KindKeyword || k == python.KindStarred {
			break
		}
		out = append(out, a)
	}
	return out
}

// keyword is the value of a keyword argument, or the zero Node.
func keyword(call python.Node, name string) python.Node {
	for a := range call.All(python.FieldArgs) {
		if a.Kind() == python.KindKeyword && a.Name() == name {
			return a.Field(python.FieldValue)
		}
	}
	return python.Node{}
}

// text is the value of a string, or of a constant that holds one.
func (w *walker) text(n python.Node, st *state) string {
	if n.Kind() == python.KindName {
		if v, ok := st.env[n.Name()]; ok {
			return v.str
		}
	}
	return w.r.text(w.frame.mod, n, w.cls, 0)
}

func (r *Reader) text(m *module, n python.Node, self *class, hops int) string {
	if s, ok := n.StringValue(); ok {
		return s
	}
	if hops > 4 {
		return ""
	}
	switch n.Kind() {
	case python.KindName, python.KindAttribute:
		if o := n.Field(python.FieldObject); n.Kind() == python.KindAttribute && self != nil && (o.Name() == "self" || o.Name() == "cls") {
			owner, members, _ := self.lookup(n.Name(), 0)
			if owner.cls != nil && len(members) == 1 && members[0].node.Kind() != python.KindFunctionDef {
				return r.text(owner.cls.mod, members[0].node, nil, hops+1)
			}
			return ""
		}
		ts := r.resolveExpr(m, n, 0)
		if len(ts) == 1 && ts[0].kind == targetValue {
			return r.text(ts[0].mod, ts[0].node, nil, hops+1)
		}
	}
	return ""
}
