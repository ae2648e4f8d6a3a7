package conformance

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// effectCase is a stack, what is done in it, and the effects that the rules of
// both models say it has. They were worked out by hand.
type effectCase struct {
	name     string
	from, to string
	hooks    string // of each layer, by letter: q v t e r
	does     string // "B.process_request=respond view=template"
	want     []string
}

func effectCases() []effectCase {
	return []effectCase{
		{"an answer hides the inner layers", "classic@1.11", "modern@1.11", "qr qr qr", "B.process_request=respond",
			[]string{"response-hooks-skipped C", "header-changed"}},
		{"and shows them on the way back", "modern@1.11", "classic@1.11", "qr qr qr", "B.process_request=respond",
			[]string{"response-hooks-run C", "header-changed"}},
		{"an error of process_request hides the layer itself", "classic@1.9", "modern@6.1", "qr qr qr", "B.process_request=raise:value_error",
			[]string{"own-response-hook-skipped B", "response-hooks-skipped C", "header-changed"}},
		{"and shows it on the way back", "modern@6.1", "classic@1.9", "qr qr qr", "C.process_request=raise:value_error",
			[]string{"own-response-hook-runs C", "header-changed"}},
		{"an error of process_response gets the page of its kind", "classic@1.11", "modern@1.11", "qr qr qr", "B.process_response=raise:http404",
			[]string{"outer-response-hooks-run A", "status-changed", "body-changed", "error-pages-changed", "error-reports-changed"}},
		{"and always that of 500 on the way back", "modern@1.11", "classic@1.11", "qr qr qr", "B.process_response=raise:http404",
			[]string{"outer-response-hooks-skipped A", "status-changed", "body-changed", "error-pages-changed", "error-reports-changed"}},
		{"nothing is touched further out", "classic@1.11", "modern@1.11", "qr qr qr", "B.process_response=return_none",
			[]string{"outer-response-hooks-run A", "error-pages-changed"}},
		{"nothing at all leaves the handler", "classic@1.11", "modern@1.11", "qr qr qr", "A.process_response=return_none",
			[]string{"error-leaves", "error-pages-changed", "error-reports-changed", "finish-changed"}},
		{"and is an error page on the way back", "modern@1.11", "classic@1.11", "qr qr qr", "A.process_response=return_none",
			[]string{"error-no-longer-leaves", "error-pages-changed", "error-reports-changed", "finish-changed"}},
		{"False from the last process_request", "classic@1.11", "modern@1.11", "qr qr qr", "C.process_request=return_false",
			[]string{"outer-response-hooks-run A B", "view-runs", "status-changed", "body-changed", "hooks-see-other-response C", "error-pages-changed", "error-reports-changed"}},
		{"False from the view", "classic@1.11", "modern@1.11", "r r", "view=return_false",
			[]string{"response-hooks-run A", "header-changed"}},
		{"propagated errors are reported at each boundary", "classic@1.11", "modern@1.11", "qr qr qr", "view=raise:value_error debug_propagate_exceptions=on",
			[]string{"error-reports-changed"}},
		{"a failing page for 500 is made at each boundary", "classic@1.11", "modern@1.11", "qr qr qr", "view=raise:value_error error_handlers=raise",
			[]string{"error-pages-changed", "error-reports-changed"}},
		{"another error is propagated", "classic@1.11", "modern@1.11", "r r", "B.process_response=return_none debug_propagate_exceptions=on",
			[]string{"outer-response-hooks-run A", "error-changed"}},
		{"a template from process_request is rendered late", "classic@1.9", "classic@1.10", "qtr qtr qtr", "B.process_request=respond_template",
			[]string{"template-hooks-skipped A B C", "hooks-see-other-response A B C"}},
		{"and early in the release before", "classic@1.10", "classic@1.9", "qtr qtr qtr", "B.process_request=respond_template",
			[]string{"template-hooks-run A B C", "hooks-see-other-response A B C"}},
		{"a template from process_response is not rendered any more", "modern@1.11", "modern@2.2", "r r", "A.process_response=replace_template",
			[]string{"unrendered", "rendering-changed"}},
		{"and was in the release before", "modern@2.2", "modern@1.11", "r r", "A.process_response=replace_template",
			[]string{"no-longer-unrendered", "rendering-changed"}},
		{"an interrupt leaves the handler", "classic@1.9", "classic@1.10", "qr qr", "view=raise:keyboard_interrupt",
			[]string{"error-leaves", "response-hooks-skipped A B", "error-pages-changed", "error-reports-changed", "finish-changed"}},
		{"errors of rendering reach process_exception", "classic@1.8", "classic@1.9", "er er", "view=template_render_raises:value_error",
			[]string{"exception-hooks-run A B"}},
		{"and did not in the release before", "classic@1.9", "classic@1.8", "er er", "view=template_render_raises:value_error",
			[]string{"exception-hooks-skipped A B"}},
		{"a stream that an inner layer used to replace", "classic@1.11", "modern@1.11", "qr qr", "A.process_request=respond_stream B.process_response=replace",
			[]string{"own-response-hook-skipped B", "body-changed", "hooks-see-other-response A", "stream-changed"}},
		{"a mixin that does not keep get_response", "classic@1.11", "modern@1.11", "qr qr", "B.__init__=no_super",
			[]string{"own-response-hook-skipped B", "view-skipped", "status-changed", "body-changed", "hooks-see-other-response A", "error-pages-changed", "error-reports-changed"}},
		{"a mixin that keeps nothing as get_response", "classic@1.11", "modern@4.2", "qr qr", "B.__init__=super_no_arg",
			[]string{"load-fails"}},
		{"a constructor without argument", "modern@1.11", "classic@1.11", "qr qr", "B.__init__=no_arg",
			[]string{"load-works"}},
		{"a modern class in the classic setting", "modern@1.11", "classic@1.11", "qr qr", "B.class=modern",
			[]string{"load-fails"}},
		{"an unrendered response stays open", "modern@3.2", "async@3.2", "r r", "A.process_response=replace_template",
			[]string{"finish-changed"}},
		{"streams are consumed elsewhere", "async@3.2", "async@4.2", "r r", "view=stream",
			[]string{"mode-changed"}},
		{"what cannot be run", "modern@3.2", "async@3.2", "r r", "B.__init__=no_super",
			[]string{"unknown"}},
	}
}

