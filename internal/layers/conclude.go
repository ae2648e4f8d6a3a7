package layers

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// readFunction runs a hook's function with the arguments that Django gives it.
func (w *walker) readFunction(h *Hook, fn *function) []ret {
	st := newState()
	for k, v := range fn.env {
		st.env[k] = v
	}
	a := args{}
	add := func(v value) {
		a.vals = append(a.vals, v)
		a.names = append(a.names, "")
		a.nodes = append(a.nodes, python.Node{})
	}
	add(value{bits: isRequest})
	switch h.Name {
	case "process_view":
		add(value{bits: isOther | isView})
		add(value{bits: isOther | isFalsy})
		add(value{bits: isOther | isFalsy})
	case "process_template_response", "process_response":
		add(value{bits: isResponse})
		st.phase = after
	case "process_exception":
		add(value{bits: isError})
		st.phase = after
	}
	w.bind(fn, a, st)
	f := &frame{mod: fn.mod, fn: fn, hook: h.Name}
	w.steps, w.full, w.tries, w.deep = 0, false, nil, 0
	w.run(f, st)
	return f.rets
}

// conclude turns what a hook returns into facts.
func (w *walker) conclude(h *Hook, rets []ret) {
	h.Answers, h.Replaces, h.ReturnsNothing, h.Always = No, No, No, Unknown
	due := h.Name == "process_response" || h.Name == "process_template_response" || h.Name == "__call__" || h.Name == "__acall__"
	all := len(rets) > 0
	for _, x := range rets {
		answer, replace, nothing := w.judge(h, x)
		if x.unsure && nothing == Yes {
			nothing = Unknown
		}
		all = all && answer == Yes && !x.v.has(isNone|isNext)
		if answer != No {
			h.Answers = worse(h.Answers, answer)
			h.Returns = addAnswer(h.Returns, Answer{Span: w.retSpan(h, x), Certain: answer, Made: w.madeSpans(x), Kind: x.v.kind})
		}
		h.Replaces = worse(h.Replaces, replace)
		if replace == Yes {
			h.Others = addAnswer(h.Others, Answer{Span: w.retSpan(h, x), Certain: replace, Made: w.madeSpans(x), Kind: x.v.kind})
		}
		// A value that is falsy or a response, but surely nothing else, comes from
		// a helper that returns the one or the other.
		if x.v.has(isFalsy) && !x.v.has(isNone|isOpaque|isOther) {
			h.Falsy = append(h.Falsy, Site{Hook: h.Name, Phase: x.phase.name(), Span: w.retSpan(h, x), Text: w.retText(x)})
		}
		if due {
			h.ReturnsNothing = worse(h.ReturnsNothing, nothing)
			if nothing == Yes {
				h.Nothing = append(h.Nothing, Site{Hook: h.Name, Phase: x.phase.name(), Span: w.retSpan(h, x), Text: w.retText(x)})
			}
		}
	}
	h.Always = triOf(all)
	w.sureLocals(h, rets)
	if !h.Read {
		for _, t := range []*Tri{&h.Answers, &h.Replaces, &h.ReturnsNothing} {
			if *t == No {
				*t = Unknown
			}
		}
		h.Always = Unknown
	}
}

// addAnswer adds an answer; a return statement that is reached in several ways
// counts once.
func addAnswer(list []Answer, a Answer) []Answer {
	for i := range list {
		have := &list[i]
		if have.Span != a.Span {
			continue
		}
		have.Certain = worse(have.Certain, a.Certain)
		if have.Kind != a.Kind {
			have.Kind = ""
		}
		for _, m := range a.Made {
			if !slices.Contains(have.Made, m) {
				have.Made = append(have.Made, m)
			}
		}
		return list
	}
	return append(list, a)
}

// worse joins facts of several paths: yes wins, then unknown.
func worse(a, b Tri) Tri {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return No
}

// judge says what one return means for a hook.
func (w *walker) judge(h *Hook, x ret) (answer, replace, nothing Tri) {
	v := x.v
	made := No // a response that is made here, or may be one
	switch {
	case v.has(isFresh):
		made = Yes
	case v.has(isOpaque) && v.has(isNext):
		made = Unknown // what is wrapped around get_response may answer by itself
	case v.has(isOpaque) && !v.has(isNone):
		made = Yes // it is not None, whatever it is
	case v.has(isOpaque):
		made = Unknown
	case v.has(isOther) && !v.has(isNone):
		made = Unknown // something that is no response: broken, if it runs
	}
	nothing = No
	switch {
	case v.has(isOpaque):
		if v.has(isNone) {
			nothing = Unknown
		}
	case v.has(isNone):
		nothing = Yes
	}
	if v.has(isNone) && v.has(isOpaque) && v.has(isReply) {
		nothing = Unknown
	}
	switch h.Name {
	case "__call__", "__acall__":
		if x.phase == after {
			return No, made, nothing
		}
		if v.has(isNext) && made == Unknown && !v.has(isFresh) && x.phase&before == 0 {
			return No, made, nothing
		}
		return made, No, nothing
	case "process_response", "process_template_response":
		return No, made, nothing
	}
	if v.has(isNext | isResponse) {
		made = Yes
	}
	return made, No, nothing
}

func (w *walker) retSpan(h *Hook, x ret) stack.Span {
	if x.stmt.IsZero() {
		return h.Span
	}
	return w.spanIn(x)
}

func (w *walker) retText(x ret) string {
	if x.stmt.IsZero() {
		return "the end of the function"
	}
	return short(x.stmt.Text())
}

// spanIn is the place of a return in its own module.
func (w *walker) spanIn(x ret) stack.Span { return w.r.span(x.mod, x.stmt) }

func (w *walker) madeSpans(x ret) []stack.Span {
	var out []stack.Span
	for _, m := range x.v.made {
		out = append(out, w.r.span(m.mod, m.node))
	}
	return out
}

// sureLocals marks the thread-locals that the hook sets on all its ways, but for
// those that settings alone choose.
func (w *walker) sureLocals(h *Hook, rets []ret) {
	for i := range w.layer.Locals {
		l := &w.layer.Locals[i]
		if l.Hook != h.Name || l.Phase == LazyPhase {
			continue
		}
		ways := slices.DeleteFunc(slices.Clone(rets), func(x ret) bool { return x.state.fixed })
		if len(ways) == 0 {
			ways = rets
		}
		l.Sure = len(ways) > 0
		for _, x := range ways {
			l.Sure = l.Sure && x.state.present[localKey+l.Name]
		}
	}
}
