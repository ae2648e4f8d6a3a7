package pyscenario

import "github.com/mwcheck/mwcheck/conformance"

// call writes the __call__ of a modern class.
func (c *class) call() {
	c.methods = nil
	c.w.block(func() { c.around("self.get_response", "self") }, "def __call__(self, request):")
	for _, f := range c.methods {
		c.w.line("")
		f()
	}
}

// factory writes a layer that is a function.
func (c *class) factory() {
	c.w.block(func() {
		c.describe("The layer %s.", c.spec.Name)
		c.built()
		if c.spec.Init == "returns_none" {
			if !c.tellsLoad() {
				c.w.line("pass")
			}
			return
		}
		c.w.block(func() { c.around("get_response", "") }, "def middleware(request):")
		c.w.line("return middleware")
	}, "def %s(get_response):", c.name)
}

// around writes what a modern layer does around what is further in.
func (c *class) around(next, self string) {
	call := c.spec.Call
	if call == nil {
		call = &conformance.Call{}
	}
	at := c.spec.Name + ".call."
	c.w.line("recorder.note(%q)", at+"before")
	if !ordinary(call.Before) {
		c.before(at+"before", call.Before, self)
		if !c.flag(c.opts.Style.Conditional) {
			return
		}
	}
	ask := func() {
		switch call.GetResponse {
		case "never":
			c.w.line("response = None")
		case "twice":
			c.w.line("response = %s(request)", next)
			c.w.line("response = %s(request)", next)
		default:
			c.w.line("response = %s(request)", next)
		}
	}
	switch call.Try {
	case "record", "swallow":
		c.w.block(ask, "try:")
		c.w.block(func() {
			c.w.line("recorder.note_exception(%q, error)", at+"caught")
			if call.Try == "record" {
				c.w.line("raise")
				return
			}
			c.w.line("response = %s(%q)", text(c.http(c.im, "HttpResponse")), at+"caught")
			c.w.line("response.made_by = %q", at+"caught")
			c.w.line("response[%q] = %q", "X-Trace", at+"caught")
		}, "except Exception as error:")
	case "finally":
		c.w.block(ask, "try:")
		c.w.block(func() { c.w.line("recorder.note(%q)", at+"finally") }, "finally:")
	default:
		ask()
	}
	c.w.line("recorder.note_response(%q, response)", at+"after")
	c.body(at+"after", call.After, "touch", "response", "request", self)
}

// before writes an answer or an error before get_response.
func (c *class) before(event, behaviour, self string) {
	if !c.flag(c.opts.Style.Conditional) {
		c.helped(event, behaviour, "", "request", self)
		return
	}
	condition := conditions[(c.index+len(event))%len(conditions)]
	c.needs(condition)
	c.w.block(func() { c.helped(event, behaviour, "", "request", self) }, "if %s:", quoted(condition))
}
