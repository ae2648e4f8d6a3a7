package main

import (
	"net/http"

	"github.com/alexedwards/scs/v2"
	"github.com/rs/cors"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
)

// Steps of the migration, in order. Each is a whole server.
var steps = []struct {
	name  string
	about string
	build func(*Site) (http.Handler, error)
}{
	{"classic", "the old stack in the old model", classicStack},
	{"island", "the old stack as one layer of a new chain: nothing changes yet", islandStack},
	{"upgraded", "the old layers as layers of the new chain, one by one", upgradedStack},
	{"native", "the layers written anew", nativeStack},
}

// oldLayers is Django 1.8's default stack, outermost first.
func oldLayers(s *Site) []any {
	return []any{
		&Session{s.sessions},
		&Common{},
		NewCSRF(),
		&Auth{s.sessions, s.users},
		&SessionAuth{s.sessions},
		&MessagesLayer{s.sessions},
		&Clickjacking{},
		NewSecurity(),
	}
}

// crossOrigin is a layer from the world of net/http that the project has added:
// rs/cors, as a modern layer.
func crossOrigin() modern.Factory {
	options := cors.Options{AllowedOrigins: []string{"https://partner.example"}}
	return modern.FromHTTP(cors.New(options).Handler)
}

func classicStack(s *Site) (http.Handler, error) {
	layers := append([]any{mixin.Downgrade(crossOrigin())}, oldLayers(s)...)
	return classic.New(classic.Config{App: s.app()}, layers...)
}

func islandStack(s *Site) (http.Handler, error) {
	return modern.New(modern.Config{App: s.app()}, crossOrigin(), mixin.Island(oldLayers(s)...))
}

func upgradedStack(s *Site) (http.Handler, error) {
	chain := []modern.Factory{crossOrigin()}
	for _, layer := range oldLayers(s) {
		chain = append(chain, mixin.Upgrade(layer))
	}
	return modern.New(modern.Config{App: s.app()}, chain...)
}

func nativeStack(s *Site) (http.Handler, error) {
	return modern.New(modern.Config{App: s.app()},
		crossOrigin(),
		nativeSession(s.sessions),
		nativeCommon(),
		csrfFactory(),
		nativeUser(s.sessions, s.users),
		nativeMessages(s.sessions),
		nativeHeaders(),
	)
}

func newSessions() *scs.SessionManager { return scs.New() }
