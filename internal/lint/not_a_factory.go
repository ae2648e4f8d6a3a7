package lint

import (
	"fmt"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// notAFactory reports entries that name something Django cannot make a layer of:
// an instance, a module, a constant; and factories that return a class.
var notAFactory = Rule{
	ID: "MW211", Name: "not-a-factory", Since: "0.1.0", Severity: finding.Error,
	Title: "A list names something that is not a class or a factory",
	Doc: `The dotted path leads to an instance of a middleware class, to a module, or to a
text, number or list; or a factory function returns a class where an instance of
it is due. Instances whose __call__ is a factory itself are left alone, and so is
everything made by a call that cannot be read.

## Why

Django imports the path and calls what it finds with get_response, in
MIDDLEWARE_CLASSES without arguments (django/core/handlers/base.py,
load_middleware). A module or a text cannot be called. An instance can, but then
get_response is taken for the request, and it has no get_response of its own to
hand it to: in either case the server does not start. A class that a factory
returns is called with each request, and the object that comes of it is taken for
the response.`,
	Bad: Example{Django: "4.2", Layers: []string{"shop.middleware.timing"}, Code: timingInstance + `

timing = Timing()
`},
	Good: Example{Django: "4.2", Layers: []string{"shop.middleware.Timing"}, Code: timingInstance},
	Run:  runNotAFactory,
}

const timingInstance = `from django.utils.deprecation import MiddlewareMixin


class Timing(MiddlewareMixin):
    def process_request(self, request):
        request.timed = True
`

func runNotAFactory(p *Pass) {
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Facts == nil {
			continue
		}
		if t := l.Facts.Thing; t != nil {
			p.thing(l, t)
		}
		if f := l.Facts.Factory; f != nil && p.Stack.Model == stack.Modern {
			for _, s := range f.Classes {
				p.reportOn(l, l.Facts.Target, s.Span, Problem{
					Severity: finding.Error, What: fmt.Sprintf("%s returns the class %s", quoted(l.Facts.Target), quoted(s.Text)),
					Why:    "each request makes an instance of it, which is taken for the response",
					Action: "return an instance, made with get_response", Label: "a class",
				})
			}
		}
	}
}

// thing reports an entry that leads to no class and no function.
func (p *Pass) thing(l *Layer, t *layers.Thing) {
	e := l.Entry
	out := Problem{
		Severity: finding.Error, Span: e.Span, Subject: []string{e.Path}, Label: "not a factory",
		Why: "Django cannot call it and the server does not start", Action: "name the class or the factory function",
	}
	switch t.Kind {
	case layers.PyModule:
		out.What = fmt.Sprintf("%q is a module", e.Path)
	case layers.Constant:
		out.What = fmt.Sprintf("%q is %s", e.Path, t.Text)
	case layers.Instance:
		if !isLayerClass(t.Class) {
			return
		}
		out.What = fmt.Sprintf("%q is an instance of %s", e.Path, quoted(t.Class.Target))
		out.Action = fmt.Sprintf("name the class, %q", t.Class.Target)
		if t.Class.Hook("__call__") != nil || t.Class.Style == layers.Mixin {
			out.Why = "Django calls it to build the layer and the server does not start"
		}
	default:
		return
	}
	if t.Span.Line > 0 {
		out.Related = append(out.Related, finding.Related{Span: t.Span, Message: "made here"})
	}
	p.Report(out)
}

// isLayerClass says that instances of a class are layers and no factories.
func isLayerClass(c *layers.Layer) bool {
	if c.Whole != layers.Yes {
		return false
	}
	switch c.Style {
	case layers.Mixin, layers.Classic:
		return true
	case layers.Modern: // what its __call__ is given goes to get_response
		for _, n := range c.Next {
			if n.Hook == "__call__" {
				return true
			}
		}
	}
	return false
}
