package python

// MaxSize is the number of bytes of a file that are read; what lies behind is
// reported and kept as a Bad statement.
const MaxSize = 16 << 20

// maxErrors bounds the errors kept per file.
const maxErrors = 1000

// maxFNesting is how deeply f-strings may nest; CPython stops at 150.
const maxFNesting = 150

// lexer turns a text into tokens in one pass. It closes what the source leaves
// open, so that the parser always sees balanced brackets, f-strings and
// indentation.
type lexer struct {
	src  []byte
	pos  int
	toks []token
	errs []Error

	comments []span
	stack    []open   // brackets, f-strings and their fields that are open
	indents  []uint32 // columns of the open blocks
	fdepth   int      // f-strings on the stack
	stmt     int      // index of the first token of the logical line
	suspect  bool     // an unterminated string lies in the open brackets
	wide     bool     // the encoding has two-byte characters with ASCII second bytes
	utf8     bool     // identifiers can be checked

	conflictDepth int // brackets open at the last "<<<<<<<" line, -1 for none
	rescan        int // bytes that the recovery of strings may still read twice
	work          int // bytes looked at more than once, for tests
}

// open is one entry of the lexer's stack.
type open struct {
	kind  openKind
	quote byte // of an f-string
	// triple and raw describe an f-string, and are copied to its fields.
	triple bool
	raw    bool
}

type openKind uint8

const (
	openParen openKind = iota
	openBracket
	openBrace
	openField   // code inside an f-string's braces
	openSpec    // the format behind a field's colon
	openFString // the text of an f-string
)

// closer is the token kind that closes an entry.
func (o openKind) closer() tk {
	switch o {
	case openParen:
		return tRParen
	case openBracket:
		return tRBracket
	case openBrace:
		return tRBrace
	case openField:
		return tFieldClose
	}
	return tFEnd
}

// run reads the whole text.
func (l *lexer) run() {
	l.conflictDepth = -1
	l.rescan = 4*len(l.src) + 1<<16
	if cap(l.toks) == 0 {
		l.toks = make([]token, 0, len(l.src)/5+16)
	}
	l.indents = append(l.indents[:0], 0)
	if hasBOM(l.src) {
		l.pos = 3
	}
	l.lineStart()
	for l.pos < len(l.src) {
		if n := len(l.stack); n > 0 && l.stack[n-1].kind >= openSpec {
			l.fText()
		} else {
			l.code()
		}
	}
	l.finish()
}

// finish closes what is open at the end of the text.
func (l *lexer) finish() {
	if len(l.stack) > 0 {
		at := l.lastEnd()
		l.fail(at, at, ErrorSyntax, "the file ends inside of "+l.openName())
		l.closeAll()
	}
	end := uint32(len(l.src))
	if n := len(l.toks); n > 0 && l.toks[n-1].kind != tNewline {
		at := l.lastEnd()
		l.toks = append(l.toks, token{start: uint32(at), end: uint32(at), kind: tNewline})
	}
	for i := len(l.indents) - 1; i > 0; i-- {
		l.toks = append(l.toks, token{start: end, end: end, kind: tDedent})
	}
	l.toks = append(l.toks, token{start: end, end: end, kind: tEOF})
}

// spend takes n bytes from what recovery may read twice and reports whether it
// may go on. Rules that look ahead ask with 0 before they do.
func (l *lexer) spend(n int) bool {
	l.rescan -= n
	l.work += n
	return l.rescan >= 0
}

func (l *lexer) openName() string {
	switch l.stack[len(l.stack)-1].kind {
	case openParen:
		return `"("`
	case openBracket:
		return `"["`
	case openBrace:
		return `"{"`
	}
	return "an f-string"
}

// lastEnd is the end of the last token.
func (l *lexer) lastEnd() int {
	if n := len(l.toks); n > 0 {
		return int(l.toks[n-1].end)
	}
	return 0
}

func (l *lexer) fail(start, end int, kind ErrorKind, message string) {
	if len(l.errs) < maxErrors {
		l.errs = append(l.errs, Error{Start: start, End: end, Kind: kind, Message: message})
	}
}

func (l *lexer) emit(kind tk, start, end int) {
	l.toks = append(l.toks, token{start: uint32(start), end: uint32(end), kind: kind})
	l.pos = end
}

// closeTo closes the entries above depth with tokens that the source lacks.
func (l *lexer) closeTo(depth int) {
	at := l.lastEnd()
	for i := len(l.stack) - 1; i >= depth; i-- {
		k := l.stack[i].kind
		if k == openSpec {
			continue // its field is below
		}
		if k == openFString {
			l.fdepth--
		}
		l.toks = append(l.toks, token{start: uint32(at), end: uint32(at), kind: k.closer()})
	}
	l.stack = l.stack[:depth]
}

func (l *lexer) closeAll() {
	l.closeTo(0)
	l.suspect = false
}

