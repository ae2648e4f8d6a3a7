package django

import "github.com/mwcheck/mwcheck/internal/python"

func (e *evaluator) tryStmt(n python.Node) flow {
	base := len(e.pend)
	at := e.cur
	e.handlers = append(e.handlers, e.handlerOf(n))
	f := e.body(n, python.FieldBody)
	e.handlers = e.handlers[:len(e.handlers)-1]
	rest := append([]pending(nil), e.pend[base:]...)
	e.pend = e.pend[:base]
	have := f.kind != flowRaise
	var raising []pending
	if !have {
		raising = append(raising, pending{f, e.st, nil})
	}
	for _, p := range rest {
		if p.flow.kind == flowRaise {
			raising = append(raising, p)
		} else {
			e.pend = append(e.pend, p)
		}
	}
	if f.kind == flowNormal {
		f = e.body(n, python.FieldOrelse)
	}
	for _, p := range raising {
		other, was := e.st, f
		e.st = p.st
		e.cur = at
		g := e.handle(n, p.flow)
		if !have {
			f, have = g, true
			continue
		}
		e.cur = at
		f = e.join(other, was, g, p.deps)
	}
	if n.Field(python.FieldFinal).IsZero() {
		return f
	}
	return e.finally(n, base, f)
}

func (e *evaluator) finally(n python.Node, base int, f flow) flow {
	if g := e.body(n, python.FieldFinal); g.kind != flowNormal {
		f = g
	}
	cur := e.st
	for i := base; i < len(e.pend); i++ {
		e.st = e.pend[i].st
		inner := len(e.pend)
		g := e.body(n, python.FieldFinal)
		e.pend = e.pend[:inner]
		e.pend[i].st = e.st
		if g.kind != flowNormal {
			e.pend[i].flow = g
		}
	}
	e.st = cur
	return f
}

// handlerOf is what the handlers of a try catch, by class name; "" is anything.
// One that only says the error in better words and raises again catches nothing:
// settings behind it are read as if nothing had failed, since they would not load
// otherwise.
func (e *evaluator) handlerOf(n python.Node) handler {
	var h handler
	for eh := range n.All(python.FieldHandlers) {
		if !raisesOn(eh) {
			h.add(exceptionNames(eh.Field(python.FieldType)))
		}
	}
	return h
}

// raisesOn says that the body of a handler ends in an exception on every path.
func raisesOn(eh python.Node) bool {
	raises := false
	for s := range eh.All(python.FieldBody) {
		switch s.Kind() {
		case python.KindRaise:
			raises = true
		case python.KindExprStmt:
			if v := s.Field(python.FieldValue); v.Kind() == python.KindCall {
				switch v.Field(python.FieldFunc).Text() {
				case "sys.exit", "os._exit", "exit", "quit":
					raises = true
				}
			}
		case python.KindAssign, python.KindImport, python.KindImportFrom, python.KindPass, python.KindPrint:
		default:
			return false // may leave the handler, or end it otherwise
		}
	}
	return raises
}

func exceptionNames(t python.Node) []string {
	switch t.Kind() {
	case python.KindNone:
		return []string{""}
	case python.KindName, python.KindAttribute:
		return []string{t.Name()}
	case python.KindTuple, python.KindList:
		var out []string
		for el := range t.All(python.FieldElts) {
			out = append(out, exceptionNames(el)...)
		}
		return out
	}
	return []string{""} // computed: it may catch anything
}

// handle executes the handler that catches the exception, or raises it on.
func (e *evaluator) handle(n python.Node, f flow) flow {
	for eh := range n.All(python.FieldHandlers) {
		for _, name := range exceptionNames(eh.Field(python.FieldType)) {
			if !f.exc.caughtBy(name) {
				continue
			}
			if name := eh.Name(); name != "" {
				e.bind(name, e.newUnknown(name, e.placeOf(eh)), e.placeOf(eh))
			}
			if t := eh.Field(python.FieldTarget); !t.IsZero() && t.Kind() == python.KindName {
				e.bind(t.Name(), e.newUnknown(t.Name(), e.placeOf(t)), e.placeOf(t))
			}
			g := e.body(eh, python.FieldBody)
			if g.kind == flowRaise && g.exc.name == "" {
				g.exc = f.exc // a bare raise
			}
			return g
		}
	}
	return f
}