// build makes the scenario and the trigger of a case.
func (c effectCase) build(t *testing.T) (Scenario, []Trigger) {
	t.Helper()
	letters := map[rune]string{'q': HookRequest, 'v': HookView, 't': HookTemplateResponse, 'e': HookException, 'r': HookResponse}
	s := Scenario{ID: "case"}
	for i, text := range strings.Fields(c.hooks) {
		l := LayerSpec{Name: string(rune('A' + i)), Style: "hooks", Hooks: map[string]string{}}
		for _, letter := range text {
			l.Hooks[letters[letter]] = "pass"
			if letter == 'r' {
				l.Hooks[HookResponse] = "touch"
			}
		}
		s.Layers = append(s.Layers, l)
	}
	var triggers []Trigger
	engine := engine(t, c.from)
	twin := newTwin(&s, engine, engine)
	for _, text := range strings.Fields(c.does) {
		at, behaviour, _ := strings.Cut(text, "=")
		trigger := Trigger{Hook: at, Behaviour: behaviour}
		where := slot{siteLayer, at}
		if len(at) > 2 && at[1] == '.' {
			trigger.Layer, trigger.Hook = at[:1], at[2:]
			where = slot{int(at[0] - 'A'), at[2:]}
		}
		require.True(t, twin.has(where), text)
		twin.set(where, behaviour)
		triggers = append(triggers, trigger)
	}
	return twin.scenario, triggers
}

func effectTexts(list []Effect) []string {
	var texts []string
	for _, e := range list {
		texts = append(texts, strings.Join(append([]string{string(e.Name)}, e.Layers...), " "))
	}
	return texts
}

// TestEffects holds the effects of the differences between the models and
// between releases.
func TestEffects(t *testing.T) {
	for _, test := range effectCases() {
		t.Run(test.name, func(t *testing.T) {
			s, triggers := test.build(t)
			from, to := engine(t, test.from), engine(t, test.to)
			a, b := newTwin(&s, from, to).run()
			got := Effects(s.Layers, triggers, a, b)
			require.Equal(t, test.want, effectTexts(got), "%v\n%v\n%v", got, a, b)
		})
	}
}

