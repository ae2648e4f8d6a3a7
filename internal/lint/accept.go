package lint

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/suppress"
)

// Comment is a comment that accepts findings, in a file that a stack depends on.
type Comment struct {
	suppress.Comment
	// Settled says that it stands at something of the stack's that was looked at
	// as a whole. A comment that is settled for no stack is never called unused.
	Settled bool
}

// place is what a comment is known by in all stacks that depend on its file.
type commentPlace struct {
	file  string
	start int
}

func (c *Comment) place() commentPlace { return commentPlace{c.Span.File, c.Span.Start} }

// acceptance is what the comments of all stacks accept.
type acceptance struct {
	config *Config
	order  []commentPlace
	at     map[commentPlace]*accepting
}

// accepting is one comment, read once, with what became of it.
type accepting struct {
	Comment
	passes []*Pass        // of the stacks that depend on its file
	names  []acceptedName // beside Names
}

// acceptedName is what a name of a comment means.
type acceptedName struct {
	selector Selector
	unknown  bool   // it is the name of nothing
	near     string // and this may have been meant
	looked   bool   // all that it could accept was looked for, rule by rule
	used     bool
}

// accept gathers the comments of the stacks.
func accept(config *Config, passes []*Pass) *acceptance {
	a := &acceptance{config: config, at: map[commentPlace]*accepting{}}
	for _, p := range passes {
		for _, c := range p.comments() {
			one := a.at[c.place()]
			if one == nil {
				one = &accepting{Comment: c}
				for _, n := range c.Names {
					one.names = append(one.names, p.acceptedName(n.Text, c.Span.File))
				}
				a.at[c.place()] = one
				a.order = append(a.order, c.place())
			}
			one.Settled = one.Settled || c.Settled
			one.passes = append(one.passes, p)
		}
	}
	return a
}

func (p *Pass) acceptedName(text, file string) acceptedName {
	s, err := ParseSelector(text, p.config.named)
	if err != nil {
		return acceptedName{unknown: true, near: closestName(text, p.config.named)}
	}
	return acceptedName{selector: s, looked: s.looksFor(&p.config.Policy, p.config.named, file)}
}

func (p *Pass) comments() []Comment {
	if p.config.Comments == nil {
		return nil
	}
	return p.config.Comments(p.Stack)
}

// mark suppresses the findings that a comment accepts. Of several comments the
// first counts as the one that does, and all of them are used.
func (a *acceptance) mark(findings []finding.Finding) {
	for i := range findings {
		f := &findings[i]
		for _, at := range a.order {
			c := a.at[at]
			if !c.Covers(f.Span) {
				continue
			}
			for k := range c.names {
				n := &c.names[k]
				if n.unknown || !n.selector.Matches(f.Rule, f.Fact) {
					continue
				}
				n.used = true
				if f.Suppression == nil {
					f.Suppression = &finding.Suppression{Kind: finding.InSource, Justification: c.Reason, Span: c.Span}
				}
			}
		}
	}
}

// beside looks at the stacks that are not checked, if a comment would be called
// unused without them: what they show is not reported, but makes it used.
func (a *acceptance) beside(config Config) {
	if config.Beside == nil || !slices.ContainsFunc(a.order, func(at commentPlace) bool { return len(a.at[at].idleNames()) > 0 }) {
		return
	}
	stacks, other := config.Beside()
	other.Policy, other.Order, other.Providers, other.Catalog, other.Rules = config.Policy, config.Order, config.Providers, config.Catalog, config.Rules
	other.Editing = nil
	passes := run(stacks, other)
	m := &merger{stacks: stacks}
	for _, p := range passes {
		m.add(p.Stack, p.reports)
		for _, c := range p.comments() {
			if one := a.at[c.place()]; one != nil {
				one.passes = append(one.passes, p)
			}
		}
	}
	a.mark(config.Policy.apply(m.findings(newFixer(&Config{}, nil))))
}

// idleNames are the names of a comment that accept nothing, although all that
// they could accept was looked for.
func (c *accepting) idleNames() []suppress.Name {
	if c.Malformed != "" || !c.Settled {
		return nil
	}
	for _, p := range c.passes {
		if !p.Stack.Complete || p.ignored {
			return nil
		}
	}
	var out []suppress.Name
	for k, n := range c.Names {
		if x := &c.names[k]; !x.unknown && !x.used && x.looked {
			out = append(out, n)
		}
	}
	return out
}

// looksFor says that every rule whose findings the selector names was run, with
// all its facts, and that they are reported in the file.
func (s Selector) looksFor(policy *Policy, c *catalog.Catalog, file string) bool {
	if s.fact != "" {
		f := c.Fact(s.fact)
		return f != nil && policy.Reports(ruleOf(f), s.fact, file)
	}
	return !slices.ContainsFunc(Rules(), func(r *Rule) bool {
		return s.Matches(r.ID, "") && !policy.Reports(r.ID, "", file)
	}) && !slices.ContainsFunc(c.Facts, func(f *catalog.Fact) bool {
		rule := ruleOf(f)
		return s.Matches(rule, "") && !policy.Reports(rule, f.ID, file)
	})
}

// ruleOf is the rule that reports a fact that is not followed.
func ruleOf(f *catalog.Fact) string {
	switch f.Relation {
	case catalog.Requires, catalog.RequiresAny, catalog.RequiredByApp:
		return missingLayer.ID
	case catalog.RequiresApp, catalog.RequiresSet:
		return missingRequirement.ID
	case catalog.Conflicts, catalog.Replaces:
		return conflictingLayers.ID
	case catalog.Remove, catalog.ReplacedBy:
		return removedPath.ID
	case catalog.Unique:
		return duplicateLayer.ID
	}
	return wrongOrder.ID
}

// late runs the rules that look at what the others found, on the first stack
// that depends on a comment's file.
func (a *acceptance) late(stacks []*stack.Stack, passes []*Pass) *merger {
	m := &merger{stacks: stacks}
	for _, p := range passes {
		p.reports, p.accepted = nil, a
		for _, r := range p.config.Rules {
			if r.Late {
				p.rule = r
				r.Run(p)
			}
		}
		m.add(p.Stack, p.reports)
	}
	return m
}

// mine are the comments of which a stack is the first, once all others are run.
func (p *Pass) mine() []*accepting {
	var out []*accepting
	for _, at := range p.accepted.order {
		if c := p.accepted.at[at]; c.passes[0] == p {
			out = append(out, c)
		}
	}
	return out
}
