package web_test

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/web"
)

type nearMiss struct{}

func (nearMiss) ProcessRequest(*http.Request) error { return nil }

func (nearMiss) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	return res, nil
}

type onPointer struct{ n int }

func (p *onPointer) ProcessView(*web.Request, *web.Match) (*web.Response, error) {
	p.n++
	return nil, nil
}

// says has a near miss as well, but tells its hooks itself.
type says struct{ nearMiss }

func (says) HookSet() web.HookSet { return web.HookSet{} }

// everyMiss misses every hook.
type everyMiss struct{}

func (everyMiss) ProcessRequest()               {}
func (everyMiss) ProcessView()                  {}
func (everyMiss) ProcessTemplateResponse()      {}
func (everyMiss) ProcessResponse()              {}
func (everyMiss) ProcessException()             {}
func (everyMiss) ProcessViewAsync()             {}
func (everyMiss) ProcessTemplateResponseAsync() {}
func (everyMiss) ProcessExceptionAsync()        {}

// The signatures that messages expect are those of the interfaces.
func TestCheckHooksSignatures(t *testing.T) {
	want := map[string]string{}
	hooks := reflect.TypeFor[web.HookSet]()
	for i := range hooks.NumField() {
		method := hooks.Field(i).Type.Method(0)
		want[method.Name] = method.Type.String()
	}
	got := map[string]string{}
	joined, ok := web.CheckHooks(everyMiss{}).(interface{ Unwrap() []error })
	require.True(t, ok)
	for _, err := range joined.Unwrap() {
		var miss *web.HookError
		require.True(t, errors.As(err, &miss))
		require.Equal(t, "func()", miss.Got)
		got[miss.Method] = miss.Want
	}
	require.Equal(t, want, got)
}

func TestCheckHooks(t *testing.T) {
	require.NoError(t, web.CheckHooks(&onPointer{}))
	require.NoError(t, web.CheckHooks(says{}))
	require.NoError(t, web.CheckHooks(struct{}{}), "no hook at all is for the engines to judge")

	err := web.CheckHooks(nearMiss{})
	require.EqualError(t, err, "ProcessRequest of web_test.nearMiss is no hook: it is func(*http.Request) error, "+
		"expected func(*web.Request) (*web.Response, error)")
	var miss *web.HookError
	require.True(t, errors.As(err, &miss))
	require.False(t, miss.Pointer)

	require.EqualError(t, web.CheckHooks(onPointer{}), "web_test.onPointer has no hook ProcessView, but *web_test.onPointer has: pass a pointer")

	require.ErrorIs(t, web.CheckHooks(nil), web.ErrNilValue)
	var none *onPointer
	require.ErrorIs(t, web.CheckHooks(none), web.ErrNilValue)
	require.ErrorContains(t, web.CheckHooks(none), "*web_test.onPointer is nil")
}