// TestCompareBlames: Compare finds the trigger of each case in the scenario
// that shows it.
func TestCompareBlames(t *testing.T) {
	for _, test := range effectCases() {
		t.Run(test.name, func(t *testing.T) {
			s, _ := test.build(t)
			got, err := Compare(&s, engine(t, test.from), engine(t, test.to), Behaviours{})
			require.NoError(t, err)
			require.Len(t, got, 1)
			switch {
			case strings.Contains(test.does, "respond_stream"):
				// That B replaces the response is more than it takes: with a B that
				// passes it on, its hook is skipped as well.
				require.Equal(t, "A.process_request=respond_stream", got[0].Key())
				require.Equal(t, []string{"response-hooks-skipped B"}, effectTexts(got[0].Effects))
			case strings.Contains(test.does, "return_none debug"):
				require.Equal(t, "B.process_response=return_none", got[0].Key())
			default:
				require.Equal(t, test.does, got[0].Key())
				require.Equal(t, test.want, effectTexts(got[0].Effects))
			}
		})
	}
}

// TestEffectsOfTraces are effects that no pair of releases has by itself, on
// traces made for them.
func TestEffectsOfTraces(t *testing.T) {
	stack := []LayerSpec{{Name: "A"}, {Name: "B"}}
	response := Outcome{Kind: OutcomeResponse, Status: 200, Body: "view", Finished: 1}
	tests := []struct {
		name     string
		from, to []string
		want     []string
	}{
		{"equal", []string{"view"}, []string{"view"}, nil},
		{"request hooks", []string{"A.process_request", "view"}, []string{"B.process_request", "view"}, []string{"request-hooks-skipped A", "request-hooks-run B"}},
		{"view hooks", []string{"A.process_view", "view"}, []string{"B.process_view", "view"}, []string{"view-hooks-skipped A", "view-hooks-run B"}},
		{"calls", []string{"A.call.before", "A.call.after status=200 marker=view"}, []string{"B.call.before", "A.call.after status=200 marker=view"}, []string{"calls-skipped A", "calls-run B"}},
		{"counts", []string{"A.process_request"}, []string{"A.process_request", "A.process_request"}, []string{"hook-count-changed A"}},
		{"other errors", []string{"B.process_exception exc=http404 from=view"}, []string{"B.process_exception exc=value_error from=view"}, []string{"hooks-see-other-error B"}},
		{"order", []string{"A.process_request", "B.process_request"}, []string{"B.process_request", "A.process_request"}, []string{"order-changed"}},
		{"mode", []string{"A.process_request", "view"}, []string{"A.process_request", "view mode=async"}, []string{"mode-changed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Effects(stack, nil, Trace{Events: test.from, Outcome: response}, Trace{Events: test.to, Outcome: response})
			require.Equal(t, test.want, effectTexts(got))
		})
	}
}

// TestEffectNames: the list is closed, worded, and every name on it is shown to
// occur by the tests above.
func TestEffectNames(t *testing.T) {
	shown := map[string]bool{}
	for _, test := range effectCases() {
		for _, text := range test.want {
			name, _, _ := strings.Cut(text, " ")
			shown[name] = true
		}
	}
	for _, name := range []EffectName{
		EffectRequestSkipped, EffectRequestRun, EffectViewHookSkipped, EffectViewHookRun, EffectCallSkipped, EffectCallRun,
		EffectCountChanged, EffectOtherError, EffectOrderChanged,
	} { // TestEffectsOfTraces
		shown[string(name)] = true
	}
	words := map[string]bool{}
	for _, name := range EffectNames() {
		require.NotEmpty(t, name.Words(), name)
		require.False(t, words[name.Words()], "%s is worded as another", name)
		words[name.Words()] = true
		require.True(t, shown[string(name)], "%s is in no test", name)
		delete(shown, string(name))
	}
	require.Empty(t, shown, "effects outside of the list")
	require.Empty(t, EffectName("nothing").Words())
}
