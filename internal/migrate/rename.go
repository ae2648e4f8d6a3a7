package migrate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// renamer gives the setting its new name.
type renamer struct {
	r       *run
	project *django.Project
	sources []*source
	byName  map[string]*source
	// owned are the modules, settings classes and functions in which the name is
	// the setting.
	owned map[python.Node]bool
	// group leads from a file to the next one that belongs to the same settings;
	// files that belong together are renamed together or not at all.
	group map[string]string
	// refused says of a group why it keeps the old name; settled that it needs
	// no edit.
	refused map[string]*Left
	settled map[string]bool
	// Of the present turn: statements that go, those that give both names and
	// stay, and which of two lists of a group is to be the one.
	removed map[python.Node]bool
	dual    map[python.Node]bool
	counts  map[string]string
}

// settings is the pass that renames the setting.
func (r *run) settings(ctx context.Context) error {
	project, err := django.Load(ctx, r.over, r.load())
	if err != nil {
		return err
	}
	sources, texts, err := r.gather(ctx, project)
	if err != nil {
		return err
	}
	n := &renamer{
		r: r, project: project, sources: sources, byName: map[string]*source{}, owned: map[python.Node]bool{},
		group: map[string]string{}, refused: map[string]*Left{},
	}
	for _, s := range sources {
		n.byName[s.name] = s
	}
	n.own()
	n.join()
	n.exclude()
	// Each turn refuses more groups, or is the last.
	for {
		refused := len(n.refused)
		p := n.plan()
		changes, err := n.changesOf(p.edits)
		if err != nil {
			return err
		}
		if len(n.refused) > refused {
			continue
		}
		next := r.over.with(changes, p.edits)
		if len(changes) > 0 {
			after, err := django.Load(ctx, next, r.load())
			if err != nil && !errors.Is(err, django.ErrNothing) {
				return err
			}
			for _, file := range n.differ(after) {
				n.leaveGroup(file, finding.Error, n.firstUse(file), "it keeps MIDDLEWARE_CLASSES: renamed, a settings module would yield another list than before")
			}
			if len(n.refused) > refused {
				continue
			}
		}
		for _, a := range p.done {
			r.done(PassSettings, a.Span, a.What)
		}
		for _, l := range p.left {
			l.Span = r.over.origin(l.Span)
			r.result.Left = append(r.result.Left, l)
		}
		for _, root := range sortedKeys(n.refused) {
			l := n.refused[root]
			r.leave(PassSettings, l.Severity, l.Span, l.Reason)
		}
		for _, t := range texts {
			r.leaveText(t)
		}
		r.over = next
		return nil
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// own finds out where the name is the setting: in the modules that settings are
// made of, in their settings classes, and wherever it is imported from there.
func (n *renamer) own() {
	classes := n.settingsClasses()
	for _, s := range n.sources {
		if !s.settings {
			continue
		}
		n.owned[s.src.Root()] = true
		for _, u := range slices.Concat(s.uses, s.news) {
			if u.scope.Kind() == python.KindClassDef && classes {
				n.owned[u.scope] = true
			}
		}
	}
	for again := true; again; {
		again = false
		for _, s := range n.sources {
			for _, u := range s.uses {
				if u.kind == useImport && !n.owned[u.scope] && u.node.Field(python.FieldAsName).IsZero() && n.from(s, u.node) != nil {
					n.owned[u.scope], again = true, true
				}
			}
			root := s.src.Root()
			if !n.owned[root] && slices.ContainsFunc(s.stars, func(f string) bool { return n.byName[f] != nil && n.owned[n.byName[f].src.Root()] }) {
				n.owned[root], again = true, true
			}
		}
	}
}

// settingsClasses says whether settings live in classes.
func (n *renamer) settingsClasses() bool {
	for _, m := range n.project.Settings {
		if m.Result != nil && slices.ContainsFunc(m.Result.Subs, func(sub django.Sub) bool { return sub.Kind == django.SubClass }) {
			return true
		}
	}
	return false
}

// from is the file of the tree that an import takes the setting from, or nil.
func (n *renamer) from(s *source, alias python.Node) *source {
	module, ok := s.moduleOf(alias.Parent())
	if !ok {
		return nil
	}
	if t := n.byName[s.fileOf(module)]; t != nil && n.owned[t.src.Root()] {
		return t
	}
	return nil
}

// join puts the files together that settings are made of.
func (n *renamer) join() {
	for _, m := range n.project.Settings {
		if m.Result == nil {
			continue
		}
		first := ""
		for _, f := range append([]string{m.File}, m.Result.Files...) {
			if n.byName[f] == nil {
				continue
			}
			if first == "" {
				first = f
			}
			n.unite(first, f)
		}
	}
	for _, s := range n.sources {
		for _, u := range s.uses {
			if u.kind == useImport {
				if t := n.from(s, u.node); t != nil {
					n.unite(t.name, s.name)
				}
			}
		}
		for _, f := range s.stars {
			if n.byName[f] != nil && n.owned[n.byName[f].src.Root()] {
				n.unite(f, s.name)
			}
		}
	}
}

func (n *renamer) root(file string) string {
	for n.group[file] != "" && n.group[file] != file {
		file = n.group[file]
	}
	return file
}

func (n *renamer) unite(a, b string) {
	a, b = n.root(a), n.root(b)
	n.group[max(a, b)] = min(a, b)
}

// members are the files of a group, by name.
func (n *renamer) members(root string) []*source {
	var out []*source
	for _, s := range n.sources {
		if n.root(s.name) == root {
			out = append(out, s)
		}
	}
	return out
}

// leaveGroup keeps the group of a file as it is; false if it was kept already.
func (n *renamer) leaveGroup(file string, severity finding.Severity, span stack.Span, reason string) bool {
	root := n.root(file)
	if n.refused[root] != nil {
		return false
	}
	n.refused[root] = &Left{Pass: PassSettings, Severity: severity, Reason: reason, Span: span}
	return true
}

// changesOf carries edits out. The groups of files that cannot be edited are
// refused, and then there are no changes.
func (n *renamer) changesOf(edits []finding.Edit) ([]edit.Change, error) {
	byFile := map[string][]finding.Edit{}
	for _, e := range edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	var out []edit.Change
	failed := false
	for _, file := range sortedKeys(byFile) {
		changes, err := edit.Plan(n.r.over.Read, byFile[file])
		var refused *edit.RefusedError
		switch {
		case errors.As(err, &refused):
			span := stack.Span{File: file, Line: refused.Line, Column: refused.Column, EndLine: refused.Line, EndColumn: refused.Column}
			if !n.leaveGroup(file, finding.Error, span, "it keeps MIDDLEWARE_CLASSES, and so do the files that belong to it: "+refused.Reason) {
				return nil, err // it had no edits left: a mistake of the plan
			}
			failed = true
		case err != nil:
			return nil, err
		}
		out = append(out, changes...)
	}
	if failed {
		return nil, nil
	}
	return out, nil
}

// firstUse is the first place of a file that speaks of the setting in code.
func (n *renamer) firstUse(file string) stack.Span {
	s := n.byName[file]
	for _, u := range s.uses {
		if !u.node.IsZero() {
			return spanOf(s.name, s.src, u.start, u.end)
		}
	}
	return stack.Span{File: file}
}

// planned is what a turn of the renamer would do.
type planned struct {
	edits []finding.Edit
	done  []Action
	left  []Left
}

func (p *planned) edit(s *source, start, end int, text, what string) {
	p.edits = append(p.edits, finding.Edit{File: s.name, Start: start, End: end, Text: text})
	if what != "" {
		p.done = append(p.done, Action{PassSettings, what, spanOf(s.name, s.src, start, end)})
	}
}

func (p *planned) rename(s *source, u use) { p.edit(s, u.start, u.end, newName, renamedWhat) }

func (p *planned) leave(s *source, u use, severity finding.Severity, format string, args ...any) {
	p.left = append(p.left, Left{
		Pass: PassSettings, Severity: severity, Reason: fmt.Sprintf(format, args...), Span: spanOf(s.name, s.src, u.start, u.end), Mention: u.node.IsZero(),
	})
}

const renamedWhat = "MIDDLEWARE_CLASSES is called MIDDLEWARE"

// plan judges every place that speaks of the setting.
func (n *renamer) plan() *planned {
	n.removed, n.settled, n.dual = map[python.Node]bool{}, map[string]bool{}, map[python.Node]bool{}
	n.counts = map[string]string{}
	p := &planned{}
	for _, root := range n.roots() {
		n.both(root, p)
	}
	for _, s := range n.sources {
		for _, u := range s.uses {
			n.judge(p, s, u)
		}
		if n.r.opts.KeepClassic && n.kept(s) == nil && !n.settled[n.root(s.name)] {
			n.keep(p, s)
		}
	}
	// What keeps the old name is not edited, whichever of its places was judged.
	kept := func(file string) bool { return n.refused[n.root(file)] != nil }
	p.edits = slices.DeleteFunc(p.edits, func(e finding.Edit) bool { return kept(e.File) })
	p.done = slices.DeleteFunc(p.done, func(a Action) bool { return kept(a.Span.File) })
	slices.SortStableFunc(p.left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return p
}

func (n *renamer) roots() []string {
	seen := map[string]bool{}
	for _, s := range n.sources {
		if s.settings {
			seen[n.root(s.name)] = true
		}
	}
	return sortedKeys(seen)
}

// kept is why a file keeps the old name, or nil.
func (n *renamer) kept(s *source) *Left { return n.refused[n.root(s.name)] }

// anyKept says that some settings of the project keep the old name, so that
// what reads "the settings" may still find it.
func (n *renamer) anyKept() bool {
	return slices.ContainsFunc(n.roots(), func(root string) bool { return n.refused[root] != nil })
}
