package layers

import (
	"maps"
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Call is a call whose body was not read.
type Call struct {
	Hook  string
	Phase Phase
	// Path is the dotted path of what is called, "" where it is not known; Text
	// is its source, without the arguments.
	Path string
	Text string
	Span stack.Span
	Via  string
}

// Given are the request attributes that are there whenever the place of a fact
// is reached, because the code has looked for them before; those that the hook
// sets itself do not count. It is known of reads, headers, cookies, the
// session, content, state and calls.
func (l *Layer) Given(place stack.Span) []string { return l.given[place] }

// needs notes what must be there for a place to be reached.
func (w *walker) needs(n python.Node, st *state) {
	place := w.span(n)
	var found []string
	for _, name := range slices.Sorted(maps.Keys(st.present)) {
		if st.present[name] && st.reason[name] != "own" {
			found = append(found, name)
		}
	}
	if have, known := w.layer.given[place]; known {
		// Two ways lead here.
		found = slices.DeleteFunc(found, func(name string) bool { return !slices.Contains(have, name) })
	}
	if w.layer.given == nil {
		w.layer.given = map[stack.Span][]string{}
	}
	w.layer.given[place] = found
}

// unfollowed records a call whose body is not read.
func (w *walker) unfollowed(n, f python.Node, path string, st *state) {
	w.needs(n, st)
	c := Call{Hook: w.frame.hook, Phase: w.phaseOf(st), Path: path, Text: short(f.Text()), Span: w.span(n), Via: w.frame.via}
	if _, first := w.once(recordKey{what: "call", hook: c.Hook, phase: c.Phase}, n, 0); first {
		w.layer.Calls = append(w.layer.Calls, c)
	}
}

// Supers are the hooks of bases outside of the tree that the layer's own hooks
// call, as dotted paths.
func (l *Layer) Supers() []string { return l.supers }
