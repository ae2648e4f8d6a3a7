package config

import (
	"strconv"
	"strings"
)

// The bounds of a configuration file: what is beyond is no file that a person
// wrote, and the reader of TOML takes quadratic time for some of it.
const (
	maxBytes = 1 << 20
	maxDepth = 40 // nested values
	maxParts = 40 // parts of one dotted key
)

// place is where a value of a TOML document stands. The reader of TOML tells
// positions of keys for its own errors only, and none of the elements of arrays.
type place struct {
	key, end        int // the key, as written; 0, 0 for elements of arrays
	value, valueEnd int
	table           map[string]*place
	array           []*place
	tableArray      bool
}

func (p *place) child(key string) *place {
	if p == nil {
		return nil
	}
	return p.table[key]
}

func (p *place) element(i int) *place {
	if p == nil || i >= len(p.array) {
		return nil
	}
	return p.array[i]
}

// scanner finds the places of a document that is well-formed. Of any other it
// finds some, and never fails; what is wrong with it is for the reader to say.
type scanner struct {
	src  string
	i    int
	deep bool // nested deeper than the bounds allow
}

// locate finds the places in a document. deep says that it is nested deeper than
// is read.
func locate(src string) (root *place, deep bool) {
	s := &scanner{src: src}
	root = &place{table: map[string]*place{}}
	current := root
	for !s.deep {
		s.space(true)
		switch {
		case s.i >= len(s.src):
			return root, false
		case s.peek() == '[':
			current = s.header(root)
		default:
			s.assignment(current, 0)
		}
		if current == nil {
			current = &place{table: map[string]*place{}}
		}
		s.line()
	}
	return root, true
}

func (s *scanner) peek() byte {
	if s.i < len(s.src) {
		return s.src[s.i]
	}
	return 0
}

// space passes blanks, and with lines also newlines and comments.
func (s *scanner) space(lines bool) {
	for s.i < len(s.src) {
		switch c := s.src[s.i]; {
		case c == ' ' || c == '\t':
			s.i++
		case lines && (c == '\n' || c == '\r'):
			s.i++
		case lines && c == '#':
			s.line()
		case lines && s.i == 0 && strings.HasPrefix(s.src, "\ufeff"):
			s.i = 3
		default:
			return
		}
	}
}

// line goes to the end of the line.
func (s *scanner) line() {
	if n := strings.IndexByte(s.src[s.i:], '\n'); n >= 0 {
		s.i += n
	} else {
		s.i = len(s.src)
	}
}

// part is one part of a dotted key.
type part struct {
	name       string
	start, end int
}

// keys reads a dotted key up to what ends it.
func (s *scanner) keys() []part {
	var out []part
	for {
		s.space(false)
		p := part{start: s.i}
		if c := s.peek(); c == '"' || c == '\'' {
			s.text(c)
			p.name = unquote(s.src[p.start:s.i])
		} else {
			for s.i < len(s.src) && strings.IndexByte(" \t.=]#\r\n\"'[{},", s.src[s.i]) < 0 {
				s.i++
			}
			p.name = s.src[p.start:s.i]
		}
		p.end = s.i
		if p.end == p.start {
			return out
		}
		out = append(out, p)
		if len(out) > maxParts {
			s.deep = true
			return out
		}
		s.space(false)
		if s.peek() != '.' {
			return out
		}
		s.i++
	}
}

func unquote(text string) string {
	if strings.HasPrefix(text, `"`) {
		if u, err := strconv.Unquote(text); err == nil {
			return u
		}
	}
	if len(text) < 2 {
		return text
	}
	return text[1 : len(text)-1]
}

// header reads "[a.b]" or "[[a.b]]" and gives the table it opens.
func (s *scanner) header(root *place) *place {
	s.i++
	array := s.peek() == '['
	if array {
		s.i++
	}
	at := root
	parts := s.keys()
	for n, p := range parts {
		if at = at.enter(p, array && n == len(parts)-1); at == nil {
			return nil
		}
	}
	return at
}

// enter gives the table of a key, made where it is not there; of an array of
// tables its last one, and with add a new one.
func (p *place) enter(k part, add bool) *place {
	if p.table == nil {
		return nil
	}
	next := p.table[k.name]
	if next == nil {
		next = &place{key: k.start, end: k.end, tableArray: add}
		if !add {
			next.table = map[string]*place{}
		}
		p.table[k.name] = next
	}
	if add {
		if !next.tableArray {
			return nil
		}
		next.array = append(next.array, &place{key: k.start, end: k.end, table: map[string]*place{}})
	}
	if next.tableArray {
		return next.array[len(next.array)-1]
	}
	return next
}

// assignment reads "a.b = value" into a table.
func (s *scanner) assignment(at *place, depth int) {
	parts := s.keys()
	s.space(false)
	if s.peek() != '=' || len(parts) == 0 {
		return
	}
	s.i++
	for _, p := range parts[:len(parts)-1] {
		if at = at.enter(p, false); at == nil {
			return
		}
	}
	last := parts[len(parts)-1]
	v := &place{key: last.start, end: last.end}
	s.space(false)
	s.read(v, depth)
	if at.table != nil {
		at.table[last.name] = v
	}
}

// read passes one value.
func (s *scanner) read(v *place, depth int) {
	if depth > maxDepth {
		s.deep = true
		return
	}
	v.value = s.i
	switch c := s.peek(); c {
	case '"', '\'':
		s.text(c)
	case '[':
		s.i++
		for s.more(']') {
			e := &place{}
			s.read(e, depth+1)
			v.array = append(v.array, e)
			if !s.comma() {
				break
			}
		}
		s.close(']')
	case '{':
		s.i++
		v.table = map[string]*place{}
		for s.more('}') {
			s.assignment(v, depth+1)
			if !s.comma() {
				break
			}
		}
		s.close('}')
	default:
		for s.i < len(s.src) && strings.IndexByte(",]}\r\n#", s.src[s.i]) < 0 {
			s.i++
		}
		s.i = v.value + len(strings.TrimRight(s.src[v.value:s.i], " \t"))
	}
	v.valueEnd = s.i
}

func (s *scanner) more(end byte) bool {
	s.space(true)
	return !s.deep && s.i < len(s.src) && s.peek() != end
}

func (s *scanner) comma() bool {
	s.space(true)
	if s.peek() != ',' {
		return false
	}
	s.i++
	return true
}

func (s *scanner) close(end byte) {
	if s.peek() == end {
		s.i++
	}
}

// text passes a string of any of the four forms.
func (s *scanner) text(quote byte) {
	long := strings.Repeat(string(quote), 3)
	if strings.HasPrefix(s.src[s.i:], long) {
		s.i += 3
		for s.i < len(s.src) {
			switch {
			case quote == '"' && s.src[s.i] == '\\':
				s.i += 2
			case strings.HasPrefix(s.src[s.i:], long):
				s.i += 3
				// Up to two quotes may stand right before the closing ones.
				for n := 0; n < 2 && s.peek() == quote; n++ {
					s.i++
				}
				return
			default:
				s.i++
			}
		}
		s.i = len(s.src)
		return
	}
	s.i++
	for s.i < len(s.src) && s.src[s.i] != '\n' {
		switch {
		case quote == '"' && s.src[s.i] == '\\':
			s.i += 2
		case s.src[s.i] == quote:
			s.i++
			return
		default:
			s.i++
		}
	}
	s.i = min(s.i, len(s.src))
}
