package main

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/alexedwards/scs/v2"

	"github.com/mwcheck/mwcheck/web"
)

// User is who may log in. Hash stands for the hash of the password.
type User struct{ Name, Hash string }

// Users are all of them.
type Users struct {
	mu     sync.Mutex
	byName map[string]User
}

// Get finds a user, or nil.
func (u *Users) Get(name string) *User {
	u.mu.Lock()
	defer u.mu.Unlock()
	user, ok := u.byName[name]
	if !ok {
		return nil
	}
	return &user
}

// Set adds or changes a user.
func (u *Users) Set(user User) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.byName[user.Name] = user
}

// Site is what lies inside the layers.
type Site struct {
	sessions *scs.SessionManager
	users    *Users
}

// NewSite makes a site with one user.
func NewSite() *Site {
	return &Site{newSessions(), &Users{byName: map[string]User{"ada": {"ada", "first"}}}}
}

func (s *Site) app() web.App {
	return web.App{Router: web.Paths{
		"/":       s.home,
		"/login/": s.login,
		"/boom/":  func(*web.Request) (*web.Response, error) { return nil, errors.New("boom") },
	}}
}

// home greets, shows the messages, and holds the token for the login form.
func (s *Site) home(r *web.Request) (*web.Response, error) {
	name := "anonymous"
	if user := userAttr.Value(r); user != nil {
		name = user.Name
	}
	lines := append([]string{"hello " + name}, messages.Value(r).Read()...)
	return web.Text(http.StatusOK, strings.Join(append(lines, "token "+csrfToken.Value(r)), "\n")), nil
}

// login asks for no password: it is the layers that are of interest.
func (s *Site) login(r *web.Request) (*web.Response, error) {
	user := s.users.Get(r.FormValue("user"))
	if user == nil {
		return nil, web.ErrPermissionDenied
	}
	ctx := r.Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return nil, err
	}
	s.sessions.Put(ctx, "user", user.Name)
	s.sessions.Put(ctx, "hash", user.Hash)
	messages.Value(r).Add("welcome, " + user.Name)
	return web.Redirect(http.StatusFound, "/"), nil
}
