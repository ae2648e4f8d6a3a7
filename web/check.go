package web

import (
	"errors"
	"fmt"
	"reflect"
)

// HookError says that a layer has a method with the name of a hook which is
// none: engines find hooks by their signatures, so they would pass it over.
type HookError struct {
	Type   string // of the layer
	Method string
	Got    string // the signature it has
	Want   string // the signature of the hook
	// Pointer says that the pointer to the layer has the hook and the layer
	// itself has not.
	Pointer bool
}

func (e *HookError) Error() string {
	if e.Pointer {
		return fmt.Sprintf("%s has no hook %s, but *%s has: pass a pointer", e.Type, e.Method, e.Type)
	}
	return fmt.Sprintf("%s of %s is no hook: it is %s, expected %s", e.Method, e.Type, e.Got, e.Want)
}

// ErrNilValue is the cause of an error for a layer that is nil, or a nil
// pointer.
var ErrNilValue = errors.New("is nil")

// CheckHooks looks for what can only be a mistake in a value that is to be a
// layer: nil (ErrNilValue), and methods named as a hook with another signature
// (*HookError). A HookSetter is taken at its word. Engines ask when the stack
// is built.
func CheckHooks(layer any) error { return checkHooks(layer, true) }

// CheckSharedHooks is CheckHooks for a layer of the modern model, to which
// ProcessRequest and ProcessResponse mean nothing.
func CheckSharedHooks(layer any) error { return checkHooks(layer, false) }

func checkHooks(layer any, all bool) error {
	if layer == nil {
		return fmt.Errorf("the layer %w", ErrNilValue)
	}
	v := reflect.ValueOf(layer)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("the layer of type %T %w", layer, ErrNilValue)
	}
	if _, says := layer.(HookSetter); says {
		return nil
	}
	// The names are constants for the linker's sake: with others it would have
	// to keep every exported method of the program.
	set := HooksOf(layer)
	return errors.Join(
		checkHook[RequestHook](v, set.Request != nil || !all, "ProcessRequest", "func(*web.Request) (*web.Response, error)", v.MethodByName("ProcessRequest")),
		checkHook[ViewHook](v, set.View != nil, "ProcessView", "func(*web.Request, *web.Match) (*web.Response, error)", v.MethodByName("ProcessView")),
		checkHook[TemplateResponseHook](v, set.TemplateResponse != nil, "ProcessTemplateResponse", "func(*web.Request, *web.Response) (*web.Response, error)", v.MethodByName("ProcessTemplateResponse")),
		checkHook[ResponseHook](v, set.Response != nil || !all, "ProcessResponse", "func(*web.Request, *web.Response) (*web.Response, error)", v.MethodByName("ProcessResponse")),
		checkHook[ExceptionHook](v, set.Exception != nil, "ProcessException", "func(*web.Request, error) (*web.Response, error)", v.MethodByName("ProcessException")),
		checkHook[AsyncViewHook](v, set.AsyncView != nil, "ProcessViewAsync", "func(*web.Request, *web.Match) *web.Future", v.MethodByName("ProcessViewAsync")),
		checkHook[AsyncTemplateResponseHook](v, set.AsyncTemplateResponse != nil, "ProcessTemplateResponseAsync", "func(*web.Request, *web.Response) *web.Future", v.MethodByName("ProcessTemplateResponseAsync")),
		checkHook[AsyncExceptionHook](v, set.AsyncException != nil, "ProcessExceptionAsync", "func(*web.Request, error) *web.Future", v.MethodByName("ProcessExceptionAsync")),
	)
}

// checkHook is the error for one hook that was not found.
func checkHook[Hook any](v reflect.Value, found bool, name, want string, method reflect.Value) error {
	if found {
		return nil
	}
	if method.IsValid() {
		return &HookError{Type: v.Type().String(), Method: name, Got: method.Type().String(), Want: want}
	}
	if v.Kind() != reflect.Pointer && reflect.PointerTo(v.Type()).Implements(reflect.TypeFor[Hook]()) {
		return &HookError{Type: v.Type().String(), Method: name, Pointer: true}
	}
	return nil
}
