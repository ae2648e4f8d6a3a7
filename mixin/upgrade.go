// Package mixin holds the bridges between the two models.
package mixin

import "github.com/mwcheck/mwcheck/modern"

// Upgrade makes a classic layer a layer of the modern model, as subclassing
// Django's MiddlewareMixin does (django/utils/deprecation.py, 1.10 to 6.0):
// process_request, then what is further in unless that answered, then
// process_response. The three other hooks are found on the layer. It can run
// in both modes; in an asynchronous one its hooks run on the synchronous side.
func Upgrade(name string, layer any) modern.Factory {
	return modern.Factory{Name: name, NewHooks: func() (any, error) { return layer, nil }}
}
