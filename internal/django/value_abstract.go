package django

import (
	"sort"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// place is a byte range of a file: the origin of a value.
type place struct {
	f          *python.File
	file       string
	start, end int
}

// pv is an abstract Python value. Values are immutable; what Python mutates
// lies in cells of the state, which a pRef, a scope or a pModule points to.
type pv interface{ pyType() string }

type (
	pNone struct{}
	pBool bool
	pInt  int64

	// pStr is a known string with the place of its literal.
	pStr struct {
		s  string
		at place
	}

	// pPath is a path inside the tree, which is known relative to the tree's
	// root only. str says that it is a plain string, not a pathlib object.
	pPath struct {
		p   string
		str bool
	}

	pTuple struct{ items []pv }

	// pRef points to a mutable object of the state.
	pRef struct {
		id   int
		kind refKind
		cls  *pClass  // of an instance
		attr *pyScope // of an instance
	}

	pFunc struct {
		node     python.Node // FunctionDef or Lambda
		name     string
		mod      *pModule
		env      *pyScope
		cls      *pClass
		defaults []pv // by parameter; nil where there is none
	}

	pClass struct {
		name    string
		node    python.Node
		mod     *pModule
		scope   *pyScope
		bases   []pv
		mro     []*pClass
		open    bool // a base is not known
		outside []string
	}

	pMethod struct {
		self pv
		fn   *pFunc
	}

	// pBuiltin is a builtin function or, with self, a method of a builtin type.
	pBuiltin struct {
		name string
		self pv
	}

	pModule struct {
		name   string
		file   string
		src    *python.File
		pkg    bool
		scope  *pyScope
		parent *pModule
	}

	// pNames is globals(), vars(module) and the like: a scope seen as a dict.
	pNames struct{ scope *pyScope }

	// pFile is an open file or a path's content (read set).
	pFile struct {
		path string
		read bool
	}

	pProperty struct{ get pv }
	pStatic   struct{ fn pv }
	pClassFn  struct{ fn pv }
	pSuper    struct {
		cls  *pClass
		self pv
	}

	// pIndex is the result of list.index(x) on a list that is not wholly
	// known: the place of the element plus an offset. It is taken that the
	// unknown part in front holds no second copy of x; the stack is
	// incomplete in any case.
	pIndex struct {
		key    string
		offset int64
		list   int
	}

	// pUnknown is what cannot be known without running code.
	pUnknown struct {
		sym     string // two unknowns of one sym are the same value
		ext     string // dotted path of a name from outside the tree, or ""
		root    string // ext of the outside name it was got from
		text    string
		at      place
		deps    depset // conditions whose merging made it unknown
		oneOf   []pv   // the values it may have; empty: any
		unbound bool   // the name may not be bound at all
		run     bool   // in a sequence: any number of elements
		module  bool   // an imported module, which is true
		was     *pRef  // the object a name had before it may have been replaced
		def     *pStr  // of a read of the environment: the default
		eqSym   string // of a comparison: the unknown side's sym
		eqVal   pv     // of a comparison: the known side
		eqNot   bool   // of a comparison: != instead of ==
	}
)

// from is the outside name an unknown was got from, or "".
func (u *pUnknown) from() string {
	if u.ext != "" {
		return u.ext
	}
	return u.root
}

type refKind uint8

const (
	refList refKind = iota
	refDict
	refSet
	refIter
	refInstance
)

func (pNone) pyType() string { return "NoneType" }

func (pBool) pyType() string { return "bool" }

func (pInt) pyType() string { return "int" }

func (*pStr) pyType() string { return "str" }

func (*pTuple) pyType() string { return "tuple" }

func (*pFunc) pyType() string { return "function" }

func (*pClass) pyType() string { return "type" }

func (*pMethod) pyType() string { return "method" }

func (*pBuiltin) pyType() string { return "builtin" }

func (*pModule) pyType() string { return "module" }

func (*pNames) pyType() string { return "dict" }

func (*pFile) pyType() string { return "file" }

func (*pProperty) pyType() string { return "property" }

func (*pStatic) pyType() string { return "staticmethod" }

func (*pClassFn) pyType() string { return "classmethod" }

func (*pSuper) pyType() string { return "super" }

func (*pIndex) pyType() string { return "int" }

func (*pUnknown) pyType() string { return "?" }

func (p *pPath) pyType() string {
	if p.str {
		return "str"
	}
	return "path"
}

func (r *pRef) pyType() string {
	switch r.kind {
	case refList:
		return "list"
	case refDict:
		return "dict"
	case refSet:
		return "set"
	case refIter:
		return "iterator"
	}
	return "object"
}

// depset is a sorted set of condition numbers, capped: a few are enough to go
// on refining.
type depset []int32

const maxDeps = 64

func (d depset) union(o depset) depset {
	if len(o) == 0 {
		return d
	}
	if len(d) == 0 {
		return o
	}
	out := make(depset, 0, len(d)+len(o))
	i, j := 0, 0
	for (i < len(d) || j < len(o)) && len(out) < maxDeps {
		switch {
		case j == len(o) || i < len(d) && d[i] < o[j]:
			out = append(out, d[i])
			i++
		case i == len(d) || o[j] < d[i]:
			out = append(out, o[j])
			j++
		default:
			out = append(out, d[i])
			i++
			j++
		}
	}
	return out
}

// depsOf are the conditions a value hangs on, itself only.
func depsOf(v pv) depset {
	if u, ok := v.(*pUnknown); ok {
		return u.deps
	}
	if t, ok := v.(*pTuple); ok {
		var d depset
		for _, it := range t.items {
			if u, ok := it.(*pUnknown); ok {
				d = d.union(u.deps)
			}
		}
		return d
	}
	return nil
}

// keyOf gives a hashable known value a key; ok is false for anything else.
func keyOf(v pv) (key string, ok bool) {
	switch v := v.(type) {
	case pNone:
		return "None", true
	case pBool:
		if v {
			return "1", true
		}
		return "0", true
	case pInt:
		return strconv.FormatInt(int64(v), 10), true
	case *pStr:
		return strconv.Quote(v.s), true
	case *pPath:
		if v.str {
			return "path " + v.p, true
		}
	case *pTuple:
		parts := make([]string, len(v.items))
		for i, it := range v.items {
			if parts[i], ok = keyOf(it); !ok {
				return "", false
			}
		}
		return "(" + strings.Join(parts, ",") + ")", true
	case *pClass:
		return "class " + v.mod.name + "." + v.name + "@" + strconv.Itoa(v.node.Start()), true
	case *pFunc:
		if v.mod != nil && v.name != "" {
			return "def " + v.mod.name + "." + v.name + "@" + strconv.Itoa(v.node.Start()), true
		}
	}
	return "", false
}

func isRun(v pv) bool {
	u, ok := v.(*pUnknown)
	return ok && u.run
}

func isUnknown(v pv) bool {
	_, ok := v.(*pUnknown)
	return ok
}

// cubeKeys lists the keys of a map in order.
func cubeKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
