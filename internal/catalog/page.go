package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Page lists the layers of a catalog in Markdown, docs/catalog.md: what is
// known of each, and where that is written.
func (c *Catalog) Page() string {
	packages := map[string][]*Middleware{}
	var names []string
	for _, m := range c.Middleware {
		if packages[m.Package] == nil {
			names = append(names, m.Package)
		}
		packages[m.Package] = append(packages[m.Package], m)
	}
	// Django first, the packages by name.
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(rankOf(a)-rankOf(b), strings.Compare(a, b))
	})
	var b strings.Builder
	fmt.Fprintf(&b, `# Known layers

%d layers: %d of Django's own and %d of %d packages, read off their sources and documentation; the newest snapshot is of %s. What must stand before
what, and what each needs, is in [rules/facts.md](rules/facts.md), with the sources. A layer that is not here is unknown to the rules until it is
described in the configuration ([configuration.md](configuration.md)).

"Releases" are those of Django for Django's own layers. "Built as" is the newest form: a mixin subclasses MiddlewareMixin and so fits both settings in
Django 1.10 and 1.11; "async" says that it can run on the event loop. "Answers" is when the layer answers without those further in. Attributes are
the request's.

`, len(c.Middleware), len(packages["django"]), len(c.Middleware)-len(packages["django"]), len(names)-1, Date)
	for _, name := range names {
		fmt.Fprintf(&b, "## %s\n\n", name)
		for _, m := range packages[name] {
			b.WriteString(m.Text())
		}
	}
	return b.String()
}

func rankOf(name string) int {
	if name == "django" {
		return 0
	}
	return 1
}

// Text is one layer in Markdown, with an empty line behind it.
func (m *Middleware) Text() string {
	var parts []string
	add := func(name string, values ...string) {
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
		if len(values) > 0 {
			parts = append(parts, name+": "+strings.Join(values, ", "))
		}
	}
	if m.Django() {
		add("releases", m.releases())
	}
	add("gone", m.end())
	if len(m.Eras) > 0 {
		add("built as", m.Eras[len(m.Eras)-1].text()...)
	}
	var answers []string
	for _, s := range m.ShortCircuit {
		answers = append(answers, s.When)
	}
	if len(answers) > 0 {
		parts = append(parts, "answers: "+strings.Join(answers, "; "))
	}
	add("reads", attributes(m.Reads)...)
	add("sets", attributes(m.Writes)...)
	add("sets headers", m.Response.Sets...)
	if m.Body != "" && m.Body != "none" {
		add("body", m.Body)
	}
	var sources []string
	for _, s := range m.Sources {
		sources = append(sources, strings.TrimSpace(s.Repo+" "+s.File))
	}
	add("source", sources...)
	return fmt.Sprintf("**`%s`**\n%s.\n\n", m.Path, strings.Join(parts, "; "))
}

// releases are the versions with this path.
func (m *Middleware) releases() string {
	switch {
	case m.Since.IsZero() && m.Last.IsZero():
		return ""
	case m.Last.IsZero():
		return m.Since.String() + " and later"
	case m.Since.IsZero():
		return "up to " + m.Last.String()
	}
	return m.Since.String() + " to " + m.Last.String()
}

// end says where the path went.
func (m *Middleware) end() string {
	var parts []string
	if m.Removed != nil {
		parts = append(parts, strings.TrimSpace("since "+m.Removed.In))
	}
	if m.MovedTo != nil {
		parts = append(parts, fmt.Sprintf("now `%s`", m.MovedTo.Path))
	}
	if m.RenamedTo != "" {
		parts = append(parts, fmt.Sprintf("now `%s`", m.RenamedTo))
	}
	return strings.Join(parts, ", ")
}

func (e Era) text() []string {
	out := []string{e.Style}
	switch {
	case e.Async && e.Sync:
		out = append(out, "sync and async")
	case e.Async:
		out = append(out, "async")
	}
	return append(out, e.Hooks...)
}

func attributes(list []Attribute) []string {
	var out []string
	for _, a := range list {
		name := "`" + strings.TrimPrefix(a.Attr, "request.") + "`"
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
