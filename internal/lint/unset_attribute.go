package lint

import (
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// unsetAttribute reports layers of the project that read an attribute of the
// request before the layer that sets it has run.
var unsetAttribute = Rule{
	ID: "MW120", Name: "unset-attribute", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer reads an attribute of the request that is not set yet",
	Doc: `The code of a layer of the project reads an attribute of the request while the
request comes in, without coping with its absence (hasattr, a default, try), and
the layer that sets it stands further in, or sets it in process_view or later only,
or it is one that a layer of Django sets and that layer is not in the list.

It is an error where the place is reached by every request, a warning where it
depends on something. Where a layer further out, or code that gets the request
before and was not read, may set the attribute, too, it is a note, and nothing is
said of layers that are not in the list. What is known of layers outside of the
project is the matter of wrong-order. Who sets an attribute can be told in the
configuration (docs/configuration.md, providers).

## Why

Request hooks run from the top of the list down (django/core/handlers/base.py,
load_middleware; docs/topics/http/middleware.txt, "Middleware order and
layering"), and a request has only those attributes that Django's handler or a
layer further out has given it. The read ends in AttributeError, status 500.`,
	Bad: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"shop.middleware.StaffMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
	}, Code: staffCode},
	Good: Example{Django: "4.2", Layers: []string{
		"django.contrib.sessions.middleware.SessionMiddleware",
		"django.contrib.auth.middleware.AuthenticationMiddleware",
		"shop.middleware.StaffMiddleware",
	}, Code: staffCode},
	Run: runUnsetAttribute,
}

const staffCode = `class StaffMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.staff = request.user.is_staff
        return self.get_response(request)
`

func runUnsetAttribute(p *Pass) { p.eachUnguarded(layers.RequestPhase, p.unset) }

// eachUnguarded asks of each read in a phase that surely happens and that nothing
// guards, once for each attribute of a layer of the project, whether it is a
// problem, and reports it.
func (p *Pass) eachUnguarded(phase layers.Phase, problem func(i int, l *layers.Layer, r *layers.Access) (Problem, bool)) {
	for i := range min(len(p.Layers), maxOrder) {
		l := p.own(i)
		if l == nil {
			continue
		}
		said := map[string]bool{}
		for k := range l.Reads {
			r := &l.Reads[k]
			if r.Attr == "" || r.Owner != "" || said[r.Attr] || r.Guarded != layers.No || r.Phase != phase || !p.surelyRuns(l, r.Hook) {
				continue
			}
			if found, ok := problem(i, l, r); ok {
				said[r.Attr] = true
				p.Report(found)
			}
		}
	}
}

// surelyRuns says that the hook is called as it was read.
func (p *Pass) surelyRuns(l *layers.Layer, hook string) bool {
	h := l.Hook(hook)
	return h != nil && !h.Conditional && len(h.Decorators) == 0 && l.Runs(hook, p.Stack.Model) == layers.Yes
}

// unset looks for who sets the attribute that the layer at i reads.
func (p *Pass) unset(i int, l *layers.Layer, r *layers.Access) (out Problem, found bool) {
	if p.config.Providers[r.Attr] == OutsideProvider {
		return out, false
	}
	perhaps := before(l, r) || p.hasUnknown(0, i)
	for j := range i {
		if p.Layers[j].Entry.Unknown {
			continue
		}
		if p.provides(j, r.Attr) {
			return out, false
		}
		sets, unsure := setsBefore(inTime(p.Layers[j].Facts, r.Attr), r.Attr)
		if sets {
			return out, false
		}
		perhaps = perhaps || unsure
	}
	e := p.Layers[i].Entry
	out = Problem{Severity: finding.Error, Span: e.Span, Label: "needs request." + r.Attr, Subject: []string{e.Path}}
	if !r.Always || r.Setting != "" {
		out.Severity = finding.Warning
	}
	provider, write := p.setter(i, r.Attr)
	if provider >= 0 {
		x := p.Layers[provider].Entry
		out.What = fmt.Sprintf("%s reads request.%s, which %s sets further in", p.at(i), r.Attr, p.at(provider))
		out.Why = "the attribute does not exist yet when the request comes in"
		out.Action = fmt.Sprintf("move it after %s", p.name(x.Path))
		out.Subject = append(out.Subject, x.Path)
		out.Related = append(out.Related, finding.Related{Span: x.Span, Message: "sets request." + r.Attr})
		if perhaps {
			out.Severity = finding.Note
			out.Why += ", unless code that was not read sets it, too"
		}
	} else if late, w := p.lateSetter(r.Attr); late >= 0 {
		x := p.Layers[late].Entry
		who := "which " + p.at(late)
		if late == i {
			who = "which it"
		} else {
			out.Subject = append(out.Subject, x.Path)
			out.Related = append(out.Related, finding.Related{Span: x.Span, Message: "sets request." + r.Attr})
		}
		write = w
		out.What = fmt.Sprintf("%s reads request.%s while the request comes in, %s sets %s", p.at(i), r.Attr, who, lateWords(w))
		out.Why = "that runs when all layers have seen the request, and the attribute does not exist yet"
		out.Action = "read it in process_view or later, or set it before"
		if perhaps || p.hasUnknown(i, len(p.Layers)) || !p.Stack.Complete {
			out.Severity = finding.Note
			out.Why += ", unless code that was not read sets it, too"
		}
	} else {
		name := p.config.Providers[r.Attr]
		if name == "" {
			name = p.djangoSetter(r.Attr)
		}
		if name == "" || perhaps || !p.Stack.Complete || p.hasUnknown(i, len(p.Layers)) || p.mayBeSet(i, r.Attr) {
			return out, false
		}
		out.What = fmt.Sprintf("%s reads request.%s, which no layer of the list sets", p.at(i), r.Attr)
		out.Why = "the read raises AttributeError"
		out.Action = fmt.Sprintf("add %q before it", name)
	}
	for _, call := range r.Calls {
		out.Related = append(out.Related, finding.Related{Span: call, Message: "leads there"})
	}
	out.Related = append(out.Related, finding.Related{Span: r.Span, Message: "reads request." + r.Attr})
	if write != nil && !write.Span.IsZero() {
		out.Related = append(out.Related, finding.Related{Span: write.Span, Message: "set here"})
	}
	return out, true
}

