package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// Scenario is one stack, one view and one request, as the vectors describe
// them; testdata/vectors/README.md has the vocabulary.
type Scenario struct {
	ID            string      `json:"id"`
	Layers        []LayerSpec `json:"layers"` // outermost first
	View          string      `json:"view,omitempty"`
	URL           string      `json:"url,omitempty"`
	Propagate     bool        `json:"debug_propagate_exceptions,omitempty"`
	ErrorHandlers string      `json:"error_handlers,omitempty"`
	ViewObject    bool        `json:"view_object,omitempty"`
	RecordLoad    bool        `json:"record_load,omitempty"`
	Families      []string    `json:"families,omitempty"`
	MinVersion    []int       `json:"min_version,omitempty"`
	Force         *bool       `json:"force,omitempty"`
	Doc           string      `json:"doc,omitempty"`
}

// LayerSpec is one layer of a Scenario.
type LayerSpec struct {
	Name                string            `json:"name"`
	Style               string            `json:"style"`
	Init                string            `json:"init,omitempty"`
	Hooks               map[string]string `json:"hooks,omitempty"`
	Call                *Call             `json:"call,omitempty"`
	SyncCapable         *bool             `json:"sync_capable,omitempty"`
	AsyncCapable        *bool             `json:"async_capable,omitempty"`
	AsyncHooks          []string          `json:"async_hooks,omitempty"`
	Mark                *bool             `json:"mark,omitempty"`
	OptionalGetResponse bool              `json:"optional_get_response,omitempty"`
}

// Call is what a modern layer does around what is further in.
type Call struct {
	Before      string `json:"before,omitempty"`
	After       string `json:"after,omitempty"`
	GetResponse string `json:"get_response,omitempty"`
	Try         string `json:"try,omitempty"`
}

// The names of the hooks, in the order of a request.
const (
	HookRequest          = "process_request"
	HookView             = "process_view"
	HookTemplateResponse = "process_template_response"
	HookResponse         = "process_response"
	HookException        = "process_exception"
)

// Bounds of a scenario: its stack, and the layers that double what is further
// in.
const (
	maxLayers = 100
	maxTwice  = 10
)

// knownKind knows the error kinds of the vocabulary, as KIND in raise:KIND.
func knownKind(kind string) bool {
	switch kind {
	case "value_error", "http404", "permission_denied", "suspicious_operation", "multipart_error",
		"system_exit", "keyboard_interrupt", "bad_request", "too_many_fields", "data_too_big":
		return true
	}
	return false
}

// Validate says what in the scenario is not in the vocabulary.
func (s *Scenario) Validate() error {
	if s.ID == "" {
		return fmt.Errorf("a scenario has no id")
	}
	if err := s.validate(); err != nil {
		return fmt.Errorf("scenario %q: %w", s.ID, err)
	}
	return nil
}

func (s *Scenario) validate() error {
	view := strings.TrimPrefix(s.View, "async_")
	switch head, kind, _ := strings.Cut(view, ":"); head {
	case "", "ok", "template", "stream", "notfound", "return_none", "return_false":
	case "raise", "template_render_raises":
		if kind == "" && head == "template_render_raises" {
			break
		}
		if !knownKind(kind) {
			return fmt.Errorf("unknown view %q", s.View)
		}
	default:
		return fmt.Errorf("unknown view %q", s.View)
	}
	if s.URL != "" && s.URL != "not_found" && s.URL != "ok" {
		return fmt.Errorf("unknown url %q", s.URL)
	}
	switch s.ErrorHandlers {
	case "", "custom", "django", "raise", "raise4xx", "template":
	default:
		return fmt.Errorf("unknown error_handlers %q", s.ErrorHandlers)
	}
	if len(s.Layers) > maxLayers {
		return fmt.Errorf("%d layers, at most %d are run", len(s.Layers), maxLayers)
	}
	seen, twice := map[string]bool{}, 0
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.Name == "" || strings.ContainsAny(l.Name, " .=") || seen[l.Name] {
			return fmt.Errorf("layer %d: name %q is empty, malformed or used twice", i, l.Name)
		}
		seen[l.Name] = true
		if err := l.validate(); err != nil {
			return fmt.Errorf("layer %q: %w", l.Name, err)
		}
		if l.Call != nil && l.Call.GetResponse == "twice" {
			twice++
		}
	}
	if twice > maxTwice {
		return fmt.Errorf("%d layers ask twice, at most %d are run", twice, maxTwice)
	}
	return nil
}

func (l *LayerSpec) validate() error {
	if !slices.Contains([]string{"hooks", "classic", "mixin", "modern", "function"}, l.Style) {
		return fmt.Errorf("unknown style %q", l.Style)
	}
	switch head, kind, _ := strings.Cut(l.Init, ":"); {
	case slices.Contains([]string{"", "ok", "not_used", "returns_none", "no_arg", "no_super", "super_no_arg"}, l.Init):
	case head == "raise" && knownKind(kind):
	default:
		return fmt.Errorf("unknown init %q", l.Init)
	}
	for hook, behaviour := range l.Hooks {
		if !slices.Contains(hookNames(), hook) {
			return fmt.Errorf("unknown hook %q", hook)
		}
		if !knownBehaviour(behaviour, hook == HookException) {
			return fmt.Errorf("%s: unknown behaviour %q", hook, behaviour)
		}
	}
	for _, hook := range l.AsyncHooks {
		if !slices.Contains(hookNames(), hook) {
			return fmt.Errorf("unknown hook %q in async_hooks", hook)
		}
	}
	if c := l.Call; c != nil {
		for _, behaviour := range []string{c.Before, c.After} {
			if behaviour != "" && !knownBehaviour(behaviour, false) {
				return fmt.Errorf("call: unknown behaviour %q", behaviour)
			}
		}
		if !slices.Contains([]string{"", "once", "twice", "never"}, c.GetResponse) {
			return fmt.Errorf("call: unknown get_response %q", c.GetResponse)
		}
		if !slices.Contains([]string{"", "record", "swallow", "finally"}, c.Try) {
			return fmt.Errorf("call: unknown try %q", c.Try)
		}
	}
	return nil
}

func hookNames() []string {
	return []string{HookRequest, HookView, HookTemplateResponse, HookResponse, HookException}
}

func knownBehaviour(b string, exception bool) bool {
	head, kind, found := strings.Cut(b, ":")
	switch b {
	case "pass", "touch", "return_none", "return_false", "set_urlconf",
		"respond", "respond_template", "respond_template_raises", "respond_stream", "replace", "replace_template":
		return true
	case "reraise":
		return exception
	}
	return found && (head == "raise" || head == "respond_template_raises") && knownKind(kind)
}
