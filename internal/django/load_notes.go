package django

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// collect gathers stacks and notes in a fixed order.
func (p *Project) collect(skipped []Skipped) {
	for _, m := range p.Settings {
		if m.Result != nil {
			notes := m.stacks()
			p.Stacks = append(p.Stacks, m.Stacks...)
			for _, n := range slices.Concat(m.Result.Notes, notes) {
				p.t.noteAt(n.Span, n.Message)
			}
		}
		if !m.Checked {
			p.t.note(m.file, fmt.Sprintf("not checked: %s; give its path to check it", m.Reason))
		}
	}
	p.Skipped = slices.DeleteFunc(skipped, func(s Skipped) bool { return !p.t.wanted(s.Path) })
	for i := range p.Skipped {
		p.Skipped[i].Path = p.t.show(p.Skipped[i].Path)
	}
	for _, n := range skipNotes(p.Skipped) {
		p.t.noteAt(n.Span, n.Message)
	}
	p.Notes = p.t.notes
	slices.SortStableFunc(p.Notes, func(a, b stack.Note) int {
		return cmp.Or(cmp.Compare(a.Span.File, b.Span.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Message, b.Message))
	})
	for _, root := range p.x.roots {
		p.Roots = append(p.Roots, p.t.show(root))
	}
}

// skipNotes says what was skipped, one note for each reason.
func skipNotes(skipped []Skipped) []stack.Note {
	counts := map[string]int{}
	var order []Skipped
	for _, s := range skipped {
		if counts[s.Reason]++; counts[s.Reason] == 1 {
			order = append(order, s)
		}
	}
	var out []stack.Note
	for _, s := range order {
		switch s.Reason {
		case skipMigrations, skipNode, skipHidden:
			continue // nobody looks for settings there
		}
		text := "skipped: " + s.Reason
		if n := counts[s.Reason]; n > 1 {
			text += ", here and in " + more(n-1)
		}
		out = append(out, stack.Note{Span: stack.Span{File: s.Path}, Message: text})
	}
	return out
}

// verdict decides whether anything could be checked.
func (p *Project) verdict(paths []string, missing []error) error {
	for _, m := range p.Settings {
		if m.Checked && (len(m.Stacks) > 0 || m.unset && m.Role == RoleEntry) {
			return nil
		}
	}
	if len(p.Settings) > 0 {
		var files []string
		for _, m := range p.Settings {
			if m.Checked {
				files = append(files, m.File)
			}
		}
		if len(files) == 0 {
			return fmt.Errorf("%w: none of the settings modules to check is there, of %d that were found", ErrNothing, len(p.Settings))
		}
		rest := ""
		if n := len(files) - 3; n > 0 {
			files, rest = files[:3], " and in "+more(n)
		}
		return fmt.Errorf("%w: no list of middleware in %s%s", ErrNothing, strings.Join(files, ", "), rest)
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: %w", ErrNothing, errors.Join(missing...))
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	return fmt.Errorf("%w: no settings module found in %s: no file that looks like settings assigns MIDDLEWARE or MIDDLEWARE_CLASSES, and nothing names a settings module (%d files read)",
		ErrNothing, strings.Join(paths, ", "), p.Files)
}
