package classes

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// use is a place where the project names one of its classes.
type use struct {
	class *layers.Class
	src   *source
	node  python.Node // the Name or Attribute
}

// uses reports the places where a layer that was rewritten is built without
// get_response, as tests do. They are not edited: only a person knows what
// should be handed in.
func (w *rewriter) uses() {
	built := map[*layers.Class]bool{}
	for c := range w.taken {
		if p := w.plans[c]; p == nil || p.changed() {
			built[c] = true
		}
	}
	if len(built) == 0 {
		return
	}
	for _, u := range w.usesOf(func(c *layers.Class) bool { return built[c] }) {
		call := u.node.Parent()
		if call.Kind() != python.KindCall || u.node.Role() != python.FieldFunc || !lacksNext(call) {
			continue
		}
		message := "built without get_response, which fails now; hand it something to call"
		if p := w.plans[u.class]; w.optional() && (p == nil || !needsNext(p)) {
			message = "built without get_response: its hooks can be called, the layer itself cannot"
		}
		w.result.Warnings = append(w.result.Warnings, Warning{Class: u.class.Path, Message: message, Span: u.src.span(call.Start(), call.End())})
	}
}

// needsNext says that the class's own __init__ needs get_response.
func needsNext(p *plan) bool {
	for _, b := range p.class.Order {
		if b.Class == nil {
			return false
		}
		own := b.Class.Own("__init__")
		if len(own) == 0 {
			continue
		}
		params := collect(own[0].Field(python.FieldParams), python.FieldElts)
		return len(params) > 1 && params[1].Field(python.FieldValue).IsZero() && !params[1].Is(python.FlagStar)
	}
	return false
}

// lacksNext says that a call surely hands in no get_response.
func lacksNext(call python.Node) bool {
	for a := range call.All(python.FieldArgs) {
		switch {
		case a.Kind() == python.KindKeyword && a.Is(python.FlagDoubleStar), a.Kind() == python.KindStarred:
			return false
		case a.Kind() == python.KindKeyword && a.Name() != "get_response":
		case a.Kind() == python.KindKeyword:
			return a.Field(python.FieldValue).Text() == "None"
		default:
			return a.Text() == "None"
		}
	}
	return true
}

// usesOf lists the places in the project that name one of some classes, but for
// the class statements themselves and imports.
func (w *rewriter) usesOf(wanted func(*layers.Class) bool) []use {
	byPath := map[string]*layers.Class{}
	short := map[string]bool{} // last parts of their paths
	for _, c := range w.index() {
		if wanted(c) {
			byPath[c.Path] = c
			short[c.Node.Name()] = true
		}
	}
	var out []use
	for _, m := range w.project.Modules {
		if m.Src == nil || !mentionsAny(m.Src.Src, short) {
			continue // whoever uses a class has its name in the file, by an import or an attribute
		}
		s, names := w.source(m), w.namesOf(m)
		local := localImports(m)
		here := maps.Clone(short)
		for _, alias := range local {
			if short[alias.last] {
				here[alias.as] = true
			}
		}
		for d := range m.Src.Root().Descendants() {
			k := d.Kind()
			if k != python.KindName && k != python.KindAttribute || !here[d.Name()] {
				continue
			}
			path := names.Path(d)
			if byPath[path] == nil && k == python.KindName {
				for _, alias := range local {
					if alias.as == d.Name() {
						path = w.reader.Target(alias.path)
					}
				}
			}
			if byPath[path] == nil && k == python.KindAttribute && d.Field(python.FieldObject).Kind() == python.KindName {
				for _, alias := range local { // from app import mw, in a function
					if alias.as == d.Field(python.FieldObject).Name() {
						path = w.reader.Target(alias.path + "." + d.Name())
					}
				}
			}
			if c := byPath[path]; c != nil {
				out = append(out, use{c, s, d})
			}
		}
	}
	return out
}

func mentionsAny(src []byte, names map[string]bool) bool {
	for name := range names {
		if bytes.Contains(src, []byte(name)) {
			return true
		}
	}
	return false
}

// localImport is a name that an import binds, in a function too.
type localImport struct{ as, path, last string }

func localImports(m layers.Module) []localImport {
	var out []localImport
	for d := range m.Src.Root().Descendants() {
		if d.Kind() != python.KindImportFrom {
			continue
		}
		module, ok := absolute(m, d)
		if !ok {
			continue
		}
		for a := range d.All(python.FieldNames) {
			as := a.Name()
			if n := a.Field(python.FieldAsName); !n.IsZero() {
				as = n.Name()
			}
			out = append(out, localImport{as, module + "." + a.Name(), a.Name()})
		}
	}
	return out
}

// absolute is the module that an import means.
func absolute(m layers.Module, st python.Node) (string, bool) {
	name, level := st.Field(python.FieldModule).Name(), st.Level()
	if level == 0 {
		return name, name != ""
	}
	parts := dotted(m.Name)
	if !m.Package {
		level++
	}
	if level-1 > len(parts) {
		return "", false
	}
	parts = append(slices.Clone(parts[:len(parts)-(level-1)]), dotted(name)...)
	return strings.Join(parts, "."), len(parts) > 0
}

// dotted are the parts of a dotted name.
func dotted(name string) []string {
	if name == "" {
		return nil
	}
	return strings.Split(name, ".")
}
