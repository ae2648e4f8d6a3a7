package layers

import (
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// readAsync says what a class can do under ASGI: the marks along its bases,
// else Django's defaults, sync only.
func (r *Reader) readAsync(l *Layer, c *class) Async {
	a := Async{Marks: No, Asks: No, Native: No, Awaits: No, Relay: l.relay}
	a.SyncCapable, _ = r.mark(c, "sync_capable", Yes)
	a.AsyncCapable, a.Span = r.mark(c, "async_capable", No)
	for _, h := range l.Hooks {
		if h.Async {
			a.Hooks = append(a.Hooks, h.Name)
		}
	}
	if h := l.Hook("__call__"); h != nil {
		a.Native = triOf(h.Async)
	} else if l.Style == StyleUnknown && !c.isMixin() {
		a.Native = Unknown
	}
	for _, b := range c.mro {
		switch {
		case b.cls != nil:
			a.body(b.cls.node)
		case b.path == mixinPath:
			a.Marks = Yes
			if call := l.Hook("__call__"); call == nil || l.relays || !call.Read {
				a.Asks, a.Awaits = Yes, Yes // what asks and awaits is the mixin's own __call__
			}
		case b.path != objectPath:
			if style, _, ok := r.catalogStyle(b.path); ok && style == Mixin {
				a.Marks, a.Asks, a.Awaits = Yes, Yes, Yes
			} else if a.Marks == No {
				a.Marks, a.Asks, a.Awaits = Unknown, Unknown, Unknown
			}
		}
	}
	return a
}

// body looks for coroutine marks and questions in a definition.
func (a *Async) body(n python.Node) {
	for d := range n.Descendants() {
		switch d.Kind() {
		case python.KindCall:
			switch d.Field(python.FieldFunc).Name() {
			case "markcoroutinefunction":
				a.Marks = Yes
			case "iscoroutinefunction":
				a.Asks = Yes
			case "async_to_sync", "run", "run_until_complete", "create_task", "ensure_future", "run_coroutine_threadsafe":
				a.Awaits = Yes
			}
		case python.KindAwait:
			a.Awaits = Yes
		case python.KindFunctionDef:
			if d.Is(python.FlagAsync) {
				a.Awaits = Yes
			}
		case python.KindName:
			if d.Name() == "_is_coroutine" && d.Role() == python.FieldTargets {
				a.Marks = Yes
			}
		case python.KindAttribute:
			switch {
			case d.Name() == "_is_coroutine" && d.Role() == python.FieldTargets:
				a.Marks = Yes
			case d.Name() == "_is_coroutine" || d.Name() == "async_mode": // what MiddlewareMixin has found
				a.Asks = Yes
			}
			if d.Name() == "is_async" {
				a.Streams = Yes
			}
		case python.KindString:
			if s, ok := d.StringValue(); ok && s == "is_async" {
				a.Streams = Yes
			}
		}
	}
}

// modeDecorator is what Django's decorators say of a class: they set both marks
// on whatever they decorate (django/utils/decorators.py, 3.1 and later).
func (r *Reader) modeDecorator(c *class) (sync, async Tri, span stack.Span, ok bool) {
	for d := range c.node.All(python.FieldDecorators) {
		v := d.Field(python.FieldValue)
		if sync, async, ok = modesOf(v); ok {
			return sync, async, r.span(c.mod, v), true
		}
	}
	return Unknown, Unknown, stack.Span{}, false
}

// modesOf knows Django's decorators for modes.
func modesOf(decorator python.Node) (sync, async Tri, ok bool) {
	switch lastName(decorator) {
	case "sync_and_async_middleware":
		return Yes, Yes, true
	case "sync_only_middleware":
		return Yes, No, true
	case "async_only_middleware":
		return No, Yes, true
	}
	return Unknown, Unknown, false
}

// mark reads sync_capable or async_capable along the bases.
func (r *Reader) mark(c *class, name string, byDefault Tri) (Tri, stack.Span) {
	for _, b := range c.mro {
		switch {
		case b.cls != nil:
			if sync, async, span, ok := r.modeDecorator(b.cls); ok {
				if name == "sync_capable" {
					return sync, span
				}
				return async, span
			}
			members := b.cls.own(name)
			if len(members) == 0 {
				continue
			}
			if len(members) > 1 || members[0].conditional {
				return Unknown, r.span(b.cls.mod, members[0].stmt)
			}
			return boolValue(members[0].node), r.span(b.cls.mod, members[0].stmt)
		case b.path == mixinPath:
			return Yes, stack.Span{}
		case b.path == objectPath:
		default:
			style, era, ok := r.catalogStyle(b.path)
			switch {
			case !ok:
				return Unknown, stack.Span{}
			case style == Mixin || name == "sync_capable":
				return Yes, stack.Span{}
			}
			return triOf(era.Async), stack.Span{}
		}
	}
	return byDefault, stack.Span{}
}

func boolValue(n python.Node) Tri {
	if n.Kind() == python.KindName {
		switch n.Name() {
		case "True":
			return Yes
		case "False":
			return No
		}
	}
	return Unknown
}
