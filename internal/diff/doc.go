// Package diff says which requests a stack treats differently under two engines,
// what happens to each layer then, and whether it matters.
//
// What the layers may do comes from their facts (internal/layers) and from the
// catalog; what happens comes from running both engines (conformance.Compare).
// Nothing is decided a second time here. A behaviour that the facts do not hold
// is never assumed: it is listed as not known, and the result says that it is
// not complete.
package diff
