package layers

import "github.com/mwcheck/mwcheck/internal/stack"

// Access is a read or write of an attribute of the request.
type Access struct {
	Attr  string // "" where the name is computed
	Hook  string
	Phase Phase
	Span  stack.Span
	// Guarded says whether the code copes with the attribute's absence:
	// hasattr, a default, try, or an own assignment before. Reads only.
	Guarded Tri
	// Guard names what guards it; for an unguarded one "required", where the
	// code raises by itself if the attribute is missing.
	Guard string
	// Always says that the place is reached on every pass through the hook.
	Always bool
	// Setting is the test of a setting that the place depends on.
	Setting string
	Op      string // writes: "set", "delete"
	// Via is the helper the place lies in, Calls the calls that lead to it.
	Via   string
	Calls []stack.Span
	// Owner is the base in the catalog that is said to do so.
	Owner string
}

// RaiseKind says what Django makes of an error.
type RaiseKind string

// The kinds.
const (
	NotFound   RaiseKind = "not_found"         // Http404: 404
	Denied     RaiseKind = "permission_denied" // PermissionDenied: 403
	Bad        RaiseKind = "bad_request"       // SuspiciousOperation, BadRequest: 400
	NotUsed    RaiseKind = "not_used"          // MiddlewareNotUsed
	Exit       RaiseKind = "exit"              // SystemExit, KeyboardInterrupt
	OtherError RaiseKind = "error"             // all else: 500
	Reraise    RaiseKind = "reraise"           // a bare raise
	KindUnsure RaiseKind = "unknown"
)

// Raise is an error that a hook may raise by itself.
type Raise struct {
	Name  string // the class's short name; "" where it is not known
	Path  string // its dotted path, as far as known
	Kind  RaiseKind
	Hook  string
	Phase Phase
	Span  stack.Span
	Via   string
}

// Header is something a layer does to a response header.
type Header struct {
	Name string // "" where it is computed
	Text string // source of the name
	// Effect is "set" (overwrites), "add" (only where absent), "patch" (Vary
	// and Cache-Control, by Django's helpers) or "delete".
	Effect string
	// Own says that the response is one that the layer makes itself, Inner that
	// it surely is one from further in.
	Own   bool
	Inner bool
	// Keeps says that the function looks at the header that it sets.
	Keeps  bool
	Always bool
	Hook   string
	Phase  Phase
	Span   stack.Span
	Via    string
}

// BodyUse is reading the request's body.
type BodyUse struct {
	What   string // POST, body, FILES, read …
	Always bool
	Hook   string
	Phase  Phase
	Span   stack.Span
	Via    string
}

// ContentUse is touching a response's content.
type ContentUse struct {
	// What is "content", "streaming_content", "streaming", "write", "render",
	// "consume" (a stream is read to its end here) or "iterate" (the response
	// itself is).
	What  string
	Write bool
	// Guarded says whether the code has made sure that the response is of the
	// kind that has it.
	Guarded Tri
	Own     bool // a response that the layer makes itself
	Inner   bool // surely one from further in
	Always  bool
	// Iterator is the kind of what is assigned to streaming_content: "sync" or
	// "async" for a generator, "mixed" for an asynchronous one that awaits no
	// other, "" for anything else.
	Iterator string
	Hook     string
	Phase    Phase
	Span     stack.Span
	Via      string
}

// StateWrite is state that outlives a request.
type StateWrite struct {
	Target string // "self.x", "Class.x", "global x"
	How    string // "set", "change" (in place), "count" (x += …)
	// From says how the value surely comes from the request or the response.
	From Descent
	// Guarded says that the function tests what it sets, as code that does so
	// once, or that a lock is held.
	Guarded bool
	Always  bool
	Hook    string
	Phase   Phase
	Span    stack.Span
	Via     string
}

// Descent says what a value has to do with the request or the response; the
// greater includes the smaller.
type Descent uint8

// The ways of descent.
const (
	Foreign  Descent = iota // nothing, or it is not known
	Computed                // made from it, or new for each request, as the time
	Part                    // the request, the response or an attribute of it
)

// ThreadLocal is a thread-local or context variable that a layer sets.
type ThreadLocal struct {
	Name  string // as written, "_local.user"
	Hook  string
	Phase Phase
	Span  stack.Span
	// Reset says whether the layer also resets it; Unknown where a handler of
	// Django's request signals may.
	Reset     Tri
	ResetSpan stack.Span
	ResetHook string // the hook that resets it
	// Sure says that the hook sets it on every way that does not raise.
	Sure bool
}

// NextCall is a call of get_response.
type NextCall struct {
	Hook    string
	Span    stack.Span
	Dropped bool // its answer is not used
	Wrapped bool // something wrapped around get_response is called
	Loop    bool // it stands in a loop
	// Async says that it stands in a coroutine function, Unawaited that it is
	// surely not awaited there, Returned that its value is returned as it is.
	Async, Unawaited, Returned bool
}
