// Package classes rewrites the middleware classes of a project for the modern
// model: it gives classic classes MiddlewareMixin as a base, lets __init__ take
// get_response and hand it on, and on request writes simple classes anew with a
// __call__ of their own.
//
// It yields edits, never texts. Everything outside of an edit stays as it is,
// byte for byte. Nothing is guessed: a class that is not understood whole is
// refused with the reason, and with it the classes that inherit from it.
// Rewriting the result of a rewriting makes no edit.
package classes
