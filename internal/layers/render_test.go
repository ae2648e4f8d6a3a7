package layers_test

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// render writes a layer's facts, one a line, in a form that is easy to review
// beside the source. Facts that say "nothing" are left out.
func render(l *layers.Layer) string {
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	at := func(s stack.Span) string {
		if s.Line == 0 {
			return "-"
		}
		if s.File != l.Span.File {
			return fmt.Sprintf("%s:%d", s.File[strings.LastIndexByte(s.File, '/')+1:], s.Line)
		}
		return fmt.Sprint(s.Line)
	}
	p("layer %s", l.Path)
	if l.Target != l.Path {
		p("  is %s", l.Target)
	}
	p("  style %s origin %s line %s", l.Style, l.Origin, at(l.Span))
	if l.Whole != layers.Yes {
		for _, u := range l.Unclear {
			p("  unclear %s: %s", at(u.Span), u.Text)
		}
	}
	for _, x := range l.Bases {
		p("  base %s %s", x.Path, x.Origin)
	}
	renderInit(p, at, l)
	a := l.Async
	p("  async sync_capable=%s async_capable=%s native=%s marks=%s asks=%s%s%s%s", a.SyncCapable, a.AsyncCapable, a.Native, a.Marks, a.Asks,
		list(" hooks=", a.Hooks), mark(a.Awaits == layers.Yes && l.Style != layers.Mixin, "awaits"), relayText(at(a.Relay)))
	for _, h := range l.Hooks {
		renderHook(p, at, h)
	}
	for _, x := range l.Next {
		p("  next %s %s%s%s%s%s", x.Hook, at(x.Span), mark(x.Dropped, "dropped"), mark(x.Wrapped, "wrapped"), mark(x.Loop, "loop"),
			mark(x.Unawaited, "unawaited"))
	}
	for _, x := range l.Reads {
		p("  read %s %s %s %s guarded=%s%s%s%s%s%s", x.Attr, x.Hook, x.Phase, at(x.Span), x.Guarded, text(" by ", x.Guard), mark(x.Always, "always"),
			text(" if ", x.Setting), text(" via ", x.Via), text(" of ", x.Owner))
	}
	for _, x := range l.Writes {
		p("  %s %s %s %s %s%s%s%s", x.Op, x.Attr, x.Hook, x.Phase, at(x.Span), mark(x.Always, "always"), text(" via ", x.Via), text(" of ", x.Owner))
	}
	for _, x := range l.Former {
		p("  former %s%s %s %s %s guarded=%s%s%s%s", x.Attr, text(" ", x.Op), x.Hook, x.Phase, at(x.Span), x.Guarded, text(" by ", x.Guard), mark(x.Always, "always"),
			text(" via ", x.Via))
	}
	for _, x := range l.Raises {
		p("  raise %s %s %s %s %s%s", x.Name, x.Kind, x.Hook, x.Phase, at(x.Span), text(" via ", x.Via))
	}
	for _, x := range l.Headers {
		name := x.Name
		if name == "" {
			name = "?" + x.Text
		}
		p("  header %s %s %s %s %s%s%s%s%s%s", x.Effect, name, x.Hook, x.Phase, at(x.Span), mark(x.Own, "own"), mark(x.Inner, "inner"), mark(x.Keeps, "keeps"),
			mark(x.Always, "always"), text(" via ", x.Via))
	}
	sites(p, at, "cookie", l.Cookies)
	sites(p, at, "session", l.Session)
	sites(p, at, "message", l.Messages)
	for _, x := range l.Bodies {
		p("  body %s %s %s %s%s%s", x.What, x.Hook, x.Phase, at(x.Span), mark(x.Always, "always"), text(" via ", x.Via))
	}
	for _, x := range l.Content {
		p("  content %s%s %s %s %s guarded=%s%s%s%s%s%s", x.What, mark(x.Write, "write"), x.Hook, x.Phase, at(x.Span), x.Guarded, mark(x.Own, "own"),
			mark(x.Inner, "inner"), mark(x.Always, "always"), text(" ", x.Iterator), text(" via ", x.Via))
	}
	for _, x := range l.State {
		from := map[layers.Descent]string{layers.Computed: " computed", layers.Part: " part"}[x.From]
		p("  state %s %s %s %s %s%s%s%s%s", x.Target, x.How, x.Hook, x.Phase, at(x.Span), from, mark(x.Guarded, "guarded"), mark(x.Always, "always"), text(" via ", x.Via))
	}
	for _, x := range l.Locals {
		p("  local %s %s %s %s reset=%s%s", x.Name, x.Hook, x.Phase, at(x.Span), x.Reset, mark(x.Sure, "sure"))
	}
	sites(p, at, "unread", l.Unread)
	if f := l.Factory; f != nil {
		p("  factory class=%q nothing=%s opaque=%t", f.Class, f.ReturnsNothing, f.Opaque)
		sites(p, at, "inner", f.Inner)
		sites(p, at, "class", f.Classes)
		sites(p, at, "nothing", f.Nothing)
	}
	if x := l.Thing; x != nil {
		p("  thing %s %s %s", x.Kind, at(x.Span), x.Text)
	}
	return b.String()
}

func renderInit(p func(string, ...any), at func(stack.Span) string, l *layers.Layer) {
	i := l.Init
	owner := ""
	if i.Owner != l.Target {
		owner = i.Owner
	}
	p("  init %s takes=%s stores=%s(%s) super=%s passes=%s%s%s%s", at(i.Span), i.Takes, i.Stores, i.StoresIt, i.Super, i.SuperPasses,
		list(" extra=", i.Extra), list(" wraps=", i.Wraps), text(" of ", owner))
	sites(p, at, "notused", i.NotUsed)
	for _, x := range i.Raises {
		p("  initraise %s %s %s", x.Name, x.Kind, at(x.Span))
	}
}

func renderHook(p func(string, ...any), at func(stack.Span) string, h layers.Hook) {
	from := ""
	if h.Inherited {
		from = h.Owner
	}
	p("  hook %s %s fits=%s answers=%s replaces=%s nothing=%s always=%s%s%s%s%s%s%s%s", h.Name, at(h.Span), h.Fits, h.Answers, h.Replaces, h.ReturnsNothing, h.Always,
		mark(!h.Read, "unread"), mark(h.Conditional, "conditional"), mark(h.Async, "async"), text(" ", h.Static), list(" decorators=", h.Decorators),
		text(" calledby ", h.CalledBy), text(" from ", from))
	for _, a := range h.Returns {
		made := []string{}
		for _, m := range a.Made {
			made = append(made, at(m))
		}
		p("    answer %s certain=%s%s%s", at(a.Span), a.Certain, text(" ", a.Kind), list(" made ", made))
	}
	for _, n := range h.Nothing {
		p("    nothing %s %s", at(n.Span), n.Text)
	}
}

func sites(p func(string, ...any), at func(stack.Span) string, what string, all []layers.Site) {
	for _, s := range all {
		p("  %s %s %s %s %s", what, s.Hook, s.Phase, at(s.Span), s.Text)
	}
}

func mark(b bool, word string) string {
	if b {
		return " " + word
	}
	return ""
}

func text(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

func list(before string, s []string) string {
	if len(s) == 0 {
		return ""
	}
	return before + strings.Join(s, ",")
}

func relayText(at string) string {
	if at == "-" {
		return ""
	}
	return " relay=" + at
}
