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

func (pNone) pyType() string      { return "NoneType" }
func (pBool) pyType() string      { return "bool" }
func (pInt) pyType() string       { return "int" }
func (*pStr) pyType() string      { return "str" }
func (*pTuple) pyType() string    { return "tuple" }
func (*pFunc) pyType() string     { return "function" }
func (*pClass) pyType() string    { return "type" }
func (*pMethod) pyType() string   { return "method" }
func (*pBuiltin) pyType() string  { return "builtin" }
func (*pModule) pyType() string   { return "module" }
func (*pNames) pyType() string    { return "dict" }
func (*pFile) pyType() string     { return "file" }
func (*pProperty) pyType() string { return "property" }
func (*pStatic) pyType() string   { return "staticmethod" }
func (*pClassFn) pyType() string  { return "classmethod" }
func (*pSuper) pyType() string    { return "super" }
func (*pIndex) pyType() string    { return "int" }
func (*pUnknown) pyType() string  { return "?" }
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

// mayBeEqual answers whether two values are equal: 1 yes, 0 no, -1 unknown.
func (e *evaluator) equal(a, b pv) int {
	a, b = e.resolve(a), e.resolve(b)
	if ua, ok := a.(*pUnknown); ok {
		if ub, ok := b.(*pUnknown); ok && ua.sym != "" && ua.sym == ub.sym {
			return 1
		}
		if len(ua.oneOf) > 0 && !ua.unbound {
			return e.equalAny(ua.oneOf, b)
		}
		return -1
	}
	if ub, ok := b.(*pUnknown); ok {
		if len(ub.oneOf) > 0 && !ub.unbound {
			return e.equalAny(ub.oneOf, a)
		}
		return -1
	}
	ka, oka := keyOf(a)
	kb, okb := keyOf(b)
	if oka && okb {
		if ka == kb {
			return 1
		}
		if pathLike(a) != pathLike(b) {
			return -1
		}
		return 0
	}
	sa, oka := e.sequence(a)
	sb, okb := e.sequence(b)
	if oka && okb && a.pyType() == b.pyType() && a.pyType() != "set" {
		return e.equalItems(sa, sb)
	}
	ta, tb := a.pyType(), b.pyType()
	if ra, ok := a.(*pRef); ok {
		if rb, ok := b.(*pRef); ok && ra.id == rb.id {
			return 1
		}
	}
	if plainType(ta) && plainType(tb) && ta != tb {
		return 0
	}
	return -1
}

func pathLike(v pv) bool { _, ok := v.(*pPath); return ok }

// plainType are the types that are never equal to one another, numbers aside.
func plainType(t string) bool {
	switch t {
	case "NoneType", "str", "list", "tuple", "dict":
		return true
	case "bool", "int":
		return true
	}
	return false
}

func (e *evaluator) equalAny(options []pv, b pv) int {
	out := -2
	for _, o := range options {
		r := e.equal(o, b)
		if r < 0 || out >= 0 && r != out {
			return -1
		}
		out = r
	}
	return out
}

func (e *evaluator) equalItems(a, b []pv) int {
	for _, l := range [][]pv{a, b} {
		for _, it := range l {
			if isRun(it) {
				return -1
			}
		}
	}
	if len(a) != len(b) {
		return 0
	}
	out := 1
	for i := range a {
		e.step(1)
		switch e.equal(a[i], b[i]) {
		case 0:
			return 0
		case -1:
			out = -1
		}
	}
	return out
}

func isRun(v pv) bool {
	u, ok := v.(*pUnknown)
	return ok && u.run
}

func isUnknown(v pv) bool {
	_, ok := v.(*pUnknown)
	return ok
}

// truth is the truth of a value: 1, 0, or -1 where it is unknown.
func (e *evaluator) truth(v pv) int {
	switch v := v.(type) {
	case pNone:
		return 0
	case pBool:
		return toTri(bool(v))
	case pInt:
		return toTri(v != 0)
	case *pStr:
		return toTri(v.s != "")
	case *pTuple:
		return truthOfItems(v.items)
	case *pRef:
		switch v.kind {
		case refList, refSet:
			return truthOfItems(e.items(v))
		case refDict:
			d := e.dict(v)
			if len(d.keys) > 0 {
				return 1
			}
			if d.open != nil {
				return -1
			}
			return 0
		case refIter:
			return 1
		}
		return -1
	case *pIndex:
		return -1
	case *pUnknown:
		if v.module {
			return 1
		}
		if r := e.resolve(v); r != pv(v) {
			return e.truth(r)
		}
		if len(v.oneOf) > 0 && !v.unbound {
			out := -2
			for _, o := range v.oneOf {
				t := e.truth(o)
				if t < 0 || out >= 0 && t != out {
					return -1
				}
				out = t
			}
			return out
		}
		return -1
	}
	return 1
}

func truthOfItems(items []pv) int {
	for _, it := range items {
		if !isRun(it) {
			return 1
		}
	}
	if len(items) > 0 {
		return -1
	}
	return 0
}

func toTri(b bool) int {
	if b {
		return 1
	}
	return 0
}

// symOf names a value so that equal names mean equal values; "" where it
// cannot be named.
func (e *evaluator) symOf(v pv) string {
	switch v := v.(type) {
	case *pUnknown:
		return v.sym
	case *pRef:
		if v.kind == refList || v.kind == refSet {
			return e.symOfItems("[", e.items(v))
		}
		return ""
	case *pTuple:
		return e.symOfItems("(", v.items)
	case *pModule:
		return "module " + v.name
	case *pPath:
		return "path " + v.p
	}
	k, _ := keyOf(v)
	return k
}

func (e *evaluator) symOfItems(open string, items []pv) string {
	if len(items) > 8 {
		return ""
	}
	parts := make([]string, len(items))
	for i, it := range items {
		if parts[i] = e.symOf(it); parts[i] == "" {
			return ""
		}
	}
	return open + strings.Join(parts, ",")
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
