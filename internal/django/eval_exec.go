package django

import (
	"path"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// execStmt is Python 2's exec statement.
func (e *evaluator) execStmt(n python.Node) {
	code := e.eval(n.Field(python.FieldValue))
	a := &callArgs{pos: []pv{code}}
	if t, ok := code.(*pTuple); ok && len(t.items) > 0 {
		a.pos = t.items // exec(code, globals) read as a statement
	}
	for _, fd := range []python.Field{python.FieldGlobals, python.FieldLocals} {
		if g := n.Field(fd); !g.IsZero() {
			a.pos = append(a.pos, e.eval(g))
		}
	}
	e.exec(a, n)
}

// execBuiltin are the builtins that read or run code.
func (e *evaluator) execBuiltin(name string, a *callArgs, n python.Node) pv {
	x := a.at(0)
	switch name {
	case "open":
		p, ok := e.treePath(x)
		if ok {
			if _, there := e.loader.Source(p); there {
				return &pFile{path: p}
			}
			if strings.HasSuffix(p, ".py") {
				e.absentFile(p, n)
			}
		}
		u := e.unknownNode(n)
		e.mayRaise("FileNotFoundError", "opens "+e.textAt(e.placeOf(n)), e.textAt(e.placeOf(n)), e.placeOf(n))
		if ok {
			return &pFile{path: p}
		}
		return u
	case "compile":
		return x
	case "exec":
		e.exec(a, n)
		return pNone{}
	case "execfile":
		if p, ok := e.treePath(x); ok {
			a.pos = append([]pv{&pFile{path: p, read: true}}, a.pos[1:]...)
		}
		e.exec(a, n)
		return pNone{}
	case "eval":
		if s, ok := x.(*pStr); ok && len(a.pos) == 1 {
			return e.evalString(s, n)
		}
		if len(a.pos) > 1 {
			for _, v := range a.pos {
				e.havoc(v)
			}
		} else {
			e.openScope(e.frame.scope, e.unknownNode(n), true)
		}
		return e.unknownNode(n)
	case "__import__":
		if s, ok := x.(*pStr); ok {
			return e.importByName(s.s, n, true)
		}
	}
	return e.unknownNode(n)
}

func (e *evaluator) evalString(s *pStr, n python.Node) pv {
	f := e.parsed(s.s)
	at := s.at
	was := e.override
	e.override = &at
	defer func() { e.override = was }()
	for st := range f.Root().All(python.FieldBody) {
		if st.Kind() == python.KindExprStmt {
			return e.eval(st.Field(python.FieldValue))
		}
	}
	return e.unknownNode(n)
}

// parsed reads a string of code, each text once.
func (e *evaluator) parsed(code string) *python.File {
	f, ok := e.sources[code]
	if !ok {
		e.step(1 + len(code)/8)
		f = python.Parse([]byte(code))
		e.sources[code] = f
	}
	return f
}

// exec runs code in the scope that its arguments say.
func (e *evaluator) exec(a *callArgs, n python.Node) {
	target := e.frame.scope
	if g := a.at(1); g != nil {
		switch g := e.resolve(g).(type) {
		case *pNames:
			target = g.scope
		case *pRef:
			// A dict of its own: what the code does stays in there.
			e.havoc(g)
			return
		default:
			e.havoc(g)
			e.openScope(e.frame.scope, e.unknownNode(n), true)
			return
		}
		if l, ok := a.at(2).(*pNames); ok {
			target = l.scope
		}
	}
	switch code := a.at(0).(type) {
	case *pFile:
		if src, ok := e.loader.Source(code.path); ok && src != nil {
			e.runFile(code.path, src, target, n)
			return
		}
		e.absentFile(code.path, n)
	case *pStr:
		f := e.parsed(code.s)
		if len(f.Errors) == 0 {
			e.runString(f, code.at, target)
			return
		}
	}
	e.openScope(target, e.unknownNode(n), true)
	e.noteOnce("what this code defines is not known", e.placeOf(n))
}

// absentFile is a file that would be executed and is not in the tree.
func (e *evaluator) absentFile(file string, n python.Node) {
	if e.caught("FileNotFoundError") {
		e.noteOnce("file "+file+" is not in the tree; it is taken to be absent", e.placeOf(n))
		e.raise("FileNotFoundError", file)
	}
}

// runFile executes a file of the tree inside a scope.
func (e *evaluator) runFile(file string, src *python.File, target *pyScope, n python.Node) {
	if e.depth >= e.limits.Depth {
		e.openScope(target, e.unknownNode(n), true)
		return
	}
	e.readFile(file, src)
	mod := *target.mod
	mod.file = file
	was := e.frame
	e.execModule(&mod, target, src)
	e.frame = was
}

// runString executes a string; everything in it is written at the string.
func (e *evaluator) runString(f *python.File, at place, target *pyScope) {
	if e.depth >= e.limits.Depth {
		e.openScope(target, e.unknownAt("exec"), true)
		return
	}
	was, over := e.frame, e.override
	fr := *e.frame
	fr.scope = target
	e.frame, e.override = &fr, &at
	e.depth++
	out := e.body(f.Root(), python.FieldBody)
	e.frame, e.override = was, over
	e.depth--
	if out.kind == flowRaise {
		panic(out.exc)
	}
}

// importByName is importlib.import_module and __import__.
func (e *evaluator) importByName(name string, n python.Node, top bool) pv {
	if strings.HasPrefix(name, ".") {
		dots := len(name) - len(strings.TrimLeft(name, "."))
		abs, ok := e.resolveModule(dots, name[dots:])
		if !ok {
			return e.unknownNode(n)
		}
		name = abs
	}
	name, where := e.locate(name, false)
	switch where {
	case inTree:
		m := e.importModule(name)
		if m == nil {
			return e.unknownNode(n)
		}
		if first, _, dots := strings.Cut(name, "."); top && dots {
			if t := e.importModule(first); t != nil {
				return t
			}
		}
		return m
	case absent:
		e.missing(name, n)
		return e.unknownNode(n)
	}
	if e.caught("ModuleNotFoundError") && localName(name) {
		e.missing(name, n)
	}
	e.importOutside(name, n)
	return e.external(name, e.placeOf(n))
}

// include is split_settings: the files that match are executed in the caller's
// module, in order.
func (e *evaluator) include(a *callArgs, n python.Node) {
	target := e.frame.scope
	if v := a.key("scope"); v != nil {
		if names, ok := v.(*pNames); ok {
			target = names.scope
		}
	}
	for _, v := range a.pos {
		optional := false
		if t, ok := v.(*pTuple); ok && len(t.items) == 2 && t.items[0] == pv(pNone{}) { // as optional() gives it
			optional, v = true, t.items[1]
		}
		var pattern string
		switch p := e.resolve(v).(type) {
		case *pStr:
			pattern = joinPath(path.Dir(e.frame.mod.file), p.s)
		case *pPath:
			pattern = p.p
		case pNone:
			continue
		default:
			e.openScope(target, e.unknownNode(n), true)
			e.noteOnce("which files are included here is not known", e.placeOf(n))
			continue
		}
		files := []string{pattern}
		if strings.ContainsAny(pattern, "*?[") {
			files = e.loader.Glob(pattern)
		} else if _, ok := e.loader.Source(pattern); !ok {
			files = nil
		}
		if len(files) == 0 {
			e.noteOnce("no file of the tree matches "+pattern, e.placeOf(n))
			if !optional {
				e.openScope(target, e.unknownNode(n), true)
			}
			continue
		}
		for _, file := range files {
			if src, ok := e.loader.Source(file); ok && src != nil && file != e.frame.mod.file {
				e.runFile(file, src, target, n)
			}
		}
	}
}
