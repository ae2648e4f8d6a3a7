package web

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAttrs(t *testing.T) {
	user, other := NewAttr[string]("user"), NewAttr[string]("user")
	count := NewAttr[int]("count")
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	var log []string
	r.Observe(func(of *Request, e AttrEvent) {
		require.Same(t, r, of)
		log = append(log, fmt.Sprint(e.Op, " ", e.Name, " ", e.Found))
	})
	_, ok := user.Get(r)
	require.False(t, ok)
	user.Set(r, "ann")
	count.Set(r, 1)
	user.Set(r, "bob")
	name, ok := user.Get(r)
	require.True(t, ok)
	require.Equal(t, "bob", name)
	_, ok = other.Get(r)
	require.False(t, ok, "the same name is not the same attribute")
	require.Equal(t, 1, count.Value(r))
	user.Delete(r)
	user.Delete(r)
	require.Empty(t, user.Value(r))
	require.Equal(t, 1, count.Value(r))
	require.Equal(t, []string{
		"read user false", "write user false", "write count false", "write user true", "read user true", "read user false",
		"read count true", "delete user true", "delete user false", "read user false", "read count true",
	}, log)
	require.Equal(t, "user", user.Name())
}

func TestNilInterfaceAttr(t *testing.T) {
	attr := NewAttr[error]("failure")
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	attr.Set(r, nil)
	err, ok := attr.Get(r)
	require.True(t, ok)
	require.NoError(t, err)
}

func TestRequestClosers(t *testing.T) {
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	n := 0
	r.OnClose(func() { n++ })
	r.RunClosers()
	r.RunClosers()
	require.Equal(t, 1, n)
}

func TestMode(t *testing.T) {
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	require.Equal(t, Sync, r.Mode())
	require.Equal(t, Sync, r.EnterMode(Async))
	require.Equal(t, "async", r.Mode().String())
	require.Equal(t, Async, r.EnterMode(Sync))
}

func TestResolve(t *testing.T) {
	ok := func(*Request) (*Response, error) { return New(200), nil }
	first := Paths{"/": ok}
	second := pager{Paths{"/two": ok}, 404}
	app := App{Router: first, Pages: map[int]ErrorView{404: page("app")}}
	r := NewRequest(httptest.NewRequest("GET", "/two", nil))
	ask := func(status int) string {
		res, err := app.ErrorPage(r, status)(r, nil)
		require.NoError(t, err)
		return res.Header().Get("From")
	}
	require.Error(t, app.Resolve(r))
	require.Equal(t, "app", ask(404))

	r.Router = second
	require.Equal(t, "app", ask(404), "a switched router counts from resolution on")
	require.NoError(t, app.Resolve(r))
	require.True(t, r.Match.Resolved())
	require.Equal(t, "router", ask(404))
	require.Empty(t, ask(500), "a plain page")

	require.NoError(t, (&App{}).Resolve(r), "the request's own router")
	var none App
	require.ErrorIs(t, none.Resolve(NewRequest(r.Request)), ErrNotFound)
	empty := App{Router: RouterFunc(func(*Request) (Match, error) { return Match{}, nil })}
	require.ErrorIs(t, empty.Resolve(NewRequest(r.Request)), ErrNotFound)
}

func page(from string) ErrorView {
	return func(*Request, error) (*Response, error) {
		res := New(404)
		res.Header().Set("From", from)
		return res, nil
	}
}

type pager struct {
	Paths
	status int
}

func (p pager) ErrorPage(status int) ErrorView {
	if status == p.status {
		return page("router")
	}
	return nil
}
