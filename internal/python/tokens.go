package python

import (
	"iter"
	"strconv"
)

// TokenKind sorts the tokens of Tokens.
type TokenKind uint8

// The kinds of tokens.
const (
	TokenName TokenKind = iota
	TokenKeyword
	TokenNumber
	TokenString
	TokenFStringStart // prefix and quotes of an f-string or t-string
	TokenFStringText  // its text between fields
	TokenFStringEnd   // its closing quotes
	TokenOperator     // operators, brackets and other punctuation
	TokenNewline      // the end of a logical line
	TokenBlank        // blanks, line ends that end no logical line, continued lines
	TokenComment
	TokenSkipped // what is no Python: markers, tags, stray bytes
)

// String names the kind in one lower case word.
func (k TokenKind) String() string {
	names := [...]string{"name", "keyword", "number", "string", "fstring-start", "fstring-text",
		"fstring-end", "operator", "newline", "blank", "comment", "skipped"}
	if int(k) >= len(names) {
		return "TokenKind(" + strconv.Itoa(int(k)) + ")"
	}
	return names[k]
}

// Token is a piece of the source. No token is empty; the tokens of a file lie
// side by side from its first byte to its last.
type Token struct {
	Kind       TokenKind
	Start, End int // byte offsets in Src
}

// Tokens yields the file's tokens in order; their texts together are Src. They
// are read anew on each call, a File does not keep them.
func (f *File) Tokens() iter.Seq[Token] {
	return func(yield func(Token) bool) {
		at := 0
		emit := func(kind TokenKind, end int) bool {
			start := at
			at = end
			return start >= end || yield(Token{kind, start, end})
		}
		l := f.lexer()
		if l != nil {
			l.run()
			for _, t := range l.toks {
				if t.start == t.end {
					continue
				}
				if !f.gap(at, int(t.start), emit) {
					return
				}
				if !emit(publicKind(t.kind), int(t.end)) {
					return
				}
			}
			if !f.gap(at, len(l.src), emit) {
				return
			}
		}
		emit(TokenSkipped, len(f.Src)) // behind MaxSize, or not readable at all
	}
}

// gap emits what lies between two tokens.
func (f *File) gap(i, end int, emit func(TokenKind, int) bool) bool {
	src := f.Src
	for i < end {
		kind := TokenSkipped
		e := i
		switch {
		case i == 0 && hasBOM(src):
			kind, e = TokenBlank, 3
		case src[i] == '#':
			kind = TokenComment
			for e < end && src[e] != '\n' && src[e] != '\r' {
				e++
			}
		case isBlank(src, i):
			kind = TokenBlank
			for e < end && isBlank(src, e) {
				e++
			}
		default:
			// A marker's line may hold anything, "#" too.
			for e < end && src[e] != '\n' && src[e] != '\r' {
				e++
			}
		}
		e = min(max(e, i+1), end)
		if !emit(kind, e) {
			return false
		}
		i = e
	}
	return true
}

// isBlank reports whether the byte at i is a blank, a line end or a backslash
// before one.
func isBlank(src []byte, i int) bool {
	switch src[i] {
	case ' ', '\t', '\f', '\n', '\r':
		return true
	case '\\':
		return i+1 < len(src) && (src[i+1] == '\n' || src[i+1] == '\r')
	}
	return false
}

func publicKind(k tk) TokenKind {
	switch {
	case k.isName():
		return TokenName
	case k.isKeyword():
		return TokenKeyword
	}
	switch k {
	case tNumber:
		return TokenNumber
	case tString:
		return TokenString
	case tFStart:
		return TokenFStringStart
	case tFMiddle:
		return TokenFStringText
	case tFEnd:
		return TokenFStringEnd
	case tNewline:
		return TokenNewline
	case tInvalid:
		return TokenSkipped
	}
	return TokenOperator
}
