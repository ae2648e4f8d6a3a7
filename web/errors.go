package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// The sentinels of the error kinds; wrap them with %w and say what happened.
// They stand for Django's exception classes (django/core/exceptions.py and
// django/http/response.py, 5.2).
var (
	// ErrNotFound is Http404: status 404.
	ErrNotFound = errors.New("not found")
	// ErrPermissionDenied is PermissionDenied: status 403.
	ErrPermissionDenied = errors.New("permission denied")
	// ErrBadRequest is BadRequest and MultiPartParserError: status 400.
	ErrBadRequest = errors.New("bad request")
	// ErrSuspicious is SuspiciousOperation and its subclasses: status 400.
	ErrSuspicious = errors.New("suspicious operation")
	// ErrExit is SystemExit: it leaves the handler at once, no hook sees it.
	ErrExit = errors.New("exit")
	// ErrInterrupt is KeyboardInterrupt: it leaves as ErrExit does, except
	// under Django 1.8 and 1.9 (Profile.BareExcept).
	ErrInterrupt = errors.New("interrupt")
)

// The sentinels of what engines find wrong themselves.
var (
	// ErrNotUsed is MiddlewareNotUsed: a constructor returns it to drop its
	// layer from the stack.
	ErrNotUsed = errors.New("layer not used")
	// ErrNilResponse says that a view or a hook that must answer did not. It
	// comes wrapped in a LayerError.
	ErrNilResponse = errors.New("returned no response")
	// ErrNotTemplate says that a template response hook replaced the response
	// by one that cannot be rendered. It comes wrapped in a LayerError.
	ErrNotTemplate = errors.New("returned a response without a template")
	// ErrNoFinalResponse says that no response came out of the stack at all.
	// Only release profiles let that happen (Profile.NilPassesOutward).
	ErrNoFinalResponse = errors.New("the outermost layer returned no response")
	// ErrNotRendered says that the body of a response was asked for, or sent,
	// before its template was rendered (Django's ContentNotRenderedError).
	ErrNotRendered = errors.New("the template of the response is not rendered")
)

// Kind says what becomes of an error.
type Kind uint8

const (
	// KindError is any error without a kind of its own: it is reported to the
	// exception observer and becomes a page of status 500.
	KindError            Kind = iota
	KindNotFound              // ErrNotFound: status 404
	KindPermissionDenied      // ErrPermissionDenied: status 403
	KindBadRequest            // ErrBadRequest: status 400
	KindSuspicious            // ErrSuspicious: status 400
	KindExit                  // ErrExit: leaves the handler
	KindInterrupt             // ErrInterrupt: leaves the handler
	KindAbort                 // http.ErrAbortHandler: leaves the handler
)

// KindOf sorts an error. A panic is of KindError whatever its value wraps,
// unless the value is an exit or http.ErrAbortHandler. It mirrors
// response_for_exception in django/core/handlers/exception.py (1.11 to 6.0).
func KindOf(err error) Kind {
	var p *PanicError
	fromPanic := errors.As(err, &p)
	switch {
	case errors.Is(err, http.ErrAbortHandler):
		return KindAbort
	case errors.Is(err, ErrExit):
		return KindExit
	case errors.Is(err, ErrInterrupt):
		return KindInterrupt
	case fromPanic:
		return KindError
	case errors.Is(err, ErrNotFound):
		return KindNotFound
	case errors.Is(err, ErrPermissionDenied):
		return KindPermissionDenied
	case errors.Is(err, ErrBadRequest):
		return KindBadRequest
	case errors.Is(err, ErrSuspicious):
		return KindSuspicious
	}
	return KindError
}

// Status is the HTTP status of the error page, or 0 for the kinds that leave
// the handler.
func (k Kind) Status() int {
	switch k {
	case KindNotFound:
		return http.StatusNotFound
	case KindPermissionDenied:
		return http.StatusForbidden
	case KindBadRequest, KindSuspicious:
		return http.StatusBadRequest
	case KindExit, KindInterrupt, KindAbort:
		return 0
	}
	return http.StatusInternalServerError
}

// Leaves says that an error of this kind gets no page: it leaves the handler.
func (k Kind) Leaves() bool { return k >= KindExit }

// LayerError names the layer and hook that broke the contract. It wraps
// ErrNilResponse or ErrNotTemplate.
type LayerError struct {
	Layer string // the layer's name; the route's for a view
	Hook  string // as "process_response", or "view"; "" for a modern layer's own call
	Err   error
}

func (e *LayerError) Error() string {
	switch e.Hook {
	case "":
		return fmt.Sprintf("layer %q %v", e.Layer, e.Err)
	case "view":
		return fmt.Sprintf("view %q %v", e.Layer, e.Err)
	}
	return fmt.Sprintf("%s of layer %q %v", e.Hook, e.Layer, e.Err)
}

// Unwrap gives the sentinel.
func (e *LayerError) Unwrap() error { return e.Err }

// PanicError is a panic that an engine caught.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap gives the value if it is an error. The kind of a PanicError does not
// follow it: see KindOf.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Raised is the panic value with which an error leaves a modern handler: an
// exit, an error in propagate mode, or a 500 page that failed. A layer that
// must clean up uses defer; one that recovers a Raised sees what Python's
// "except BaseException" would.
type Raised struct{ Err error }

func (e *Raised) Error() string {
	if e == nil || e.Err == nil {
		return "left without an error"
	}
	return e.Err.Error()
}

// Unwrap gives the error that left.
func (e *Raised) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Recovered turns a recovered panic value into an error: what left an inner
// handler as itself, exits and http.ErrAbortHandler as themselves, anything
// else as a *PanicError. Call it in the deferred function, so that the stack
// is that of the panic.
func Recovered(v any) error {
	if err, ok := v.(error); ok {
		if raised, ok := err.(*Raised); ok && raised != nil && raised.Err != nil {
			return raised.Err
		}
		if KindOf(err).Leaves() {
			return err
		}
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}
