package web

import (
	"iter"
	"net/http"
	"time"
)

// Response is an answer on its way out. Its body is bytes, a stream or a
// deferred template. Like a Request it belongs to one goroutine at a time. A layer that puts another response in its place takes
// over what the old one holds: engines neither consume nor close a response
// that was replaced (no release of Django does).
type Response struct {
	Status int // 0 means 200

	header   http.Header
	body     []byte
	stream   iter.Seq2[[]byte, error]
	template *Template
	rendered bool
	closed   bool
	closers  *[]func() // a pointer, as few responses have any
}

// New is a response without a body.
func New(status int) *Response { return &Response{Status: status} }

// Bytes is a response with a body.
func Bytes(status int, contentType string, body []byte) *Response {
	res := &Response{Status: status, body: body}
	if contentType != "" {
		res.Header().Set("Content-Type", contentType)
	}
	return res
}

// Text is a response with a plain text body.
func Text(status int, body string) *Response {
	return Bytes(status, "text/plain; charset=utf-8", []byte(body))
}

// HTML is a response with an HTML body.
func HTML(status int, body string) *Response {
	return Bytes(status, "text/html; charset=utf-8", []byte(body))
}

// Redirect is a response with a Location.
func Redirect(status int, location string) *Response {
	res := New(status)
	res.Header().Set("Location", location)
	return res
}

// Stream is a response whose body is made while it is sent. The stream is
// consumed once, after the last layer; a pair with an error ends it and aborts
// the connection.
func Stream(status int, contentType string, stream iter.Seq2[[]byte, error]) *Response {
	res := &Response{Status: status, stream: stream}
	if contentType != "" {
		res.Header().Set("Content-Type", contentType)
	}
	return res
}

// StatusCode is Status, or 200 where that is 0.
func (res *Response) StatusCode() int {
	if res.Status == 0 {
		return http.StatusOK
	}
	return res.Status
}

// Header is the header, made on first use.
func (res *Response) Header() http.Header {
	if res.header == nil {
		res.header = make(http.Header)
	}
	return res.header
}

// Streaming says that the body is a stream, so that it has no Body.
func (res *Response) Streaming() bool { return res.stream != nil }

// Body is the body of a response that is neither a stream nor unrendered; for
// those it is nil and ErrNotRendered or http.ErrNotSupported.
func (res *Response) Body() ([]byte, error) {
	switch {
	case res.stream != nil:
		return nil, http.ErrNotSupported
	case res.Unrendered():
		return nil, ErrNotRendered
	}
	return res.body, nil
}

// SetBody replaces the body; a template counts as rendered then. The old
// stream, if there is one, is left alone: close it with OnClose.
func (res *Response) SetBody(body []byte) {
	res.body = body
	res.stream = nil
	res.rendered = true
}

// Chunks is the stream, or nil.
func (res *Response) Chunks() iter.Seq2[[]byte, error] { return res.stream }

// WrapStream puts wrap around the stream, which it must consume no sooner
// than it is consumed itself. Without a stream it does nothing.
func (res *Response) WrapStream(wrap func(iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error]) {
	if res.stream != nil {
		res.stream = wrap(res.stream)
	}
}

// OnClose registers f to run when the response has been sent or given up.
func (res *Response) OnClose(f func()) {
	if res.closers == nil {
		res.closers = new([]func())
	}
	*res.closers = append(*res.closers, f)
}

// Close runs what OnClose registered, in that order, the first time it is
// called. A panic in one of them does not keep the others from running
// (HttpResponseBase.close in django/http/response.py).
func (res *Response) Close() {
	if res.closed {
		return
	}
	res.closed = true
	if res.closers == nil {
		return
	}
	closers := *res.closers
	res.closers = nil
	runClosers(closers)
}

// Closed says that Close was called.
func (res *Response) Closed() bool { return res.closed }

func runClosers(closers []func()) {
	for _, f := range closers {
		func() {
			defer func() { _ = recover() }()
			f()
		}()
	}
}

// SetCookie adds a cookie, in place of one with the same name, domain and path.
func (res *Response) SetCookie(c *http.Cookie) {
	text := c.String()
	if text == "" {
		return
	}
	var kept []string
	for _, line := range res.Header()["Set-Cookie"] {
		old, err := http.ParseSetCookie(line)
		if err != nil || old.Name != c.Name || old.Path != c.Path || old.Domain != c.Domain {
			kept = append(kept, line)
		}
	}
	res.Header()["Set-Cookie"] = append(kept, text)
}

// DeleteCookie makes the client forget a cookie of that name, path and domain.
func (res *Response) DeleteCookie(name, path, domain string) {
	res.SetCookie(&http.Cookie{Name: name, Path: path, Domain: domain, MaxAge: -1, Expires: time.Unix(0, 0)})
}

// Cookies are the cookies the response sets, in order.
func (res *Response) Cookies() []*http.Cookie {
	var cookies []*http.Cookie
	for _, line := range res.Header()["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			cookies = append(cookies, c)
		}
	}
	return cookies
}
