package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/migrate"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// standIn is the settings file that stands for a stack without a project, and
// the line of its first layer.
const (
	standIn   = "settings.py"
	firstLine = 3
)

// migrateStack moves a stack without a project: its list becomes one for
// MIDDLEWARE. What its layers do, and how the settings are, is not known, so that
// nothing is said of behaviour. It also returns the text of the new list.
func (a *app) migrateStack(ctx context.Context, in *migrateFlags, flags *configFlags, opts migrate.Options) (result *migrate.Result, list []byte, err error) {
	jobs, notes, err := a.jobs(nil, flags)
	if err != nil {
		return nil, nil, err
	}
	model := in.model
	if model.value == "" {
		model.value = string(stack.Classic)
	}
	s, src, err := a.readStack(&inputFlags{stack: in.stack, model: model})
	if err != nil {
		return nil, nil, err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "ROOT_URLCONF = %q\n%s = [\n", "urls", s.Setting)
	for _, e := range s.Entries {
		fmt.Fprintf(&text, "    %q,\n", e.Path)
	}
	text.WriteString("]\n")
	fsys, err := txtar.FS(&txtar.Archive{Files: []txtar.File{{Name: standIn, Data: []byte(text.String())}}})
	if err != nil {
		return nil, nil, err
	}
	opts.Paths, opts.WorkDir = []string{standIn}, ""
	if opts.Django.IsZero() {
		opts.Django = jobs[0].config.Django
	}
	opts.Lint = func(ctx context.Context, files django.Files, to stack.Version) ([]finding.Finding, error) {
		project, err := django.Load(ctx, files, django.Options{Paths: []string{standIn}, Django: to})
		if err != nil {
			return nil, err
		}
		checked := project.Checked()
		stacks := make([]*stack.Stack, len(checked))
		for i := range checked {
			stacks[i] = &checked[i]
		}
		// Of the stand-in nothing counts but its list: no setting is known.
		config := lint.Config{Django: lint.At(to), Editing: projectfacts.New(project).Config().Editing}
		jobs[0].apply(&config)
		found, _ := lint.Run(stacks, config)
		return found, nil
	}
	result, err = migrate.Run(ctx, django.FS{FS: fsys}, opts)
	if err != nil {
		return nil, nil, err
	}
	return onStack(result, s, src, notes)
}

// onStack turns what was said of the stand-in into what holds for the stack:
// places are those in its own text, and in the new one for what lint says of that.
func onStack(r *migrate.Result, s *stack.Stack, src []byte, notes []stack.Note) (result *migrate.Result, text []byte, err error) {
	var list []string
	for _, after := range r.After {
		for _, e := range after.Entries {
			list = append(list, e.Path)
		}
	}
	text = rewritten(s, src, list)
	now, err := stack.Parse(s.File, text, stack.Modern)
	if err != nil {
		return nil, nil, err
	}
	notes = append(slices.Clone(notes), stack.Note{Span: stack.Span{File: s.File}, Message: `what changes in behaviour was not asked: "mwcheck diff --stack" says that`})
	out := &migrate.Result{To: r.To, Notes: notes}
	if !bytes.Equal(text, src) {
		out.Changes = []edit.Change{{File: s.File, Before: src, After: text}}
	}
	for _, d := range r.Done {
		if d.Pass != migrate.PassSettings {
			d.Span = placeIn(s, d.Span)
			out.Done = append(out.Done, d)
		}
	}
	for _, l := range r.Left {
		if l.Pass == migrate.PassClasses || l.Pass == migrate.PassFixes {
			l.Span = placeIn(s, l.Span)
			out.Left = append(out.Left, l)
		}
	}
	for _, f := range r.Findings {
		f.Span, f.Fixes, f.Stack = placeIn(now, f.Span), nil, now.ID
		f.Related = slices.Clone(f.Related)
		for i := range f.Related {
			f.Related[i].Span = placeIn(now, f.Related[i].Span)
		}
		out.Findings = append(out.Findings, f)
	}
	return out, text, nil
}

// placeIn is where the layer at a place of the stand-in stands in a stack; its
// beginning for other places.
func placeIn(s *stack.Stack, at stack.Span) stack.Span {
	if i := at.Line - firstLine; at.File == standIn && i >= 0 && i < len(s.Entries) {
		return s.Entries[i].Span
	}
	return s.Span
}

// rewritten is the text of a stack with another list. In a text of lines each
// layer that stays keeps its line, and what stands between lines stays above the
// line that it stood above; a JSON array is written anew.
func rewritten(s *stack.Stack, src []byte, list []string) []byte {
	old := make([]string, len(s.Entries))
	for i, e := range s.Entries {
		old[i] = e.Path
	}
	if slices.Equal(old, list) {
		return src
	}
	if bytes.HasPrefix(src[s.Span.Start:], []byte("[")) {
		text, err := json.MarshalIndent(append([]string{}, list...), "", "  ")
		if err != nil {
			panic(err) // strings can be written
		}
		return append(text, '\n')
	}
	lines := strings.SplitAfter(string(src), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n"
	}
	end := "\n"
	if strings.HasSuffix(lines[0], "\r\n") {
		end = "\r\n"
	}
	blocks := map[string][]string{} // by path, in order: what a layer takes along
	above, from := "", 0
	for _, e := range s.Entries {
		block := above + strings.Join(lines[from:e.Span.Line], "")
		above, from = "", e.Span.Line
		if slices.Contains(list, e.Path) {
			blocks[e.Path] = append(blocks[e.Path], block)
			continue
		}
		above = strings.TrimSuffix(block, lines[e.Span.Line-1]) // what is said above it is not lost
	}
	var out strings.Builder
	for _, path := range list {
		if b := blocks[path]; len(b) > 0 {
			out.WriteString(b[0])
			blocks[path] = b[1:]
			continue
		}
		out.WriteString(path + end)
	}
	out.WriteString(above + strings.Join(lines[from:], ""))
	return []byte(out.String())
}
