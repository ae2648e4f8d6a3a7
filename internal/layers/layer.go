package layers

import "github.com/mwcheck/mwcheck/internal/stack"

// Origin says where a layer's code was found.
type Origin string

// The origins.
const (
	FromTree    Origin = "project" // read in the tree
	FromCatalog Origin = "catalog" // outside of the tree, described by the catalog
	FromOutside Origin = "outside" // outside of the tree and not known
	FromNowhere Origin = "missing" // its top package is in the tree, it is not
	FromUnclear Origin = "unclear" // in the tree, but made by code that cannot be read
)

// Style says how a layer is written.
type Style string

// The styles.
const (
	Classic      Style = "classic"  // process_* methods and no __call__
	Mixin        Style = "mixin"    // a subclass of MiddlewareMixin
	Modern       Style = "modern"   // a class with its own __call__
	Function     Style = "function" // a factory function
	StyleUnknown Style = "unknown"
)

// Layer is what is known of one layer.
type Layer struct {
	Path    string // the dotted path asked for
	Target  string // the dotted path of its definition, behind re-exports
	Package string // the distribution, for layers the catalog describes
	Origin  Origin
	Style   Style
	Span    stack.Span // the name in its def or class statement
	// Bases are the classes above it in the order of method resolution.
	Bases []Base
	// Whole is No where a part of the layer could not be read: an unknown
	// base, a decorator that may build anything, a metaclass. Unclear says why.
	Whole   Tri
	Unclear []Site

	Hooks []Hook
	Init  Init
	Async Async

	Reads   []Access // attributes of the request that Django does not set itself
	Writes  []Access
	Former  []Access // uses of attributes that Django's request had once, as is_ajax
	Raises  []Raise
	Headers []Header // what it does to response headers
	Cookies []Site   // cookies set on or deleted from a response
	Session []Site   // changes of the session
	// Messages are calls that add a message (django.contrib.messages).
	Messages []Site
	Bodies   []BodyUse      // reading request.POST, body, FILES …
	Content  []ContentUse   // touching a response's content
	State    []StateWrite   // attributes set on self, the class or the module per request
	Locals   []ThreadLocal  // thread-locals and context variables set
	Unread   []Site         // calls that were given the request or the response and were not followed
	Calls    []Call         // all calls that were not followed
	Next     []NextCall     // calls of get_response
	Factory  *FactoryResult // for functions
	Thing    *Thing         // where the path leads to no class and no function

	resets []Site // thread-locals that are reset
	relays bool   // its __call__ calls the mixin's
	relay  stack.Span
	supers []string // hooks of bases outside of the tree that are called
	given  map[stack.Span][]string
}

// Hook finds one of the layer's hooks, or nil.
func (l *Layer) Hook(name string) *Hook {
	for i := range l.Hooks {
		if l.Hooks[i].Name == name {
			return &l.Hooks[i]
		}
	}
	return nil
}

// MayAnswer says whether the layer may answer a request without the layers
// further in: from process_request, process_view or before get_response in
// __call__.
func (l *Layer) MayAnswer() Tri {
	t := No
	if l.Whole != Yes {
		t = Unknown
	}
	for _, h := range l.Hooks {
		if h.ShortCircuits() {
			t = t.or(h.Answers)
		}
	}
	return t
}

// Runs says whether a hook of the layer ever runs under a model: Django calls
// process_request and process_response of classic layers only, MiddlewareMixin
// does so in its __call__, and a layer may do it itself.
func (l *Layer) Runs(hook string, model stack.Model) Tri {
	h := l.Hook(hook)
	if h == nil {
		return No
	}
	own := hook == "__call__" || hook == "__acall__"
	if model == stack.Classic {
		return triOf(!own)
	}
	switch hook {
	case "process_view", "process_template_response", "process_exception":
		return Yes
	case "__call__":
		return Yes
	}
	call := l.Hook("__call__")
	switch {
	case h.CalledBy != "":
		return Yes
	case hook == "__acall__" || l.Style == StyleUnknown:
		return Unknown
	case l.Style == Mixin && (call == nil || l.relays):
		return Yes
	case call != nil && !call.Read:
		return Unknown
	}
	return No
}

// CallsMixin says that the layer's own __call__ calls that of MiddlewareMixin.
func (l *Layer) CallsMixin() bool { return l.relays }

// Base is one class above a layer's class.
type Base struct {
	Path   string // dotted path; source text where Origin is FromUnclear
	Origin Origin
}

// Site is a place with the text or the name it is about.
type Site struct {
	Hook  string // the hook it runs in; "" for none
	Phase Phase
	Text  string
	Span  stack.Span
}

// Phase says on which way a piece of code runs.
type Phase string

// The phases.
const (
	RequestPhase   Phase = "request" // before get_response
	ViewPhase      Phase = "view"
	TemplatePhase  Phase = "template"
	ResponsePhase  Phase = "response" // after get_response
	ExceptionPhase Phase = "exception"
	EitherPhase    Phase = "either" // before or after get_response, depending on the path
	LazyPhase      Phase = "lazy"   // in a function that is made here and called by others
)

// Hook is one hook of a layer.
type Hook struct {
	Name string
	Span stack.Span // its name in the def statement, or where it is assigned
	// Owner is the dotted path of the class that defines it.
	Owner     string
	Inherited bool
	// Conditional says that it is defined under a condition in the class body.
	Conditional bool
	// Read says that its body was read.
	Read  bool
	Async bool // async def
	// Static is "staticmethod" or "classmethod".
	Static string
	// Decorators are the source texts of decorators that are not known.
	Decorators []string
	// Fits says whether it can be called as Django calls it.
	Fits Tri
	// CalledBy is the layer's own method that calls it, "" for none. Django
	// calls process_request and process_response of mixins and classic layers
	// only.
	CalledBy string

	// Answers says whether it may answer: for process_request and process_view
	// return something, for __call__ return without a call of get_response, for
	// process_exception handle the error.
	Answers Tri
	Returns []Answer
	// Replaces says whether a response may be exchanged for another one.
	Replaces Tri
	// Others are the return statements that exchange the response.
	Others []Answer
	// Falsy are the return statements that surely return something that is
	// neither None nor true, as False: the releases and the models do not agree
	// on what that means.
	Falsy []Site
	// ReturnsNothing says whether a path ends without the response that is due.
	ReturnsNothing Tri
	Nothing        []Site
	// Always says whether each path answers.
	Always Tri
}

// ShortCircuits says that an answer of this hook hides the layers further in or
// the view.
func (h Hook) ShortCircuits() bool {
	switch h.Name {
	case "process_request", "process_view", "__call__", "__acall__":
		return true
	}
	return false
}

// Answer is one return statement that may answer.
type Answer struct {
	Span stack.Span // the return statement of the hook
	// Certain is Yes where the value is surely a response, Unknown where it is
	// the result of code that was not read.
	Certain Tri
	// Made are the places where the value is made, as in a helper.
	Made []stack.Span
	// Kind is "redirect" and so on where the maker is known, else "".
	Kind string
}
