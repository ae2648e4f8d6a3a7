package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKinds(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("layer x: %w", fmt.Errorf("deeper: %w", err)) }
	tests := []struct {
		err    error
		kind   Kind
		status int
	}{
		{errors.New("anything"), KindError, 500},
		{wrap(ErrNotFound), KindNotFound, 404},
		{wrap(ErrPermissionDenied), KindPermissionDenied, 403},
		{wrap(ErrBadRequest), KindBadRequest, 400},
		{wrap(ErrSuspicious), KindSuspicious, 400},
		{wrap(ErrExit), KindExit, 0},
		{wrap(ErrInterrupt), KindInterrupt, 0},
		{wrap(http.ErrAbortHandler), KindAbort, 0},
		{errors.Join(errors.New("other"), ErrNotFound), KindNotFound, 404},
		{&LayerError{Layer: "x", Err: ErrNilResponse}, KindError, 500},
		{&Raised{ErrNotFound}, KindNotFound, 404},
		// A panic is a fault, whatever it wraps.
		{&PanicError{Value: ErrNotFound}, KindError, 500},
		{wrap(&PanicError{Value: wrap(ErrPermissionDenied)}), KindError, 500},
		{&PanicError{Value: "text"}, KindError, 500},
		{&PanicError{Value: wrap(ErrExit)}, KindExit, 0},
	}
	for _, test := range tests {
		require.Equal(t, test.kind, KindOf(test.err), "%v", test.err)
		require.Equal(t, test.status, KindOf(test.err).Status(), "%v", test.err)
		require.Equal(t, test.status == 0, KindOf(test.err).Leaves(), "%v", test.err)
	}
}

func TestRecovered(t *testing.T) {
	recovered := func(f func()) (err error) {
		defer func() { err = Recovered(recover()) }()
		f()
		return nil
	}
	err := recovered(func() { panic(fmt.Errorf("x: %w", ErrExit)) })
	require.ErrorIs(t, err, ErrExit)
	var p *PanicError
	require.False(t, errors.As(err, &p), "an exit is itself")

	require.Equal(t, ErrNotFound, recovered(func() { panic(&Raised{ErrNotFound}) }))
	require.Equal(t, http.ErrAbortHandler, recovered(func() { panic(http.ErrAbortHandler) }))
	for _, empty := range []*Raised{nil, {}} {
		err := recovered(func() { panic(empty) })
		require.EqualError(t, err, "panic: left without an error")
		require.Equal(t, KindError, KindOf(err))
	}

	var res *Response
	err = recovered(func() { res.Header() })
	require.ErrorAs(t, err, &p)
	var bug runtime.Error
	require.ErrorAs(t, err, &bug)
	require.Contains(t, string(p.Stack), "TestRecovered")
	require.Contains(t, recovered(func() { panic("text") }).Error(), "text")
}

func TestMessages(t *testing.T) {
	require.Equal(t, `layer "A" returned no response`, (&LayerError{Layer: "A", Err: ErrNilResponse}).Error())
	require.Equal(t, `process_response of layer "A" returned no response`,
		(&LayerError{Layer: "A", Hook: "process_response", Err: ErrNilResponse}).Error())
}