// before says that the layer gives the request to code that was not read, in
// the same hook and perhaps before it reads the attribute.
func before(l *layers.Layer, r *layers.Access) bool {
	for _, u := range l.Unread {
		if u.Hook == r.Hook && (u.Span.File != r.Span.File || u.Span.Start <= r.Span.Start) {
			return true
		}
	}
	for _, w := range l.Writes {
		if w.Attr == "" {
			return true
		}
	}
	return false
}

// setsBefore says whether a layer further out sets the attribute; unsure is
// true where it may.
func setsBefore(l *layers.Layer, attr string) (sets, unsure bool) {
	if l == nil || l.Origin == layers.FromOutside || l.Origin == layers.FromNowhere || l.Origin == layers.FromUnclear {
		return false, true
	}
	unsure = l.Whole != layers.Yes && l.Origin == layers.FromTree || l.Style == layers.StyleUnknown
	for _, w := range l.Writes {
		unsure = unsure || w.Attr == ""
		if w.Attr == attr && w.Op == "set" {
			return true, false
		}
	}
	return false, unsure || len(l.Unread) > 0
}

// late says that a write comes when all layers have seen the request.
func late(w *layers.Access) bool {
	switch w.Phase {
	case layers.ViewPhase, layers.TemplatePhase, layers.ResponsePhase, layers.ExceptionPhase:
		return true
	}
	return false
}

// lateWords says when.
func lateWords(w *layers.Access) string {
	if w.Hook == "__call__" || w.Hook == "__acall__" {
		return "behind get_response"
	}
	return "in " + w.Hook
}

// inTime is what is known of a layer without its late writes of an attribute.
func inTime(l *layers.Layer, attr string) *layers.Layer {
	if l == nil {
		return nil
	}
	out := *l
	out.Writes = slices.DeleteFunc(slices.Clone(l.Writes), func(w layers.Access) bool { return w.Attr == attr && late(&w) })
	return &out
}

// lateSetter is the first layer that sets an attribute, where all that set it do
// so in process_view or later; -1 where there is none. Attributes that a layer of
// Django sets are left alone.
func (p *Pass) lateSetter(attr string) (index int, write *layers.Access) {
	index = -1
	if p.djangoSetter(attr) != "" || p.config.Providers[attr] != "" {
		return -1, nil
	}
	for j := range p.Layers {
		l := p.Layers[j].Facts
		if l == nil {
			continue
		}
		for k := range l.Writes {
			w := &l.Writes[k]
			if w.Attr != attr || w.Op != "set" {
				continue
			}
			if !late(w) || l.Origin != layers.FromTree || w.Phase == layers.ExceptionPhase {
				return -1, nil
			}
			if index < 0 {
				index, write = j, w
			}
		}
	}
	return index, write
}

// setter is the first layer further in that sets the attribute while the request
// comes in, and -1 where there is none or where it sets it only if nobody has.
func (p *Pass) setter(i int, attr string) (index int, write *layers.Access) {
	for j := i + 1; j < len(p.Layers); j++ {
		if p.provides(j, attr) {
			return j, nil
		}
		l := p.Layers[j].Facts
		if l == nil {
			continue
		}
		for k := range l.Reads {
			if r := &l.Reads[k]; r.Attr == attr && r.Guarded != layers.No && r.Phase == layers.RequestPhase {
				l = &layers.Layer{}
				break
			}
		}
		for k := range l.Writes {
			w := &l.Writes[k]
			if w.Attr == attr && w.Op == "set" && w.Phase == layers.RequestPhase {
				return j, w
			}
		}
	}
	return -1, nil
}

// provides says that the configuration names the entry as the one that sets an
// attribute.
func (p *Pass) provides(i int, attr string) bool {
	path := p.config.Providers[attr]
	return path != "" && path != OutsideProvider && p.stands(i, path)
}

// djangoSetter is the layer of Django that sets an attribute, "" for none.
func (p *Pass) djangoSetter(attr string) string {
	for _, m := range p.Catalog.Middleware {
		if !m.Django() || !m.Last.IsZero() {
			continue
		}
		for _, w := range m.Writes {
			if w.Attr == "request."+attr {
				return m.Path
			}
		}
	}
	return ""
}

// mayBeSet says that a layer further in sets the attribute in some way that is
// not the plain one.
func (p *Pass) mayBeSet(i int, attr string) bool {
	for j := i + 1; j < len(p.Layers); j++ {
		if sets, _ := setsBefore(p.Layers[j].Facts, attr); sets {
			return true
		}
	}
	return false
}
