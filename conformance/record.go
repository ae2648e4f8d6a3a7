package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// The headers by which the suite's responses tell who made and touched them.
const (
	headerMarker = "X-Marker"
	headerTrace  = "X-Trace"
)

// recorder notes the events of one run.
type recorder struct {
	events   []string
	load     []string
	finished int

	unsupported []Feature
	// playsFalse: a False that Django goes on with is played by a stand-in
	// instead of being unsupported.
	playsFalse bool
	standIn    *web.Response
}

// note adds an event; what runs on the asynchronous side is marked.
func (rec *recorder) note(r *web.Request, text string) {
	if r != nil && r.Mode() == web.Async {
		text += " mode=async"
	}
	rec.events = append(rec.events, text)
}

// miss notes that the run came to a behaviour that Go's types rule out.
func (rec *recorder) miss(f Feature) {
	if !slices.Contains(rec.unsupported, f) {
		rec.unsupported = append(rec.unsupported, f)
	}
}

// scriptError is an error that a scenario raises.
type scriptError struct {
	kind, source string
	wrapped      error
}

func (e *scriptError) Error() string { return e.kind + " from " + e.source }
func (e *scriptError) Unwrap() error { return e.wrapped }

// raise makes the error for raise:KIND.
func raise(kind, source string) error {
	e := &scriptError{kind: kind, source: source}
	switch kind {
	case "http404":
		e.wrapped = web.ErrNotFound
	case "permission_denied":
		e.wrapped = web.ErrPermissionDenied
	case "suspicious_operation", "too_many_fields", "data_too_big":
		e.wrapped = web.ErrSuspicious
	case "multipart_error", "bad_request":
		e.wrapped = web.ErrBadRequest
	case "system_exit":
		e.wrapped = web.ErrExit
	case "keyboard_interrupt":
		e.wrapped = web.ErrInterrupt
	}
	return e
}

// errTypeError is what a constructor raises that is called with arguments it
// does not take.
var errTypeError = errors.New("the constructor does not take what it is called with")

// describe names an error in the vectors' vocabulary: its kind or class, and
// where it comes from.
func describe(err error) (exc, from string) {
	var script *scriptError
	var panicked *web.PanicError
	var bug runtime.Error
	if errors.As(err, &script) {
		return script.kind, script.source
	}
	switch {
	case errors.Is(err, web.ErrNilResponse):
		exc = "value_error"
	case errors.Is(err, web.ErrNotTemplate), errors.Is(err, web.ErrNoFinalResponse):
		exc = "AttributeError"
	case errors.Is(err, web.ErrNotRendered):
		exc = "ContentNotRenderedError"
	case errors.Is(err, modern.ErrNilLayer):
		exc = "ImproperlyConfigured"
	case errors.Is(err, modern.ErrNoMode):
		exc = "RuntimeError"
	case errors.Is(err, errTypeError), errors.Is(err, classic.ErrModernLayer):
		exc = "TypeError"
	case errors.As(err, &panicked) && errors.As(err, &bug):
		// Touching a response that is not there.
		exc = "AttributeError"
	case errors.Is(err, web.ErrNotFound):
		exc = "http404"
	default:
		exc = fmt.Sprintf("%T", err)
	}
	return exc, "django"
}

func errorFields(err error) string {
	exc, from := describe(err)
	return " exc=" + exc + " from=" + from
}

// fields are the fields of an event whose hook got a response.
func (rec *recorder) fields(res *web.Response) string {
	if rec.isFalse(res) {
		return " status=False"
	}
	return responseFields(res)
}

func responseFields(res *web.Response) string {
	if res == nil {
		return " status=None"
	}
	text := " status=" + strconv.Itoa(res.StatusCode()) + " marker=" + markerOf(res.Header())
	if res.Unrendered() {
		text += " rendered=no"
	}
	return text
}

// markerOf tells who made a response; the suite's own all carry a marker.
func markerOf(h http.Header) string {
	if marker := h.Get(headerMarker); marker != "" {
		return marker
	}
	return "django"
}

// respond makes the response of an event.
func respond(status int, event string) *web.Response {
	return marked(web.New(status), event, event)
}

func marked(res *web.Response, event, body string) *web.Response {
	res.Header().Set(headerMarker, event)
	res.Header().Set(headerTrace, event)
	if res.Template() == nil && !res.Streaming() {
		res.SetBody([]byte(body))
	}
	return res
}

// respondTemplate makes a deferred response; kind, if any, is what rendering
// raises.
func (rec *recorder) respondTemplate(status int, event, kind string) *web.Response {
	t := &web.Template{Name: event, Execute: func(w io.Writer, r *web.Request, _ *web.Template) error {
		rec.note(r, event+".render")
		if kind != "" {
			return raise(kind, event+".render")
		}
		_, err := io.WriteString(w, event)
		return err
	}}
	return marked(web.Deferred(status, t), event, event)
}

// respondStream makes a stream of two chunks.
func (rec *recorder) respondStream(r *web.Request, event string) *web.Response {
	res := web.Stream(http.StatusOK, "", func(yield func([]byte, error) bool) {
		rec.note(r, event+".stream.first")
		if !yield([]byte(event), nil) || !yield([]byte("+"), nil) {
			return
		}
		rec.note(r, event+".stream.end")
	})
	res.OnClose(func() { rec.note(r, event+".stream.close") })
	return marked(res, event, event)
}

// touch adds a name to the trace header; a missing response fails as any
// layer that uses it would.
func touch(res *web.Response, event string) *web.Response {
	header := res.Header()
	if old := header.Get(headerTrace); old != "" {
		event = old + "," + event
	}
	header.Set(headerTrace, event)
	return res
}

// wire is the client's side of a run.
type wire struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *wire) Header() http.Header { return w.header }

func (w *wire) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *wire) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// outcome is what the client and the server saw of a request that ended
// without an error.
func (w *wire) outcome(finished int) Outcome {
	o := Outcome{Kind: OutcomeResponse, Status: w.status, Body: w.body.String(), Finished: finished}
	o.XTrace = strings.Join(w.header[headerTrace], ",")
	if w.header.Get(headerMarker) == "" {
		o.Body = "django-default-page"
	}
	return o
}
