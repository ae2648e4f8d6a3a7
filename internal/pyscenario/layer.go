package pyscenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
)

// class is one layer that is being written.
type class struct {
	*project
	w     *page
	im    *imports
	spec  *conformance.LayerSpec
	index int
	name  string
	// later holds what follows the class: functions of the module.
	later []func()
	// methods hold what follows the method at hand.
	methods []func()
}

// layers writes the modules of the middleware.
func (p *project) layers() {
	style := p.opts.Style
	var modules []*page
	var ims []*imports
	var reexports []string
	for i := range p.scenario.Layers {
		if i == 0 || style.PerModule {
			modules, ims = append(modules, p.page()), append(ims, newImports())
		}
		spec := &p.scenario.Layers[i]
		form := namings[style.Names][i%len(namings[style.Names])]
		c := &class{project: p, w: modules[len(modules)-1], im: ims[len(ims)-1], spec: spec, index: i, name: fmt.Sprintf(form, spec.Name)}
		c.write()
		module := "middleware"
		if style.PerModule {
			module = "layers." + strings.ToLower(spec.Name) + "_module"
			reexports = append(reexports, fmt.Sprintf("from .%s_module import %s", strings.ToLower(spec.Name), c.name))
		}
		path := pkg + "." + module + "." + c.name
		if style.PerModule && style.Reexport {
			path = pkg + ".layers." + c.name
		}
		p.out.Layers = append(p.out.Layers, path)
	}
	for i, w := range modules {
		name, recorder := "middleware", "from . import recorder"
		if style.PerModule {
			name = "layers." + strings.ToLower(p.scenario.Layers[i].Name) + "_module"
			recorder = "from .. import recorder"
		}
		head := p.page()
		if p.opts.Python2 || style.Comments {
			head.line("# -*- coding: utf-8 -*-")
		}
		if style.Comments {
			head.line(`"""Middleware of the shop."""`)
		}
		if p.opts.Python2 {
			head.line("import sys")
			head.line("")
		}
		inner := p.page()
		ims[i].write(inner, recorder)
		p.add(name, head.String()+inner.String()+"\n"+strings.TrimRight(w.b.String(), "\n")+"\n")
	}
	if style.PerModule {
		text := ""
		if style.Reexport {
			text = strings.Join(reexports, "\n") + "\n"
		}
		p.add("layers.__init__", text)
	}
}

func (c *class) flag(set uint8) bool { return has(set, c.index) }

// write writes the layer.
func (c *class) write() {
	c.w.line("")
	if c.spec.Style == "function" || c.spec.Init == "returns_none" {
		c.factory()
	} else {
		c.class()
	}
	for _, f := range c.later {
		c.w.line("")
		c.w.line("")
		f()
	}
	c.w.line("")
}

// isMixin says that the class is a MiddlewareMixin.
func (c *class) isMixin() bool {
	return c.spec.Style == "mixin" || c.spec.Style == "hooks" && !c.classic()
}

// base is the list of bases of a class that has none of its own.
func (c *class) base() string {
	switch {
	case c.flag(c.opts.Style.Shared) && c.spec.Style != "modern":
		root := "Layer"
		if c.isMixin() {
			root = "MixinLayer"
		}
		c.im.from(pkg+".common", root)
		return "(" + root + ")"
	case c.isMixin():
		c.im.from("django.utils.deprecation", "MiddlewareMixin")
		return "(MiddlewareMixin)"
	case c.opts.Style.Bare:
		return ""
	}
	return "(object)"
}

// common writes the module with what layers share.
func (p *project) common() {
	w := p.page()
	if p.opts.Style.Comments {
		w.line(`"""What the layers of the shop share."""`)
	}
	body := func(name, base string) {
		w.line("")
		w.block(func() {
			w.line("title = %q", "a layer")
			w.line("")
			w.block(func() { w.line("return self.title") }, "def __str__(self):")
		}, "class %s(%s):", text(name), text(base))
	}
	if !p.classic() {
		w.line("from django.utils.deprecation import MiddlewareMixin")
		w.line("")
		body("MixinLayer", "MiddlewareMixin")
		w.line("")
	}
	body("Layer", "object")
	p.add("common", w.String())
}

