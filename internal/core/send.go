package core

import (
	"errors"
	"net/http"

	"github.com/mwcheck/mwcheck/web"
)

// Finish sends the final response, closes it and tells the App. leaveOpen
// keeps a response open whose body failed (Profile.AsyncBodyErrorsStayOpen).
// The error leaves the handler; a client that went away is none.
func (c *Core) Finish(w http.ResponseWriter, r *web.Request, res *web.Response, leaveOpen bool) (err error) {
	completed := false
	defer func() {
		if !completed || err == nil || !leaveOpen {
			c.Close(r, res)
		}
	}()
	err = web.Send(w, r, res)
	completed = true
	return SendError(err)
}

// SendError is an error of web.Send, or nil if it says that the client
// went away.
func SendError(err error) error {
	if err != nil && clientGone(err) {
		return nil
	}
	return err
}

// clientGone is apart because its variable is on the heap.
func clientGone(err error) bool {
	var gone *web.WriteError
	return errors.As(err, &gone)
}

// Close closes a response that was sent or given up and tells the App. It is
// called once a request. That a layer has closed the response, or sends the same
// one again and again, does not keep the request from being over.
func (c *Core) Close(r *web.Request, res *web.Response) {
	res.Close()
	r.RunClosers()
	if c.App.OnFinished != nil {
		c.App.OnFinished(r)
	}
}

// Leave is how ServeHTTP lets an error out: net/http logs the panic and aborts
// the connection; http.ErrAbortHandler aborts it silently.
func Leave(err error) {
	if errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	panic(&web.Raised{Err: err})
}
