// Package layers reads the middleware classes and functions of a project and
// says what each does: its style, its hooks, whether a hook may answer, what it
// may raise, which attributes of the request it reads and writes and when, what
// it does to the response's header and body, and what state it keeps.
//
// Nothing is run. Every fact is yes, no or unknown, and most carry the place
// they were read at. Code is followed inside a method, into the other hooks of
// the same layer, and one call further: into methods along the class hierarchy
// and into functions of the tree, and from there into those that are a single test,
// as guards are. What lies deeper is listed as unread, and what depends on it is
// unknown.
//
// A layer's own class, the bases in the tree and the bases the catalog knows
// are put together by Python's method resolution order, so that a subclass that
// overrides a helper is read as it runs.
package layers
