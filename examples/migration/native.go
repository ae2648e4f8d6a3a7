package main

import (
	"github.com/alexedwards/scs/v2"

	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// The same layers written for the modern model. Each reads from top to bottom:
// in, next, out.

func nativeSession(manager *scs.SessionManager) modern.Factory {
	s := &Session{manager}
	return modern.Func("session", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if _, err := s.ProcessRequest(r); err != nil {
			return nil, err
		}
		return s.ProcessResponse(r, next(r))
	})
}

func nativeCommon() modern.Factory {
	return modern.Func("common", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if res, err := new(Common).ProcessRequest(r); res != nil || err != nil {
			return res, err
		}
		return next(r), nil
	})
}

// nativeCSRF keeps process_view, as Django's own layer does in the modern
// model: a view may be exempt, and only then is it known which view it is.
type nativeCSRF struct {
	*CSRF
	next modern.Next
}

func (c nativeCSRF) Handle(r *web.Request) (*web.Response, error) {
	return c.ProcessResponse(r, c.next(r))
}

func csrfFactory() modern.Factory {
	return modern.Factory{Name: "csrf", New: func(next modern.Next) (modern.Layer, error) {
		return nativeCSRF{NewCSRF(), next}, nil
	}}
}

// nativeUser is what were two layers: who the user is, and whether the session
// is still good.
func nativeUser(manager *scs.SessionManager, users *Users) modern.Factory {
	return modern.Func("user", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user := users.Get(manager.GetString(r.Context(), "user"))
		if user != nil && user.Hash != manager.GetString(r.Context(), "hash") {
			if err := manager.Clear(r.Context()); err != nil {
				return nil, err
			}
			user = nil
		}
		userAttr.Set(r, user)
		return next(r), nil
	})
}

func nativeMessages(manager *scs.SessionManager) modern.Factory {
	l := &MessagesLayer{manager}
	return modern.Func("messages", func(r *web.Request, next modern.Next) (*web.Response, error) {
		if _, err := l.ProcessRequest(r); err != nil {
			return nil, err
		}
		return l.ProcessResponse(r, next(r))
	})
}

// nativeHeaders is what were the clickjacking and the security layer.
func nativeHeaders() modern.Factory {
	security := NewSecurity()
	return modern.Func("headers", func(r *web.Request, next modern.Next) (*web.Response, error) {
		res, err := security.ProcessResponse(r, next(r))
		if err != nil {
			return nil, err
		}
		if res.Header().Get("X-Frame-Options") == "" {
			res.Header().Set("X-Frame-Options", "SAMEORIGIN")
		}
		return res, nil
	})
}
