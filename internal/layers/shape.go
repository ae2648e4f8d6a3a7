package layers

import "github.com/mwcheck/mwcheck/internal/stack"

// Takes says how a factory takes get_response.
type Takes string

// The ways.
const (
	TakesRequired Takes = "required"
	TakesOptional Takes = "optional"
	TakesNone     Takes = "none"
	TakesAny      Takes = "any" // *args
	TakesUnknown  Takes = "unknown"
)

// Init is the shape of a class's __init__ (for a function: of its own
// parameters).
type Init struct {
	// Owner is the dotted path of the class that defines it, "" where none does.
	Owner     string
	Inherited bool
	Span      stack.Span
	Takes     Takes
	// Extra are further parameters without default: building the layer fails.
	Extra []string
	// Stores is the attribute that holds get_response; StoresIt says whether
	// one does, by this __init__ or a base's that it calls.
	Stores   string
	StoresIt Tri
	// Wraps are attributes that hold something made from get_response.
	Wraps []string
	// Super says whether it calls a base's __init__, SuperPasses whether it
	// hands get_response on.
	Super       Tri
	SuperPasses Tri
	SuperSpan   stack.Span
	// GivesSelf says that the layer is an argument of a call in it, other than
	// super().__init__.
	GivesSelf bool
	// NotUsed are the places where MiddlewareNotUsed is raised.
	NotUsed []Site
	// Raises are other errors raised while the layer is built.
	Raises []Raise
}

// Async says what a layer can do under ASGI.
type Async struct {
	SyncCapable  Tri
	AsyncCapable Tri
	Span         stack.Span // where async_capable or sync_capable is set, if anywhere
	// Native says that a call of the layer is a coroutine: async def __call__,
	// or an async inner function.
	Native Tri
	// Marks says whether it marks itself as a coroutine function.
	Marks Tri
	// Asks says whether it looks at the kind of get_response.
	Asks Tri
	// Streams says whether it looks at the kind of a response's stream
	// (response.is_async).
	Streams Tri
	// Awaits says whether any of its code is asynchronous, or runs such code.
	Awaits Tri
	// Relay is a return statement of a synchronous __call__ that returns the
	// coroutine of an own coroutine function.
	Relay stack.Span
	// Hooks are the hooks that are coroutines.
	Hooks []string
}

// FactoryResult is what a factory function returns.
type FactoryResult struct {
	// Inner are the functions it may return.
	Inner []Site
	// Class is the dotted path of a class of which it returns an instance.
	Class string
	// Classes are the places where it returns a class itself.
	Classes []Site
	// ReturnsNothing says whether a path returns None.
	ReturnsNothing Tri
	Nothing        []Site
	// Opaque says that it may return something that cannot be read.
	Opaque bool
}
