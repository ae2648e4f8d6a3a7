// Package mixin holds the bridges between the two models, which make a
// migration gradual:
//
//   - [Upgrade] makes an old layer a layer of a new chain, as subclassing
//     Django's MiddlewareMixin does.
//   - [Island] makes a group of old layers one layer of a new chain. Inside the
//     group everything goes on as in the classic model.
//   - [Downgrade] puts a new layer into an old stack.
//
// [Explain] says which layers of a stack need which bridge and what will
// differ. What can only be a mistake is an error when the stack is built; it
// names the layer's type.
package mixin
