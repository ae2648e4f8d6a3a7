package layers

import (
	"bytes"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// ownAttr says that Django's HttpRequest, WSGIRequest or ASGIRequest has an
// attribute by itself (django/http/request.py, django/core/handlers/wsgi.py and
// asgi.py, 1.8 to 6.0), so that reading it asks nothing of another layer.
func ownAttr(name string) bool {
	switch name {
	case "GET", "POST", "COOKIES", "META", "FILES", "REQUEST", "path", "path_info", "method", "resolver_match", "body",
		"content_type", "content_params", "headers", "scheme", "encoding", "upload_handlers", "raw_post_data", "environ",
		"scope", "raw_host", "read", "readline", "readlines", "xreadlines", "close", "get_host", "get_port", "get_full_path",
		"get_full_path_info", "get_signed_cookie", "get_raw_uri", "build_absolute_uri", "is_secure", "is_ajax", "accepts",
		"accepted_types", "accepted_types_by_precedence", "accepted_type", "get_preferred_type", "multipart_parser_class",
		"parse_file_upload", "body_file", "script_name", "_body", "_read_started", "_stream", "_post", "_files", "_encoding",
		"_upload_handlers", "_load_post_and_files", "_mark_post_parse_error", "_initialize_handlers", "_get_raw_host",
		"_current_scheme_host", "_get_scheme", "_get_full_path", "_set_content_type_params", "_post_parse_error",
		"_set_post", "non_picklable_attrs", "__class__", "__dict__", "__iter__":
		return true
	}
	return false
}

// bodyAttr says that reading it reads the request's body.
func bodyAttr(name string) bool {
	switch name {
	case "POST", "FILES", "body", "raw_post_data", "read", "readline", "readlines", "REQUEST", "_load_post_and_files", "__iter__":
		return true
	}
	return false
}

// requestAttr is a read of request.name.
func (w *walker) requestAttr(n python.Node, name string, _ value, st *state) value {
	if bodyAttr(name) {
		w.body(n, name, st)
	}
	if ownAttr(name) {
		w.former(n, name, "", st)
		return value{bits: anything}
	}
	w.read(n, name, st)
	if name == "session" {
		return value{bits: isSession}
	}
	return value{bits: anything}
}

func (w *walker) body(n python.Node, what string, st *state) {
	b := BodyUse{What: what, Always: w.always(st), Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Via: w.frame.via}
	if _, first := w.once(recordKey{what: "body", name: what, hook: b.Hook, phase: b.Phase}, n, 0); first {
		w.layer.Bodies = append(w.layer.Bodies, b)
	}
}

// read records a read of request.name, with what guards it.
func (w *walker) read(n python.Node, name string, st *state) {
	w.needs(n, st)
	a := w.access(n, name, st)
	a.Guarded = No
	switch {
	case st.present[name]:
		a.Guarded, a.Guard = Yes, st.reason[name]
	default:
		for i := len(w.tries) - 1; i >= 0; i-- {
			t := w.tries[i]
			if t.misses == Yes {
				a.Guarded, a.Guard = Yes, "try"
				if t.raises != "" {
					a.Guarded, a.Guard = No, "required"
				}
				// Behind it the attribute is there: otherwise the handler runs.
				st.has(name, "try")
				break
			}
		}
	}
	w.addRead(n, a)
}

// need records an attribute whose absence the code itself makes an error of.
func (w *walker) need(n python.Node, name string, st *state) {
	if ownAttr(name) {
		return
	}
	a := w.access(n, name, st)
	a.Guarded, a.Guard = No, "required"
	w.addRead(n, a)
	st.has(name, "checked")
}

// guarded records a look at an attribute that copes with its absence.
func (w *walker) guarded(n python.Node, name, guard string, st *state) {
	if ownAttr(name) || name == "" {
		return
	}
	if i, ok := w.seen[w.key("read", name, n, st)]; ok && w.layer.Reads[i].Guard == "required" {
		return
	}
	a := w.access(n, name, st)
	a.Guarded, a.Guard = Yes, guard
	w.addRead(n, a)
}

func (w *walker) key(what, name string, n python.Node, st *state) recordKey {
	return recordKey{what: what, name: name, hook: w.frame.hook, phase: w.phaseOf(st), file: w.frame.mod.File, start: n.Start()}
}

func (w *walker) access(n python.Node, name string, st *state) Access {
	return Access{
		Attr: name, Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Always: w.always(st), Setting: st.setting,
		Via: w.frame.via, Calls: w.frame.calls,
	}
}

func (w *walker) addRead(n python.Node, a Access) {
	key := recordKey{what: "read", name: a.Attr, hook: a.Hook, phase: a.Phase}
	i, first := w.once(key, n, len(w.layer.Reads))
	if first {
		w.layer.Reads = append(w.layer.Reads, a)
		return
	}
	have := &w.layer.Reads[i]
	if a.Guarded == No && have.Guarded == Yes {
		have.Guarded, have.Guard = No, a.Guard
	}
	have.Always = have.Always || a.Always
	if have.Setting != a.Setting {
		have.Setting = ""
	}
}

// write records an assignment to request.name, or its deletion.
func (w *walker) write(n python.Node, name, op string, st *state) {
	if op == "set" && name != "" {
		st.present[name] = true
		st.reason[name] = "own"
	}
	if ownAttr(name) {
		w.former(n, name, op, st)
		return
	}
	a := w.access(n, name, st)
	a.Op = op
	i, first := w.once(recordKey{what: "write", name: name, hook: a.Hook, phase: a.Phase}, n, len(w.layer.Writes))
	if first {
		w.layer.Writes = append(w.layer.Writes, a)
		return
	}
	w.layer.Writes[i].Always = w.layer.Writes[i].Always || a.Always
}

// session records a change of the session.
func (w *walker) session(n python.Node, st *state) {
	w.site(&w.layer.Session, "session", n, short(n.Text()), st)
}

func (w *walker) cookie(n python.Node, text string, st *state) {
	w.site(&w.layer.Cookies, "cookie", n, text, st)
}

func (w *walker) site(list *[]Site, what string, n python.Node, text string, st *state) {
	s := Site{Hook: w.frame.hook, Phase: w.phaseOf(st), Text: text, Span: w.span(n)}
	w.needs(n, st)
	if _, first := w.once(recordKey{what: what, hook: s.Hook, phase: s.Phase}, n, 0); first {
		*list = append(*list, s)
	}
}

func (w *walker) stateWrite(n python.Node, target, how string, from Descent, st *state) {
	if w.frame.hook == "__init__" || w.lazy > 0 {
		return
	}
	s := StateWrite{Target: target, How: how, From: from, Always: w.always(st), Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Via: w.frame.via}
	w.needs(n, st)
	i, first := w.once(recordKey{what: "state", name: target, hook: s.Hook, phase: s.Phase}, n, len(w.layer.State))
	if first {
		s.Guarded = w.guards(n, target)
		w.layer.State = append(w.layer.State, s)
		return
	}
	w.layer.State[i].From = min(w.layer.State[i].From, from)
}

func (w *walker) setLocal(n python.Node, name string, st *state) {
	l := ThreadLocal{Name: short(name), Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Reset: No}
	if strings.Contains(name, "django.") {
		l.Name = name
	}
	if w.r.handlesSignals(w.frame.mod) {
		l.Reset = Unknown
	}
	if w.lazy == 0 {
		st.has(localKey+l.Name, "own")
	}
	if _, first := w.once(recordKey{what: "local", name: name, hook: l.Hook, phase: l.Phase}, n, 0); first {
		w.layer.Locals = append(w.layer.Locals, l)
	}
}

// handlesSignals says that a module, or one of those beside it where handlers are
// kept by custom, speaks of the signals at either end of a request.
func (r *Reader) handlesSignals(m *module) bool {
	pkg := m.Name
	if !m.Package {
		pkg, _, _ = cut(pkg)
	}
	all := []*module{m}
	for _, name := range []string{"", ".signals", ".receivers", ".handlers", ".apps", ".models"} {
		if pkg != "" {
			all = append(all, r.module(pkg+name))
		}
	}
	for _, m := range all {
		if m != nil && m.Src != nil &&
			(bytes.Contains(m.Src.Src, []byte("request_finished")) || bytes.Contains(m.Src.Src, []byte("request_started"))) {
			return true
		}
	}
	return false
}

// resets are kept apart from the locals until the whole layer is read.
func (w *walker) resetLocal(n python.Node, name string, _ *state) {
	w.layer.resets = append(w.layer.resets, Site{Hook: w.frame.hook, Text: short(name), Span: w.span(n)})
}

// header records something done to a response header.
func (w *walker) header(n, key python.Node, effect string, on value, st *state) {
	h := Header{
		Name: w.text(key, st), Text: short(key.Text()), Effect: effect, Own: on.has(isFresh) && !on.has(isResponse|isNext),
		Inner:  on.has(isResponse|isNext) && !on.has(isOpaque),
		Always: w.always(st), Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Via: w.frame.via,
	}
	if h.Name != "" && effect == "set" {
		for f := w.frame; f != nil; f = f.up {
			h.Keeps = h.Keeps || w.namesIn(f.fn.node).looked[strings.ToLower(h.Name)]
		}
	}
	w.needs(n, st)
	w.addHeader(n, h)
}

func (w *walker) headerNamed(n python.Node, name, effect string, on value, st *state) {
	if effect == "set" && st.absent[strings.ToLower(name)] {
		effect = "add"
	}
	w.needs(n, st)
	w.addHeader(n, Header{
		Name: name, Text: name, Effect: effect, Own: on.has(isFresh) && !on.has(isResponse|isNext), Always: w.always(st),
		Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Via: w.frame.via,
	})
}

func (w *walker) addHeader(n python.Node, h Header) {
	key := recordKey{what: "header", name: h.Name + "/" + h.Effect, hook: h.Hook, phase: h.Phase}
	if _, first := w.once(key, n, 0); first {
		w.layer.Headers = append(w.layer.Headers, h)
	}
}

// responseAttr is a read of response.name.
func (w *walker) responseAttr(n python.Node, name string, object value, st *state) value {
	switch name {
	case "headers", "_headers":
		return value{bits: isHeaders | object.bits&isReply}
	case "cookies":
		return value{bits: isCookies}
	case "content", "streaming_content", "streaming":
		w.content(n, name, false, object, st)
	}
	return value{bits: anything, path: ""}
}

// content records a use of a response's content and whether the code has made
// sure that there is one.
func (w *walker) content(n python.Node, what string, write bool, on value, st *state) {
	c := ContentUse{
		What: what, Write: write, Own: on.has(isFresh) && !on.has(isResponse|isNext|isOpaque),
		Inner: on.has(isResponse|isNext) && !on.has(isOpaque), Always: w.always(st),
		Hook: w.frame.hook, Phase: w.phaseOf(st), Span: w.span(n), Via: w.frame.via, Guarded: No,
	}
	switch {
	case c.Own, what == "streaming":
		c.Guarded = Yes
	case (what == "streaming_content" || what == "consume") && st.stream == streamYes,
		what != "streaming_content" && what != "consume" && st.stream == streamNo:
		c.Guarded = Yes
	case w.frame.hook == "process_template_response":
		c.Guarded = Yes // such responses never stream
	default:
		for _, t := range w.tries {
			if t.misses == Yes {
				c.Guarded = Yes
			}
		}
	}
	w.needs(n, st)
	i, first := w.once(recordKey{what: "content", name: what + strings.Repeat("=", btoi(write)), hook: c.Hook, phase: c.Phase}, n, len(w.layer.Content))
	if first {
		w.layer.Content = append(w.layer.Content, c)
	} else if c.Guarded == No {
		w.layer.Content[i].Guarded = No
	}
}

// contentSet is an assignment to a response's content or stream.
func (w *walker) contentSet(n python.Node, what string, v, on value, st *state) {
	w.content(n, what, true, on, st)
	for i := len(w.layer.Content) - 1; i >= 0; i-- {
		if c := &w.layer.Content[i]; c.Write && c.Span == w.span(n) {
			c.Iterator = v.iterator
			return
		}
	}
}

// consumed sees a response's stream being read to its end here.
func (w *walker) consumed(n python.Node, st *state) {
	if n.Kind() == python.KindGeneratorExp {
		for g := range n.All(python.FieldGenerators) {
			w.consumed(g.Field(python.FieldIter), st)
			break // the others run inside of the first
		}
		return
	}
	if n.Kind() == python.KindName {
		if v, ok := st.env[n.Name()]; ok && v.has(isReply) {
			w.content(n, "iterate", false, v, st)
		}
		return
	}
	o := n.Field(python.FieldObject)
	if n.Kind() != python.KindAttribute || n.Name() != "streaming_content" || !w.isReplyExpr(o, st) {
		return
	}
	w.content(n, "consume", false, w.quiet(o, st), st)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
