package layers

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// Candidates are the names of what looks like middleware in a module of the
// tree: classes with a hook that can be called as Django does, classes with a
// __call__ and a get_response, classes below MiddlewareMixin or a known layer,
// and functions that take get_response and define a function. The dotted paths
// are sorted.
func (r *Reader) Candidates(dotted string) []string {
	m := r.module(dotted)
	if m == nil || m.Src == nil {
		return nil
	}
	var out []string
	for name, bs := range m.binds {
		for _, b := range bs {
			if b.kind == bindClass && r.looksLikeClass(m, b.node) || b.kind == bindFunction && looksLikeFactory(b.node) {
				out = append(out, m.Name+"."+name)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

func (r *Reader) looksLikeClass(m *module, node python.Node) bool {
	c := r.class(m, node)
	if c.path == mixinPath {
		return false
	}
	for _, b := range c.mro[1:] {
		if b.path == mixinPath || b.cls == nil && r.find(b.path) != nil {
			return true
		}
	}
	if in := r.readInit(c); len(in.Extra) > 0 {
		return false // Django cannot build it
	}
	if slices.ContainsFunc(c.mro, func(b classBase) bool { return ownsTheName(b.name()) }) {
		return false
	}
	call := false
	for _, b := range c.mro {
		if b.cls == nil {
			continue
		}
		for _, name := range hookOrder {
			for _, x := range b.cls.own(name) {
				if x.node.Kind() != python.KindFunctionDef {
					continue
				}
				kind, _ := methodKind(x.node)
				fit := fits(x.node, hookArgs(name), kind != "staticmethod") == Yes
				if !strings.HasPrefix(name, "__") && fit {
					return true
				}
				call = call || fit
			}
		}
	}
	if !call {
		return false
	}
	in := r.readInit(c)
	if in.Owner == "" || !takesNext(in.Takes) {
		return false
	}
	_, members, _ := c.lookup("__init__", 0)
	for _, x := range members {
		for _, p := range readParams(x.node).names {
			if p == "get_response" {
				return true
			}
		}
	}
	return false
}

// ownsTheName knows bases whose subclasses have methods with the names of hooks
// for ends of their own: views, tests with helpers, panels of django-debug-toolbar.
func ownsTheName(base string) bool {
	last := base[strings.LastIndexByte(base, '.')+1:]
	return strings.HasSuffix(last, "View") || strings.HasSuffix(last, "TestCase") || last == "Panel"
}

func looksLikeFactory(fn python.Node) bool {
	p := readParams(fn)
	if len(p.names) == 0 || p.names[0] != "get_response" {
		return false
	}
	for n := range fn.Descendants() {
		if n != fn && n.Kind() == python.KindFunctionDef {
			return true
		}
	}
	return false
}
