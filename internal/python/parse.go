package python

import (
	"slices"
	"unicode/utf8"
)

// maxDepth bounds how deeply blocks and expressions may nest before the rest is
// skipped. CPython stops at 100 blocks and 200 brackets.
const maxDepth = 600

// maxLong bounds how many operators of chains ("a + b + ...", "a.b.c...", elif)
// may deepen the tree beyond longChain per chain.
const (
	longChain = 400
	maxLong   = 50_000
)

// Parse reads src. It never fails: what is wrong with the text is in the
// File's Errors. src must not change while the File is in use.
func Parse(src []byte) *File {
	f := &File{Src: src}
	text := src
	var errs []Error
	if len(text) > MaxSize {
		cut := lastLine(text, MaxSize)
		text = text[:cut]
		errs = append(errs, Error{Start: cut, End: len(src), Kind: ErrorLimit,
			Message: "the file is larger than 16 MiB; the rest is not read"})
	}
	enc := detectEncoding(text)
	f.Encoding, f.wide, f.valid = enc.name, enc.wide, enc.valid
	errs = append(errs, enc.errs...)
	if enc.unreadable || len(text) == 0 {
		p := parser{src: text, toks: []token{{kind: tEOF}}}
		p.node(KindModule, 0)
		if len(src) > 0 {
			p.addRest(&list{}, 0, len(src))
		}
		f.nodes, f.Errors = p.nodes, sortErrors(errs)
		p.nodes[0].end = uint32(len(src))
		return f
	}
	f.limit = len(text)
	l := f.lexer()
	l.run()
	marks := make([]uint32, 0, len(l.errs))
	for _, e := range l.errs {
		if e.Start < e.End { // the others lie between tokens, behind what they are about
			marks = append(marks, uint32(e.Start))
		}
	}
	slices.Sort(marks)
	p := parser{src: text, toks: l.toks, marks: marks}
	p.module(len(src))
	if p.ambiguous && p.evidence2 > 0 && p.evidence3 == 0 && !p.printFunction {
		q := parser{src: text, toks: l.toks, marks: marks, py2: true, work: p.work + len(l.toks)}
		q.module(len(src))
		if len(q.errs) <= len(p.errs) {
			p = q
		} else {
			p.evidence3++ // the reading as Python 2 fits less
			p.work = q.work
		}
	}
	errs = append(errs, l.errs...)
	errs = append(errs, p.errs...)
	if len(l.errs) >= maxErrors || len(p.errs) >= maxErrors {
		errs = append(errs, Error{Start: len(src), End: len(src), Kind: ErrorLimit,
			Message: "there are more errors than are listed"})
	}
	f.Errors = sortErrors(errs)
	f.nodes = p.nodes
	f.comments = l.comments
	f.legacy = p.py2 || p.evidence2 > 0 && p.evidence3 == 0
	f.work = len(l.toks) + l.work + p.work + len(text)
	return f
}

// lexer is a new lexer for the part of the file that is read, nil for a file of
// which nothing is.
func (f *File) lexer() *lexer {
	if f.limit == 0 {
		return nil
	}
	return &lexer{src: f.Src[:f.limit], wide: f.wide, utf8: f.valid}
}

// lastLine is the offset behind the last line end before limit, or limit.
func lastLine(text []byte, limit int) int {
	for i := limit; i > limit-1<<16 && i > 0; i-- {
		if text[i-1] == '\n' {
			return i
		}
	}
	for !utf8.RuneStart(text[limit]) && limit > 0 {
		limit--
	}
	return limit
}

// parser builds the tree from the tokens.
type parser struct {
	src   []byte
	toks  []token
	i     int
	k     tk // kind of toks[i]
	nodes []node
	errs  []Error
	marks []uint32 // where the lexer found errors

	depth   int
	long    int
	inAsync bool // the innermost function is an async def
	failed  bool // an error of this statement was reported

	py2           bool // read what both versions know as Python 2 does
	ambiguous     bool // there is such a thing
	evidence2     int  // constructs only Python 2 has
	evidence3     int  // constructs only Python 3 has
	printFunction bool // from __future__ import print_function

	decorators []int32 // scratch
	work       int     // tokens looked at more than once
}

// list appends children to a parent.
type list struct{ parent, last int32 }

func (p *parser) add(b *list, id int32, fd Field) {
	n := &p.nodes[id]
	n.parent = b.parent
	n.field = fd
	parent := &p.nodes[b.parent]
	if n.start < parent.start && fd != FieldDecorators {
		parent.start = n.start // what is missing stands before the blanks
	}
	if b.last == 0 {
		parent.first = id
	} else {
		p.nodes[b.last].next = id
	}
	b.last = id
}

// node appends a node that begins at start and, until it is finished, ends there.
func (p *parser) node(kind Kind, start uint32) int32 {
	p.nodes = append(p.nodes, node{start: start, end: start, kind: kind})
	return int32(len(p.nodes) - 1)
}

func (p *parser) leaf(kind Kind) int32 {
	t := &p.toks[p.i]
	p.nodes = append(p.nodes, node{start: t.start, end: t.end, kind: kind})
	p.i++
	p.k = p.toks[p.i].kind
	return int32(len(p.nodes) - 1)
}

// wrap makes a new node whose first child is id.
// start is that of its first token, which may be a parenthesis around id.
func (p *parser) wrap(kind Kind, start uint32, id int32, fd Field) (int32, list) {
	w := p.node(kind, min(start, p.nodes[id].start)) // what is missing has its place before
	b := list{parent: w}
	p.add(&b, id, fd)
	p.nodes[w].end = p.nodes[id].end
	return w, b
}

