package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// decorators is the module of Django's decorators for views that let only some
// users in (django/contrib/auth/decorators.py).
const decorators = "django.contrib.auth.decorators."

// decorator is the path of what such a decorator is before it has a view.
const decorator = "decorator of views "

// viewMaker knows calls that make a view, or a decorator of views.
func (w *walker) viewMaker(path string, a args) (value, bool) {
	switch path {
	case "django.middleware.csrf._get_failure_view":
		return value{bits: isView}, true
	case decorators + "login_required", decorators + "user_passes_test", decorators + "permission_required",
		"django.contrib.admin.views.decorators.staff_member_required":
	default:
		return value{}, false
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	_, _, given := a.get(0, "function")
	if name == "staff_member_required" {
		_, _, given = a.get(0, "view_func")
	}
	if (name == "login_required" || name == "staff_member_required") && given {
		return w.protect(a, 0), true
	}
	return value{bits: isOther, path: decorator + name}, true
}

// protect is a view, or get_response, behind a decorator that looks at the user.
func (w *walker) protect(a args, at int) value {
	v := value{bits: isGuard}
	if at < len(a.vals) && a.vals[at].has(isCallNext|isWrapNext) {
		v.bits |= isWrapNext
	}
	return v
}

// view is a call of a view. It answers: a view that returns None is an error
// (django/core/handlers/base.py, check_response).
func (w *walker) view(n python.Node, callee value, st *state) value {
	if callee.has(isGuard) { // user_passes_test begins with test_func(request.user)
		w.read(n, "user", st)
	}
	w.unread(n, st)
	v := value{bits: isFresh, made: []origin{{w.frame.mod, n}}}
	if callee.has(isWrapNext) {
		w.callNext(n, true, st)
		v.bits |= isNext
	}
	return v
}

// keptGuard says that __init__ keeps something under a name of self that is
// get_response, or a view, behind a decorator that looks at the user.
func (w *walker) keptGuard(name string) bool {
	owner, members, _ := w.cls.lookup("__init__", 0)
	if owner.cls == nil || len(members) != 1 {
		return false
	}
	found := false
	for n := range members[0].node.Descendants() {
		if n.Kind() != python.KindAttribute || n.Name() != name || n.Role() != python.FieldTargets {
			continue
		}
		x := n.Parent().Field(python.FieldValue)
		if found || x.Kind() != python.KindCall || !w.guardMaker(owner.cls.mod, x) {
			return false // set in two ways, or otherwise
		}
		found = true
	}
	return found
}

// guardMaker says that a call is login_required(view) or user_passes_test(…)(view).
func (w *walker) guardMaker(m *module, call python.Node) bool {
	f, named := call.Field(python.FieldFunc), ""
	if f.Kind() == python.KindCall {
		f, named = f.Field(python.FieldFunc), "called"
	}
	ts := w.r.resolveExpr(m, f, 0)
	if len(ts) != 1 {
		return false
	}
	switch ts[0].path {
	case decorators + "login_required", "django.contrib.admin.views.decorators.staff_member_required":
		return true
	case decorators + "user_passes_test", decorators + "permission_required":
		return named != ""
	}
	return false
}

// predicate says that a function is one return statement that is a test: such a
// helper of a helper is read as well, as it tends to be a guard.
func predicate(fn python.Node) bool {
	seen := false
	for s := range fn.All(python.FieldBody) {
		switch s.Kind() {
		case python.KindReturn:
			if seen {
				return false
			}
			seen = true
			switch x := s.Field(python.FieldValue); x.Kind() {
			case python.KindBoolOp, python.KindCompare:
			case python.KindUnaryOp:
				if x.Op() != "not" {
					return false
				}
			default:
				return false
			}
		case python.KindExprStmt:
			if s.Field(python.FieldValue).Kind() != python.KindString {
				return false
			}
		default:
			return false
		}
	}
	return seen
}
