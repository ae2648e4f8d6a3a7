package web

// Attr is a typed attribute that layers put on a request for those further
// in, as Django's layers set request.user. Make it once with NewAttr and share
// the value; two attributes of the same name are different attributes. The zero
// Attr is none: it must not be used.
type Attr[T any] struct{ key *attrKey }

type attrKey struct {
	name   string
	hidden bool
}

// attrValue is one attribute of a request. They form a list, as a request has
// few of them and most have none.
type attrValue struct {
	key   *attrKey
	value any
	next  *attrValue
}

// NewAttr makes an attribute. The name is for observers and messages only.
func NewAttr[T any](name string) Attr[T] { return Attr[T]{&attrKey{name: name}} }

// NewHiddenAttr makes an attribute that observers do not see: where a bridge
// keeps what it has to know about a request.
func NewHiddenAttr[T any](name string) Attr[T] {
	return Attr[T]{&attrKey{name: name, hidden: true}}
}

// Name is the name given to NewAttr.
func (a Attr[T]) Name() string { return a.key.name }

// Get reads the attribute; false says that nobody set it.
func (a Attr[T]) Get(r *Request) (T, bool) {
	for v := r.attrs; v != nil; v = v.next {
		if v.key == a.key {
			value, _ := v.value.(T)
			r.observe(AttrRead, a.key, true)
			return value, true
		}
	}
	r.observe(AttrRead, a.key, false)
	var none T
	return none, false
}

// Value is Get without the second result: the zero value if nobody set it.
func (a Attr[T]) Value(r *Request) T {
	value, _ := a.Get(r)
	return value
}

// Set writes the attribute.
func (a Attr[T]) Set(r *Request, value T) {
	for v := r.attrs; v != nil; v = v.next {
		if v.key == a.key {
			v.value = value
			r.observe(AttrWrite, a.key, true)
			return
		}
	}
	r.attrs = &attrValue{a.key, value, r.attrs}
	r.observe(AttrWrite, a.key, false)
}

// Delete removes the attribute.
func (a Attr[T]) Delete(r *Request) {
	for p := &r.attrs; *p != nil; p = &(*p).next {
		if (*p).key == a.key {
			*p = (*p).next
			r.observe(AttrDelete, a.key, true)
			return
		}
	}
	r.observe(AttrDelete, a.key, false)
}

// AttrOp is what was done to an attribute.
type AttrOp uint8

const (
	AttrRead   AttrOp = iota // Get or Value
	AttrWrite                // Set
	AttrDelete               // Delete
)

// String is "read", "write" or "delete".
func (op AttrOp) String() string {
	switch op {
	case AttrRead:
		return "read"
	case AttrWrite:
		return "write"
	case AttrDelete:
		return "delete"
	}
	return "unknown"
}

// AttrEvent is one access to an attribute of a request.
type AttrEvent struct {
	Op    AttrOp
	Name  string
	Found bool // the attribute was there before
}
