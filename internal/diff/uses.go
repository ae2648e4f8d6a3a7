package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// use is one thing that a hook does which somebody may notice.
type use struct {
	// absent and present say it if the hook does not run, and if it runs now.
	absent, present string
	grade           Grade // if it is not done
	span            stack.Span
	// given are request attributes without which it is not done.
	given []string
	// undo says that it ends what the layer's own request hook began, at since.
	undo  bool
	since stack.Span
	// only404 says that it is done with 404 responses only.
	only404 bool
	// page says that it is done only where the answer is a page made from a
	// template or the like, not a redirect.
	page bool
	// response says that it changes the response that the hook gets.
	response bool
}

// usesOf lists what a layer's hook does in a release; hook is in the vocabulary
// of traces.
func (b *builder) usesOf(s *seat, hook string, v stack.Version) []use {
	name, phase := hook, layers.Phase("")
	switch hook {
	case conformance.HookBefore:
		name, phase = "__call__", layers.RequestPhase
	case conformance.HookAfter, "call.finally", "call.caught":
		name, phase = "__call__", layers.ResponsePhase
	}
	h := s.facts.Hook(name)
	if h == nil {
		return nil
	}
	if !h.Read {
		return b.catalogUses(s, h, v)
	}
	c := &collector{b: b, s: s, l: s.facts, hook: name, phase: phase, at: v}
	c.headers()
	c.response(h)
	c.state()
	c.attributes()
	c.calls()
	if h.Name == conformance.HookException && h.Answers == layers.Yes {
		c.add(use{absent: "it does not answer the error", present: "it may answer the error", grade: Visible, span: h.Span})
	}
	if slices.ContainsFunc(c.l.Bases, func(x layers.Base) bool { return b.ofCatalog(x.Path) && x.Path != mixinPath }) {
		c.super()
	}
	if s.facts.Whole != layers.Yes {
		c.add(use{
			absent: "not all of it could be read: " + unclear(s.facts), present: "not all of it could be read: " + unclear(s.facts),
			grade: NotKnown, span: unclearSpan(s.facts),
		})
	}
	return c.uses
}

// collector gathers the uses of one hook.
type collector struct {
	b     *builder
	s     *seat
	l     *layers.Layer
	hook  string
	phase layers.Phase // "" for all
	at    stack.Version
	uses  []use
}

func (c *collector) add(u use) {
	for _, have := range c.uses {
		if have.absent == u.absent && slices.Equal(have.given, u.given) && have.undo == u.undo {
			return
		}
	}
	c.uses = append(c.uses, u)
}

// here says that a fact belongs to the hook.
func (c *collector) here(hook string, phase layers.Phase) bool {
	if hook != c.hook || phase == layers.LazyPhase {
		return false
	}
	return c.phase == "" || phase == c.phase || phase == layers.EitherPhase
}

// given are the attributes that a place depends on: those that were looked for,
// and those that are read on each way before it.
func (c *collector) given(place stack.Span) []string {
	out := slices.Clone(c.l.Given(place))
	for _, r := range c.l.Reads {
		if r.Hook == c.hook && r.Attr != "" && r.Guarded == layers.No && r.Span.File == place.File && r.Span.Start <= place.End &&
			(r.Always || within(r.Span, place)) && !slices.Contains(out, r.Attr) {
			out = append(out, r.Attr)
		}
	}
	return out
}

// within says that a lies in b.
func within(a, b stack.Span) bool { return a.File == b.File && a.Start >= b.Start && a.End <= b.End }

func (c *collector) headers() {
	for _, h := range c.l.Headers {
		if !c.here(h.Hook, h.Phase) || h.Own {
			continue
		}
		name := h.Name
		if name == "" {
			name = "a header whose name is not known"
		}
		u := use{grade: Visible, span: h.Span, given: c.given(h.Span), response: true}
		m := c.b.find(c.l.Path)
		if securityHeader(name) || h.Name == "" && m != nil && m.HasTag("security-headers") {
			u.grade = Serious
		}
		switch h.Effect {
		case "delete":
			u.absent, u.present = name+" is not removed", name+" is removed"
		default:
			u.absent, u.present = name+" is not set", name+" is set"
		}
		c.add(u)
	}
	for _, x := range c.l.Cookies {
		if c.here(x.Hook, x.Phase) {
			u := use{absent: "a cookie is not set", present: "a cookie is set", grade: Serious, span: x.Span, given: c.given(x.Span), response: true}
			if strings.Contains(x.Text, "delete") {
				u.absent, u.present = "a cookie is not deleted", "a cookie is deleted"
			}
			c.add(u)
		}
	}
	for _, x := range c.l.Session {
		if c.here(x.Hook, x.Phase) {
			c.add(use{absent: "the session is not changed", present: "the session is changed", grade: Serious, span: x.Span, given: append(c.given(x.Span), "session")})
		}
	}
}

// securityHeader knows the headers that protect a page or its visitor.
func securityHeader(name string) bool {
	switch strings.ToLower(name) {
	case "x-frame-options", "strict-transport-security", "x-content-type-options", "content-security-policy",
		"content-security-policy-report-only", "referrer-policy", "permissions-policy", "feature-policy", "x-xss-protection",
		"cross-origin-opener-policy", "cross-origin-embedder-policy", "cross-origin-resource-policy", "x-permitted-cross-domain-policies":
		return true
	}
	return false
}

