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
			c.close(r, res)
		}
	}()
	err = web.Send(w, r, res)
	completed = true
	if err != nil && clientGone(err) {
		err = nil
	}
	return err
}

// clientGone is apart from Finish because its variable is on the heap.
func clientGone(err error) bool {
	var gone *web.WriteError
	return errors.As(err, &gone)
}

func (c *Core) close(r *web.Request, res *web.Response) {
	if res.Closed() {
		return
	}
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
