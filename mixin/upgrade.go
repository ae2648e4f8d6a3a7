package mixin

import "github.com/mwcheck/mwcheck/modern"

// Upgrade makes a classic layer a layer of the modern model, as subclassing
// Django's MiddlewareMixin does (django/utils/deprecation.py, 1.10 to 6.0):
// process_request, then what is further in unless that answered, then
// process_response. The three other hooks are found on the layer and run with
// those of the whole chain.
//
// layer is any value with hooks, or a classic.Factory that makes one when the
// chain is built. It is called by its type, by its LayerName method, or by the
// Name of the factory.
//
// The layer can run in both modes. In an asynchronous one each of process_request
// and process_response that it has is handed over to the synchronous side and
// back.
//
// What differs from the classic model: see [Explain].
func Upgrade(layer any) modern.Factory {
	s := newSource(layer)
	return modern.Factory{Name: s.name, NewHooks: s.build, Discard: s.release}
}
