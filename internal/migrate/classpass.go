package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// classes is the pass that rewrites the layers of the project. Each settings
// module may see other classes under the same names, so that each has its turn;
// the files are read anew where the one before has changed something.
func (r *run) classes(ctx context.Context) error {
	seen := map[string]bool{}
	project, err := django.Load(ctx, r.over, r.loadTarget())
	if err != nil {
		return ignoreNothing(err)
	}
	for i := 0; i < len(project.Settings); i++ {
		changed, err := r.rewrite(project, project.Settings[i], seen)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if project, err = django.Load(ctx, r.over, r.loadTarget()); err != nil {
			return ignoreNothing(err)
		}
	}
	return nil
}

// ignoreNothing lets a pass go without a project that can be checked.
func ignoreNothing(err error) error {
	if errors.Is(err, django.ErrNothing) {
		return nil
	}
	return err
}

// rewrite rewrites the layers that one settings module names, those of seen
// excepted. It says whether a file has changed.
func (r *run) rewrite(project *django.Project, m *django.SettingsModule, seen map[string]bool) (changed bool, err error) {
	reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: r.opts.To})
	var paths []string
	for _, s := range m.Stacks {
		for _, e := range s.Entries {
			if e.Unknown || slices.Contains(paths, e.Path) {
				continue
			}
			l := reader.Layer(e.Path)
			if key := l.Target + "\x00" + l.Span.File; (l.Origin == layers.FromTree || l.Origin == layers.FromUnclear) && !seen[key] {
				seen[key] = true
				paths = append(paths, e.Path)
			}
		}
	}
	if len(paths) == 0 {
		return false, nil
	}
	p := classes.Project{Reader: reader}
	for _, f := range project.Modules() {
		if mod, ok := (projectfacts.Tree{Loader: project.LoaderAt(f)}).Module(f.Module); ok && mod.File == f.File {
			p.Modules = append(p.Modules, mod)
		}
	}
	// The project was loaded for the target; what it runs on now was known before.
	low := r.lows[m.File]
	opts := classes.Options{
		To: r.opts.To, KeepOld: r.opts.KeepClassic, Native: r.opts.Native,
		// Django 2.0 is the first without Python 2 (docs/releases/2.0.txt).
		Python3: low.AtLeast(stack.Version{Major: 2}),
	}
	if r.opts.KeepClassic {
		opts.From = low
	}
	for {
		result := classes.Rewrite(p, paths, opts)
		changes, err := edit.Plan(r.over.Read, result.Edits)
		var refused *edit.RefusedError
		if errors.As(err, &refused) {
			// The classes of that file stay as they are, and the others are
			// looked at without them.
			r.leave(PassClasses, finding.Error, stack.Span{File: refused.File, Line: refused.Line, Column: refused.Column, EndLine: refused.Line, EndColumn: refused.Column}, refused.Reason)
			rest := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return reader.Layer(path).Span.File == refused.File })
			if len(rest) == len(paths) {
				return false, nil
			}
			paths = rest
			continue
		}
		if err != nil {
			return false, err
		}
		r.tell(reader, &result)
		r.over = r.over.with(changes, result.Edits)
		return len(changes) > 0, nil
	}
}

// tell reports what became of classes.
func (r *run) tell(reader *layers.Reader, result *classes.Result) {
	for _, a := range result.Done {
		r.done(PassClasses, a.Span, fmt.Sprintf("%s: %s", a.Class, a.What))
	}
	for _, c := range result.Refused {
		severity := finding.Warning
		switch l := reader.Layer(c.Class); {
		case c.Native:
			severity = finding.Note
		case l.Style == layers.Classic:
			severity = finding.Error // Django cannot build it from get_response
		}
		r.leave(PassClasses, severity, c.Span, fmt.Sprintf("%s is left as it is: %s", c.Class, c.Reason))
	}
	for _, w := range result.Warnings {
		r.leave(PassClasses, finding.Warning, w.Span, w.Class+": "+w.Message)
	}
}
