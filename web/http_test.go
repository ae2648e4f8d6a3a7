package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSendKeepsWhatIsAroundTheStack(t *testing.T) {
	res := Text(http.StatusOK, "x")
	res.Header().Set("Vary", "Cookie")
	res.Header().Set("Cache-Control", "private")
	rec := httptest.NewRecorder()
	rec.Header().Set("Vary", "Origin")
	rec.Header().Set("Cache-Control", "no-store")
	rec.Header().Set("X-Outside", "kept")
	require.NoError(t, Send(rec, NewRequest(httptest.NewRequest(http.MethodGet, "/", nil)), res))
	require.Equal(t, []string{"Origin", "Cookie"}, rec.Header()["Vary"])
	require.Equal(t, []string{"private"}, rec.Header()["Cache-Control"])
	require.Equal(t, "kept", rec.Header().Get("X-Outside"))
	require.Equal(t, []string{"Cookie"}, res.Header()["Vary"], "the response is not changed by sending it")
}

func TestInform(t *testing.T) {
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	require.ErrorIs(t, NewRequest(req).Inform(http.StatusEarlyHints, nil), http.ErrNotSupported, "no server")

	rec := httptest.NewRecorder()
	rec.Header().Set("X-Outside", "kept")
	r := Incoming(rec, req)
	for _, status := range []int{99, http.StatusSwitchingProtocols, http.StatusOK} {
		require.ErrorIs(t, r.Inform(status, nil), http.ErrNotSupported, "%d", status)
	}
	require.NoError(t, r.Inform(http.StatusEarlyHints, http.Header{"Link": {"</a.css>"}}))
	require.Equal(t, http.Header{"X-Outside": {"kept"}}, rec.Header(), "the hints are not part of the answer")
}

func TestFromContextOutsideAStack(t *testing.T) {
	_, ok := FromContext(context.Background())
	require.False(t, ok)
}

// What the handler of a view gets is the request of the stack, in a stack
// within a stack that of the inner one.
func TestFromContextNested(t *testing.T) {
	inner := NewRequest(httptest.NewRequest(http.MethodGet, "/inner", nil))
	outer := NewRequest(httptest.NewRequest(http.MethodGet, "/outer", nil))
	_, err := HandlerView(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		got, ok := FromContext(req.Context())
		require.True(t, ok)
		require.Same(t, outer, got)
		inner.SetHTTP(inner.WithContext(req.Context()))
		_, err := HandlerView(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			got, _ := FromContext(req.Context())
			require.Same(t, inner, got)
		}))(inner)
		require.NoError(t, err)
	}))(outer)
	require.NoError(t, err)
}

func TestHandlerViewStatuses(t *testing.T) {
	run := func(h http.HandlerFunc) (*Response, error) {
		return HandlerView(h)(NewRequest(httptest.NewRequest(http.MethodGet, "/", nil)))
	}
	res, err := run(func(http.ResponseWriter, *http.Request) {})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode())

	var written error
	res, err = run(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
		w.WriteHeader(http.StatusTeapot)
		_, written = w.Write([]byte("x"))
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, res.StatusCode(), "the first status counts")
	require.ErrorIs(t, written, http.ErrBodyNotAllowed)

	_, err = run(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(42) })
	require.ErrorContains(t, err, "invalid WriteHeader code 42")
}
