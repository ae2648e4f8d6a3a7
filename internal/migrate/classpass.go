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
// module may see other classes under the same names, so that each has its turn.
// The project is read anew where one before has changed a file that a stack of the
// module depends on: of many projects below one path that is seldom so.
func (r *run) classes(ctx context.Context) error {
	seen := map[string]bool{}
	dirty := map[string]bool{} // files that have changed since the project was read
	c, err := r.classRun(ctx)
	if err != nil {
		return ignoreNothing(err)
	}
	for i := 0; i < len(c.project.Settings); i++ {
		if len(dirty) > 0 && c.depends(i, dirty) {
			if c, err = r.classRun(ctx); err != nil {
				return ignoreNothing(err)
			}
			clear(dirty)
			if i >= len(c.project.Settings) {
				break
			}
		}
		changed, stale, err := r.rewrite(c, c.project.Settings[i], seen, dirty)
		if err != nil {
			return err
		}
		if stale { // once at most: then nothing is
			if c, err = r.classRun(ctx); err != nil {
				return ignoreNothing(err)
			}
			clear(dirty)
			i--
			continue
		}
		for _, file := range changed {
			dirty[file] = true
		}
	}
	return nil
}

// classRun is a project as it was read for the pass on classes.
type classRun struct {
	project *django.Project
	facts   *projectfacts.Facts
	modules []layers.Module // all that were found; nil until they are asked for
}

func (r *run) classRun(ctx context.Context) (*classRun, error) {
	project, err := django.Load(ctx, r.over, r.loadTarget())
	if err != nil {
		return nil, err
	}
	return &classRun{project: project, facts: projectfacts.New(project)}, nil
}

// depends says that a settings module's stacks depend on one of some files, or
// may: of a module that is not checked it is not known.
func (c *classRun) depends(i int, files map[string]bool) bool {
	m := c.project.Settings[i]
	if !m.Checked {
		return true
	}
	return slices.ContainsFunc(m.Stacks, func(s stack.Stack) bool {
		return slices.ContainsFunc(c.facts.Files(&s), func(file string) bool { return files[file] })
	})
}

// all are the modules of the tree.
func (c *classRun) all() []layers.Module {
	if c.modules == nil {
		for _, f := range c.project.Modules() {
			if mod, ok := (projectfacts.Tree{Loader: c.project.LoaderAt(f)}).Module(f.Module); ok && mod.File == f.File {
				c.modules = append(c.modules, mod)
			}
		}
	}
	return c.modules
}

// ignoreNothing lets a pass go without a project that can be checked.
func ignoreNothing(err error) error {
	if errors.Is(err, django.ErrNothing) {
		return nil
	}
	return err
}

// rewrite rewrites the layers that one settings module names, those of seen
// excepted. It gives the files that have changed; where it would have to change
// a dirty one, nothing is done, and stale says so.
func (r *run) rewrite(c *classRun, m *django.SettingsModule, seen, dirty map[string]bool) (changed []string, stale bool, err error) {
	reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: r.opts.To})
	var paths, keys []string
	for _, s := range m.Stacks {
		for _, e := range s.Entries {
			if e.Unknown || slices.Contains(paths, e.Path) {
				continue
			}
			l := reader.Layer(e.Path)
			if key := l.Target + "\x00" + l.Span.File; (l.Origin == layers.FromTree || l.Origin == layers.FromUnclear) && !seen[key] {
				seen[key] = true
				paths, keys = append(paths, e.Path), append(keys, key)
			}
		}
	}
	if len(paths) == 0 {
		return nil, false, nil
	}
	p := classes.Project{Reader: reader, Modules: c.all()}
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
		if slices.ContainsFunc(result.Edits, func(e finding.Edit) bool { return dirty[e.File] }) {
			for _, key := range keys {
				delete(seen, key)
			}
			return nil, true, nil
		}
		changes, err := edit.Plan(r.over.Read, result.Edits)
		var refused *edit.RefusedError
		if errors.As(err, &refused) {
			// The classes of that file stay as they are, and the others are
			// looked at without them.
			r.leave(PassClasses, finding.Error, stack.Span{File: refused.File, Line: refused.Line, Column: refused.Column, EndLine: refused.Line, EndColumn: refused.Column}, refused.Reason)
			rest := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return reader.Layer(path).Span.File == refused.File })
			if len(rest) == len(paths) {
				return nil, false, nil
			}
			paths = rest
			continue
		}
		if err != nil {
			return nil, false, err
		}
		r.tell(reader, &result)
		r.over = r.over.with(changes, result.Edits)
		for _, change := range changes {
			changed = append(changed, change.File)
		}
		return changed, false, nil
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
