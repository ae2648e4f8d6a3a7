package projectfacts

import (
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// editing is what fixes need of the project.
func (f *Facts) editing() *lint.Editing {
	return &lint.Editing{Source: f.project.Source, Reload: f.reload, Class: f.class, Reread: f.reread}
}

// reload evaluates the checked modules that read one of some files with other
// texts in these. Classes are taken as they were: no fix of a list changes one.
func (f *Facts) reload(texts map[string][]byte) ([]*stack.Stack, lint.Config) {
	changed := map[string]*django.SettingsModule{}
	var stacks []*stack.Stack
	for _, m := range f.project.Changed(texts) {
		if !m.Checked {
			continue
		}
		changed[m.File+"\x00"+m.Module] = m
		for i := range m.Stacks {
			stacks = append(stacks, &m.Stacks[i])
		}
	}
	modules := make([]*django.SettingsModule, 0, len(f.checked))
	readers, loaded := map[*django.SettingsModule]*layers.Reader{}, map[*django.SettingsModule]*recorder{}
	for _, m := range f.checked {
		reader := f.Reader(m)
		tree := f.loaded[m]
		if now := changed[m.File+"\x00"+m.Module]; now != nil {
			m = now
		}
		readers[m], loaded[m] = reader, tree
		modules = append(modules, m)
	}
	next := gather(f.project, modules)
	next.Catalog, next.readers, next.loaded = f.Catalog, readers, loaded
	return stacks, next.Config()
}

// gather sorts modules by their stacks.
func gather(p *django.Project, modules []*django.SettingsModule) *Facts {
	f := &Facts{
		project: p, checked: modules, byStack: map[string]*django.SettingsModule{},
		byPath: map[string][]*django.SettingsModule{}, readers: map[*django.SettingsModule]*layers.Reader{},
		loaded: map[*django.SettingsModule]*recorder{}, files: map[string][]string{},
	}
	for _, m := range modules {
		for _, s := range m.Stacks {
			f.byStack[s.ID] = m
			for _, e := range s.Entries {
				if list := f.byPath[e.Path]; len(list) == 0 || list[len(list)-1] != m {
					f.byPath[e.Path] = append(list, m)
				}
			}
		}
	}
	return f
}
