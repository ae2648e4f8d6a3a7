// Package cost counts the thread hand-overs that a stack of middleware makes for
// each request under ASGI: how often Django leaves the event loop for a thread
// (asgiref's sync_to_async) because a layer, or a hook of one, is synchronous.
//
// Which layer runs in which mode is the plan of the modern engine; nothing is
// decided twice. What is not known of a layer makes the count a range.
//
// Counted is what Django itself does with layers for a request that is answered
// by an asynchronous view without an error or a template response: what a
// layer's own code hands over is not seen, a synchronous view adds one, and so
// does the rendering of a template response.
package cost
