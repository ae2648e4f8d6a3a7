package web

import (
	"fmt"
	"maps"
	"net/http"
	"sync/atomic"
)

// Request is one request on its way through a stack. It belongs to one
// goroutine at a time; engines hand it over with a happens-before edge.
type Request struct {
	*http.Request

	// Match is what the URL resolved to. It is zero until the URL is resolved,
	// which is after every request hook and before every view hook.
	Match Match

	// Router, set by a request hook, replaces the App's router from URL
	// resolution on, error pages included (Django's request.urlconf). An error
	// before resolution still gets the pages of the App's router.
	Router Router

	attrs *attrValue
	rare  *rareState
	w     http.ResponseWriter // for Inform
	mode  atomic.Uint32

	rendered bool
}

// rareState is what most requests never need. It is apart so that a Request
// stays small: it is made for every request, and half of what a short stack
// costs is making it.
type rareState struct {
	resolved Router // in force since resolution, if it is not the App's
	onAttr   func(*Request, AttrEvent)
	closers  []func()
}

func (r *Request) rarely() *rareState {
	if r.rare == nil {
		r.rare = new(rareState)
	}
	return r.rare
}

// NewRequest wraps a request of net/http.
func NewRequest(req *http.Request) *Request { return &Request{Request: req} }

// Incoming wraps a request that a server is serving. Through w only Inform
// writes.
func Incoming(w http.ResponseWriter, req *http.Request) *Request {
	return &Request{Request: req, w: w}
}

// Inform sends an informational response (1xx, as 103 Early Hints) at once,
// ahead of the answer. It is http.ErrNotSupported for a request that does not
// come from a server, and for the statuses that are none.
func (r *Request) Inform(status int, header http.Header) error {
	if status < 100 || status > 199 || status == http.StatusSwitchingProtocols {
		return fmt.Errorf("%w: %d is not an informational status", http.ErrNotSupported, status)
	}
	if r.w == nil {
		return fmt.Errorf("%w: the request does not come from a server", http.ErrNotSupported)
	}
	own := r.w.Header()
	before := maps.Clone(own)
	maps.Copy(own, header)
	r.w.WriteHeader(status)
	clear(own)
	maps.Copy(own, before)
	return nil
}

// SetHTTP replaces the wrapped request, for instance by one with another
// context; attributes, match and mode stay.
func (r *Request) SetHTTP(req *http.Request) { r.Request = req }

// OnClose registers f to run when the answer to the request has been sent, as
// Django's request.close does.
func (r *Request) OnClose(f func()) {
	rare := r.rarely()
	rare.closers = append(rare.closers, f)
}

// copy is another request in the same state, but without closers.
func (r *Request) copy() *Request {
	c := &Request{Request: r.Request, Match: r.Match, Router: r.Router, w: r.w}
	for v, end := r.attrs, &c.attrs; v != nil; v = v.next {
		*end = &attrValue{key: v.key, value: v.value}
		end = &(*end).next
	}
	if r.rare != nil {
		c.rare = &rareState{resolved: r.rare.resolved, onAttr: r.rare.onAttr}
	}
	c.mode.Store(r.mode.Load())
	c.rendered = r.rendered
	return c
}

// Fork is another request in the same state, with attributes of its own and
// without closers. Who makes a fork calls its RunClosers.
func (r *Request) Fork() *Request { return r.copy() }

// Follow makes r go on where c, one of its forks or what it is a fork of, has
// come to: wrapped request, match, router and attributes. Both stay with their
// closers. c must not run while r does. Bridges call it.
func (r *Request) Follow(c *Request) {
	if r == c {
		return
	}
	r.Request, r.Match, r.Router, r.attrs, r.rendered = c.Request, c.Match, c.Router, c.attrs, c.rendered
	if c.rare != nil {
		rare := r.rarely()
		rare.resolved, rare.onAttr = c.rare.resolved, c.rare.onAttr
	}
}

// adopt takes over the state of a copy, but for what it wraps.
func (r *Request) adopt(c *Request) {
	r.Match, r.Router, r.attrs, r.rendered = c.Match, c.Router, c.attrs, c.rendered
	if c.rare == nil {
		return
	}
	rare := r.rarely()
	rare.resolved, rare.onAttr = c.rare.resolved, c.rare.onAttr
	rare.closers = append(rare.closers, c.rare.closers...)
	c.rare.closers = nil
}

// RunClosers runs what OnClose registered, once. Engines call it.
func (r *Request) RunClosers() {
	if r.rare == nil {
		return
	}
	closers := r.rare.closers
	r.rare.closers = nil
	runClosers(closers)
}

// Observe makes f see every later access to the request's attributes; nil
// stops that.
func (r *Request) Observe(f func(*Request, AttrEvent)) {
	if f != nil || r.rare != nil {
		r.rarely().onAttr = f
	}
}

func (r *Request) observe(op AttrOp, key *attrKey, found bool) {
	if r.rare != nil && r.rare.onAttr != nil && !key.hidden {
		r.rare.onAttr(r, AttrEvent{op, key.name, found})
	}
}

// Rendered says that an engine rendered the template of a view's response in
// this request. Django 1.9 asks for it (LateOnce).
func (r *Request) Rendered() bool { return r.rendered }

// NoteRendered is called by engines.
func (r *Request) NoteRendered() { r.rendered = true }

// Mode says on which side of the sync/async border code runs.
type Mode uint8

const (
	// Sync code may block.
	Sync Mode = iota
	// Async code runs in a task; who called it holds a Future.
	Async
)

// String is "sync" or "async".
func (m Mode) String() string {
	if m == Async {
		return "async"
	}
	return "sync"
}

// Mode is the side on which the code that asks was called by the engine.
func (r *Request) Mode() Mode { return Mode(r.mode.Load()) }

// EnterMode notes that the request goes over to the other side and returns the
// side it was on. Only engines and bridges, which do the going over, call it.
func (r *Request) EnterMode(m Mode) Mode { return Mode(r.mode.Swap(uint32(m))) }
