package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// flushing is a request whose view flushes and then writes chunks until nobody
// takes them.
func flushing(ctx context.Context, t *testing.T, chunks int) (*Request, *Response) {
	t.Helper()
	r := NewRequest(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	res, err := HandlerView(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		for range chunks {
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
		}
	}))(r)
	require.NoError(t, err)
	require.True(t, res.Streaming())
	return r, res
}

// readUntil consumes a stream, calls f when it has had n chunks, and gives the
// error that ended it.
func readUntil(res *Response, n int, f func()) (got int, last error) {
	for chunk, err := range res.Chunks() {
		if last = err; err != nil {
			continue
		}
		if got += len(chunk); got == n {
			f()
		}
	}
	return got, last
}

// The consumer is busy with a chunk while the request is given up and the
// handler, told so, returns: the stream must not end as if it were whole.
func TestStreamGivenUpIsNotWhole(t *testing.T) {
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		var x *exchange
		r := NewRequest(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
		res, err := HandlerView(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			x = w.(*exchange)
			x.Flush()
			for range 10 {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
			}
		}))(r)
		require.NoError(t, err)
		got, last := readUntil(res, 3, func() { cancel(); <-x.ended })
		require.Equal(t, 3, got)
		var gone *WriteError
		require.ErrorAs(t, last, &gone)
		res.Close()
		r.RunClosers()
	}
}

// A deadline is not the client's going away: the connection has to be aborted.
func TestStreamPastItsDeadline(t *testing.T) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	r, res := flushing(ctx, t, 3)
	defer r.RunClosers()
	err := Send(httptest.NewRecorder(), r, res)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	var gone *WriteError
	require.False(t, errors.As(err, &gone))
}

func TestWholeStream(t *testing.T) {
	r, res := flushing(t.Context(), t, 5)
	defer r.RunClosers()
	got, err := readUntil(res, 0, nil)
	require.NoError(t, err)
	require.Equal(t, 5, got)
}

// A handler that flushes and ends at once has a stream, whichever of the two
// the engine sees first.
func TestFlushAndEndIsAStream(t *testing.T) {
	for range 200 {
		r, res := flushing(t.Context(), t, 0)
		got, err := readUntil(res, -1, nil)
		require.NoError(t, err)
		require.Zero(t, got)
		r.RunClosers()
	}
}

// A stream that came to its end leaves nothing behind in a context that goes on.
func TestStreamForgetsItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var x *exchange
	r := NewRequest(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	_, err := HandlerView(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		x = w.(*exchange)
		x.Flush()
	}))(r)
	require.NoError(t, err)
	r.RunClosers()
	require.False(t, x.forget(), "the watch was ended already")
}
