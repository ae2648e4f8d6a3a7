package migrate

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// useKind says how a place speaks of the setting.
type useKind int

const (
	useName    useKind = iota // a variable
	useDef                    // a function or class of that name
	useImport                 // from x import MIDDLEWARE_CLASSES
	useAttr                   // x.MIDDLEWARE_CLASSES
	useKeyword                // f(MIDDLEWARE_CLASSES=…)
	useString                 // "MIDDLEWARE_CLASSES"
	useInText                 // part of a longer string
	useComment
)

// use is one place that speaks of the setting.
type use struct {
	kind       useKind
	node       python.Node // zero for a comment
	start, end int         // the word itself
	scope      python.Node // useName, useDef, useImport: the Module, ClassDef or function whose name it is
}

// maxUses is how many places of one file are looked at. A file with more was not
// written by a person, and is left alone.
const maxUses = 10_000

// find gathers the places of a file that speak of the setting, old and new.
func (s *source) find() {
	data := s.src.Src
	covered := map[int]bool{}
	add := func(u use, name string) {
		if name == newName {
			s.news = append(s.news, u)
			return
		}
		covered[u.start] = true
		s.uses = append(s.uses, u)
	}
	for n := range s.src.Root().Descendants() {
		if len(s.uses) > maxUses {
			s.crowded = true
			s.uses = s.uses[:1]
			return
		}
		switch n.Kind() {
		case python.KindName, python.KindAttribute, python.KindKeyword, python.KindFunctionDef, python.KindClassDef, python.KindAlias:
			name := n.Name()
			if name != oldName && name != newName {
				continue
			}
			u := use{node: n}
			u.start, u.end = n.NameRange()
			switch n.Kind() {
			case python.KindName:
				u.kind, u.scope = useName, s.scopeOf(n, name)
			case python.KindAttribute:
				u.kind = useAttr
			case python.KindKeyword:
				u.kind = useKeyword
			case python.KindAlias:
				if n.Parent().Kind() != python.KindImportFrom {
					continue
				}
				u.kind, u.scope = useImport, around(n)
			default:
				u.kind, u.scope = useDef, around(n)
			}
			add(u, name)
		case python.KindString:
			if n.Parent().Kind() == python.KindString {
				continue // a piece of what was looked at
			}
			value, ok := n.StringValue()
			if !ok || value != oldName && value != newName {
				continue
			}
			// Escapes and pieces may hide the word.
			at := strings.Index(n.Text(), value)
			if at >= 0 {
				add(use{kind: useString, node: n, start: n.Start() + at, end: n.Start() + at + len(value)}, value)
			}
		}
	}
	comments := s.src.Comments()
	for at := nextWord(data, oldName, 0); at >= 0; at = nextWord(data, oldName, at+1) {
		if covered[at] {
			continue
		}
		u := use{kind: useInText, start: at, end: at + len(oldName)}
		for len(comments) > 0 && comments[0].End <= at {
			comments = comments[1:]
		}
		if len(comments) > 0 && comments[0].Start <= at {
			u.kind = useComment
		}
		s.uses = append(s.uses, u)
	}
}

// around is the Module, class or function that a statement's own name belongs
// to: a def binds its name where the def stands.
func around(n python.Node) python.Node {
	for n = n.Parent(); ; n = n.Parent() {
		switch n.Kind() {
		case python.KindModule, python.KindClassDef, python.KindFunctionDef, python.KindLambda:
			return n
		case python.KindNone:
			return n
		}
	}
}

