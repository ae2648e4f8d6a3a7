package django

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// A settings file may be a template (cookiecutter, startproject): lines such as
// {% if x %} stand between its statements or elements, and what lies inside
// such a block may or may not be there.

// blockTemplated executes a file's statements; those inside a template's block
// as what may or may not be there.
func (e *evaluator) blockTemplated(src *python.File) flow {
	tags := templateTags(src)
	if len(tags) == 0 {
		return e.body(src.Root(), python.FieldBody)
	}
	return e.flowOf(func() flow {
		for n := range src.Root().All(python.FieldBody) {
			inside, touched := tags.at(n.Start(), n.End())
			if !inside && !touched {
				if f := e.block(one(n)); f.kind != flowNormal {
					return f
				}
				continue
			}
			base := len(e.pend)
			other := e.clone()
			f := e.block(one(n))
			e.pend = e.pend[:base]
			if f.kind == flowNormal && inside {
				e.merge(other, nil)
			} else if f.kind != flowNormal {
				e.st = other
			}
		}
		return flow{}
	})
}

func one(n python.Node) func(func(python.Node) bool) {
	return func(yield func(python.Node) bool) { yield(n) }
}

type templateTag struct {
	start, end int
	depth      int // blocks open behind the tag
}

type tagList []templateTag

// templateTags are the template and conflict lines of a file with how deep the
// blocks nest behind each. A merge conflict's sides count as blocks.
func templateTags(src *python.File) tagList {
	var out tagList
	depth := 0
	for _, err := range src.Errors {
		if err.Kind != python.ErrorTemplate && err.Kind != python.ErrorConflict {
			continue
		}
		text := strings.TrimLeft(strings.TrimSpace(string(src.Src[min(err.Start, len(src.Src)):min(err.End, len(src.Src))])), "{%-+ ")
		word := text
		if i := strings.IndexFunc(text, func(r rune) bool { return r < 'a' || r > 'z' }); i >= 0 {
			word = text[:i]
		}
		switch {
		case word == "if" || word == "for" || word == "ifequal" || word == "ifnotequal" || word == "with" || strings.HasPrefix(text, "<<<<<<<"):
			depth++
		case strings.HasPrefix(word, "end") || strings.HasPrefix(text, ">>>>>>>"):
			depth = max(0, depth-1)
		}
		out = append(out, templateTag{err.Start, err.End, depth})
	}
	return out
}

// at says whether a range begins inside a block, and whether a tag lies in it.
func (t tagList) at(start, end int) (inside, touched bool) {
	for _, tag := range t {
		if tag.start < start {
			inside = tag.depth > 0
		} else if tag.start < end {
			touched = true
		}
	}
	return inside, touched
}

// damage says which elements of a display a template may leave out.
type damage struct {
	any  bool
	tags tagList
	open int
}

func templateRange(n python.Node) damage {
	f := n.File()
	if f == nil || len(f.Errors) == 0 {
		return damage{}
	}
	d := damage{}
	before := 0
	for _, t := range templateTags(f) {
		if t.start < n.Start() {
			before = t.depth
		}
		if t.start >= n.Start() && t.start < n.End() {
			d.tags = append(d.tags, t)
		}
	}
	d.open = before
	for _, err := range f.Errors {
		if err.Start >= n.Start() && err.Start < n.End() && err.Kind != python.ErrorTemplate && err.Kind != python.ErrorConflict {
			d.any = true // something of it was not read
		}
	}
	return d
}

// holds says that an element lies in a block inside the display.
func (d damage) holds(el python.Node) bool {
	depth := d.open
	for _, t := range d.tags {
		if t.start < el.Start() {
			depth = t.depth
		}
	}
	return depth > d.open
}
