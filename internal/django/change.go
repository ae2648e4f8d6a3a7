package django

import (
	"maps"
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Source is a file of the project by the name that positions have, as it was
// read; nil where it cannot be read.
func (p *Project) Source(file string) *python.File { return p.p.parse(p.t.abs(file)) }

// Changed evaluates the settings modules anew that read one of some files, with
// other texts in these, and returns them in the order of Settings; modules that
// read none of them are left out. Everything else is as Load found it: which
// modules are settings, what they are called, which release they run under. texts
// are by the names that positions have. The project does not change.
func (p *Project) Changed(texts map[string][]byte) []*SettingsModule {
	next := p.p.with(p.t, texts)
	var out []*SettingsModule
	for _, m := range p.Settings {
		reads := func(file string) bool {
			_, ok := texts[file]
			return ok
		}
		if m.Result == nil || !slices.ContainsFunc(m.Result.Files, reads) {
			continue
		}
		c := &SettingsModule{
			Module: m.Module, File: m.File, Role: m.Role, Checked: m.Checked, Reason: m.Reason, Why: m.Why,
			Entries: m.Entries, ImportedBy: m.ImportedBy, Django: m.Django, file: m.file, packages: m.packages, home: m.home,
		}
		c.loader = newLoader(p.t, next, p.x, m.file, m.Module, m.loader.ownAs)
		c.loader.shown = m.loader.shown
		c.Result = Evaluate(c.loader, c.Module, p.eval)
		c.stacks()
		out = append(out, c)
	}
	return out
}

// Stack is a stack of the module by its id, nil for none.
func (m *SettingsModule) Stack(id string) *stack.Stack {
	if i := m.index(id); i >= 0 {
		return &m.Stacks[i]
	}
	return nil
}

// with is a parser that knows what this one has read, and other texts of some
// files.
func (p *parser) with(t *tree, texts map[string][]byte) *parser {
	p.mu.Lock()
	next := &parser{t: p.t, files: maps.Clone(p.files), scanned: p.scanned}
	p.mu.Unlock()
	for name, text := range texts {
		f := &parsed{}
		f.once.Do(func() { f.src = python.Parse(text) })
		next.files[t.abs(name)] = f
	}
	return next
}
