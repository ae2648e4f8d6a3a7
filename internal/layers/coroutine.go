package layers

import "github.com/mwcheck/mwcheck/internal/python"

// returned says that the value of a call is returned as it is.
func returned(call python.Node) bool {
	return call.Parent().Kind() == python.KindReturn
}

// unawaited says that a call in a coroutine function is surely not awaited: its
// value is returned, or kept in a variable that is nowhere awaited or handed on.
func unawaited(call python.Node) bool {
	fn := enclosing(call)
	if fn.Kind() != python.KindFunctionDef || !fn.Is(python.FlagAsync) {
		return false
	}
	p := call.Parent()
	switch p.Kind() {
	case python.KindReturn:
		return true
	case python.KindAssign:
		var target python.Node
		for t := range p.All(python.FieldTargets) {
			if !target.IsZero() || t.Kind() != python.KindName {
				return false
			}
			target = t
		}
		return !target.IsZero() && !handedOn(fn, target.Name())
	}
	return false
}

// handedOn says that a variable is awaited somewhere in a function, or given to
// a call, which may await it.
func handedOn(fn python.Node, name string) bool {
	for n := range fn.Descendants() {
		if n.Kind() != python.KindName || n.Name() != name {
			continue
		}
		switch p := n.Parent(); p.Kind() {
		case python.KindAwait, python.KindKeyword, python.KindStarred, python.KindYield, python.KindNamedExpr, python.KindIfExp,
			python.KindList, python.KindTuple, python.KindDictItem, python.KindBoolOp:
			return true
		case python.KindCall:
			if n.Role() == python.FieldArgs {
				return true
			}
		case python.KindAssign:
			if n.Role() == python.FieldValue {
				return true
			}
		}
	}
	return false
}

// relay is the return statement of a synchronous function that returns the
// coroutine of an asynchronous one: of a method of the layer's class, or of a
// function defined beside it.
func (w *walker) relay(fn python.Node) python.Node {
	if fn.Kind() != python.KindFunctionDef || fn.Is(python.FlagAsync) {
		return python.Node{}
	}
	self := ""
	if p := readParams(fn); len(p.names) > 0 {
		self = p.names[0]
	}
	for n := range fn.Descendants() {
		call := n.Field(python.FieldValue)
		if n.Kind() != python.KindReturn || call.Kind() != python.KindCall || enclosing(n) != fn {
			continue
		}
		f := call.Field(python.FieldFunc)
		switch f.Kind() {
		case python.KindAttribute:
			if o := f.Field(python.FieldObject); w.cls == nil || o.Kind() != python.KindName || o.Name() != self {
				continue
			}
			owner, members, _ := w.cls.lookup(f.Name(), 0)
			if owner.cls != nil && len(members) == 1 && members[0].node.Kind() == python.KindFunctionDef && members[0].node.Is(python.FlagAsync) {
				return n
			}
		case python.KindName:
			if asyncBeside(fn, f.Name()) {
				return n
			}
		}
	}
	return python.Node{}
}

// asyncBeside says that a name is that of a coroutine function defined in fn or
// in a function around it.
func asyncBeside(fn python.Node, name string) bool {
	for at := fn; !at.IsZero(); at = enclosing(at) {
		for d := range at.Descendants() {
			if d.Kind() == python.KindFunctionDef && d.Name() == name && d.Is(python.FlagAsync) && enclosing(d) == at {
				return true
			}
		}
	}
	return false
}