// finish ends a node where the last token ended. A node of no tokens stands
// there too.
func (p *parser) finish(id int32) int32 {
	n := &p.nodes[id]
	n.end = p.prevEnd()
	n.start = min(n.start, n.end)
	return id
}

func (p *parser) prevEnd() uint32 {
	for i := p.i - 1; i >= 0; i-- {
		switch t := &p.toks[i]; t.kind {
		case tNewline, tIndent, tDedent:
		default:
			return t.end
		}
	}
	return 0
}

func (p *parser) start() uint32 { return p.toks[p.i].start }

func (p *parser) next() {
	if p.i < len(p.toks)-1 {
		p.i++
	}
	p.k = p.toks[p.i].kind
}

func (p *parser) peek(n int) tk {
	if p.i+n < len(p.toks) {
		return p.toks[p.i+n].kind
	}
	return tEOF
}

// accept skips a token of the kind.
func (p *parser) accept(k tk) bool {
	if p.k == k {
		p.next()
		return true
	}
	return false
}

// fail reports an error at the current token, once per statement.
func (p *parser) fail(message string) {
	t := p.toks[p.i]
	if t.kind == tInvalid {
		p.failed = true // the lexer has reported it
		return
	}
	p.failAt(int(t.start), int(t.end), message)
}

func (p *parser) failAt(start, end int, message string) {
	if !p.failed && len(p.errs) < maxErrors {
		p.errs = append(p.errs, Error{Start: start, End: end, Kind: ErrorSyntax, Message: message})
	}
	p.failed = true
}

func (p *parser) limit(message string) {
	t := p.toks[p.i]
	if len(p.errs) < maxErrors {
		p.errs = append(p.errs, Error{Start: int(t.start), End: int(t.end), Kind: ErrorLimit, Message: message})
	}
	p.failed = true
}

// module reads all statements.
func (p *parser) module(size int) {
	if cap(p.nodes) == 0 {
		p.nodes = make([]node, 0, len(p.toks)*5/6+16)
	}
	p.node(KindModule, 0)
	b := list{}
	p.k = p.toks[0].kind
	p.statements(&b, FieldBody, true)
	if len(p.src) < size {
		p.addRest(&b, len(p.src), size)
	}
	p.nodes[0].end = uint32(size)
}

// addRest adds a Bad statement for text that is not read.
func (p *parser) addRest(b *list, start, end int) {
	id := p.node(KindBad, uint32(start))
	p.nodes[id].end = uint32(end)
	p.nodes[id].flags |= FlagIncomplete
	p.add(b, id, FieldBody)
}

// skipLine skips to the end of the logical line, or, with semicolon, to the
// next ";" outside of brackets.
func (p *parser) skipLine(semicolon bool) {
	depth := 0
	for {
		switch k := p.k; {
		case k == tNewline || k == tEOF || k == tIndent || k == tDedent:
			return
		case k == tSemicolon && depth == 0 && semicolon:
			return
		case k.isOpener() || k == tFStart:
			depth++
		case k.isCloser() || k == tFEnd:
			depth--
		}
		p.next()
	}
}

// skipElement skips to the next comma, or to the closer, of the innermost open
// bracket.
func (p *parser) skipElement(comma bool) {
	depth := 0
	for {
		switch k := p.k; {
		case k == tNewline || k == tEOF || k == tIndent || k == tDedent:
			return
		case k == tComma && depth == 0 && comma:
			return
		case k.isOpener() || k == tFStart:
			depth++
		case k.isCloser() || k == tFEnd:
			if depth == 0 {
				return
			}
			depth--
		}
		p.next()
	}
}

// spoil makes an expression that is followed by something unexpected a BadExpr
// up to the next comma or the closer.
func (p *parser) spoil(id int32, message string) int32 {
	p.fail(message)
	p.skipElement(true)
	return p.bury(id)
}

// bury puts an expression under a BadExpr that ends where the last token ended.
func (p *parser) bury(id int32) int32 {
	w := p.node(KindBadExpr, p.nodes[id].start)
	b := list{parent: w}
	p.add(&b, id, FieldNone)
	p.nodes[w].end = max(p.prevEnd(), p.nodes[id].end)
	return w
}

// missing reports that an expression was expected and returns one of no width.
func (p *parser) missing(message string) int32 {
	p.fail(message)
	at := max(p.prevEnd(), 0)
	return p.node(KindBadExpr, at)
}

// tooDeep skips the rest of an element that nests too deeply.
func (p *parser) tooDeep() int32 {
	p.limit("nested too deeply; the rest is not read")
	id := p.node(KindBadExpr, p.start())
	p.skipElement(true)
	return p.finish(id)
}

// closeBracket ends a bracketed node with its closer.
func (p *parser) closeBracket(id int32, closer tk) {
	if p.k != closer {
		p.fail("this does not go on in the open bracket")
		p.nodes[id].flags |= FlagIncomplete
		p.skipElement(false)
	}
	if p.k == closer {
		if t := p.toks[p.i]; t.start == t.end {
			p.nodes[id].flags |= FlagIncomplete
		}
		p.next()
	}
	p.finish(id)
	p.distrust(id)
}

// distrust flags a node in which the lexer found an error: a marker, a tag, a
// bracket that was skipped. It may hold more or less than it seems to.
func (p *parser) distrust(id int32) {
	if len(p.marks) == 0 {
		return
	}
	n := &p.nodes[id]
	i, _ := slices.BinarySearch(p.marks, n.start)
	if i < len(p.marks) && p.marks[i] < n.end {
		n.flags |= FlagIncomplete
	}
}

// chain counts one more step of a chain of n. It reports whether the tree may
// become deeper.
func (p *parser) chain(n int) bool {
	if n > longChain {
		p.long++
	}
	return p.long <= maxLong
}
