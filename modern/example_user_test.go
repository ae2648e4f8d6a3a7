package modern_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// account is who sends a request; the zero value is nobody.
type account struct {
	Name string
	Role string
}

// accountAttr is where the layers and views further in find the account, as
// Django's find request.user.
var accountAttr = web.NewAttr[account]("account")

// authenticate puts the account of a session cookie on the request.
func authenticate(sessions map[string]account) modern.Factory {
	return modern.Func("authenticate", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if cookie, err := r.Cookie("session"); err == nil {
			accountAttr.Set(r, sessions[cookie.Value])
		}
		return next(r), nil
	})
}

// requireRole lets only accounts with the role go further in. It stands inside
// authenticate.
func requireRole(role string) modern.Factory {
	return modern.Func("require "+role, func(r *web.Request, next modern.Next) (*web.Response, error) {
		switch who := accountAttr.Value(r); {
		case who.Name == "":
			return web.Redirect(http.StatusSeeOther, "/login"), nil
		case who.Role != role:
			return nil, fmt.Errorf("%w: %s is no %s", web.ErrPermissionDenied, who.Name, role)
		}
		return next(r), nil
	})
}

// One layer finds out who the user is, another one filters by role.
func Example_userAndRole() {
	sessions := map[string]account{
		"c1": {Name: "ada", Role: "editor"},
		"c2": {Name: "bob", Role: "reader"},
	}
	app := web.App{Router: web.Paths{
		"/edit": func(r *web.Request) (*web.Response, error) {
			return web.Text(http.StatusOK, "hello "+accountAttr.Value(r).Name), nil
		},
	}}
	stack, err := modern.New(modern.Config{App: app}, authenticate(sessions), requireRole("editor"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, session := range []string{"c1", "c2", "expired"} {
		req := httptest.NewRequest(http.MethodGet, "/edit", nil)
		req.AddCookie(&http.Cookie{Name: "session", Value: session})
		rec := httptest.NewRecorder()
		stack.ServeHTTP(rec, req)
		fmt.Printf("%s %d %q\n", session, rec.Code, rec.Header().Get("Location"))
	}
	// Output:
	// c1 200 ""
	// c2 403 ""
	// expired 303 "/login"
}