// class writes a layer that is a class.
func (c *class) class() {
	bases, name := c.base(), c.name
	if c.flag(c.opts.Style.Alias) {
		name = "Plain" + c.name
	}
	hooks := c.hooks()
	over := c.flag(c.opts.Style.Super) && slices.Contains(hooks, conformance.HookResponse)
	if c.flag(c.opts.Style.Inherit) && len(hooks) > 1 || over {
		half := (len(hooks) + 1) / 2
		if at := slices.Index(hooks, conformance.HookResponse); over && at >= half {
			half = at + 1
		}
		if over && bases == "" {
			bases = "(object)" // super wants it
		}
		c.w.block(func() {
			c.describe("What %s does on the way in.", c.name)
			for i, hook := range hooks[:half] {
				c.gap(i)
				c.hook(hook)
			}
		}, "class Base%s%s:", c.name, bases)
		c.w.line("")
		c.w.line("")
		bases, hooks = "(Base"+c.name+")", hooks[half:]
	}
	c.w.block(func() {
		c.describe("The layer %s.", c.spec.Name)
		n := 0
		next := func(f func()) {
			c.gap(n)
			n++
			f()
		}
		if c.hasInit() {
			next(func() { c.init(name) })
		}
		if c.spec.Style == "modern" {
			next(c.call)
		}
		if over {
			next(func() {
				c.w.block(func() {
					c.w.line("return super(%s, self).process_response(request, response)", text(name))
				}, "def process_response(self, request, response):")
			})
		}
		for _, hook := range hooks {
			next(func() { c.hook(hook) })
		}
		if c.flag(c.opts.Style.Decoys) {
			next(c.decoy)
		}
		if n == 0 {
			c.w.line("pass")
		}
	}, "class %s%s:", text(name), text(bases))
	if name != c.name {
		c.w.line("")
		c.w.line("")
		c.w.line("%s = %s", text(c.name), text(name))
	}
}

func (c *class) describe(format string, args ...any) {
	if c.opts.Style.Comments {
		c.w.line(`"""`+format+`"""`, args...)
	}
}

func (c *class) gap(n int) {
	if n > 0 {
		c.w.line("")
	}
}

var hookOrder = []string{
	conformance.HookRequest, conformance.HookView, conformance.HookTemplateResponse, conformance.HookResponse, conformance.HookException,
}

func (c *class) hooks() []string {
	var list []string
	for _, hook := range hookOrder {
		if _, ok := c.spec.Hooks[hook]; ok {
			list = append(list, hook)
		}
	}
	return list
}

// tellsLoad says that the trace has the order of constructors.
func (p *project) tellsLoad() bool { return TellsLoad(p.scenario) }

// TellsLoad says that the trace of a scenario has the order in which the
// layers are built.
func TellsLoad(s *conformance.Scenario) bool {
	return s.RecordLoad || slices.ContainsFunc(s.Layers, func(l conformance.LayerSpec) bool { return l.Init != "" && l.Init != "ok" })
}

func (c *class) hasInit() bool {
	return c.tellsLoad() || c.spec.Style == "modern" || c.spec.OptionalGetResponse || c.flag(c.opts.Style.Init)
}

// init writes the constructor of a class.
func (c *class) init(name string) {
	takes, free := "self, get_response", !c.isMixin() && c.spec.Style != "modern"
	kind := c.opts.Style.Inits
	if c.opts.Style.Bare && kind == 3 {
		kind = 0 // super wants a base
	}
	switch {
	case c.spec.Init == "no_arg", free && kind == 0, free && kind == 3, free && c.spec.Style == "classic":
		takes = "self"
	case free && kind == 1:
		takes = "self, *args, **kwargs"
	case free:
		takes = "self, label=None"
	case c.spec.OptionalGetResponse:
		takes = "self, get_response=None"
	}
	c.w.block(func() {
		if free && kind == 3 {
			c.w.line("super(%s, self).__init__()", text(name))
		}
		c.built()
		switch {
		case c.spec.Style == "modern":
			c.w.line("self.get_response = get_response")
		case free, c.spec.Init == "no_super":
			c.w.line("self.name = %q", c.spec.Name)
		case c.spec.Init == "no_arg":
			c.w.line("super(%s, self).__init__()", text(name))
		case c.spec.Init == "super_no_arg":
			c.w.line("super(%s, self).__init__()", text(name))
		default:
			c.w.line("super(%s, self).__init__(get_response)", text(name))
		}
	}, "def __init__(%s):", takes)
}

// built writes what the scenario wants of a constructor.
func (c *class) built() {
	if c.tellsLoad() {
		c.w.line("recorder.built_by(%q)", c.spec.Name)
	}
	if c.spec.Init == "not_used" {
		c.im.from("django.core.exceptions", "MiddlewareNotUsed")
		c.w.line("raise MiddlewareNotUsed()")
	}
	if kind, ok := strings.CutPrefix(c.spec.Init, "raise:"); ok {
		c.raise(c.w, c.im, kind, c.spec.Name+".init")
	}
}
