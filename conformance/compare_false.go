package conformance

import (
	"errors"

	"github.com/mwcheck/mwcheck/web"
)

// A hook, a layer or a view may return False, which Django takes for a
// response in places. Go has no such value. Compare plays it by a stand-in: a
// response that fails when a layer touches it, or when it is sent.

// errFalse is what the stand-in fails with.
var errFalse = errors.New("no response: False")

// takeFalse is the False that goes on as if it were a response.
func (rec *recorder) takeFalse() *web.Response {
	if !rec.playsFalse {
		rec.miss(FeatureFalse)
		return nil
	}
	if rec.standIn == nil {
		rec.standIn = web.Stream(0, "", func(yield func([]byte, error) bool) { yield(nil, errFalse) })
	}
	return rec.standIn
}

func (rec *recorder) isFalse(res *web.Response) bool { return res != nil && res == rec.standIn }

// touchable is nil for the stand-in: touching either is an AttributeError.
func (rec *recorder) touchable(res *web.Response) *web.Response {
	if rec.isFalse(res) {
		return nil
	}
	return res
}

// finish is what the handler of 1.8 and 1.9 does with the response behind the
// last process_response, within the same try (get_response in
// django/core/handlers/base.py): it uses it, which False does not survive.
func (rec *recorder) finish(res *web.Response, class string) (*web.Response, error) {
	if rec.isFalse(res) {
		return nil, &scriptError{kind: class, source: "django"}
	}
	return res, nil
}

// falseAtEnd is the class of the error of finish: 1.8 looks for a header in
// the response first (fix_location_header).
func falseAtEnd(p web.Profile) string {
	switch {
	case p.RenderErrorsSkipExceptionHooks:
		return "TypeError"
	case p.BareExcept:
		return "AttributeError"
	}
	return ""
}

// overwriteExceptionFalse makes a False of process_exception none under 1.8
// where a hook further out is asked next: its result takes the place
// (process_exception_by_middleware came with 1.9).
func (s *Scenario) overwriteExceptionFalse(e Engine, stack Stack) {
	if !e.ExceptionTakesFalse {
		return
	}
	further := false
	for i, l := range s.Layers {
		if _, has := l.Hooks[HookException]; !has || l.Init == "not_used" || l.Init == "returns_none" {
			continue
		}
		if further {
			list := &stack.Layers[i].script.falseIsNil
			*list = append(*list, HookException)
		}
		further = true
	}
}

// falseOutcome is the outcome of a False that came out of the stack: it leaves
// the handler as AttributeError before anything is sent.
func falseOutcome() Outcome {
	return Outcome{Kind: OutcomeRaised, Exc: "AttributeError", From: "django"}
}
