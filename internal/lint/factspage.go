package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// FactsPage lists the facts of a catalog in Markdown, docs/rules/facts.md: the
// ids that findings carry, what each demands, why, and where that is written.
func FactsPage(c *catalog.Catalog) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Facts

What the rules know of layers, read off the sources and the documentation of
Django and of packages; the newest snapshot is of %s. The id of a fact is the
`+"`fact`"+` of a finding in JSON. "must" facts are errors, "should" facts warnings;
those that rest on an example only, and those on a place near an end, are notes.

`, catalog.Date)
	for _, group := range []struct {
		title   string
		belongs func(f *catalog.Fact) bool
	}{
		{"Django's own layers", func(f *catalog.Fact) bool { return strings.HasPrefix(f.ID, "dj.") }},
		{"Layers of packages", func(f *catalog.Fact) bool { return !strings.HasPrefix(f.ID, "dj.") }},
	} {
		fmt.Fprintf(&b, "## %s\n\n", group.title)
		for _, f := range c.Facts {
			if group.belongs(f) && !f.Informative {
				b.WriteString(FactText(f))
			}
		}
	}
	b.WriteString("## Tags\n\n| Tag | A layer with it | Layers |\n|---|---|---|\n")
	for _, tag := range c.TagNames() {
		var layers []string
		for _, m := range c.Bearers(tag) {
			layers = append(layers, "`"+m.Path+"`")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", tag, c.Tags[tag], strings.Join(layers, ", "))
	}
	b.WriteString("\n## Contradictions\n\nFacts that cannot all be followed. At most one of a group is reported, and not\n" +
		"against a layer that follows another one of it.\n\n")
	for _, g := range c.Contradictions {
		fmt.Fprintf(&b, "* %s: %s\n", strings.Join(g.Facts, ", "), g.Note)
	}
	return b.String()
}

// FactText is one fact in Markdown: its id and demand, the reason, what limits
// it, and its sources.
func FactText(f *catalog.Fact) string {
	limits := []string{string(f.Strength), f.Basis}
	if s := f.Django.String(); s != "any version" {
		limits = append(limits, "Django "+s)
	}
	if f.PackageFrom != "" {
		limits = append(limits, "package "+f.PackageFrom+" and later")
	}
	if f.When != nil {
		limits = append(limits, "depends on "+f.When.Setting)
	}
	if len(f.Exceptions) > 0 {
		limits = append(limits, "but for "+refs("every", f.Exceptions...))
	}
	var sources []string
	for _, s := range f.Sources {
		text := s.Repo + " " + s.File
		if s.Section != "" {
			text += ", " + s.Section
		}
		sources = append(sources, text)
	}
	return fmt.Sprintf("**%s**: %s. %s\n(%s; %s)\n\n", f.ID, demand(f), f.Reason, strings.Join(limits, "; "), strings.Join(sources, "; "))
}

// demand is a fact as a phrase.
func demand(f *catalog.Fact) string {
	subject, targets := refs("every", f.Subject), refs("every", f.Targets...)
	if f.Relation == catalog.Requires || f.Relation == catalog.RequiresAny {
		targets = refs("a", f.Targets...)
	}
	switch f.Relation {
	case catalog.After, catalog.Before:
		return fmt.Sprintf("%s stands %s %s", subject, f.Relation, targets)
	case catalog.DirectlyAfter:
		return fmt.Sprintf("%s stands directly after %s", subject, targets)
	case catalog.First, catalog.Last:
		return fmt.Sprintf("%s stands %s", subject, f.Relation)
	case catalog.NearFirst:
		return subject + " stands near the start"
	case catalog.NearLast:
		return subject + " stands near the end"
	case catalog.Requires:
		return fmt.Sprintf("%s needs %s in the list", subject, targets)
	case catalog.RequiresAny:
		return fmt.Sprintf("%s needs one of %s in the list", subject, targets)
	case catalog.RequiredByApp:
		return fmt.Sprintf("the app %s needs %s in the list", targets, subject)
	case catalog.RequiresApp:
		return fmt.Sprintf("%s needs the app %s", subject, targets)
	case catalog.RequiresSet:
		return fmt.Sprintf("%s needs the setting %s", subject, targets)
	case catalog.Conflicts:
		return fmt.Sprintf("%s does not go together with %s", subject, targets)
	case catalog.Replaces:
		return fmt.Sprintf("%s takes the place of %s", subject, targets)
	case catalog.ReplacedBy:
		return fmt.Sprintf("%s gives its place to %s", subject, targets)
	case catalog.Remove:
		return subject + " is to be removed"
	case catalog.Unique:
		return subject + " is listed once"
	}
	return fmt.Sprintf("%s %s %s", subject, f.Relation, targets)
}

// refs names layers; how many of those with a tag are meant is "every" or "a".
func refs(many string, list ...string) string {
	var out []string
	for _, ref := range list {
		tag, ok := catalog.TagOf(ref)
		switch {
		case ok:
			out = append(out, many+" layer with the tag "+tag)
		case ref == "*":
			out = append(out, "all others")
		default:
			out = append(out, "`"+ref+"`")
		}
	}
	return strings.Join(out, ", ")
}
