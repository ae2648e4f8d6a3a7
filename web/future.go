package web

import "errors"

// errGoexit says that a task ended by runtime.Goexit without an answer.
var errGoexit = errors.New("the task ended without an answer")

// Future is an answer that is not there yet. Code of the asynchronous side
// starts work with Go, returns the Future at once and so never blocks its
// caller.
type Future struct {
	done chan struct{} // nil: resolved from the start
	res  *Response
	err  error
}

// Go runs f in a task of its own. A panic in f is the Future's error.
func Go(f func() (*Response, error)) *Future {
	future := &Future{done: make(chan struct{}), err: errGoexit}
	go func() {
		defer close(future.done)
		defer func() {
			if v := recover(); v != nil {
				future.res, future.err = nil, Recovered(v)
			}
		}()
		future.res, future.err = f()
	}()
	return future
}

// Resolved is a Future that is there already.
func Resolved(res *Response, err error) *Future { return &Future{res: res, err: err} }

// Done is closed when the answer is there; nil for a Future from Resolved.
func (f *Future) Done() <-chan struct{} { return f.done }

// Await waits for the answer. A nil Future answers nil, nil.
func (f *Future) Await() (*Response, error) {
	if f == nil {
		return nil, nil
	}
	if f.done != nil {
		<-f.done
	}
	return f.res, f.err
}
