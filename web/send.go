package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// WriteError says that the client did not take the response: it went away.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return fmt.Sprintf("write response: %v", e.Err) }

// Unwrap gives the writer's error.
func (e *WriteError) Unwrap() error { return e.Err }

// lost is the error of a stream that is given up before its end. As a rule the
// client went away; a deadline is the server's own doing, and the client must
// not take what it has for the whole.
func lost(r *Request, err error) error {
	if cause := r.Context().Err(); errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("the response was given up: %w", cause)
	}
	return &WriteError{err}
}

// longBody is the length from which net/http does not find the
// Content-Length of a body by itself.
const longBody = 2048

// Send writes status, header and body, and flushes after each chunk of a
// stream. It does not close the response. The error is a *WriteError if the
// client went away, the stream's own error, or ErrNotRendered; the status is
// sent before the last two are known, as PEP 3333 servers do.
//
// The writer's own header, which net/http middleware around the stack may have
// begun, is kept where the response says nothing; the values of Vary, Link and
// Set-Cookie are joined.
func Send(w http.ResponseWriter, r *Request, res *Response) error {
	return send(w, r, res, true)
}

// send is Send; length lets it say the length of a body that net/http would
// not find by itself.
func send(w http.ResponseWriter, r *Request, res *Response, length bool) error {
	header := w.Header()
	mergeHeader(header, res.header)
	status := res.StatusCode()
	bodyless := !bodyAllowed(status)
	if length && !bodyless && res.stream == nil && len(res.body) >= longBody && header.Get("Content-Length") == "" && header.Get("Content-Encoding") == "" {
		header.Set("Content-Length", strconv.Itoa(len(res.body)))
	}
	w.WriteHeader(status)
	switch {
	case res.Unrendered():
		return ErrNotRendered
	case bodyless:
		return nil
	case res.stream == nil:
		if len(res.body) == 0 {
			return nil
		}
		if _, err := w.Write(res.body); err != nil {
			return &WriteError{err}
		}
		return nil
	}
	return sendStream(w, r, res)
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// mergeHeader puts the header of a response onto one that its surroundings
// have begun.
func mergeHeader(onto, header http.Header) {
	if len(header) == 0 {
		return
	}
	for key, values := range header {
		switch key {
		case "Vary", "Link", "Set-Cookie":
			if begun := onto[key]; len(begun) > 0 {
				values = append(begun[:len(begun):len(begun)], values...)
			}
		}
		onto[key] = values
	}
}

func sendStream(w http.ResponseWriter, r *Request, res *Response) error {
	flusher := http.NewResponseController(w)
	done := r.Context().Done()
	for chunk, err := range res.stream {
		if err != nil {
			return err
		}
		select {
		case <-done:
			return lost(r, r.Context().Err())
		default:
		}
		if len(chunk) == 0 {
			continue
		}
		if _, err := w.Write(chunk); err != nil {
			return &WriteError{err}
		}
		// A writer that cannot flush still gets every chunk.
		_ = flusher.Flush()
	}
	return nil
}
