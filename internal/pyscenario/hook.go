package pyscenario

import (
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
)

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
	method := hook
	if c.flag(c.opts.Style.Assigned) && (len(event)+c.index)%3 == 0 {
		method = "_at_" + strings.TrimPrefix(hook, "process_")
		c.methods = append(c.methods, func() { c.w.line("%s = %s", text(hook), text(method)) })
	}
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
	}, "def %s(self, %s):", text(method), takes)
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
	if c.flag(style.Tried) && !strings.Contains(behaviour, "raise") && self != "" {
		inner := act
		act = func() {
			c.w.block(inner, "try:")
			c.w.block(func() { c.w.line("pass") }, "except KeyError:")
			// What a KeyError would lead to; there is none.
			c.act(c.w, c.im, event, calm, given)
		}
	}
	if c.flag(style.Nested) {
		inner := act
		act = func() {
			c.w.block(func() { c.w.line("flags = {%q: True}", "seen") }, "if request.META.get(%q):", "HTTP_X_FLAGS")
			c.w.block(func() { c.w.line("flags = {}") }, "else:")
			c.w.block(func() { c.w.line("flags[key] = True") }, "for key in (%q, %q):", "a", "b")
			c.w.line("flags.clear()")
			inner()
		}
	}
	if !c.flag(style.Conditional) {
		act()
		return
	}
	condition := conditions[(c.index+len(event))%len(conditions)]
	c.needs(condition)
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

// needs imports what a condition names.
func (c *class) needs(condition string) {
	if strings.Contains(condition, "settings.") {
		c.im.from("django.conf", "settings")
	}
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
