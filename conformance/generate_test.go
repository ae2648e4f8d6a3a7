package conformance

import (
	"fmt"

	"pgregory.net/rapid"
)

// Behaviours of the generator, by hook. Those every layer may have without
// ending the request come often, so that deep stacks are walked to the end.
var (
	requestBehaviours  = []string{"respond", "respond_template", "respond_stream", "respond_template_raises:value_error", "raise:value_error", "raise:http404", "raise:permission_denied", "raise:suspicious_operation", "raise:multipart_error", "raise:system_exit", "raise:keyboard_interrupt", "raise:bad_request", "return_false", "set_urlconf"}
	viewBehaviours     = []string{"respond", "respond_template", "respond_stream", "raise:value_error", "raise:http404", "raise:system_exit", "raise:keyboard_interrupt", "return_false"}
	templateBehaviours = []string{"replace", "replace_template", "return_none", "raise:value_error", "raise:http404", "raise:system_exit"}
	responseBehaviours = []string{"pass", "replace", "replace_template", "return_none", "raise:value_error", "raise:http404", "raise:permission_denied", "raise:suspicious_operation", "raise:too_many_fields", "raise:system_exit", "raise:keyboard_interrupt", "return_false"}
	exceptBehaviours   = []string{"respond", "respond_template", "respond_template_raises:value_error", "respond_stream", "raise:value_error", "raise:http404", "raise:system_exit", "reraise", "return_false"}
	beforeBehaviours   = []string{"respond", "respond_template", "respond_stream", "return_none", "raise:value_error", "raise:http404", "raise:permission_denied", "raise:system_exit"}
	afterBehaviours    = []string{"touch", "touch", "touch", "replace", "replace_template", "return_none", "raise:value_error", "raise:http404"}
	views              = []string{"ok", "ok", "template", "template", "stream", "notfound", "return_none", "raise:value_error", "raise:http404", "raise:permission_denied", "raise:suspicious_operation", "raise:system_exit", "raise:keyboard_interrupt", "template_render_raises", "template_render_raises:http404", "raise:data_too_big", "return_false"}
	asyncViews         = []string{"async_ok", "async_template", "async_return_none", "async_raise:value_error", "async_raise:http404", "async_template_render_raises"}
)

// genScenario draws a stack of up to depth layers. styles bounds what layers
// are; flags adds modes.
func genScenario(depth int, styles []string, flags bool) *rapid.Generator[Scenario] {
	return rapid.Custom(func(t *rapid.T) Scenario {
		s := Scenario{ID: "generated", Layers: []LayerSpec{}}
		n := rapid.IntRange(0, depth).Draw(t, "layers")
		// One stack in three misbehaves at every second hook, the others
		// seldom.
		calm := rapid.SampledFrom([]int{1, 6, 12}).Draw(t, "calm")
		for i := range n {
			s.Layers = append(s.Layers, genLayer(t, fmt.Sprintf("L%d", i), styles, flags, calm))
		}
		choice := views
		if flags {
			choice = append(append([]string{}, views...), asyncViews...)
		}
		s.View = rapid.SampledFrom(choice).Draw(t, "view")
		if rapid.IntRange(0, 9).Draw(t, "url") == 0 {
			s.URL = "not_found"
		}
		s.Propagate = rapid.IntRange(0, 4).Draw(t, "propagate") == 0
		if rapid.IntRange(0, 5).Draw(t, "pages") == 0 {
			s.ErrorHandlers = rapid.SampledFrom([]string{"django", "raise", "raise4xx", "template"}).Draw(t, "error_handlers")
		}
		return s
	})
}

func genLayer(t *rapid.T, name string, styles []string, flags bool, calm int) LayerSpec {
	l := LayerSpec{Name: name, Style: rapid.SampledFrom(styles).Draw(t, "style")}
	some := func(label, usual string, others []string) string {
		if rapid.IntRange(0, calm).Draw(t, label) > 0 {
			return usual
		}
		return rapid.SampledFrom(others).Draw(t, label)
	}
	onion := l.Style == "modern" || l.Style == "function"
	if l.Style != "function" {
		l.Hooks = map[string]string{}
		add := func(hook, usual string, others []string) {
			if rapid.IntRange(0, 2).Draw(t, "has "+hook) > 0 {
				l.Hooks[hook] = some(hook, usual, others)
			}
		}
		if !onion {
			add(HookRequest, "pass", requestBehaviours)
			add(HookResponse, "touch", responseBehaviours)
		}
		add(HookView, "pass", viewBehaviours)
		add(HookTemplateResponse, "pass", templateBehaviours)
		add(HookException, "pass", exceptBehaviours)
	}
	if onion {
		l.Call = &Call{
			Before:      some("before", "pass", beforeBehaviours),
			After:       some("after", "pass", afterBehaviours),
			GetResponse: some("get_response", "once", []string{"once", "twice", "never"}),
			Try:         some("try", "", []string{"record", "swallow", "finally"}),
		}
	}
	if rapid.IntRange(0, 14).Draw(t, "init") == 0 {
		l.Init = rapid.SampledFrom([]string{"not_used", "not_used", "not_used", "returns_none", "raise:value_error"}).Draw(t, "how")
	}
	if flags && l.Style != "hooks" {
		genModes(t, &l)
	}
	return l
}

func genModes(t *rapid.T, l *LayerSpec) {
	yes, no := true, false
	switch rapid.IntRange(0, 3).Draw(t, "modes") {
	case 1:
		l.SyncCapable, l.AsyncCapable = &yes, &no
	case 2:
		l.SyncCapable, l.AsyncCapable = &no, &yes
	case 3:
		l.SyncCapable, l.AsyncCapable = &yes, &yes
	}
	for _, hook := range []string{HookView, HookTemplateResponse, HookException} {
		if _, ok := l.Hooks[hook]; ok && rapid.IntRange(0, 3).Draw(t, "async "+hook) == 0 {
			l.AsyncHooks = append(l.AsyncHooks, hook)
		}
	}
}
