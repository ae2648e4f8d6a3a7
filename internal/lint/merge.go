package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// merger collects the reports of all stacks and makes findings of them.
type merger struct {
	stacks []*stack.Stack
	order  []string
	groups map[string]*merged
	notes  []stack.Note
}

// merged is one finding and the stacks that have it.
type merged struct {
	report report
	first  *stack.Stack
	in     []*stack.Stack
	listed []stack.Span
}

func (m *merger) add(s *stack.Stack, reports []report) {
	if m.groups == nil {
		m.groups = map[string]*merged{}
	}
	for _, r := range reports {
		key := keyOf(&r)
		g := m.groups[key]
		if g == nil {
			g = &merged{report: r, first: s}
			m.groups[key] = g
			m.order = append(m.order, key)
		}
		if r.problem.Severity > g.report.problem.Severity {
			g.report, g.first = r, s
		}
		if !slices.Contains(g.in, s) {
			g.in = append(g.in, s)
		}
		if at := r.problem.Listed; !at.IsZero() && !slices.Contains(g.listed, at) {
			g.listed = append(g.listed, at)
		}
	}
}

// keyOf is the same for reports that mean the same thing at the same places;
// numbers in the message, which differ between variants, do not count.
func keyOf(r *report) string {
	var b strings.Builder
	fact := ""
	if r.problem.Fact != nil {
		fact = r.problem.Fact.ID
	}
	fmt.Fprintf(&b, "%s|%s|%v|%q", r.rule.ID, fact, r.problem.Span, r.problem.Subject)
	for _, x := range r.problem.Related {
		fmt.Fprintf(&b, "|%v", x.Span)
	}
	return b.String()
}

func (m *merger) findings(x *fixer) []finding.Finding {
	var out []finding.Finding
	for _, key := range m.order {
		g := m.groups[key]
		p := &g.report.problem
		condition := ""
		if len(g.listed) == 0 {
			condition = m.condition(g)
		}
		f := finding.Finding{
			Rule: g.report.rule.ID, Name: g.report.rule.Name, Severity: p.Severity,
			Message: join(p.What+condition, p.Why, p.Action),
			Help:    p.Action, Label: p.Label, URL: g.report.rule.URL(),
			Span: p.Span, Stack: g.first.ID, Subject: p.Subject, Related: g.related(),
		}
		if p.Fact != nil {
			f.Fact = p.Fact.ID
		}
		for _, s := range g.in {
			f.Stacks = append(f.Stacks, s.ID)
		}
		f.Fixes = x.fixes(g)
		out = append(out, f)
	}
	Sort(out)
	return out
}

// maxListed is how many places of the settings a finding on a class shows.
const maxListed = 3

// related are the places that explain a finding, behind them those where the
// settings name the class.
func (g *merged) related() []finding.Related {
	out := slices.Clone(g.report.problem.Related)
	slices.SortFunc(g.listed, compareSpans)
	for i, span := range g.listed {
		message := "listed here"
		if rest := len(g.listed) - maxListed; i == maxListed-1 && rest > 0 {
			message = fmt.Sprintf("listed here, and in %d more places", rest)
		}
		if i < maxListed {
			out = append(out, finding.Related{Span: span, Message: message})
		}
	}
	return out
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// Sort orders findings by place, rule, fact and message, the order in which
// they are printed.
func Sort(findings []finding.Finding) {
	slices.SortStableFunc(findings, func(a, b finding.Finding) int {
		return cmp.Or(compareSpans(a.Span, b.Span), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fact, b.Fact),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Stack, b.Stack))
	})
}

func compareSpans(a, b stack.Span) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.EndLine, b.EndLine), cmp.Compare(a.EndColumn, b.EndColumn))
}

func (m *merger) sortedNotes() []stack.Note {
	slices.SortStableFunc(m.notes, func(a, b stack.Note) int {
		return cmp.Or(compareSpans(a.Span, b.Span), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(m.notes)
}

// condition says under which conditions a finding holds, as " if DEBUG", where
// it does not hold in all variants of any settings module; else "".
func (m *merger) condition(g *merged) string {
	best := ""
	for _, s := range g.in {
		var having, lacking []*stack.Stack
		for _, other := range m.stacks {
			if other.Module != s.Module || other.File != s.File || other.Setting != s.Setting {
				continue
			}
			if slices.Contains(g.in, other) {
				having = append(having, other)
			} else {
				lacking = append(lacking, other)
			}
		}
		if len(lacking) == 0 {
			return ""
		}
		if best == "" {
			best = describe(having, lacking)
		}
	}
	return best
}

// describe names the conditions that all variants of one group share and that
// some variant of the other does not.
func describe(having, lacking []*stack.Stack) string {
	var parts []string
	for _, c := range having[0].Conditions {
		shared := !slices.ContainsFunc(having, func(s *stack.Stack) bool { return !slices.Contains(s.Conditions, c) })
		telling := slices.ContainsFunc(lacking, func(s *stack.Stack) bool { return !slices.Contains(s.Conditions, c) })
		if !shared || !telling {
			continue
		}
		text := shorten(c.Text)
		if !c.Value {
			text = "not " + text
			if strings.ContainsAny(c.Text, " ") {
				text = "not (" + shorten(c.Text) + ")"
			}
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return fmt.Sprintf(" in %d of %d variants of the settings", len(having), len(having)+len(lacking))
	}
	if len(parts) > 3 {
		parts = append(parts[:3], "more")
	}
	return " if " + strings.Join(parts, " and ")
}

// shorten makes a condition's source text fit into a message.
func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
