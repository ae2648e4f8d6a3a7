package layers

import (
	"maps"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// bits say what a value may be.
type bits uint32

const (
	isNone     bits = 1 << iota
	isFalsy         // False, 0, "": neither None nor true
	isRequest       // the request
	isResponse      // the response that the hook was given
	isNext          // what get_response answered
	isFresh         // a response made here
	isOpaque        // something that was not read; with isNone|isFalsy where it may be empty
	isOther         // surely no response: a number, a text, a list
	isSelf          // the layer
	isClass         // its class
	isCallNext      // get_response
	isWrapNext      // something made from get_response
	isHeaders       // a response's headers
	isCookies       // a response's cookies
	isSession       // request.session
	isLocal         // a thread-local object, named by text
	isSuper         // super()
	isError         // an exception
	isView          // a view: to call it answers
	isGuard         // a view, or get_response, behind a decorator that looks at the user
)

const (
	anything   = isOpaque | isNone | isFalsy
	isReply    = isResponse | isNext | isFresh // surely a response
	maxOrigins = 8
)

// value is what an expression may be.
type value struct {
	bits bits
	// made are the places where a fresh or opaque value comes from.
	made []origin
	kind string // of a fresh response: "redirect", …
	// attr is the request attribute that a default-guarded getattr read.
	attr string
	// implied are the request attributes that are there if the value is true;
	// impliedSome says that not being None is enough.
	implied     map[string]bool
	impliedSome bool
	// fn is a function of the tree, a method or a local function.
	fn *function
	// alts are several such functions, where branches differ.
	alts []*function
	// path is the dotted path of something outside of the tree, or of a class.
	path string
	cls  *class
	// text is the source text of a thread-local.
	text  string
	str   string // of a text that is known
	owner *class // for super(): where the search starts
	from  Descent
	// iterator is the kind of a generator: "sync" or "async".
	iterator string
}

// origin is a place in a module.
type origin struct {
	mod  *module
	node python.Node
}

// function is something to call whose body can be read.
type function struct {
	mod    *module
	node   python.Node // FunctionDef or Lambda
	name   string
	owner  *class // for methods
	static string // "staticmethod" or "classmethod"
	bound  bool   // called on an instance or by super()
	env    map[string]value
}

func (v value) has(b bits) bool { return v.bits&b != 0 }

// only says that the value can be nothing else.
func (v value) only(b bits) bool { return v.bits != 0 && v.bits&^b == 0 }

func join(a, b value) value {
	switch {
	case a.bits == 0:
		return b
	case b.bits == 0:
		return a
	}
	out := a
	out.bits |= b.bits
	out.made = joinOrigins(a.made, b.made)
	if a.kind != b.kind {
		switch {
		case a.kind == "":
			out.kind = b.kind
		case b.kind != "":
			out.kind = ""
		}
	}
	if a.attr != b.attr {
		out.attr = ""
	}
	if a.impliedSome != b.impliedSome || !maps.Equal(a.implied, b.implied) {
		out.implied, out.impliedSome = nil, false
	}
	if a.path != b.path {
		out.path = ""
	}
	if a.fn != b.fn {
		out.fn = nil
		out.alts = nil
		for _, f := range append(a.functions(), b.functions()...) {
			if len(out.alts) < maxOrigins {
				out.alts = append(out.alts, f)
			}
		}
	}
	if a.cls != b.cls {
		out.cls = nil
	}
	if a.str != b.str {
		out.str = ""
	}
	if a.text != b.text {
		out.text = ""
	}
	if a.iterator != b.iterator {
		out.iterator = ""
	}
	out.from = min(a.from, b.from)
	return out
}

// functions are all functions that the value may be.
func (v value) functions() []*function {
	if v.fn != nil {
		return []*function{v.fn}
	}
	return v.alts
}

func joinOrigins(a, b []origin) []origin {
	out := a
	for _, o := range b {
		found := false
		for _, x := range out {
			found = found || x == o
		}
		if !found && len(out) < maxOrigins {
			out = append(out[:len(out):len(out)], o)
		}
	}
	return out
}

// truthy is the value where a test of it holds, falsy where it does not.
func (v value) truthy() value {
	v.bits &^= isNone | isFalsy
	return v
}

func (v value) falsy() value {
	keep := isNone | isFalsy | isOther
	if v.bits&(isNone|isFalsy) == 0 {
		keep |= isOpaque
	}
	v.bits &= keep
	if v.bits == 0 {
		v.bits = isFalsy
	}
	v.made = nil
	return v
}

// phases is where on the way a state may be.
type phases uint8

const (
	before phases = 1 << iota
	after
)

// name is the phase in the terms of facts.
func (p phases) name() Phase {
	switch p {
	case before:
		return RequestPhase
	case after:
		return ResponsePhase
	}
	return EitherPhase
}

// state is what is known at one point of a function.
type state struct {
	env     map[string]value
	phase   phases
	present map[string]bool // request attributes that are surely there, by reason
	reason  map[string]string
	absent  map[string]bool // response headers that are surely not there
	stream  stream
	dead    bool // this point is not reached
	cond    int  // branches around it
	left    bool // an earlier branch may have left the function
	setting string
	// fixed says that settings alone decide whether this point is reached.
	fixed bool
	loop  int
}

// stream is what is known of the kind of the response.
type stream uint8

const (
	streamUnknown stream = iota
	streamYes
	streamNo
)

func newState() *state {
	return &state{
		env: map[string]value{}, phase: before, present: map[string]bool{}, reason: map[string]string{}, absent: map[string]bool{},
	}
}

func (s *state) copy() *state {
	c := *s
	c.env = maps.Clone(s.env)
	c.present = maps.Clone(s.present)
	c.reason = maps.Clone(s.reason)
	c.absent = maps.Clone(s.absent)
	return &c
}

// set takes over another state's knowledge.
func (s *state) set(o *state) { *s = *o }

// merge makes s what holds after either of two branches.
func (s *state) merge(a, b *state) {
	cond, setting, fixed, loop := s.cond, s.setting, s.fixed, s.loop
	switch {
	case a.dead && b.dead:
		s.set(a)
		s.left = a.left || b.left
	case a.dead:
		s.set(b)
		s.left = true
	case b.dead:
		s.set(a)
		s.left = true
	default:
		s.set(a.copy())
		for name, v := range b.env {
			if have, ok := s.env[name]; ok {
				s.env[name] = join(have, v)
			} else {
				s.env[name] = v
			}
		}
		s.phase |= b.phase
		s.left = a.left || b.left
		keep(s.present, b.present)
		keep(s.absent, b.absent)
		if a.stream != b.stream {
			s.stream = streamUnknown
		}
	}
	s.cond, s.setting, s.fixed, s.loop = cond, setting, fixed, loop
}

// orLocals marks the thread-locals that another state has set as set here: where
// settings choose between the two, each request takes the same one.
func (s *state) orLocals(o *state) {
	for k := range o.present {
		if strings.HasPrefix(k, localKey) {
			s.has(k, "own")
		}
	}
}

func keep(a, b map[string]bool) {
	for k := range a {
		if !b[k] {
			delete(a, k)
		}
	}
}