func (c *collector) response(h *layers.Hook) {
	for _, x := range c.l.Content {
		if c.here(x.Hook, x.Phase) && x.Write && !x.Own {
			c.add(use{absent: "the content is not changed", present: "the content is changed", grade: Visible, span: x.Span, given: c.given(x.Span), response: true})
		}
	}
	if c.hook != conformance.HookResponse && c.hook != conformance.HookTemplateResponse && c.phase != layers.ResponsePhase {
		return
	}
	for _, x := range h.Others {
		if x.Kind == "" && c.callsBase() {
			continue // what the base has made of the response
		}
		c.add(use{absent: "the response is not exchanged", present: "the response may be exchanged", grade: Visible, span: x.Span, given: c.given(x.Span)})
	}
	if h.Replaces == layers.Unknown {
		c.add(use{absent: "whether it exchanges the response is not known", present: "whether it exchanges the response is not known", grade: NotKnown, span: h.Span})
	}
}

func (c *collector) state() {
	for _, x := range c.l.State {
		if c.here(x.Hook, x.Phase) {
			c.add(use{absent: x.Target + " is not changed", present: x.Target + " is changed", grade: Visible, span: x.Span, given: c.given(x.Span)})
		}
	}
	for _, x := range c.l.Locals {
		if c.here(x.Hook, x.Phase) {
			c.add(use{absent: x.Name + " is not set", present: x.Name + " is set", grade: Visible, span: x.Span})
		}
		if x.Reset == layers.Yes && x.ResetHook == c.hook && (x.Hook != c.hook || c.phase == layers.ResponsePhase && x.Phase == layers.RequestPhase) {
			c.add(use{
				absent:  x.Name + " is not reset: the next request of the thread finds it",
				present: x.Name + " is reset", grade: Serious, span: x.ResetSpan, undo: true, since: x.Span,
			})
		}
	}
}

func (c *collector) attributes() {
	for _, x := range c.l.Writes {
		if !c.here(x.Hook, x.Phase) {
			continue
		}
		name := "request." + x.Attr
		if x.Attr == "" {
			name = "an attribute of the request"
		}
		u := use{absent: name + " is not set", present: name + " is set", grade: Visible, span: x.Span}
		if x.Op == "delete" {
			u.absent, u.present, u.undo = name+" is not deleted", name+" is deleted", true
		}
		late := c.hook == conformance.HookResponse || c.phase == layers.ResponsePhase
		if late && x.Attr != "" && !c.b.readOutside(c.s, x.Attr) {
			u.grade = Harmless
			u.absent += ", which no layer further out reads"
		}
		c.add(u)
	}
}

// readOutside says that a layer further out reads an attribute of the request on
// the way out, or may do so.
func (b *builder) readOutside(s *seat, attr string) bool {
	for i := range b.seats {
		o := &b.seats[i]
		if o.entry >= s.entry {
			break
		}
		if o.facts.Whole != layers.Yes {
			return true
		}
		for _, r := range o.facts.Reads {
			if (r.Attr == attr || r.Attr == "") && (r.Hook == conformance.HookResponse || r.Hook == "__call__" && r.Phase != layers.RequestPhase) {
				return true
			}
		}
	}
	for _, u := range b.unknown {
		if u.Absent && u.Entry < s.entry {
			return true
		}
	}
	return false
}

func (c *collector) calls() {
	for _, x := range c.l.Calls {
		if !c.here(x.Hook, x.Phase) {
			continue
		}
		u := use{span: x.Span, given: c.given(x.Span)}
		called, _, _ := strings.Cut(x.Text, "(")
		switch classify(x.Path, x.Text) {
		case callPure:
			continue
		case callEnds:
			u.absent, u.present = called+"() is not called: what it ends stays open", called+"() is called"
			u.grade, u.undo = Serious, true
		case callLogs:
			u.absent, u.present, u.grade = "nothing is logged by "+called, called+" logs", Visible
		case callRecords:
			u.absent, u.present, u.grade = "nothing is recorded by "+called, called+" records", Visible
		case callStores:
			u.absent, u.present, u.grade = called+"() does not store anything", called+"() stores", Visible
		case callSends:
			u.absent, u.present, u.grade = called+"() does not send anything", called+"() sends", Visible
		default:
			text := fmt.Sprintf("%s() is called, and what it does is not known", called)
			u.absent, u.present, u.grade = strings.Replace(text, "is called", "is not called", 1), text, NotKnown
		}
		c.add(u)
	}
}

// callsBase says that the hook calls the one of a base outside of the tree.
func (c *collector) callsBase() bool {
	return slices.ContainsFunc(c.l.Supers(), func(path string) bool { return strings.HasSuffix(path, "."+c.hook) })
}

// super adds what the hooks of bases that the catalog describes do, if the hook
// calls them.
func (c *collector) super() {
	for _, x := range c.l.Bases {
		if m := c.b.find(x.Path); m != nil && x.Path != mixinPath && c.callsBase() {
			for _, u := range c.b.catalogUses(c.s, &layers.Hook{Name: c.hook, Owner: x.Path, Span: c.l.Span}, c.at) {
				c.add(u)
			}
		}
	}
}
