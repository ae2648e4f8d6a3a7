package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/mwcheck/mwcheck/web"
)

// reply is what the view of a drive does, in words that both a web.View and an
// http.Handler can play.
type reply struct {
	status   int
	header   http.Header
	body     string
	chunks   []string // a stream
	template bool     // body comes from a deferred template
	err      error    // the view fails; in net/http it answers with the page itself
	abort    bool     // the view panics with http.ErrAbortHandler
	panics   bool     // the view panics with a value of its own
	// streamErr ends the stream after its chunks.
	streamErr error
}

// drive is one request through a layer.
type drive struct {
	name   string // says what the situation is, for problems
	method string
	target string
	header http.Header
	body   string
	reply  reply
	label  string // of its goroutines
	// goneAfter makes the client fail from that write on; 0: it stays.
	goneAfter int
	// inView runs in the view before it answers.
	inView func(r *http.Request)
	// afterStart runs when an asynchronous layer has returned its Future.
	afterStart func()
	// stopped makes a layer outside the one under test answer: only response
	// hooks of the classic model run then.
	stopped bool
}

// errViewPanic is what a view panics with.
const errViewPanic = "the view panicked"

func get(name string, r reply) drive { return drive{name: name, reply: r} }

func page(body string) reply { return reply{status: http.StatusOK, body: body} }

// snap is a response at one moment.
type snap struct {
	res       *web.Response // nil in net/http
	status    int
	header    http.Header
	body      string
	streaming bool
	template  bool
}

func snapOf(res *web.Response) *snap {
	s := &snap{res: res, status: res.StatusCode(), header: res.Header().Clone(), streaming: res.Streaming(), template: res.Template() != nil}
	if body, err := res.Body(); err == nil {
		s.body = string(body)
	}
	return s
}

// seen is what the probes saw of one drive.
type seen struct {
	mu sync.Mutex

	in    string // the stack
	drive *drive

	calls    int   // runs of what is further in
	inner    *snap // what the layer was given
	innerBad []string
	out      *snap // what the layer gave
	nothing  string
	err      error // with which the layer failed
	started  bool  // an asynchronous layer has returned its Future
	answered bool  // out is the layer's own, what is further in did not run
	returned bool  // the layer is through, the response is on its way
	left     error // what left the handler
	hung     bool
	lost     bool // the request arrived further in without its context

	// The reply's stream, template and closers.
	pulls        []bool // of each chunk: pulled while the layer was still at work
	ended        bool   // the stream ran to its end
	released     bool   // the stream's own clean-up ran
	closed       int
	closedAtWork bool // closed before the layer was through
	pulledClosed bool // pulled after it was closed
	pulledGone   int  // chunks pulled after the client had gone
	rendered     int
	renderedIn   string // the hook of the layer in which it was rendered
	inHook       string
	order        []byte // 'i' for a chunk from further in, 'o' for one to the client

	readBody string // the request's body as the view read it
	readErr  error
	viewCtx  context.Context
	flushErr error
	attrs    []web.AttrEvent

	client *client
}

func (s *seen) lock(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// client is a strict http.ResponseWriter that records.
type client struct {
	seen    *seen
	header  http.Header
	sent    http.Header // at the first WriteHeader or Write
	status  int
	again   []int // statuses of further WriteHeader calls
	body    bytes.Buffer
	chunks  int
	gone    bool
	informs int
}

func (c *client) Header() http.Header { return c.header }

func (c *client) WriteHeader(status int) {
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		c.informs++
		return
	}
	if c.sent != nil {
		c.again = append(c.again, status)
		return
	}
	c.status, c.sent = status, c.header.Clone()
	if c.sent == nil {
		c.sent = http.Header{}
	}
}

func (c *client) Write(p []byte) (int, error) {
	if c.sent == nil {
		c.WriteHeader(http.StatusOK)
	}
	if c.gone {
		return 0, io.ErrClosedPipe
	}
	if len(p) == 0 {
		return 0, nil
	}
	c.chunks++
	if after := c.seen.drive.goneAfter; after > 0 && c.chunks > after {
		c.seen.lock(func() { c.gone = true })
		return 0, io.ErrClosedPipe
	}
	c.seen.lock(func() { c.seen.order = append(c.seen.order, 'o') })
	return c.body.Write(p)
}

func (c *client) Flush() {
	if c.sent == nil {
		c.WriteHeader(http.StatusOK)
	}
}

