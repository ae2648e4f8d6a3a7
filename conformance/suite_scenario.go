package conformance

import (
	"slices"
	"strings"
)

// The features that an engine may declare as unsupported, besides those that
// Go's types rule out.
const (
	FeatureViewHook      Feature = "hook:process_view"
	FeatureTemplateHook  Feature = "hook:process_template_response"
	FeatureExceptionHook Feature = "hook:process_exception"
	FeatureTemplate      Feature = "template"
	FeatureStream        Feature = "stream"
	FeaturePropagate     Feature = "propagate"
	FeatureURLConf       Feature = "urlconf"
	FeatureExit          Feature = "exit"
	FeatureInit          Feature = "init"
	FeatureErrorHandlers Feature = "error_handlers"
	// FeatureCall is a layer of the modern model with a body of its own.
	FeatureCall Feature = "call"
	// FeatureAsync is all that only an engine with two modes has.
	FeatureAsync Feature = "async"
)

// Features are what the scenario asks of an engine.
func (s *Scenario) Features() []Feature {
	set := map[Feature]bool{}
	behaviour := func(b string) {
		set[FeatureTemplate] = set[FeatureTemplate] || strings.Contains(b, "template")
		set[FeatureStream] = set[FeatureStream] || strings.Contains(b, "stream")
		set[FeatureExit] = set[FeatureExit] || b == "raise:system_exit" || b == "raise:keyboard_interrupt"
		set[FeatureURLConf] = set[FeatureURLConf] || b == "set_urlconf"
		set[FeatureFalse] = set[FeatureFalse] || b == "return_false"
	}
	behaviour(s.View)
	set[FeatureAsync] = s.MinVersion != nil || strings.HasPrefix(s.View, "async_")
	set[FeaturePropagate] = s.Propagate
	set[FeatureErrorHandlers] = s.ErrorHandlers != ""
	for i := range s.Layers {
		l := &s.Layers[i]
		for hook, b := range l.Hooks {
			behaviour(b)
			set[FeatureViewHook] = set[FeatureViewHook] || hook == HookView
			set[FeatureTemplateHook] = set[FeatureTemplateHook] || hook == HookTemplateResponse
			set[FeatureExceptionHook] = set[FeatureExceptionHook] || hook == HookException
		}
		set[FeatureInit] = set[FeatureInit] || l.Init != "" && l.Init != "ok"
		if l.Call != nil || l.Style == "modern" || l.Style == "function" {
			set[FeatureCall] = true
		}
		if l.Call != nil {
			behaviour(l.Call.Before)
			behaviour(l.Call.After)
		}
	}
	var list []Feature
	for f, has := range set {
		if has {
			list = append(list, f)
		}
	}
	slices.Sort(list)
	return list
}

// Stack is the scenario in one line, outermost layer first.
func (s *Scenario) Stack() string {
	var b strings.Builder
	for i := range s.Layers {
		l := &s.Layers[i]
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(l.Name + " (" + l.Style)
		if l.Init != "" {
			b.WriteString(" init=" + l.Init)
		}
		for _, hook := range hookNames() {
			if behaviour, ok := l.Hooks[hook]; ok {
				b.WriteString(" " + strings.TrimPrefix(hook, "process_") + "=" + behaviour)
			}
		}
		if c := l.Call; c != nil {
			for _, part := range [][2]string{{"before", c.Before}, {"get_response", c.GetResponse}, {"after", c.After}, {"try", c.Try}} {
				if part[1] != "" {
					b.WriteString(" " + part[0] + "=" + part[1])
				}
			}
		}
		b.WriteString(")")
	}
	if b.Len() == 0 {
		b.WriteString("no layers")
	}
	view := s.View
	if view == "" {
		view = "ok"
	}
	b.WriteString("; view " + view)
	if s.URL != "" {
		b.WriteString("; url " + s.URL)
	}
	if s.Propagate {
		b.WriteString("; DEBUG_PROPAGATE_EXCEPTIONS")
	}
	if s.ErrorHandlers != "" {
		b.WriteString("; error handlers " + s.ErrorHandlers)
	}
	return b.String()
}
