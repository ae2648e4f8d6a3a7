package web

// Profile says which behaviours of Django's releases an engine reproduces. The
// zero value is the contract as Django documents it; each field switches one
// observed deviation on. Switches of the classic model have no effect in the
// modern one and the reverse, where the text names a model.
type Profile struct {
	// Name is the release, as "1.8"; "" is the documented contract.
	Name string

	// RequestErrorsSkipExceptionHooks: process_exception never sees errors of
	// process_request (classic). The documentation says it does ("Upgrading
	// pre-Django 1.10-style middleware"); no release does.
	RequestErrorsSkipExceptionHooks bool
	// NilPassesOutward: a modern layer that returns nothing hands nothing to
	// the next one out, and nothing at all leaves the handler as
	// ErrNoFinalResponse. Without it the layer is named in a LayerError.
	NilPassesOutward bool
	// RenderErrorsSkipExceptionHooks: errors of rendering go straight to the
	// error page (1.8).
	RenderErrorsSkipExceptionHooks bool
	// RequestTemplatesUseHooks: a deferred template from process_request goes
	// through the template response hooks and is rendered before
	// process_response (classic, up to 1.9).
	RequestTemplatesUseHooks bool
	// BareExcept: an interrupt is an ordinary error for everybody but
	// process_exception, and so is an exit in process_response and in the
	// error pages of the 400 family (up to 1.9).
	BareExcept bool
	// ErrorPagesStayUnrendered: a deferred template from an error page is not
	// rendered at once (up to 1.10).
	ErrorPagesStayUnrendered bool
	// LateRender says what happens to a response that comes out of the stack
	// with an unrendered template.
	LateRender LateRender
	// StreamsOnTask: the asynchronous handler consumes streams in its own task
	// instead of handing them over (3.2).
	StreamsOnTask bool
	// AsyncBodyErrorsStayOpen: the asynchronous handler does not close a
	// response whose body fails while it is sent (3.2 to 6.1).
	AsyncBodyErrorsStayOpen bool
}

// LateRender says what happens to a response that comes out of the stack with
// an unrendered template.
type LateRender uint8

const (
	// LatePage renders it; an error of rendering becomes an error page.
	LatePage LateRender = iota
	// LateNever sends the status and then fails with ErrNotRendered (1.8, and
	// 2.2 and later).
	LateNever
	// LateOnce renders it unless a template was rendered in this request
	// before; an error leaves the handler (1.9).
	LateOnce
	// LateLeaves renders it; an error leaves the handler (1.10, 1.11).
	LateLeaves
)

// Django18 is Django 1.8 (django/core/handlers/base.py, get_response).
func Django18() Profile {
	return Profile{
		Name:                            "1.8",
		RequestErrorsSkipExceptionHooks: true,
		NilPassesOutward:                true,
		RenderErrorsSkipExceptionHooks:  true,
		RequestTemplatesUseHooks:        true,
		BareExcept:                      true,
		ErrorPagesStayUnrendered:        true,
		LateRender:                      LateNever,
		StreamsOnTask:                   true,
		AsyncBodyErrorsStayOpen:         true,
	}
}

// Django19 is Django 1.9: errors of rendering reach process_exception.
func Django19() Profile {
	p := Django18()
	p.Name = "1.9"
	p.RenderErrorsSkipExceptionHooks = false
	p.LateRender = LateOnce
	return p
}

// Django110 is Django 1.10, the first release with both models.
func Django110() Profile {
	p := Django19()
	p.Name = "1.10"
	p.RequestTemplatesUseHooks = false
	p.BareExcept = false
	p.LateRender = LateLeaves
	return p
}

// Django111 is Django 1.11: error pages are rendered at once.
func Django111() Profile {
	p := Django110()
	p.Name = "1.11"
	p.ErrorPagesStayUnrendered = false
	return p
}

// Django22 is Django 2.2: nothing is rendered at the end any more.
func Django22() Profile {
	p := Django111()
	p.Name = "2.2"
	p.LateRender = LateNever
	return p
}

// Django32 is Django 3.2, with an asynchronous handler.
func Django32() Profile { return named(Django22(), "3.2") }

// Django42 is Django 4.2: the asynchronous handler hands streams over.
func Django42() Profile {
	p := named(Django32(), "4.2")
	p.StreamsOnTask = false
	return p
}

// Django50 is Django 5.0; its middleware behaves as that of 4.2.
func Django50() Profile { return named(Django42(), "5.0") }

// Django52 is Django 5.2; its middleware behaves as that of 4.2.
func Django52() Profile { return named(Django42(), "5.2") }

// Django60 is Django 6.0; its middleware behaves as that of 4.2.
func Django60() Profile { return named(Django42(), "6.0") }

// Django61 is Django 6.1; its middleware behaves as that of 4.2.
func Django61() Profile { return named(Django42(), "6.1") }

// Profiles are the release profiles, oldest first.
func Profiles() []Profile {
	return []Profile{
		Django18(), Django19(), Django110(), Django111(), Django22(), Django32(),
		Django42(), Django50(), Django52(), Django60(), Django61(),
	}
}

func named(p Profile, name string) Profile {
	p.Name = name
	return p
}