// eol returns the length of the line end at i, 0 where there is none.
func (l *lexer) eol(i int) int {
	if i >= len(l.src) {
		return 0
	}
	switch l.src[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(l.src) && l.src[i+1] == '\n' {
			return 2
		}
		return 1
	}
	return 0
}

// lineEnd is the offset of the line end behind i, or the end of the text.
func (l *lexer) lineEnd(i int) int {
	for i < len(l.src) && l.src[i] != '\n' && l.src[i] != '\r' {
		i++
	}
	return i
}

// lineStart reads indentation at the start of logical lines, skipping blank
// lines, comments, template tags and conflict markers.
func (l *lexer) lineStart() {
	src := l.src
	i := l.pos
	for {
		col := 0
		begin := i
	blanks:
		for i < len(src) {
			switch src[i] {
			case ' ':
				col++
			case '\t':
				col = col&^7 + 8
			case '\f':
				col = 0
			default:
				break blanks
			}
			i++
		}
	again:
		if i >= len(src) {
			l.pos = i
			return
		}
		switch src[i] {
		case '\n', '\r':
			i += l.eol(i)
			continue
		case '#':
			e := l.lineEnd(i)
			l.comments = append(l.comments, span{uint32(i), uint32(e)})
			i = e
			if i < len(src) {
				i += l.eol(i)
			}
			continue
		case '<', '=', '>', '|':
			if i == begin {
				if e := l.conflict(i); e > 0 {
					i = e
					continue
				}
			}
		case '{':
			if e := l.templateTag(i, true); e > 0 {
				i = e
				for i < len(src) && (src[i] == ' ' || src[i] == '\t') {
					i++
				}
				goto again
			}
		case '\\':
			// A continued blank line: the next line's code has this
			// line's indentation.
			if n := l.eol(i + 1); n > 0 {
				i += 1 + n
				for i < len(src) && (src[i] == ' ' || src[i] == '\t' || src[i] == '\f') {
					i++
				}
				goto again
			}
		}
		l.pos = i
		l.indent(i, uint32(col))
		l.stmt = len(l.toks)
		return
	}
}

// indent compares a column with those of the open blocks.
func (l *lexer) indent(at int, col uint32) {
	top := len(l.indents) - 1
	if col == l.indents[top] {
		return
	}
	pos := uint32(at)
	if col > l.indents[top] {
		l.indents = append(l.indents, col)
		l.toks = append(l.toks, token{start: pos, end: pos, kind: tIndent})
		return
	}
	for l.indents[top] > col {
		if l.indents[top-1] < col {
			// No block has this column: the innermost that is deeper
			// goes on with it.
			l.fail(at, at, ErrorSyntax, "indentation matches no open block")
			l.indents[top] = col
			break
		}
		top--
		l.toks = append(l.toks, token{start: pos, end: pos, kind: tDedent})
	}
	l.indents = l.indents[:top+1]
}

// newline ends the logical line with the n bytes at l.pos.
func (l *lexer) newline(n int) {
	l.emit(tNewline, l.pos, l.pos+n)
	l.suspect = false
	l.lineStart()
}

// code reads tokens of code until the text ends or an f-string's text begins.
func (l *lexer) code() {
	src := l.src
	for l.pos < len(src) {
		i := l.pos
		c := src[i]
		switch class[c] {
		case classBlank:
			l.pos++

		case classIdent:
			e := i + 1
			for e < len(src) && identByte[src[e]] {
				e++
			}
			if e < len(src) {
				switch src[e] {
				case '"', '\'':
					if e-i <= 3 {
						if kind := stringPrefix(src[i:e]); kind != prefixNone {
							if l.str(i, e, kind) {
								return
							}
							continue
						}
					}
				case '{':
					if t := l.templateName(i, e); t > 0 {
						l.emit(tName, i, t)
						continue
					}
				}
			}
			l.toks = append(l.toks, token{start: uint32(i), end: uint32(e), kind: keyword(src[i:e])})
			l.pos = e

		case classHigh:
			l.wideName(i)

		case classDigit:
			l.number(i)

		case classQuote:
			if l.str(i, i, prefixPlain) {
				return
			}

		case classNewline:
			n := l.eol(i)
			if len(l.stack) == 0 {
				l.newline(n)
				continue
			}
			l.pos += n
			l.innerLine()

		case classComment:
			e := l.lineEnd(i)
			l.comments = append(l.comments, span{uint32(i), uint32(e)})
			l.pos = e

		case classBackslash:
			if n := l.eol(i + 1); n > 0 {
				l.pos = i + 1 + n
				continue
			}
			if i+1 == len(src) {
				l.fail(i, i+1, ErrorSyntax, `the file ends behind "\"`)
			} else {
				l.fail(i, i+1, ErrorSyntax, `"\" is not followed by a line end`)
			}
			l.pos++

		default:
			if l.operator(i, c) {
				return
			}
		}
	}
}
