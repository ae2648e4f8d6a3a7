package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// known is a call of something outside of the tree whose effect is known.
func (w *walker) known(n python.Node, path string, a args, st *state) (value, bool) {
	if w.effects(n, path, a, st) {
		return value{bits: anything, made: []origin{{w.frame.mod, n}}}, true
	}
	if v, ok := w.viewMaker(path, a); ok {
		return v, true
	}
	switch path {
	case "typing.cast", "typing_extensions.cast":
		if _, v, ok := a.get(1, "val"); ok {
			return v, true
		}
	case "django.shortcuts.get_object_or_404", "django.shortcuts.get_list_or_404", "django.urls.resolve",
		"django.core.urlresolvers.resolve":
		name := "Http404"
		if strings.HasSuffix(path, "resolve") {
			name = "Resolver404"
		}
		w.raised(n, Raise{Name: name, Path: "django.http." + name, Kind: NotFound}, st)
		return value{bits: isOther}, true
	case "django.urls.reverse", "django.core.urlresolvers.reverse", "time.time", "time.monotonic", "time.perf_counter",
		"django.utils.timezone.now":
		return value{bits: isOther}, true
	case "functools.partial", "django.utils.functional.SimpleLazyObject":
		w.partial(n, a, st)
		return value{bits: isOther}, true
	case "asyncio.iscoroutinefunction", "inspect.iscoroutinefunction", "asgiref.sync.iscoroutinefunction",
		"asgiref.sync.markcoroutinefunction":
		return value{bits: isOther | isFalsy}, true
	case "django.utils.cache.get_conditional_response":
		return value{bits: isResponse | isFresh, made: []origin{{w.frame.mod, n}}}, true
	case "sys.exit":
		w.raised(n, Raise{Name: "SystemExit", Path: "builtins.SystemExit", Kind: Exit}, st)
		st.dead = true
		return value{bits: isOther}, true
	}
	return value{}, false
}

// partial is a function that is bound now and called later.
func (w *walker) partial(_ python.Node, a args, st *state) {
	if len(a.vals) == 0 || a.vals[0].fn == nil {
		return
	}
	fn := a.vals[0].fn
	if w.lazy > 0 || w.depth() >= maxFrames || w.active(fn.node) || w.frame.helps >= maxHelper {
		return
	}
	rest := args{nodes: a.nodes[1:], vals: a.vals[1:], names: a.names[1:], star: a.star}
	w.lazy++
	tries := w.tries
	w.tries = nil
	inner := st.copy()
	if fn.env == nil {
		inner.env = map[string]value{}
	}
	w.bind(fn, rest, inner)
	w.run(&frame{mod: fn.mod, fn: fn, hook: w.frame.hook, via: fn.name, helps: w.frame.helps + 1, calls: w.frame.calls}, inner)
	w.tries = tries
	w.lazy--
}

// effects records what a known function of Django does to the request, the
// session or the response it is given; false where it is not one of them. The
// functions are followed by name, also where the tree holds Django itself.
func (w *walker) effects(n python.Node, path string, a args, st *state) bool {
	module, name, ok := cut(path)
	if !ok {
		return false
	}
	switch module {
	case "django.contrib.auth":
		return w.authEffects(n, name, a, st)
	case "django.contrib.messages", "django.contrib.messages.api":
		return w.messageEffects(n, name, a, st)
	case "django.utils.cache":
		return w.cacheEffects(n, name, a, st)
	case "django.middleware.csrf":
		switch name {
		case "get_token", "rotate_token":
			if name == "rotate_token" && a.has(isRequest) {
				w.write(n, "csrf_cookie_needs_reset", "set", st)
			}
			return true
		}
	case "django.utils.translation":
		switch name {
		case "activate":
			w.setLocal(n, "django.utils.translation", st)
			return true
		case "deactivate", "deactivate_all":
			w.resetLocal(n, "django.utils.translation", st)
			return true
		}
	case "django.utils.timezone":
		switch name {
		case "activate":
			w.setLocal(n, "django.utils.timezone", st)
			return true
		case "deactivate":
			w.resetLocal(n, "django.utils.timezone", st)
			return true
		}
	case "django.urls", "django.urls.base", "django.core.urlresolvers":
		switch name {
		case "set_urlconf", "set_script_prefix":
			w.setLocal(n, path, st)
			return true
		}
	case "django.contrib.sites.shortcuts", "django.contrib.sites.models":
		return name == "get_current_site"
	}
	return false
}

func cut(path string) (module, name string, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", "", false
	}
	return path[:i], path[i+1:], true
}

// authEffects are those of django/contrib/auth/__init__.py.
func (w *walker) authEffects(n python.Node, name string, a args, st *state) bool {
	if !a.has(isRequest) {
		return false
	}
	switch name {
	case "login", "alogin", "logout", "alogout":
		w.read(n, "session", st)
		w.site(&w.layer.Session, "session", n, short(n.Text()), st)
		w.write(n, "user", "set", st)
		return true
	case "get_user", "aget_user", "update_session_auth_hash":
		w.read(n, "session", st)
		return true
	}
	return name == "authenticate"
}

// catches says that a handler around the place catches an error by name.
func (w *walker) catches(name string) bool {
	for _, t := range w.tries {
		for _, c := range t.types {
			if c == name {
				return true
			}
		}
	}
	return false
}

// messageEffects are those of django/contrib/messages/api.py: adding a message
// without MessageMiddleware fails unless fail_silently is given.
func (w *walker) messageEffects(n python.Node, name string, a args, st *state) bool {
	if !a.has(isRequest) {
		return false
	}
	switch name {
	case "add_message", "debug", "info", "success", "warning", "error", "set_level":
		if name != "set_level" {
			w.site(&w.layer.Messages, "message", n, name, st)
		}
		switch silent := keyword(n, "fail_silently"); {
		case silent.Text() == "True" || name == "set_level":
			w.guarded(n, "_messages", "fail_silently", st)
		case w.catches("MessageFailure"):
			w.guarded(n, "_messages", "try", st)
		default:
			w.read(n, "_messages", st)
		}
		return true
	case "get_messages", "get_level":
		w.guarded(n, "_messages", "getattr", st)
		return true
	}
	return false
}

// cacheEffects are those of django/utils/cache.py.
func (w *walker) cacheEffects(n python.Node, name string, a args, st *state) bool {
	if name == "get_cache_key" || name == "learn_cache_key" {
		if a.has(isRequest) {
			w.guarded(n, "LANGUAGE_CODE", "getattr", st)
		}
		return true
	}
	_, response, ok := a.get(0, "response")
	if !ok {
		return false
	}
	switch name {
	case "patch_vary_headers":
		w.headerNamed(n, "Vary", "patch", response, st)
	case "patch_cache_control":
		w.headerNamed(n, "Cache-Control", "patch", response, st)
	case "add_never_cache_headers":
		w.headerNamed(n, "Expires", "add", response, st)
		w.headerNamed(n, "Cache-Control", "patch", response, st)
	case "patch_response_headers":
		w.headerNamed(n, "Expires", "add", response, st)
		w.headerNamed(n, "Cache-Control", "patch", response, st)
	case "set_response_etag":
		plain := st.copy() // it looks at response.streaming itself
		plain.streams(false)
		w.content(n, "content", false, response, plain)
		w.headerNamed(n, "ETag", "set", response, st)
	case "has_vary_header", "get_max_age":
	default:
		return false
	}
	return true
}
