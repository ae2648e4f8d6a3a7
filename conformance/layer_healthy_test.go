package conformance

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// allHooks has every hook and does its work in each.
type allHooks struct{ seen web.Attr[string] }

func (l *allHooks) ProcessRequest(r *web.Request) (*web.Response, error) {
	l.seen.Set(r, r.Header.Get("X-User"))
	return nil, nil
}

func (l *allHooks) ProcessView(r *web.Request, m *web.Match) (*web.Response, error) {
	if m.Name == "" {
		return nil, web.ErrNotFound
	}
	return nil, nil
}

func (l *allHooks) ProcessTemplateResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	res.Template().Context["user"] = "somebody"
	return res, nil
}

func (l *allHooks) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	if user, ok := l.seen.Get(r); ok && !strings.ContainsAny(user, "\r\n\x00") {
		res.Header().Set("X-Seen", user)
	}
	res.Header().Add("Vary", "X-User")
	return res, nil
}

func (l *allHooks) ProcessException(_ *web.Request, err error) (*web.Response, error) {
	if errors.Is(err, errTeapot) {
		return web.Text(http.StatusTeapot, "teapot"), nil
	}
	return nil, nil
}

var errTeapot = errors.New("teapot")

// compress is what Django's GZipMiddleware does, as response hook.
type compress struct{}

func (compress) ProcessResponse(r *web.Request, res *web.Response) (*web.Response, error) {
	body, err := res.Body()
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || res.Header().Get("Content-Encoding") != "" || err == nil && len(body) < 200 {
		return res, nil
	}
	res.Header().Add("Vary", "Accept-Encoding")
	res.Header().Set("Content-Encoding", "gzip")
	if err == nil {
		var packed bytes.Buffer
		zw := gzip.NewWriter(&packed)
		if _, err := zw.Write(body); err != nil {
			return nil, err
		}
		if err := zw.Close(); err != nil {
			return nil, err
		}
		res.SetBody(packed.Bytes())
		res.Header().Set("Content-Length", strconv.Itoa(packed.Len()))
		return res, nil
	}
	res.Header().Del("Content-Length")
	res.WrapStream(func(inner iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			var packed bytes.Buffer
			zw := gzip.NewWriter(&packed)
			for chunk, err := range inner {
				if err == nil {
					_, _ = zw.Write(chunk)
					err = zw.Flush()
				}
				out := bytes.Clone(packed.Bytes())
				packed.Reset()
				if !yield(out, err) || err != nil {
					return
				}
			}
			_ = zw.Close()
			yield(packed.Bytes(), nil)
		}
	})
	return res, nil
}

// footer adds to pages, with all that goes with it.
func footer(r *web.Request, next modern.Next) (*web.Response, error) {
	res := next(r)
	body, err := res.Body()
	if err != nil || r.Method == http.MethodHead || !bodyAllowed(res.StatusCode()) {
		return res, nil
	}
	res.SetBody(append(bytes.Clone(body), "<!-- served -->"...))
	if res.Header().Get("Content-Length") != "" {
		res.Header().Set("Content-Length", strconv.Itoa(len(body)+len("<!-- served -->")))
	}
	return res, nil
}

// buffered replaces streams, as a layer that signs bodies must: it consumes on
// purpose.
func unstream(r *web.Request, next modern.Next) (*web.Response, error) {
	old := next(r)
	if !old.Streaming() {
		return old, nil
	}
	old.Close()
	return web.Text(http.StatusOK, "no streams here"), nil
}

// rereads looks at the request's body and puts it back.
func rereads(r *web.Request, next modern.Next) (*web.Response, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return next(r), nil
}

func gate(r *web.Request, next modern.Next) (*web.Response, error) {
	if r.Header.Get("X-Key") != "secret" {
		return nil, web.ErrPermissionDenied
	}
	return next(r), nil
}

func recovers(r *web.Request, next modern.Next) (res *web.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			var raised *web.Raised
			if err, ok := v.(error); ok && (errors.As(err, &raised) || web.KindOf(err).Leaves()) {
				panic(v)
			}
			res = web.Text(http.StatusInternalServerError, "recovered")
		}
	}()
	return next(r), nil
}

func timing(r *web.Request, next modern.Next) (*web.Response, error) {
	start := time.Now()
	res := next(r)
	res.Header().Set("Server-Timing", "app;dur="+strconv.FormatInt(time.Since(start).Nanoseconds(), 10))
	return res, nil
}

