package django

import (
	"fmt"
	"path"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// link records which settings modules import which others, or run them as parts.
func (d *discovery) link(all []*candidate) {
	join := func(c, other *candidate) {
		c.imports[other.file] = true
		other.importers[c.file] = true
	}
	for _, c := range all {
		for _, part := range c.facts.parts {
			pattern := path.Join(quoteGlob(path.Dir(c.file)), part)
			for _, other := range all {
				if ok, err := path.Match(pattern, other.file); ok && err == nil && other != c {
					join(c, other)
				}
			}
		}
		for _, i := range c.facts.imports {
			names := []string{i.module}
			for _, n := range i.names {
				if n != "*" {
					names = append(names, strings.TrimPrefix(i.module+"."+n, "."))
				}
			}
			for _, m := range names {
				file := d.x.resolveImport(c.file, i.level, m)
				if other := d.found[file]; other != nil && other != c {
					join(c, other)
				}
			}
		}
	}
}

// quoteGlob makes a name match itself alone.
func quoteGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// roles decides which modules stand for themselves. Those that are parts of
// others, tests and examples are left out of the check as long as anything else
// is there; what is left out is said.
func (d *discovery) roles(all []*candidate) {
	ordinary := false
	for _, c := range all {
		c.role = d.role(c)
		ordinary = ordinary || c.role == RoleEntry || c.role == RoleSettings
	}
	checked := false
	for _, c := range all {
		switch {
		case c.given, c.role == RoleEntry, c.role == RoleSettings:
			c.checked = true
		case c.role == RoleBase:
			c.reason = "a part of other settings"
		case ordinary && c.role == RoleTest:
			c.reason = "settings for tests"
		case ordinary && c.role == RoleExample:
			c.reason = "an example"
		default:
			c.checked = true
		}
		checked = checked || c.checked
	}
	if !checked {
		for _, c := range all {
			c.checked, c.reason = true, ""
		}
	}
}

func (d *discovery) role(c *candidate) Role {
	place := d.place(c.file)
	switch {
	case place != "":
		if c.part(d) {
			return RoleBase
		}
		return place
	case len(c.entries) > 0:
		return RoleEntry
	case c.part(d):
		return RoleBase
	}
	return RoleSettings
}

// part says that a module is there to be imported by others: its name says so,
// or a module that is an entry imports it, or it only adds to what others define.
func (c *candidate) part(d *discovery) bool {
	if len(c.entries) > 0 {
		return false
	}
	imported := false
	fragment := !c.facts.binds && len(c.imports) == 0 // it adds to a list that others define
	for file := range c.importers {
		importer := d.found[file]
		if d.reaches(c, importer, map[string]bool{}) {
			continue // each imports the other: neither is the base
		}
		if d.place(file) != "" && d.place(c.file) == "" {
			continue // settings for tests take over the real ones
		}
		imported = true
		if len(importer.entries) > 0 && !deploymentLike(c.file) {
			return true
		}
	}
	return imported && (partLike(c.file) || fragment)
}

// reaches says whether a imports b, directly or not.
func (d *discovery) reaches(a, b *candidate, seen map[string]bool) bool {
	if a.imports[b.file] {
		return true
	}
	seen[a.file] = true
	for file := range a.imports {
		if !seen[file] && d.reaches(d.found[file], b, seen) {
			return true
		}
	}
	return false
}

// partLike says that a name promises a part of settings.
func partLike(file string) bool {
	base := strings.ToLower(strings.TrimSuffix(path.Base(file), ".py"))
	for _, part := range []string{"base", "common", "default", "shared", "local", "global", "app_settings", "django", "core", "middleware", "component"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	return false
}

// deploymentLike says that a name promises settings to run with somewhere.
func deploymentLike(file string) bool {
	base := strings.ToLower(strings.TrimSuffix(path.Base(file), ".py"))
	for _, part := range []string{"prod", "live", "dev", "stag", "test", "docker", "heroku", "demo", "beta", "deploy", "server"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	return false
}

// place says whether a file lies among tests or examples, judged by what is
// below the path given: who names a test project wants it read.
func (d *discovery) place(file string) Role {
	rel := file
	best := ""
	for _, top := range d.x.tops {
		if within(top, file) && len(top) > len(best) {
			best = top
			rel = relTo(top, file)
		}
	}
	segments := strings.Split(strings.ToLower(strings.TrimSuffix(rel, ".py")), "/")
	for i, seg := range segments {
		last := i == len(segments)-1
		switch {
		case seg == "test", seg == "tests", seg == "testing", strings.HasPrefix(seg, "test_"), strings.HasSuffix(seg, "_test"), strings.HasSuffix(seg, "_tests"):
			return RoleTest
		case strings.HasPrefix(seg, "testapp"), strings.HasPrefix(seg, "testproj"), strings.HasPrefix(seg, "testsite"), strings.HasPrefix(seg, "testutil"):
			return RoleTest
		case last && (strings.HasPrefix(seg, "test") && strings.Contains(seg, "settings") || seg == "conftest" || seg == "setup" || strings.HasPrefix(seg, "runtest") || strings.HasPrefix(seg, "run_test")):
			return RoleTest
		case !last && (seg == "doc" || seg == "docs" || seg == "example" || seg == "examples" || seg == "sample" || seg == "samples" || strings.HasPrefix(seg, "example_")):
			return RoleExample
		}
	}
	return ""
}

// whyText words why a module counts as settings.
func (c *candidate) whyText() string {
	if len(c.entries) > 0 {
		e := c.entries[0]
		text := fmt.Sprintf("named in %s:%d", e.Span.File, e.Span.Line)
		if n := len(c.entries) - 1; n > 0 {
			text += " and in " + more(n)
		}
		return text
	}
	return c.why
}

// more words a number of places left out.
func more(n int) string {
	if n == 1 {
		return "1 more place"
	}
	return fmt.Sprintf("%d more places", n)
}

// entrySpans lists the places that name the module.
func (c *candidate) entrySpans() []stack.Span {
	var out []stack.Span
	for _, e := range c.entries {
		out = append(out, e.Span)
	}
	return out
}