// view plays the reply as a web.View.
func (s *seen) view(r *web.Request) (*web.Response, error) {
	s.arrive(r.Request)
	d := s.drive
	switch {
	case d.reply.abort:
		panic(http.ErrAbortHandler)
	case d.reply.panics:
		panic(errViewPanic)
	case d.reply.err != nil:
		return nil, d.reply.err
	}
	var res *web.Response
	switch {
	case d.reply.chunks != nil:
		res = web.Stream(d.reply.status, "", s.stream())
	case d.reply.template:
		res = web.Deferred(d.reply.status, &web.Template{Name: "suite", Context: map[string]any{}, Execute: func(w io.Writer, _ *web.Request, _ *web.Template) error {
			s.lock(func() {
				s.rendered++
				s.renderedIn = s.inHook
			})
			_, err := io.WriteString(w, d.reply.body)
			return err
		}})
	default:
		res = web.Bytes(d.reply.status, "", []byte(d.reply.body))
		if d.reply.body == "" {
			res = web.New(d.reply.status)
		}
	}
	for key, values := range d.reply.header {
		res.Header()[key] = slices.Clone(values)
	}
	res.OnClose(func() {
		s.lock(func() {
			s.closed++
			s.closedAtWork = s.closedAtWork || !s.returned
		})
	})
	return res, nil
}

// arrive notes that the request is further in, and reads its body.
func (s *seen) arrive(req *http.Request) {
	var body []byte
	var err error
	if req.Body != nil {
		body, err = io.ReadAll(io.LimitReader(req.Body, 1<<20))
	}
	s.lock(func() {
		s.viewCtx = req.Context()
		s.readBody, s.readErr = string(body), err
	})
	if s.drive.inView != nil {
		s.drive.inView(req)
	}
}

// stream plays the reply's chunks.
func (s *seen) stream() iter.Seq2[[]byte, error] {
	d := s.drive
	return func(yield func([]byte, error) bool) {
		defer s.lock(func() { s.released = true })
		for _, chunk := range d.reply.chunks {
			s.lock(func() {
				s.pulls = append(s.pulls, !s.returned)
				s.pulledClosed = s.pulledClosed || s.closed > 0
				if s.client.gone {
					s.pulledGone++
				}
				s.order = append(s.order, 'i')
			})
			if !yield([]byte(chunk), nil) {
				return
			}
		}
		if d.reply.streamErr != nil {
			yield(nil, d.reply.streamErr)
			return
		}
		s.lock(func() { s.ended = true })
	}
}

// handle plays the reply as an http.Handler.
func (s *seen) handle(w http.ResponseWriter, req *http.Request) {
	s.arrive(req)
	d := s.drive
	status, body := d.reply.status, d.reply.body
	if d.reply.err != nil {
		status, body = web.KindOf(d.reply.err).Status(), "page of an error"
	}
	for key, values := range d.reply.header {
		w.Header()[key] = append(w.Header()[key], values...)
	}
	inner := &snap{status: status, header: d.reply.header.Clone(), body: body, streaming: d.reply.chunks != nil}
	if inner.header == nil {
		inner.header = http.Header{}
	}
	s.lock(func() { s.inner = inner })
	if d.reply.abort {
		panic(http.ErrAbortHandler)
	}
	if d.reply.panics {
		panic(errViewPanic)
	}
	w.WriteHeader(status)
	if d.reply.chunks == nil {
		if body != "" {
			_, _ = io.WriteString(w, body)
		}
		return
	}
	flusher := http.NewResponseController(w)
	for _, chunk := range d.reply.chunks {
		s.lock(func() {
			s.pulls = append(s.pulls, false)
			s.order = append(s.order, 'i')
		})
		_, err := io.WriteString(w, chunk)
		if err == nil {
			err = flusher.Flush()
		}
		if err != nil {
			s.lock(func() { s.flushErr = err })
		}
	}
	s.lock(func() { s.ended = true })
}

// request makes the request of a drive.
func (d *drive) request(ctx context.Context) (*http.Request, error) {
	method, target := d.method, d.target
	if method == "" {
		method = http.MethodGet
	}
	if target == "" {
		target = "/"
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://testserver"+target, strings.NewReader(d.body))
	if err != nil {
		return nil, fmt.Errorf("drive %q: %w", d.name, err)
	}
	if d.body == "" {
		req.Body = http.NoBody
		req.ContentLength = 0
	}
	req.RequestURI = target
	req.RemoteAddr = "192.0.2.1:1234"
	for key, values := range d.header {
		req.Header[key] = slices.Clone(values)
	}
	return req, nil
}
