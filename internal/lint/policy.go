package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// Selector names findings: those of a rule, of a group of rules, or of a fact.
// The zero value names none.
type Selector struct {
	text   string
	rule   string // id
	prefix string // of ids
	fact   string
}

// The weights of selectors: the one that says more wins.
const (
	weightFact = 100
	weightRule = 10
)

// ParseSelector reads a rule's id or name, the beginning of ids ("MW1", "MW10x"
// or "MW1xx"), or the id of a fact of the catalog (nil: the embedded one).
func ParseSelector(text string, c *catalog.Catalog) (Selector, error) {
	if c == nil {
		c = catalog.Default()
	}
	if r := Find(text); r != nil {
		return Selector{text: text, rule: r.ID}, nil
	}
	if c.Fact(text) != nil {
		return Selector{text: text, fact: text}, nil
	}
	upper := strings.ToUpper(text)
	if digits, ok := strings.CutPrefix(strings.TrimRight(upper, "X"), "MW"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
		prefix := "MW" + digits
		if slices.ContainsFunc(Rules(), func(r *Rule) bool { return strings.HasPrefix(r.ID, prefix) }) && len(upper) <= len("MW101") {
			return Selector{text: text, prefix: prefix}, nil
		}
	}
	return Selector{}, unknownName(text, c)
}

// unknownName is the error for a name that no rule and no fact has.
func unknownName(text string, c *catalog.Catalog) error {
	if near := closestName(text, c); near != "" {
		return fmt.Errorf("there is no rule or fact %q; did you mean %q?", text, near)
	}
	return fmt.Errorf("there is no rule or fact %q; mwcheck explain lists the rules", text)
}

// closestName is the name of a rule or fact that is most like a text, or "".
func closestName(text string, c *catalog.Catalog) string {
	var known []string
	for _, r := range Rules() {
		known = append(known, r.ID, r.Name)
	}
	for _, f := range c.Facts {
		known = append(known, f.ID)
	}
	return Closest(text, known)
}

// Closest is the word that is most like a misspelt one, or that it begins, or ""
// where none is close. Case does not count.
func Closest(word string, known []string) string {
	best, distance := "", len(word)/4+2
	for _, k := range known {
		if len(word) >= 3 && len(word)*2 >= len(k) && strings.HasPrefix(strings.ToLower(k), strings.ToLower(word)) {
			return k
		}
		if d := catalog.EditDistance(strings.ToLower(word), strings.ToLower(k), distance); d < distance {
			best, distance = k, d
		}
	}
	return best
}

func (s Selector) String() string { return s.text }

// Matches says that a finding of the rule, with or without a fact, is named.
func (s Selector) Matches(rule, fact string) bool { return s.weight(rule, fact) > 0 }

// Fact is the id of the fact it names, or "".
func (s Selector) Fact() string { return s.fact }

// weight is how closely a finding is named; 0 is not at all.
func (s Selector) weight(rule, fact string) int {
	switch {
	case s.fact != "" && s.fact == fact:
		return weightFact
	case s.rule != "" && s.rule == rule:
		return weightRule
	case s.prefix != "" && strings.HasPrefix(rule, s.prefix):
		return len(s.prefix)
	}
	return 0
}

func heaviest(list []Selector, rule, fact string) int {
	w := 0
	for _, s := range list {
		w = max(w, s.weight(rule, fact))
	}
	return w
}

// Override gives the findings that a selector names another severity; 0 turns
// them off.
type Override struct {
	Selector Selector
	Severity finding.Severity
}

// Level is one layer of decisions on what is reported.
type Level struct {
	// In says for which files it holds; nil: for all.
	In func(file string) bool
	// Select, if not empty, are the only findings that are reported, whatever
	// earlier levels say. Ignore are findings that are not reported. Where both
	// name a finding, the closer name wins: a fact before a rule, a rule before
	// a longer beginning of ids, that before a shorter one; Ignore where they
	// are equal.
	Select, Ignore []Selector
	Severity       []Override
}

// Policy decides which findings are reported, and how severe they are: level by
// level, a later one over an earlier one. The zero value reports everything as
// it is.
type Policy struct{ Levels []Level }

// verdict is what a policy says of a finding.
type verdict struct {
	deselected bool             // by Select or Ignore
	off        bool             // by a severity
	severity   finding.Severity // 0: as it is
	fact       bool             // the severity is given for the fact itself
}

func (v verdict) reported() bool { return !v.deselected && !v.off }

// judge decides on the findings of a rule, with or without a fact, in a file.
func (p *Policy) judge(rule, fact, file string) verdict {
	var v verdict
	for i := range p.Levels {
		l := &p.Levels[i]
		if l.In != nil && !l.In(file) {
			continue
		}
		ignored := heaviest(l.Ignore, rule, fact)
		switch {
		case len(l.Select) > 0:
			v = verdict{deselected: heaviest(l.Select, rule, fact) <= ignored}
		case ignored > 0:
			v.deselected = true
		}
		if o := l.override(rule, fact); o != nil {
			v.severity, v.off, v.fact = o.Severity, o.Severity == 0, o.Selector.fact != ""
		}
	}
	return v
}

// override is the closest severity that a level gives, or nil.
func (l *Level) override(rule, fact string) *Override {
	best := 0
	var out *Override
	for i := range l.Severity {
		if w := l.Severity[i].Selector.weight(rule, fact); w > best {
			best, out = w, &l.Severity[i]
		}
	}
	return out
}

// Reports says that findings of the rule are reported in the file.
func (p *Policy) Reports(rule, fact, file string) bool { return p.judge(rule, fact, file).reported() }

// apply leaves out what is not reported and sets severities. A finding that is
// a note where its rule can do worse is one for want of knowledge: it stays a
// note, unless its very fact is given a severity.
func (p *Policy) apply(findings []finding.Finding) []finding.Finding {
	if len(p.Levels) == 0 {
		return findings
	}
	var out []finding.Finding
	for _, f := range findings {
		v := p.judge(f.Rule, f.Fact, f.Span.File)
		if !v.reported() {
			continue
		}
		if v.severity != 0 && (f.Severity > finding.Note || v.fact || mild(f.Rule)) {
			f.Severity = v.severity
		}
		out = append(out, f)
	}
	return out
}

// mild says that notes are all that a rule reports.
func mild(rule string) bool {
	r := Find(rule)
	return r != nil && r.Severity == finding.Note
}

// idle says that nothing of a rule can be reported, so that it need not run.
func (p *Policy) idle(r *Rule) bool {
	for i := range p.Levels {
		l := &p.Levels[i]
		if l.In != nil || slices.ContainsFunc(l.Select, func(s Selector) bool { return s.fact != "" }) ||
			slices.ContainsFunc(l.Severity, func(o Override) bool { return o.Selector.fact != "" }) {
			return false
		}
	}
	return !p.judge(r.ID, "", "").reported()
}

// without are the facts that are ignored in every file: the catalog is taken to
// lack them, so that what they say does not stand in for what others say.
func (p *Policy) without() []string {
	var out []string
	for i := range p.Levels {
		l := &p.Levels[i]
		if l.In != nil {
			return nil
		}
		for _, s := range l.Ignore {
			out = append(out, s.fact)
		}
		for _, o := range l.Severity {
			out = append(out, o.Selector.fact)
		}
	}
	return slices.DeleteFunc(out, func(fact string) bool {
		return fact == "" || slices.ContainsFunc(Rules(), func(r *Rule) bool { return p.judge(r.ID, fact, "").reported() })
	})
}
