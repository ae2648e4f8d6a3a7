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
			modules, ims = append(modules, p.page()), append(ims, &imports{})
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

// class writes a layer that is a class.
func (c *class) class() {
	bases := "(object)"
	if c.opts.Style.Bare {
		bases = ""
	}
	if c.isMixin() {
		bases, c.im.mixin = "(MiddlewareMixin)", true
	}
	hooks := c.hooks()
	if c.flag(c.opts.Style.Inherit) && len(hooks) > 1 {
		half := (len(hooks) + 1) / 2
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
			next(c.init)
		}
		if c.spec.Style == "modern" {
			next(c.call)
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
	}, "class %s%s:", c.name, bases)
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

// init writes the constructor.
func (c *class) init() {
	takes := "self, get_response"
	switch {
	case c.spec.Init == "no_arg", !c.isMixin() && c.spec.Style != "modern":
		takes = "self"
	case c.spec.OptionalGetResponse:
		takes = "self, get_response=None"
	}
	c.w.block(func() {
		c.built()
		switch {
		case c.spec.Style == "modern":
			c.w.line("self.get_response = get_response")
		case !c.isMixin(), c.spec.Init == "no_super":
			c.w.line("self.name = %q", c.spec.Name)
		case c.spec.Init == "no_arg":
			c.w.line("super(%s, self).__init__()", c.name)
		case c.spec.Init == "super_no_arg":
			c.w.line("super(%s, self).__init__()", c.name)
		default:
			c.w.line("super(%s, self).__init__(get_response)", c.name)
		}
	}, "def __init__(%s):", takes)
}

// built writes what the scenario wants of a constructor.
func (c *class) built() {
	if c.tellsLoad() {
		c.w.line("recorder.built_by(%q)", c.spec.Name)
	}
	if c.spec.Init == "not_used" {
		c.im.coreNames = append(c.im.coreNames, "MiddlewareNotUsed")
		c.w.line("raise MiddlewareNotUsed()")
	}
	if kind, ok := strings.CutPrefix(c.spec.Init, "raise:"); ok {
		c.raise(c.w, c.im, kind, c.spec.Name+".init")
	}
}

// decoy writes a method that nothing calls.
func (c *class) decoy() {
	c.w.block(func() {
		c.describe("For the template of the status page.")
		if c.opts.Python2 {
			c.w.line("try:")
			c.w.line("    print >>sys.stderr, %q", "status asked for")
			c.w.line("except IOError, error:")
			c.w.line("    print error")
		}
		c.w.line("return {%q: %q}", "name", c.spec.Name)
	}, "def describe(self):")
}

// hook writes one hook.
func (c *class) hook(hook string) {
	behaviour, event := c.spec.Hooks[hook], c.spec.Name+"."+hook
	takes, given := "request", ""
	switch hook {
	case conformance.HookView:
		takes = "request, view_func, view_args, view_kwargs"
	case conformance.HookTemplateResponse, conformance.HookResponse:
		takes, given = "request, response", "response"
	case conformance.HookException:
		takes = "request, exception"
	}
	c.methods = nil
	c.w.block(func() {
		switch {
		case given != "":
			c.w.line("recorder.note_response(%q, response)", event)
		case hook == conformance.HookException:
			c.w.line("recorder.note_exception(%q, exception)", event)
		default:
			c.w.line("recorder.note(%q)", event)
		}
		calm := "pass"
		if hook == conformance.HookResponse {
			calm = "touch"
		}
		c.body(event, behaviour, calm, given, takes, "self")
	}, "def %s(self, %s):", hook, takes)
	for _, f := range c.methods {
		c.w.line("")
		f()
	}
}

// body writes what a function does; calm is what it does where a condition does
// not hold. self is "" in functions.
func (c *class) body(event, behaviour, calm, given, takes, self string) {
	if ordinary(behaviour) {
		c.act(c.w, c.im, event, behaviour, given)
		return
	}
	style := c.opts.Style
	act := func() { c.helped(event, behaviour, given, takes, self) }
	if !c.flag(style.Conditional) {
		act()
		return
	}
	condition := conditions[(c.index+len(event))%len(conditions)]
	c.im.settings = c.im.settings || strings.Contains(condition, "settings.")
	if style.Comments {
		c.w.line("# Not for everybody.")
	}
	if c.flag(style.Guard) {
		negated, ok := strings.CutPrefix(condition, "not ")
		if !ok {
			negated = "not (" + condition + ")"
		}
		c.w.block(func() { c.act(c.w, c.im, event, calm, given) }, "if %s:", quoted(negated))
		act()
		return
	}
	c.w.block(act, "if %s:", quoted(condition))
	c.act(c.w, c.im, event, calm, given)
}

// helped writes what is out of the ordinary, perhaps in a function of its own.
func (c *class) helped(event, behaviour, given, takes, self string) {
	style := c.opts.Style
	args := "request"
	switch {
	case given != "":
		args = "request, " + given
	case strings.HasSuffix(takes, "exception"):
		args = "request, exception"
	}
	at := strings.ReplaceAll(strings.ToLower(event), ".", "_")
	switch {
	case self != "" && c.flag(style.Helper):
		c.w.line("return self._%s(%s)", at, args)
		c.methods = append(c.methods, func() {
			c.w.block(func() { c.act(c.w, c.im, event, behaviour, given) }, "def _%s(self, %s):", at, args)
		})
	case c.flag(style.Function):
		c.w.line("return on_%s(%s)", at, args)
		c.later = append(c.later, func() {
			depth := c.w.depth
			c.w.depth = 0
			c.w.block(func() { c.act(c.w, c.im, event, behaviour, given) }, "def on_%s(%s):", at, args)
			c.w.depth = depth
		})
	default:
		c.act(c.w, c.im, event, behaviour, given)
	}
}
