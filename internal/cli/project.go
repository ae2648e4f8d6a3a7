package cli

import (
	"context"
	"errors"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// part is what lies below the paths that share a configuration.
type part struct {
	job     *job
	project *django.Project
	err     error // as django.ErrNothing, beside what was read
}

// parts reads the projects below some paths, each as its configuration wants
// it. Where nothing can be worked with, it is an error beside what was read;
// where a part of it cannot, a note.
func (a *app) parts(ctx context.Context, paths []string, in *inputFlags, flags *configFlags) ([]part, []stack.Note, error) {
	jobs, notes, err := a.jobs(paths, flags)
	if err != nil {
		return nil, nil, err
	}
	var parts []part
	var failures []error
	for _, j := range jobs {
		project, err := a.loadFor(ctx, j, in.with(j))
		if project != nil {
			notes = append(notes, project.Notes...)
			if missing := missingSettings(j.config, project); missing != nil {
				return nil, nil, missing
			}
			parts = append(parts, part{j, project, err})
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	if len(failures) == len(jobs) || ctx.Err() != nil {
		return parts, sortNotes(notes), errors.Join(failures...)
	}
	for _, failure := range failures {
		notes = append(notes, stack.Note{Message: failure.Error()})
	}
	return parts, sortNotes(notes), nil
}

// loadedStack is a stack with what is known around it.
type loadedStack struct {
	*stack.Stack
	django stack.Version // the zero value where it is not known
	// read reads the layers for a release.
	read    func(stack.Version) *layers.Reader
	catalog *catalog.Catalog
	facts   lint.Config // of a project; without one it answers nothing
}

// eachStack hands over the stacks of the projects below some paths, or the one
// of --stack, until do fails. The notes come with every error.
func (a *app) eachStack(ctx context.Context, paths []string, in *inputFlags, flags *configFlags, do func(loadedStack) error) ([]stack.Note, error) {
	if in.stack != "" {
		return a.givenStack(in, flags, do)
	}
	parts, notes, err := a.parts(ctx, paths, in, flags)
	if err != nil {
		return notes, err
	}
	for _, p := range parts {
		if p.err != nil {
			continue
		}
		facts := projectfacts.New(p.project)
		facts.Catalog = p.job.config.Catalog
		config := facts.Config()
		for _, m := range p.project.Settings {
			if !m.Checked {
				continue
			}
			read := layersOf(projectfacts.Tree{Loader: m.Loader()}, p.job.catalog())
			for i := range m.Stacks {
				if err := do(loadedStack{&m.Stacks[i], m.Django.Lint, read, p.job.catalog(), config}); err != nil {
					return notes, err
				}
			}
		}
	}
	return notes, nil
}

// givenStack hands over the stack of --stack.
func (a *app) givenStack(in *inputFlags, flags *configFlags, do func(loadedStack) error) ([]stack.Note, error) {
	jobs, notes, err := a.jobs(nil, flags)
	if err != nil {
		return nil, err
	}
	own := in.with(jobs[0])
	s, _, err := a.readStack(own)
	if err != nil {
		return notes, err
	}
	known := jobs[0].catalog()
	config := lint.Config{Django: lint.At(own.django.value), Catalog: jobs[0].config.Catalog}
	return notes, do(loadedStack{s, own.django.value, layersOf(noTree{}, known), known, config})
}

// with is the input with what the configuration of a job says where the flags
// say nothing.
func (f *inputFlags) with(j *job) *inputFlags {
	own := *f
	if own.django.value.IsZero() {
		own.django.value = j.config.Django
	}
	return &own
}

// layersOf gives a reader of one tree's layers for each Django version.
func layersOf(tree layers.Loader, known *catalog.Catalog) func(stack.Version) *layers.Reader {
	readers := map[stack.Version]*layers.Reader{}
	return func(v stack.Version) *layers.Reader {
		if readers[v] == nil {
			readers[v] = layers.NewReader(tree, layers.Options{Catalog: known, Django: v})
		}
		return readers[v]
	}
}

// noTree is the tree of a stack without a project.
type noTree struct{}

func (noTree) HasTop(string) bool                  { return false }
func (noTree) Module(string) (layers.Module, bool) { return layers.Module{}, false }