func hybrid() modern.Factory {
	mark := func(res *web.Response) (*web.Response, error) {
		res.Header().Set("X-Frame-Options", "DENY")
		return res, nil
	}
	return modern.Factory{
		Name: "hybrid",
		New: func(next modern.Next) (modern.Layer, error) {
			return modern.LayerFunc(func(r *web.Request) (*web.Response, error) { return mark(next(r)) }), nil
		},
		NewAsync: func(next modern.AsyncNext) (modern.AsyncLayer, error) {
			return modern.AsyncLayerFunc(func(r *web.Request) *web.Future {
				pending := next(r)
				return web.Go(func() (*web.Response, error) { return mark(pending.Await()) })
			}), nil
		},
	}
}

// statusWriter is what an access log wraps the ResponseWriter in.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func accessLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sw := &statusWriter{ResponseWriter: w}
		defer func() { _ = sw.status }()
		w.Header().Add("Vary", "Origin")
		next.ServeHTTP(sw, r)
	})
}

func recoverHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler:
				panic(v)
			default:
				http.Error(w, "recovered", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// TestHealthyLayers has no findings in layers that do it right.
func TestHealthyLayers(t *testing.T) {
	seen := web.NewAttr[string]("seen")
	user := web.NewAttr[*visitor]("user")
	key := func(r *http.Request) { r.Header.Set("X-Key", "secret") }
	login := modern.Func("login", func(r *web.Request, next modern.Next) (*web.Response, error) {
		user.Set(r, &visitor{"somebody"})
		return next(r), nil
	})
	fn := func(f func(*web.Request, modern.Next) (*web.Response, error)) func() any {
		return func() any { return modern.Func("layer", f) }
	}
	tests := map[string]struct {
		layer func() any
		opts  *LayerOptions
	}{
		"all hooks": {layer: func() any { return &allHooks{seen} }},
		"compress":  {layer: func() any { return compress{} }},
		"factory": {layer: func() any {
			return classic.Factory{Name: "x", New: func() (any, error) { return &allHooks{seen}, nil }}
		}},
		"upgraded":     {layer: func() any { return mixin.Upgrade(&allHooks{seen}) }},
		"island":       {layer: func() any { return mixin.Island(&allHooks{seen}, compress{}) }},
		"downgraded":   {layer: func() any { return mixin.Downgrade(modern.Func("footer", footer)) }},
		"nothing":      {layer: fn(func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })},
		"footer":       {layer: fn(footer)},
		"unstream":     {layer: fn(unstream)},
		"rereads":      {layer: fn(rereads)},
		"closed gate":  {layer: fn(gate)},
		"open gate":    {layer: fn(gate), opts: &LayerOptions{Request: key}},
		"recovers":     {layer: fn(recovers)},
		"timing":       {layer: fn(timing)},
		"hybrid":       {layer: func() any { return hybrid() }},
		"only async":   {layer: func() any { return modern.AsyncOnly(hybrid()) }},
		"from http":    {layer: func() any { return modern.FromHTTP(accessLog) }},
		"access log":   {layer: func() any { return accessLog }},
		"recover http": {layer: func() any { return recoverHTTP }},
		"max bytes":    {layer: func() any { return func(next http.Handler) http.Handler { return http.MaxBytesHandler(next, 1<<20) } }},
		"cross origin": {layer: func() any { return new(http.CrossOriginProtection).Handler }},
		"time-out": {
			layer: func() any {
				return func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Minute, "late") }
			},
			opts: &LayerOptions{Declared: map[string]string{"flush-kept": "http.TimeoutHandler buffers, as documented"}},
		},
		"needs a user": {
			layer: fn(func(r *web.Request, next modern.Next) (*web.Response, error) {
				name := user.Value(r).name
				res := next(r)
				res.Header().Set("X-User", name)
				return res, nil
			}),
			opts: &LayerOptions{Outer: []modern.Factory{login}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := CheckLayer(test.layer, test.opts)
			require.NoError(t, report.Err())
			require.Greater(t, report.Count(Pass), 8)
		})
	}
	t.Run("holds until the request is closed", func(t *testing.T) {
		var held atomic.Int64
		layer := func() any {
			return modern.Func("holder", func(r *web.Request, next modern.Next) (*web.Response, error) {
				held.Add(1)
				r.OnClose(func() { held.Add(-1) })
				return next(r), nil
			})
		}
		report := CheckLayer(layer, &LayerOptions{Held: func() int { return int(held.Load()) }})
		require.NoError(t, report.Err())
	})
}
