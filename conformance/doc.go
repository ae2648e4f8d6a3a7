// Package conformance tests layers and engines, and holds what the recorded
// traces of real Django releases say.
//
// [TestLayer] and [CheckLayer] put a layer of one's own (hooks, a
// modern.Factory, or net/http middleware) between two probes and drive it
// through the situations that break layers in the field. [Run] and [Check] hold
// an engine of one's own against the [Rules] of the models and the recorded
// vectors; it needs only a Build function. [LayerSaboteurs] and
// [EngineSaboteurs] are broken on purpose, one for each check and rule.
//
// A [Vector] is a [Scenario] (a stack of layers, a view, a request) with the
// [Trace] that each release left behind. [Engines] are the engines of this
// module under the names of the vectors. [CheckVectors] runs vectors and counts.
package conformance
