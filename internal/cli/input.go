package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxStackFile is the most that --stack reads, in bytes.
const maxStackFile = 4 << 20

// stdinName stands for standard input in positions.
const stdinName = "<stdin>"

// inputFlags say what a command works on: a project, or a stack without one.
type inputFlags struct {
	stack  string
	model  choice
	django version
}

func (f *inputFlags) add(flags *pflag.FlagSet) {
	f.model = choice{allowed: []string{string(stack.Classic), string(stack.Modern)}}
	flags.StringVar(&f.stack, "stack", "", "check the stack in `FILE` instead of a project: dotted paths, one per line, or a JSON array; - is standard input")
	flags.Var(&f.model, "model", "the model of --stack (default: by the Django version, else modern)")
	flags.Var(&f.django, "django", "the Django version to check for (default: what the project says)")
}

// check refuses what does not go together.
func (f *inputFlags) check(paths []string) error {
	switch {
	case f.stack != "" && len(paths) > 0:
		return &problem{text: fmt.Sprintf("--stack and a path (%q) do not go together", paths[0]), hint: "give one of them"}
	case f.stack == "" && f.model.value != "":
		return &problem{text: "--model goes with --stack only", hint: "a project's settings say which model they use"}
	}
	return nil
}

// stackModel is the model of --stack: the one given, else the one that the
// version leaves, else modern.
func (f *inputFlags) stackModel() stack.Model {
	modern := stack.Version{Major: 1, Minor: 10}
	switch {
	case f.model.value != "":
		return stack.Model(f.model.value)
	case !f.django.value.IsZero() && !f.django.value.AtLeast(modern):
		return stack.Classic
	}
	return stack.Modern
}

// readStack reads what --stack names.
func (a *app) readStack(f *inputFlags) (s *stack.Stack, src []byte, err error) {
	name := f.stack
	if name == "-" {
		name = stdinName
		src, err = io.ReadAll(io.LimitReader(a.env.Stdin, maxStackFile+1))
		if err == nil && len(src) > maxStackFile {
			err = django.ErrTooLarge
		}
	} else {
		name = osfiles.Name(name)
		src, err = a.env.Files.ReadFile(name, maxStackFile)
	}
	if err != nil {
		return nil, nil, &problem{text: fmt.Sprintf("cannot read the stack from %s: %s", name, reason(err))}
	}
	s, err = stack.Parse(name, src, f.stackModel())
	return s, src, err
}

// loadFor reads the projects below the paths of a job, as its configuration
// wants it.
func (a *app) loadFor(ctx context.Context, j *job, f *inputFlags) (*django.Project, error) {
	opts := django.Options{Django: f.django.value, Exclude: j.excluded}
	for _, s := range j.config.Settings {
		opts.Settings = append(opts.Settings, s.Value)
	}
	return a.load(ctx, j.paths, opts)
}

func (a *app) load(ctx context.Context, paths []string, opts django.Options) (*django.Project, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		if p == "" {
			return nil, &problem{text: "a path is empty"}
		}
		names[i] = osfiles.Name(p)
	}
	opts.Paths, opts.WorkDir = names, a.env.WorkDir
	project, err := django.Load(ctx, a.env.Files, opts)
	if errors.Is(err, django.ErrNothing) {
		err = &problem{text: strings.ReplaceAll(err.Error(), "\n", "; "), hint: "give the path of a Django project or of a settings file"}
	}
	return project, err
}

// source reads files for the renderer.
func (a *app) source(name string) ([]byte, error) {
	src, err := a.env.Files.ReadFile(name, 64<<20)
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return src, nil
}

// reason is what an error says without the file name, which the caller knows.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return strings.TrimPrefix(err.Error(), "open ")
}