// raised is the exception of a raise statement; a bare one has no name.
func (e *evaluator) raised(n python.Node) *pyExc {
	v := n.Field(python.FieldValue)
	at := e.placeOf(n)
	if v.IsZero() {
		return &pyExc{at: at, text: "raise"}
	}
	if v.Kind() == python.KindCall {
		v = v.Field(python.FieldFunc)
	}
	name := v.Name()
	if name == "" {
		name = "Exception"
	}
	x := &pyExc{name: name, text: e.textAt(at), at: at}
	if b, ok := e.lookup(name); ok {
		if c, ok := e.resolve(b).(*pClass); ok {
			x.bases = e.baseNames(c)
		}
	}
	return x
}

// baseNames are the names of what a class is derived from, the outermost that
// is known included.
func (e *evaluator) baseNames(c *pClass) (names []string) {
	for _, k := range c.mro {
		for _, b := range k.bases {
			switch b := e.resolve(b).(type) {
			case *pClass:
				names = append(names, b.name)
			case *pBuiltin:
				names = append(names, b.name)
			case *pUnknown:
				names = append(names, lastPart(b.ext))
			}
		}
	}
	return names
}

// caughtBy says that a handler of that class name catches the exception.
func (x *pyExc) caughtBy(handler string) bool {
	if len(x.bases) == 0 {
		return catches(handler, x.name)
	}
	if handler == "" || handler == x.name {
		return true
	}
	for _, base := range x.bases {
		if catches(handler, base) {
			return true
		}
	}
	return false
}

// mayRaise is a point at which an exception may or may not come up. It matters
// only inside a try that catches it; elsewhere the settings could not be loaded.
func (e *evaluator) mayRaise(exc, key, text string, at place) {
	if !e.caught(exc) {
		return
	}
	if f := e.findFact(key); f != nil {
		if !f.val {
			e.raise(exc, text)
		}
		return
	}
	if e.forks[key] {
		ok := e.choose()
		e.addFact(key, ok, nil)
		e.tests = append(e.tests, testRecord{key, text, at, ok})
		e.atoms = append(e.atoms, testRecord{key, text, at, ok})
		if !ok {
			e.raise(exc, text)
		}
		return
	}
	other := e.clone()
	deps := e.depOn(key)
	e.addFact(key, true, nil)
	good := e.st
	e.st = other
	e.addFact(key, false, nil)
	e.st = good
	e.pend = append(e.pend, pending{flow{kind: flowRaise, exc: &pyExc{name: exc, text: text, at: at}}, other, deps})
}

// caught says whether a try in execution catches the exception.
func (e *evaluator) caught(exc string) bool {
	for i := len(e.handlers) - 1; i >= 0; i-- {
		for _, name := range e.handlers[i].names {
			if catches(name, exc) {
				return true
			}
		}
	}
	return false
}

// catches follows Python's hierarchy of builtin exceptions.
func catches(handler, exc string) bool {
	switch handler {
	case "IOError", "EnvironmentError", "WindowsError":
		handler = "OSError" // one class since Python 3.3
	}
	for {
		if handler == exc || handler == "" {
			return true
		}
		up, ok := exceptionBase(exc)
		if !ok {
			return false
		}
		exc = up
	}
}

func exceptionBase(name string) (string, bool) {
	switch name {
	case "BaseException":
		return "", false
	case "Exception", "SystemExit", "KeyboardInterrupt", "GeneratorExit":
		return "BaseException", true
	case "ModuleNotFoundError":
		return "ImportError", true
	case "KeyError", "IndexError":
		return "LookupError", true
	case "FileNotFoundError", "PermissionError", "IsADirectoryError":
		return "OSError", true
	case "IOError", "EnvironmentError", "WindowsError":
		return "OSError", true
	case "UnboundLocalError":
		return "NameError", true
	case "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError", "JSONDecodeError":
		return "ValueError", true
	case "NotImplementedError", "RecursionError":
		return "RuntimeError", true
	case "ZeroDivisionError", "OverflowError":
		return "ArithmeticError", true
	}
	return "Exception", true
}
