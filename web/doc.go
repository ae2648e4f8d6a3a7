// Package web holds what flows through a middleware stack: requests,
// responses, the kinds of errors, the five hook interfaces of a layer, and the
// App that the engines of packages classic and modern serve.
//
// A layer of the classic model is any value with at least one of the hooks
// ([RequestHook], [ViewHook], [TemplateResponseHook], [ResponseHook],
// [ExceptionHook]); they are found by their one-method interfaces, as Django
// finds them by attribute. A layer of the modern model is built by a factory
// and may have the last three but ResponseHook as well; see package modern.
//
// What a layer does wrong is an error or a panic. [KindOf] decides what becomes
// of it: a page of status 404, 403, 400 or 500, or an exit that leaves the
// handler at once.
package web
