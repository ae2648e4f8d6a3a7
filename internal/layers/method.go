package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// method is a call of a method of the request, a response, the session or
// another object that is known.
func (w *walker) method(n, f python.Node, callee value, a args, st *state) (value, bool) {
	if f.Kind() != python.KindAttribute {
		return value{}, false
	}
	on := f.Field(python.FieldObject)
	name := f.Name()
	if callee.has(isHeaders) && callee.path == name {
		return w.headerMethod(n, name, callee, a, st), true
	}
	if callee.has(isCookies) && callee.path == name {
		switch name {
		case "pop", "clear", "update", "load", "setdefault":
			w.cookie(n, name, st)
		}
		return value{bits: anything}, true
	}
	if callee.has(isLocal) {
		switch name {
		case "set":
			w.setLocal(n, on.Text(), st)
		case "reset", "clear", "__release_local__":
			w.resetLocal(n, on.Text(), st)
		}
		return value{bits: anything}, true
	}
	if object := w.quiet(on, st); w.replyLike(on, object) {
		return w.responseMethod(n, name, object, a, st)
	}
	if w.isRequestExpr(on, st) {
		if name == "parse_file_upload" {
			w.body(n, name, st)
		}
		return value{bits: anything}, ownAttr(name)
	}
	if text := w.stateOf(on); text != "" {
		switch name {
		case "append", "add", "update", "setdefault", "pop", "remove", "clear", "extend", "insert", "discard", "popitem", "appendleft":
			w.stateWrite(n, text, "change", Foreign, st)
			return value{bits: anything}, true
		}
	}
	if o := on; o.Kind() == python.KindAttribute && o.Name() == "__dict__" {
		if v := w.quiet(o.Field(python.FieldObject), st); v.has(isLocal) && name == "clear" {
			w.resetLocal(n, o.Field(python.FieldObject).Text(), st)
			return value{bits: isNone}, true
		}
	}
	return value{}, false
}

// quiet is the value of a plain name without recording anything.
func (w *walker) quiet(n python.Node, st *state) value {
	if n.Kind() == python.KindName {
		return w.name(n, st)
	}
	return value{}
}

func (w *walker) responseMethod(n python.Node, name string, on value, a args, st *state) (value, bool) {
	switch name {
	case "set_cookie", "set_signed_cookie", "delete_cookie":
		w.cookie(n, name, st)
	case "setdefault":
		if key, _, ok := a.get(0, "key"); ok {
			w.header(n, key, "add", on, st)
		}
	case "write", "writelines":
		w.content(n, "write", true, on, st)
	case "getvalue":
		w.content(n, "content", false, on, st)
	case "render":
		w.content(n, "render", false, on, st)
	case "__setitem__", "__delitem__":
		if key, _, ok := a.get(0, ""); ok {
			effect := "set"
			if name == "__delitem__" {
				effect = "delete"
			}
			w.header(n, key, effect, on, st)
		}
	case "get", "has_header", "items", "flush", "serialize_headers", "close", "add_post_render_callback", "make_bytes", "readable",
		"seekable", "writable", "tell", "__getitem__", "__contains__", "json", "resolve_template", "resolve_context":
	default:
		return value{}, false
	}
	return value{bits: anything}, true
}

func (w *walker) headerMethod(n python.Node, name string, on value, a args, st *state) value {
	key, _, ok := a.get(0, "")
	switch {
	case name == "setdefault" && ok:
		w.header(n, key, "add", on, st)
	case name == "pop" && ok, name == "__delitem__" && ok:
		w.header(n, key, "delete", on, st)
	case name == "update" && ok:
		if key.Kind() == python.KindDict {
			for i := range key.All(python.FieldItems) {
				if k := i.Field(python.FieldKey); !k.IsZero() {
					w.header(k, k, "set", on, st)
				}
			}
			break
		}
		w.header(n, key, "set", on, st)
	}
	return value{bits: anything}
}

// sessionMethod is an attribute or method of request.session that is used.
func (w *walker) sessionMethod(n python.Node, name string, st *state) {
	switch name {
	case "pop", "update", "setdefault", "flush", "clear", "cycle_key", "set_expiry", "set_test_cookie", "delete_test_cookie",
		"save", "delete", "create", "clear_expired", "acycle_key", "aflush", "asave", "aset", "apop", "aupdate":
		if n.Parent().Kind() == python.KindCall && n.Role() == python.FieldFunc {
			w.session(n, st)
		}
	}
}

// responseMaker says that a call makes a response: a class of Django's, of
// django-rest-framework's, or one named as such.
func responseMaker(path string, f python.Node) (kind string, ok bool) {
	if path == "" {
		if k := f.Kind(); k != python.KindName && k != python.KindAttribute {
			return "", false
		}
		path = f.Name()
	}
	switch path {
	case "django.shortcuts.redirect":
		return "redirect", true
	case "django.shortcuts.render", "django.shortcuts.render_to_response":
		return "page", true
	case "django.contrib.auth.views.redirect_to_login", "django.contrib.auth.views.logout_then_login":
		return "redirect", true
	case "django.views.static.serve":
		return "file", true
	case "django.views.defaults.page_not_found", "django.views.defaults.server_error", "django.views.defaults.bad_request",
		"django.views.defaults.permission_denied", "django.views.debug.technical_500_response",
		"django.views.debug.technical_404_response":
		return "error", true
	}
	return responseClass(path)
}

// responseClass knows response classes by name: Django's HttpResponse… of
// django.http and any class whose name says so and whose place is not known
// better.
func responseClass(path string) (kind string, ok bool) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case name == "" || name[0] < 'A' || name[0] > 'Z':
		return "", false
	case strings.HasPrefix(name, "HttpResponse") && strings.Contains(name, "Redirect"), name == "HttpResponseRedirect":
		return "redirect", true
	case strings.HasPrefix(name, "HttpResponse"), strings.HasSuffix(name, "Response"), strings.HasPrefix(name, "StreamingHttpResponse"):
		if strings.Contains(name, "Streaming") || name == "FileResponse" {
			return "stream", true
		}
		if strings.HasSuffix(name, "TemplateResponse") {
			return "template", true
		}
		return "response", true
	}
	return "", false
}
