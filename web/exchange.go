package web

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// bufferLimit is the length of a body, in bytes, from which it is a stream.
const bufferLimit = 1 << 20

// errNobodyReads is what a handler gets that writes when its stream has been
// given up.
var errNobodyReads = errors.New("the response has been given up")

// exchange runs an http.Handler and makes a Response of what it writes. Two
// goroutines take part and never run at the same time while both are wanted:
// the engine's, which waits in run or consumes the stream, and the handler's.
type exchange struct {
	key *exchangeKey // nil in a view
	r   *Request     // the engine's

	begun  chan struct{} // closed when the response becomes a stream
	chunks chan []byte
	taken  chan struct{} // the consumer is done with a chunk
	quit   chan struct{} // closed when nobody will consume any more
	ended  chan struct{} // closed when the handler has returned
	cancel context.CancelFunc
	forget func() bool // ends the watch on the request's context
	stop   sync.Once

	mu      sync.Mutex
	header  http.Header
	sent    http.Header // the header as it was with the status
	status  int         // 0: not written
	buf     []byte
	stream  bool
	cut     bool      // the handler wrote what nobody took
	over    bool      // run or the stream has come to its end
	adopted *Response // the response from further in, untouched
	adopter *Request
	used    []*Response // responses from further in that were written
	last    *Request    // the request as the last inner run left it
	failure error       // of a response from further in
	err     error       // with which the handler ended
}

func newExchange(r *Request, key *exchangeKey) *exchange {
	return &exchange{
		key: key, r: r, last: r,
		begun: make(chan struct{}), chunks: make(chan []byte), taken: make(chan struct{}),
		quit: make(chan struct{}), ended: make(chan struct{}),
		header: make(http.Header),
	}
}

// run starts the handler and waits until it has returned or its response has
// become a stream.
func (x *exchange) run(h http.Handler) (*Response, error) {
	ctx, cancel := context.WithCancel(x.r.Context())
	x.cancel = cancel
	req := x.r.Request.WithContext(&exchangeContext{ctx, x})
	go x.handle(h, req)
	select {
	case <-x.begun:
		return x.streamed(), nil
	case <-x.ended:
		select {
		case <-x.begun:
			// A handler that flushed has a stream, however soon it returned.
			return x.streamed(), nil
		default:
		}
		res, err := x.whole()
		if res == nil || res != x.adopted {
			cancel()
			return res, err
		}
		// Its stream or template may look at the context of its request.
		res.OnClose(cancel)
		return res, nil
	}
}

func (x *exchange) handle(h http.Handler, req *http.Request) {
	defer close(x.ended)
	finished := false
	defer func() {
		v := recover()
		x.mu.Lock()
		defer x.mu.Unlock()
		switch {
		case v != nil && x.failure != nil && v == http.ErrAbortHandler:
			x.err = x.failure
		case v != nil:
			x.err = Recovered(v)
		case !finished:
			x.err = errGoexit
		}
	}()
	h.ServeHTTP(x, req)
	finished = true
}

// whole is the response of a handler that has returned without a stream.
func (x *exchange) whole() (*Response, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.over = true
	x.takeOver()
	if x.err != nil {
		return nil, x.err
	}
	if x.adopted != nil {
		return x.adopted, nil
	}
	if x.status == 0 {
		x.writeHeader(http.StatusOK)
	}
	res := &Response{Status: x.status, header: x.sent, body: x.buf}
	x.closeUsed(res)
	return res, nil
}

// streamed is the response of a handler that goes on writing.
func (x *exchange) streamed() *Response {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.takeOver()
	res := &Response{Status: x.status, header: x.sent, stream: x.consume}
	x.closeUsed(res)
	// A stream that nobody consumes must not keep its goroutine.
	res.OnClose(x.abandon)
	x.r.OnClose(x.abandon)
	x.forget = context.AfterFunc(x.r.Context(), x.abandon)
	return res
}

// closeUsed lets the closers of the responses from further in run with those
// of res.
func (x *exchange) closeUsed(res *Response) {
	res.OnClose(func() {
		x.mu.Lock()
		used := x.used
		x.mu.Unlock()
		for _, res := range used {
			res.Close()
		}
	})
}

// consume is the stream.
func (x *exchange) consume(yield func([]byte, error) bool) {
	defer x.abandon()
	for {
		select {
		case chunk := <-x.chunks:
			if !yield(chunk, nil) {
				return
			}
			select {
			case x.taken <- struct{}{}:
			case <-x.quit:
			}
		case <-x.ended:
			x.mu.Lock()
			err := x.err
			if err == nil && x.cut {
				err = lost(x.r, errNobodyReads)
			}
			x.mu.Unlock()
			if err != nil {
				yield(nil, err)
			}
			return
		case <-x.quit:
			yield(nil, lost(x.r, errNobodyReads))
			return
		}
	}
}

// abandon tells the handler that nobody reads and waits until it has returned.
func (x *exchange) abandon() {
	x.stop.Do(func() {
		x.mu.Lock()
		x.over = true
		forget := x.forget
		x.mu.Unlock()
		close(x.quit)
		if forget != nil {
			forget()
		}
		x.cancel()
	})
	<-x.ended
}

// child is the request for a run of what is further in, or nil if the answer
// has been given without it.
func (x *exchange) child(w http.ResponseWriter, req *http.Request) *Request {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over {
		return nil
	}
	child := x.last.copy()
	child.Request, child.w = req, w
	return child
}

// childDone notes that what is further in has answered. false says that nobody
// waits for that any more; the response is closed then.
func (x *exchange) childDone(child *Request, res *Response) bool {
	x.mu.Lock()
	if !x.over {
		// A copy, as the code further in may go on with its own.
		x.last = child.copy()
		if child.rare != nil {
			x.last.rare.closers, child.rare.closers = child.rare.closers, nil
		}
		x.mu.Unlock()
		return true
	}
	x.mu.Unlock()
	if res != nil {
		res.Close()
	}
	child.RunClosers()
	return false
}

// takeOver gives the engine's request what happened further in.
func (x *exchange) takeOver() {
	if x.last != x.r {
		x.r.adopt(x.last)
		x.last = x.r
	}
}
