package layers

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Loader reaches the modules of a tree. It must give the same answer to the
// same question.
type Loader interface {
	// Module finds a dotted module inside the tree.
	Module(dotted string) (m Module, ok bool)
	// HasTop says whether the tree holds the top package of a dotted path.
	HasTop(dotted string) bool
}

// Module is one Python module of the tree.
type Module struct {
	Name    string       // dotted name
	File    string       // as it is shown in positions
	Package bool         // its file is a package's __init__.py
	Src     *python.File // nil for a package without one
}

// Options say how to read. The zero value reads for the newest Django without
// a catalog.
type Options struct {
	// Catalog describes layers and bases outside of the tree; may be nil.
	Catalog *catalog.Catalog
	// Django is the version to read for; zero where it is not known.
	Django stack.Version
}

// Reader reads layers. It caches what it has read and is not safe for use by
// several goroutines at once.
type Reader struct {
	loader  Loader
	opts    Options
	modules map[string]*module
	names   map[nameKey][]target
	classes map[classKey]*class
	layers  map[string]*Layer

	exported map[*class]*Class
}

// NewReader makes a Reader for one tree.
func NewReader(loader Loader, opts Options) *Reader {
	return &Reader{
		loader: loader, opts: opts,
		modules: map[string]*module{}, names: map[nameKey][]target{}, classes: map[classKey]*class{}, layers: map[string]*Layer{},
		exported: map[*class]*Class{},
	}
}

// Layer reads the layer with a dotted path. It never returns nil; what cannot
// be found or read has unknown facts. The result is shared: do not change it.
func (r *Reader) Layer(path string) *Layer {
	if l, ok := r.layers[path]; ok {
		return l
	}
	l := r.read(path)
	r.layers[path] = l
	return l
}

func (r *Reader) read(path string) *Layer {
	l := &Layer{Path: path, Target: path, Style: StyleUnknown}
	l.Init.Takes = TakesUnknown
	targets := r.resolvePath(path, 0)
	t := targets[0]
	for _, o := range targets[1:] {
		if o.kind != t.kind || t.kind != targetClass && t.kind != targetFunction {
			t = target{kind: targetUnknown, mod: t.mod, node: t.node}
			break
		}
	}
	if t.path != "" && (t.kind == targetClass || t.kind == targetFunction) {
		l.Target = t.path
	}
	switch t.kind {
	case targetClass:
		l.Origin = FromTree
		r.readClass(l, r.class(t.mod, t.node))
		r.others(l, targets)
	case targetFunction:
		l.Origin = FromTree
		r.readFactory(l, t)
		r.others(l, targets)
	case targetExternal:
		r.readExternal(l, t.path)
	case targetMissing:
		l.Origin = FromNowhere
	default:
		l.Origin = FromUnclear
		if len(targets) == 1 {
			r.thing(l, t)
		}
		if t.mod != nil && !t.node.IsZero() {
			l.Span = r.span(t.mod, t.node)
			l.unclear(l.Span, "made by code that is not read: "+short(t.node.Text()))
		}
	}
	l.finish()
	return l
}

// others looks at further definitions of a layer, in other branches: the first
// one's facts stand, but they are not all.
func (r *Reader) others(l *Layer, targets []target) {
	for _, t := range targets[1:] {
		l.unclear(r.span(t.mod, t.node), "it has another definition here, which was not read")
		if t.kind == targetClass {
			other := &Layer{Path: l.Path}
			r.readClass(other, r.class(t.mod, t.node))
			if other.Style != l.Style {
				l.Style = StyleUnknown
			}
		}
	}
	if len(targets) > 1 {
		for i := range l.Hooks {
			l.Hooks[i].Conditional = true
		}
	}
}

// unclear records that a part of the layer is not known.
func (l *Layer) unclear(span stack.Span, why string) {
	l.Whole = No
	l.Unclear = append(l.Unclear, Site{Text: why, Span: span})
}

// span is the place of a node; of a definition its name.
func (r *Reader) span(m *module, n python.Node) stack.Span {
	if m == nil || n.IsZero() {
		return stack.Span{}
	}
	start, end := n.Start(), n.End()
	if k := n.Kind(); k == python.KindFunctionDef || k == python.KindClassDef {
		if s, e := n.NameRange(); e > s {
			start, end = s, e
		}
	}
	return spanOf(m, start, end)
}

func spanOf(m *module, start, end int) stack.Span {
	s := stack.Span{File: m.File, Start: start, End: end}
	s.Line, s.Column = m.Src.Position(start)
	s.EndLine, s.EndColumn = m.Src.Position(end)
	return s
}

// short is a source text on one line, cut to a length that fits a message.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}
