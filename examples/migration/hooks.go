package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/justinas/nosurf"
	"github.com/unrolled/secure"

	"github.com/mwcheck/mwcheck/web"
)

// The layers of Django 1.8's default MIDDLEWARE_CLASSES, as layers with hooks.
// They are the same values under the classic engine and, by mixin.Upgrade,
// under the modern one.

// What the layers put on a request for those further in and for the views.
var (
	csrfToken = web.NewAttr[string]("csrf_token")
	userAttr  = web.NewAttr[*User]("user")
	messages  = web.NewAttr[*Messages]("messages")
	csrfAdded = web.NewAttr[http.Header]("csrf_headers")
)

// Session is SessionMiddleware on alexedwards/scs: the session is in the
// context of the request.
type Session struct{ manager *scs.SessionManager }

// ProcessRequest loads the session.
func (s *Session) ProcessRequest(r *web.Request) (*web.Response, error) {
	token := ""
	if cookie, err := r.Cookie(s.manager.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.manager.Load(r.Context(), token)
	if err != nil {
		return nil, err
	}
	r.SetHTTP(r.WithContext(ctx))
	loaded.Set(r, true)
	return nil, nil
}

// loaded says that the session was loaded. In the classic model
// process_response also runs where process_request did not.
var loaded = web.NewAttr[bool]("session_loaded")

// ProcessResponse saves the session.
func (s *Session) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	if !loaded.Value(r) {
		return res, nil
	}
	ctx := r.Context()
	switch s.manager.Status(ctx) {
	case scs.Modified:
		token, expiry, err := s.manager.Commit(ctx)
		if err != nil {
			return nil, err
		}
		s.manager.WriteSessionCookie(ctx, headerOnly{res.Header()}, token, expiry)
	case scs.Destroyed:
		s.manager.WriteSessionCookie(ctx, headerOnly{res.Header()}, "", time.Time{})
	}
	return res, nil
}

// Common is the part of CommonMiddleware that everybody relies on:
// APPEND_SLASH.
type Common struct{}

// ProcessRequest redirects to the path with a slash.
func (*Common) ProcessRequest(r *web.Request) (*web.Response, error) {
	if r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/") {
		return web.Redirect(http.StatusMovedPermanently, r.URL.Path+"/"), nil
	}
	return nil, nil
}

// CSRF is CsrfViewMiddleware on justinas/nosurf, whose handler is run for its
// verdict alone.
type CSRF struct{ handler http.Handler }

// NewCSRF makes the layer.
func NewCSRF() *CSRF {
	accept := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(*verdict).token = nosurf.Token(r)
	})
	h := nosurf.New(accept)
	h.SetIsTLSFunc(func(r *http.Request) bool { return r.TLS != nil })
	h.SetBaseCookie(http.Cookie{Path: "/", HttpOnly: true})
	return &CSRF{h}
}

// verdict takes what nosurf writes.
type verdict struct {
	headerOnly
	token  string
	status int
}

func (v *verdict) WriteHeader(status int) { v.status = status }

// ProcessView refuses unsafe requests without a token.
func (c *CSRF) ProcessView(r *web.Request, _ *web.Match) (*web.Response, error) {
	v := &verdict{headerOnly: headerOnly{http.Header{}}}
	// nosurf works on a copy of the request: what it parsed would be lost with
	// the copy, and the body can be read once.
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("%w: %w", web.ErrBadRequest, err)
	}
	c.handler.ServeHTTP(v, r.Request)
	csrfAdded.Set(r, v.header)
	if v.status != 0 {
		return web.Text(v.status, "CSRF check failed"), nil
	}
	csrfToken.Set(r, v.token)
	return nil, nil
}

// ProcessResponse sends the cookie.
func (c *CSRF) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	added := csrfAdded.Value(r)
	for _, name := range []string{"Vary", "Set-Cookie"} {
		for _, value := range added.Values(name) {
			res.Header().Add(name, value)
		}
	}
	return res, nil
}

// Auth is AuthenticationMiddleware.
type Auth struct {
	manager *scs.SessionManager
	users   *Users
}

// ProcessRequest finds the user of the session.
func (a *Auth) ProcessRequest(r *web.Request) (*web.Response, error) {
	userAttr.Set(r, a.users.Get(a.manager.GetString(r.Context(), "user")))
	return nil, nil
}

// SessionAuth is SessionAuthenticationMiddleware: a session ends when its
// user's password has changed.
type SessionAuth struct{ manager *scs.SessionManager }

// ProcessRequest compares the password's hash with that of the login.
func (s *SessionAuth) ProcessRequest(r *web.Request) (*web.Response, error) {
	user := userAttr.Value(r)
	if user == nil || user.Hash == s.manager.GetString(r.Context(), "hash") {
		return nil, nil
	}
	userAttr.Set(r, nil)
	return nil, s.manager.Clear(r.Context())
}

// MessagesLayer is MessageMiddleware with the session as storage.
type MessagesLayer struct{ manager *scs.SessionManager }

// Messages are for the user to read once.
type Messages struct{ unread []string }

// Add leaves a message for the next page.
func (m *Messages) Add(text string) { m.unread = append(m.unread, text) }

// Read takes the messages.
func (m *Messages) Read() []string {
	unread := m.unread
	m.unread = nil
	return unread
}

// ProcessRequest brings the messages of earlier requests.
func (l *MessagesLayer) ProcessRequest(r *web.Request) (*web.Response, error) {
	m := &Messages{}
	if text := l.manager.GetString(r.Context(), "messages"); text != "" {
		m.unread = strings.Split(text, "\n")
	}
	messages.Set(r, m)
	return nil, nil
}

// ProcessResponse keeps those that nobody read.
func (l *MessagesLayer) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	m, ok := messages.Get(r)
	if !ok {
		return res, nil
	}
	text := strings.Join(m.unread, "\n")
	if text != l.manager.GetString(r.Context(), "messages") {
		l.manager.Put(r.Context(), "messages", text)
	}
	return res, nil
}

// Clickjacking is XFrameOptionsMiddleware.
type Clickjacking struct{}

// ProcessResponse sets X-Frame-Options unless somebody did.
func (*Clickjacking) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	if res.Header().Get("X-Frame-Options") == "" {
		res.Header().Set("X-Frame-Options", "SAMEORIGIN")
	}
	return res, nil
}

// Security is SecurityMiddleware on unrolled/secure.
type Security struct{ secure *secure.Secure }

// NewSecurity makes the layer.
func NewSecurity() *Security {
	return &Security{secure.New(secure.Options{ContentTypeNosniff: true, BrowserXssFilter: true})}
}

// ProcessResponse sets the headers.
func (s *Security) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	header, _, err := s.secure.ProcessNoModifyRequest(headerOnly{http.Header{}}, r.Request)
	if err != nil {
		return nil, err
	}
	for name := range header {
		res.Header().Set(name, header.Get(name))
	}
	return res, nil
}

// headerOnly is the ResponseWriter of libraries that only set headers.
type headerOnly struct{ header http.Header }

func (h headerOnly) Header() http.Header         { return h.header }
func (h headerOnly) WriteHeader(int)             {}
func (h headerOnly) Write(p []byte) (int, error) { return len(p), nil }
