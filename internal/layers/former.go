package layers

import "github.com/mwcheck/mwcheck/internal/python"

// formerAttr says that Django's request had an attribute once and has it no more
// (docs/internals/deprecation.txt; django/http/request.py of 2.2, 3.2 and 4.2).
func formerAttr(name string) bool {
	switch name {
	case "raw_post_data", "REQUEST", "xreadlines", "is_ajax":
		return true
	}
	return false
}

// former records a use of such an attribute.
func (w *walker) former(n python.Node, name, op string, st *state) {
	if !formerAttr(name) {
		return
	}
	a := w.access(n, name, st)
	a.Op = op
	if op == "" {
		a.Guarded = No
		if st.present[name] {
			a.Guarded, a.Guard = Yes, st.reason[name]
		}
		for _, t := range w.tries {
			if t.misses == Yes {
				a.Guarded, a.Guard = Yes, "try"
			}
		}
	}
	i, first := w.once(recordKey{what: "former" + op, name: name, hook: a.Hook, phase: a.Phase}, n, len(w.layer.Former))
	if first {
		w.layer.Former = append(w.layer.Former, a)
		return
	}
	have := &w.layer.Former[i]
	have.Always = have.Always || a.Always
	if a.Guarded == No {
		have.Guarded, have.Guard = No, ""
	}
}
