package web

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCloseExactlyOnce(t *testing.T) {
	res := Text(200, "x")
	var order []int
	res.OnClose(func() { order = append(order, 1) })
	res.OnClose(func() { panic("a closer may fail") })
	res.OnClose(func() { order = append(order, 2) })
	require.False(t, res.Closed())
	res.Close()
	require.Equal(t, []int{1, 2}, order)
	require.True(t, res.Closed())
	res.Close()
	require.Equal(t, []int{1, 2}, order)
}

func TestBodies(t *testing.T) {
	res := Bytes(201, "text/x", []byte("abc"))
	body, err := res.Body()
	require.NoError(t, err)
	require.Equal(t, "abc", string(body))
	require.Equal(t, "text/x", res.Header().Get("Content-Type"))
	require.Equal(t, 201, res.StatusCode())
	require.Equal(t, 200, new(Response).StatusCode())

	stream := Stream(200, "", chunks("a", "b"))
	require.True(t, stream.Streaming())
	_, err = stream.Body()
	require.ErrorIs(t, err, http.ErrNotSupported)
	require.Equal(t, "/there", Redirect(302, "/there").Header().Get("Location"))
}

func TestNilResponsePanicsWhenTouched(t *testing.T) {
	var res *Response
	require.Panics(t, func() { res.Header().Set("X", "y") })
}

func chunks(parts ...string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, part := range parts {
			if !yield([]byte(part), nil) {
				return
			}
		}
	}
}

func TestWrapStreamIsLazy(t *testing.T) {
	var log []string
	res := Stream(200, "", func(yield func([]byte, error) bool) {
		log = append(log, "made")
		yield([]byte("x"), nil)
	})
	res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for chunk, err := range inner {
				log = append(log, "seen "+string(chunk))
				if !yield(append([]byte("<"), chunk...), err) {
					return
				}
			}
		}
	})
	require.Empty(t, log)
	w := httptest.NewRecorder()
	require.NoError(t, Send(w, NewRequest(httptest.NewRequest("GET", "/", nil)), res))
	require.Equal(t, []string{"made", "seen x"}, log)
	require.Equal(t, "<x", w.Body.String())
	require.True(t, w.Flushed)
	text := Text(200, "no stream")
	text.WrapStream(func(iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] { panic("not called") })
}

func TestSend(t *testing.T) {
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	t.Run("header and status", func(t *testing.T) {
		w := httptest.NewRecorder()
		res := Text(404, "gone")
		res.Header().Add("Vary", "Cookie")
		res.Header().Add("Vary", "Accept")
		require.NoError(t, Send(w, r, res))
		require.Equal(t, 404, w.Code)
		require.Equal(t, []string{"Cookie", "Accept"}, w.Header().Values("Vary"))
		require.False(t, res.Closed(), "who sends does not close")
	})
	t.Run("no body where there is none", func(t *testing.T) {
		for _, status := range []int{204, 304} {
			w := httptest.NewRecorder()
			require.NoError(t, Send(w, r, Text(status, "ignored")))
			require.Empty(t, w.Body.String())
		}
	})
	t.Run("a long body has a length", func(t *testing.T) {
		w := httptest.NewRecorder()
		require.NoError(t, Send(w, r, Bytes(200, "", make([]byte, 5000))))
		require.Equal(t, "5000", w.Header().Get("Content-Length"))
	})
	t.Run("unrendered", func(t *testing.T) {
		w := httptest.NewRecorder()
		require.ErrorIs(t, Send(w, r, Deferred(202, &Template{})), ErrNotRendered)
		require.Equal(t, 202, w.Code)
	})
	t.Run("the stream's error", func(t *testing.T) {
		boom := errors.New("boom")
		w := httptest.NewRecorder()
		err := Send(w, r, Stream(200, "", func(yield func([]byte, error) bool) {
			if yield([]byte("a"), nil) {
				yield(nil, boom)
			}
		}))
		require.ErrorIs(t, err, boom)
		require.Equal(t, "a", w.Body.String())
	})
	t.Run("the client went away", func(t *testing.T) {
		var gone *WriteError
		require.ErrorAs(t, Send(refusing{httptest.NewRecorder()}, r, Text(200, "x")), &gone)
		ended := false
		err := Send(refusing{httptest.NewRecorder()}, r, Stream(200, "", func(yield func([]byte, error) bool) {
			defer func() { ended = true }()
			for yield([]byte("x"), nil) {
			}
		}))
		require.ErrorAs(t, err, &gone)
		require.ErrorIs(t, err, io.ErrClosedPipe)
		require.True(t, ended, "the stream was not ended")
	})
}

// refusing is a client that takes nothing.
type refusing struct{ http.ResponseWriter }

func (refusing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTemplate(t *testing.T) {
	r := NewRequest(httptest.NewRequest("GET", "/", nil))
	tmpl := &Template{Name: "hello", Context: map[string]any{"who": "you"}, Execute: func(w io.Writer, _ *Request, t *Template) error {
		_, err := fmt.Fprintf(w, "hello %s", t.Context["who"])
		return err
	}}
	res := Deferred(200, tmpl)
	require.True(t, res.Unrendered())
	_, err := res.Body()
	require.ErrorIs(t, err, ErrNotRendered)
	rendered := 0
	tmpl.AfterRender(func(*Response) { rendered++ })
	tmpl.Context["who"] = "all"
	require.NoError(t, res.Render(r))
	require.NoError(t, res.Render(r))
	body, err := res.Body()
	require.NoError(t, err)
	require.Equal(t, "hello all", string(body))
	require.Equal(t, 1, rendered)
	require.Same(t, tmpl, res.Template())
	require.ErrorIs(t, Text(200, "x").Render(r), ErrNotTemplate)

	boom := errors.New("boom")
	failing := Deferred(200, &Template{Execute: func(io.Writer, *Request, *Template) error { return boom }})
	require.ErrorIs(t, failing.Render(r), boom)
	require.True(t, failing.Unrendered())
}

func TestCookies(t *testing.T) {
	res := New(200)
	res.SetCookie(&http.Cookie{Name: "a", Value: "1"})
	res.SetCookie(&http.Cookie{Name: "b", Value: "2", Path: "/x"})
	res.SetCookie(&http.Cookie{Name: "a", Value: "3"})
	res.SetCookie(&http.Cookie{Name: "b", Value: "4"})
	res.SetCookie(&http.Cookie{Name: "no good", Value: "x"})
	var got []string
	for _, c := range res.Cookies() {
		got = append(got, c.Name+"="+c.Value+c.Path)
	}
	require.Equal(t, []string{"b=2/x", "a=3", "b=4"}, got)
	res.DeleteCookie("a", "", "")
	cookies := res.Cookies()
	require.Len(t, cookies, 3)
	require.Equal(t, "a", cookies[2].Name)
	require.Equal(t, -1, cookies[2].MaxAge)
}
