package diff

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
)

// Words are the trigger as a clause, as "Gate answers with a redirect in
// process_request".
func (t *Trigger) Words() string {
	if t.Layer == "" {
		return siteWords(t.Hook, t.Behaviour)
	}
	return catalog.ShortName(t.Layer) + " " + t.Predicate()
}

// Predicate is the clause without its subject.
func (t *Trigger) Predicate() string {
	switch t.Hook {
	case conformance.HookStyle, conformance.HookInit:
		if t.Behaviour == Removed {
			return "does not exist in Django " + t.Kind
		}
		if t.Behaviour == "modern" && t.Kind == "optional" {
			return "does its work in __call__, which the classic model never uses"
		}
		return shapeWords(t.Behaviour)
	}
	return t.does() + " in " + hookWords(t.Hook)
}

// hookWords names a hook; those of a modern layer's call are parts of __call__.
func hookWords(hook string) string {
	switch hook {
	case conformance.HookBefore, conformance.HookGetResponse, conformance.HookTry:
		return "__call__ before get_response"
	case conformance.HookAfter:
		return "__call__ after get_response"
	}
	return hook
}

func (t *Trigger) does() string {
	head, kind, _ := strings.Cut(t.Behaviour, ":")
	switch head {
	case "raise":
		return "raises " + errorName(kind, t.Kind)
	case "reraise":
		return "raises the error again"
	case "respond":
		if t.Kind == "redirect" {
			return "answers with a redirect"
		}
		return "answers"
	case "respond_template", "respond_template_raises":
		return "answers with an unrendered template response"
	case "respond_stream":
		return "answers with a stream"
	case "replace":
		return "exchanges the response"
	case "replace_template":
		return "exchanges the response for an unrendered template response"
	case "return_none":
		return "returns None"
	case "return_false":
		return "returns False"
	case "set_urlconf":
		return "sets request.urlconf"
	}
	return t.Behaviour
}

// errorName is the class of an error of the vocabulary; name is the one in the
// source, where it is known.
func errorName(kind, name string) string {
	switch {
	case name != "":
		return name
	case kind == "value_error":
		return "an error" // of whatever class that becomes a 500
	}
	return ErrorName(kind)
}

// ErrorName is the class of an error in the vocabulary of the vectors. What is
// a class already is given as it is.
func ErrorName(kind string) string {
	switch kind {
	case "value_error":
		return "ValueError"
	case "http404":
		return "Http404"
	case "permission_denied":
		return "PermissionDenied"
	case "suspicious_operation":
		return "SuspiciousOperation"
	case "multipart_error":
		return "MultiPartParserError"
	case "bad_request":
		return "BadRequest"
	case "too_many_fields":
		return "TooManyFieldsSent"
	case "data_too_big":
		return "RequestDataTooBig"
	case "system_exit":
		return "SystemExit"
	case "keyboard_interrupt":
		return "KeyboardInterrupt"
	}
	return kind
}

func shapeWords(behaviour string) string {
	switch behaviour {
	case "classic":
		return "is written for the classic model: it takes no get_response"
	case "modern", "function":
		return "is written for the modern model: it asks for get_response"
	case NotCallable:
		return "has no __call__"
	case RequiredArgument:
		return "asks for get_response in __init__"
	case "returns_none":
		return "is a factory that returns None"
	case "no_arg":
		return "takes no get_response in __init__"
	case "no_super":
		return "does not keep get_response: its __init__ does not call that of MiddlewareMixin"
	case "super_no_arg":
		return "does not keep get_response: its __init__ calls that of MiddlewareMixin without it"
	}
	return "is built with " + behaviour
}

func siteWords(hook, behaviour string) string {
	head, kind, _ := strings.Cut(behaviour, ":")
	switch {
	case hook == conformance.HookURL:
		return "the URL does not resolve"
	case hook == conformance.HookPages:
		return errorPages(behaviour)
	case hook == conformance.HookPropagate:
		return "DEBUG_PROPAGATE_EXCEPTIONS is on"
	case head == "raise":
		return "the view raises " + errorName(kind, "")
	case head == "template":
		return "the view answers with a template response"
	case head == "template_render_raises":
		return "rendering the view's template fails"
	case head == "stream":
		return "the view answers with a stream"
	}
	switch behaviour {
	case "notfound":
		return "the view answers with a 404"
	case "return_none", "return_false":
		return "the view returns " + map[string]string{"return_none": "None", "return_false": "False"}[behaviour]
	}
	return "the view does " + behaviour
}

// errorPages is what the error pages of a site do.
func errorPages(behaviour string) string {
	switch behaviour {
	case "raise":
		return "the error pages fail"
	case "raise4xx":
		return "the error pages of 4xx fail"
	case "template":
		return "the error pages are template responses"
	}
	return "the error pages are Django's own"
}

// Words are all triggers of the difference, joined by "and".
func (d *Difference) Words() string {
	if len(d.Trigger) == 0 {
		return "whatever its layers do"
	}
	var parts []string
	for i := range d.Trigger {
		parts = append(parts, d.Trigger[i].Words())
	}
	return strings.Join(parts, " and ")
}

// Explanation is the difference in a sentence without a period.
func (d *Difference) Explanation() string {
	effect := ""
	if len(d.Effects) > 0 {
		effect = d.Effects[0].Name.Words()
	}
	return fmt.Sprintf("%s: %s; %s, as %s", d.Words(), effect, d.Grade, d.Reason)
}

// Layers are all layers that an effect concerns, outermost first.
func (d *Difference) Layers() []string {
	paths := map[int]string{}
	last := -1
	for _, e := range d.Effects {
		for i, entry := range e.Entries {
			paths[entry] = e.Layers[i]
			last = max(last, entry)
		}
	}
	out := []string{}
	for entry := range last + 1 {
		if path, ok := paths[entry]; ok {
			out = append(out, path)
		}
	}
	return out
}
