// Package conformance holds what the recorded traces of real Django releases
// say, and runs engines against them.
//
// A [Vector] is a [Scenario] (a stack of layers, a view, a request) with the
// [Trace] that each release left behind. [Engines] are the engines of this
// module under the names of the vectors; an [Engine] of one's own needs only a
// Build function. [CheckVectors] runs vectors and counts.
package conformance