// scopeOf is the Module, class or function that a name belongs to, by Python's
// rules: a function owns what it binds without "global", a class what it binds
// for its own statements only; else it is the module's.
func (s *source) scopeOf(n python.Node, name string) python.Node {
	if n.Parent().Kind() == python.KindGlobal {
		return s.src.Root()
	}
	direct := true // no function lies in between
	for at := n; ; {
		role := at.Role()
		at = at.Parent()
		switch at.Kind() {
		case python.KindModule, python.KindNone:
			return s.src.Root()
		case python.KindFunctionDef, python.KindLambda:
			if role == python.FieldBody && s.binds(at, name) {
				return at
			}
			if role == python.FieldBody {
				if declared(at, name) {
					return s.src.Root()
				}
				direct = false
			}
		case python.KindListComp, python.KindSetComp, python.KindDictComp, python.KindGeneratorExp:
			if s.binds(at, name) {
				return at
			}
		case python.KindClassDef:
			if role == python.FieldBody && direct && s.binds(at, name) {
				return at
			}
		}
	}
}

// binding is a question that a file with many places asks again and again.
type binding struct {
	scope python.Node
	name  string
}

// binds says whether a function, class or comprehension makes a name its own.
func (s *source) binds(scope python.Node, name string) bool {
	key := binding{scope, name}
	own, known := s.bound[key]
	if !known {
		own = !declared(scope, name) && anyBinding(scope, name, true)
		s.bound[key] = own
	}
	return own
}

// declared says that a function or class declares a name as global.
func declared(scope python.Node, name string) bool {
	for n := range within(scope) {
		if n.Kind() == python.KindGlobal {
			for g := range n.All(python.FieldNames) {
				if g.Name() == name {
					return true
				}
			}
		}
	}
	return false
}

// shadowed says that the name that a dotted expression starts with is a parameter
// or a variable of a function there, and so not what the file imports.
func (s *source) shadowed(n python.Node) bool {
	for n.Kind() == python.KindAttribute {
		n = n.Field(python.FieldObject)
	}
	if n.Kind() != python.KindName {
		return false
	}
	scope := s.scopeOf(n, n.Name())
	if scope.Kind() == python.KindModule {
		return false
	}
	key := binding{scope, n.Name()}
	other, known := s.rebound[key]
	if !known {
		other = anyBinding(scope, n.Name(), false)
		s.rebound[key] = other
	}
	return other
}

// anyBinding says whether a scope's own statements bind a name; whether imports
// count is asked for.
func anyBinding(scope python.Node, name string, imports bool) bool {
	if params := scope.Field(python.FieldParams); !params.IsZero() {
		for p := range params.All(python.FieldElts) {
			if p.Name() == name {
				return true
			}
		}
	}
	for n := range within(scope) {
		switch n.Kind() {
		case python.KindName:
			if n.Name() == name && target(n) {
				return true
			}
		case python.KindAlias:
			bound := n.Name()
			if as := n.Field(python.FieldAsName); !as.IsZero() {
				bound = as.Name()
			}
			if imports && bound == name {
				return true
			}
		case python.KindFunctionDef, python.KindClassDef, python.KindExceptHandler:
			if n != scope && n.Name() == name {
				return true
			}
		}
	}
	return false
}

// target says whether a name is assigned, deleted or bound by for, with, import
// or except rather than read.
func target(n python.Node) bool {
	for {
		switch n.Role() {
		case python.FieldTarget, python.FieldTargets, python.FieldAsName:
			return n.Parent().Kind() != python.KindAnnAssign || !n.Parent().Field(python.FieldValue).IsZero()
		case python.FieldElts, python.FieldValue:
			switch n.Parent().Kind() {
			case python.KindTuple, python.KindList, python.KindStarred:
				n = n.Parent()
				continue
			}
		}
		return false
	}
}

// within yields the nodes of a scope that belong to itself, not to a function
// or class inside. Descendants has no way to leave a branch out, so that the
// nodes behind an inner scope are told by their offsets.
func within(scope python.Node) func(func(python.Node) bool) {
	return func(yield func(python.Node) bool) {
		inner := -1
		for n := range scope.Descendants() {
			if n.Start() < inner && n != scope {
				continue
			}
			if !yield(n) {
				return
			}
			if n == scope {
				continue
			}
			switch n.Kind() {
			case python.KindFunctionDef, python.KindClassDef, python.KindLambda:
				inner = n.End()
			}
		}
	}
}
