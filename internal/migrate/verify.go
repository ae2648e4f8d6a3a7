package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// describe is a stack as text: what it holds and when, not where. The setting's
// own name in the source of something unknown does not count.
func describe(s *stack.Stack) string {
	var b strings.Builder
	for _, c := range s.Conditions {
		fmt.Fprintf(&b, "%s=%v ", one(c.Text), c.Value)
	}
	return b.String() + describeList(s)
}

// one puts the new name for the old one.
func one(text string) string { return strings.ReplaceAll(text, oldName, newName) }

// describeList is what a stack holds, without its conditions.
func describeList(s *stack.Stack) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v:", s.Complete)
	for _, e := range s.Entries {
		if e.Unknown {
			fmt.Fprintf(&b, " ?%s", one(e.Text))
		} else {
			b.WriteString(" " + e.Path)
		}
	}
	return b.String()
}

// listsOf are the lists that a settings module yields under one name, each with
// its conditions, as text.
func listsOf(m *django.SettingsModule, name string) []string {
	var out []string
	for _, s := range m.Stacks {
		if s.Setting == name {
			out = append(out, describe(&s))
		}
	}
	return out
}

// unconditional are the different lists that a settings module yields under one
// name, whatever the conditions.
func unconditional(m *django.SettingsModule, name string) []string {
	var out []string
	for _, s := range m.Stacks {
		if s.Setting == name {
			out = append(out, describeList(&s))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// differ lists files of settings that would yield another list than before, one
// of each module.
func (n *renamer) differ(after *django.Project) []string {
	var out []string
	key := func(m *django.SettingsModule) string { return m.Module + "\x00" + m.File }
	now := map[string]*django.SettingsModule{}
	if after != nil {
		for _, m := range after.Settings {
			now[key(m)] = m
		}
	}
	for _, m := range n.project.Settings {
		if n.byName[m.File] == nil && !n.touches(m) {
			continue
		}
		file := m.File
		if n.byName[file] == nil {
			file = n.touched(m)
		}
		if n.refused[n.root(file)] != nil || n.settled[n.root(file)] {
			continue
		}
		view := listsOf
		want := listsOf(m, oldName)
		if name := n.counts[n.root(file)]; name != "" {
			// Which of the two lists counts may have been a condition.
			view = unconditional
			want = view(m, name)
		} else if len(want) == 0 {
			want = listsOf(m, newName) // it has the new name already
		}
		if len(want) == 0 {
			continue
		}
		got := now[key(m)]
		if got == nil || !slices.Equal(view(got, newName), want) {
			out = append(out, file)
			continue
		}
		if left := view(got, oldName); n.r.opts.KeepClassic && !slices.Equal(left, want) || !n.r.opts.KeepClassic && len(left) > 0 {
			out = append(out, file)
		}
	}
	return out
}

func (n *renamer) touches(m *django.SettingsModule) bool { return n.touched(m) != "" }

// touched is a file of a settings module that speaks of the setting.
func (n *renamer) touched(m *django.SettingsModule) string {
	if m.Result == nil {
		return ""
	}
	for _, f := range m.Result.Files {
		if n.byName[f] != nil {
			return f
		}
	}
	return ""
}
