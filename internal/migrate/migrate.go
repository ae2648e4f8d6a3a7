package migrate

import (
	"context"
	"errors"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Options say what to migrate and how. The zero value migrates "." of a file
// system that has nothing above it to the newest Django that the catalog knows.
type Options struct {
	// Paths are files and directories as the user names them; none means ".".
	Paths []string
	// WorkDir is the absolute "/"-separated directory that Paths and all
	// positions are relative to. Empty: the Files have nothing above ".".
	WorkDir string
	// Django is the release that the project runs on now; zero: found out.
	Django stack.Version
	// To is the release to migrate to; zero: the newest of the catalog.
	To stack.Version
	// KeepClassic keeps MIDDLEWARE_CLASSES beside MIDDLEWARE, for projects that
	// must run on Django 1.8 and 1.9 as well.
	KeepClassic bool
	// Native rewrites classes into __call__ form where that is provably equal.
	Native bool
	// Unsafe applies unsafe fixes of the lint rules, too.
	Unsafe bool
	// Annotate puts a comment above each hook that will behave differently.
	Annotate bool
	// Lint checks the project, as it is in files, for a release, with what is
	// configured for it. Nil: the rules with nothing configured.
	Lint func(ctx context.Context, files django.Files, to stack.Version) ([]finding.Finding, error)
	// Limits bound reading, Eval bounds the evaluation of each module.
	Limits django.DiscoverLimits
	Eval   django.Limits
}

// Pass names a step of the migration.
type Pass string

// The passes, in their order.
const (
	PassSettings Pass = "settings"
	PassClasses  Pass = "classes"
	PassFixes    Pass = "fixes"
	PassBehave   Pass = "behaviour" // changes nothing
	PassAnnotate Pass = "annotate"
)

// Action is something that was done.
type Action struct {
	Pass Pass
	What string     // one line, lower case first, no final period
	Span stack.Span // in the file as it was
}

// Left is something that was left for a person.
type Left struct {
	Pass Pass
	// Severity is Error where the project will not run as it is, Warning
	// where a person has to decide, Note for what is only good to know.
	Severity finding.Severity
	Reason   string     // one line, lower case first, no final period
	Span     stack.Span // in the file as it was; Line 0: the whole file
	// Mention says that the place only speaks of the old setting: a comment, a
	// document, a template.
	Mention bool
}

// Difference is a way in which the migrated project behaves differently.
type Difference struct {
	Stack string // id of the stack as it was
	Grade diff.Grade
	Text  string // one line: what happens, and what follows
	// Advice is the change that restores the old behaviour, "" if none is known.
	Advice string
	Layers []string   // dotted paths concerned, the one that acts first
	Span   stack.Span // where it acts, in the file as it was
}

// Result is what a migration would do.
type Result struct {
	To      stack.Version
	Changes []edit.Change // by file; none if there is nothing to do
	Done    []Action      // by pass, file and place
	Left    []Left        // by file and place
	// Differences are the visible and the serious ones.
	Differences []Difference
	// Before and After are the checked stacks of the project and of its
	// migrated form.
	Before, After []stack.Stack
	// Findings are what lint still reports for the migrated project on the
	// target release. Positions count in the changed texts.
	Findings []finding.Finding
	// Notes say what was not understood while reading the project.
	Notes []stack.Note
	// Rounds is the number of times that fixes were applied.
	Rounds int
}

// Worst is the greatest severity of what was left and of the findings that
// remain, a serious difference being a warning; zero if there is nothing.
func (r *Result) Worst() finding.Severity {
	worst := finding.Severity(0)
	for _, l := range r.Left {
		worst = max(worst, l.Severity)
	}
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	for _, d := range r.Differences {
		if d.Grade == diff.Serious {
			worst = max(worst, finding.Warning)
		}
	}
	return worst
}

// ErrNative says that native classes cannot be had together with a project
// that keeps running on releases without the modern model.
var ErrNative = errors.New("native classes need the modern model, which Django 1.9 and older do not have")

// run is one migration.
type run struct {
	opts   Options
	files  django.Files
	over   *overlay
	result *Result
	marks  []mark
	lows   map[string]stack.Version // by file of settings: the oldest Django it allowed
}

// Run works out the migration of a project. It fails as [django.Load] does; the
// Result then holds the notes that say why.
func Run(ctx context.Context, files django.Files, opts Options) (*Result, error) {
	if opts.KeepClassic && opts.Native {
		return nil, ErrNative
	}
	r := newRun(files, opts)
	return r.result, r.all(ctx)
}

// all are the passes in their order.
func (r *run) all(ctx context.Context) error {
	project, err := django.Load(ctx, r.over, r.load())
	if project != nil {
		r.result.Notes = project.Notes
	}
	if err != nil {
		return err
	}
	r.result.Before = project.Checked()
	for _, m := range project.Settings {
		r.lows[m.File] = m.Django.Low
	}
	for _, pass := range []func(context.Context) error{r.settings, r.classes, r.fixes, r.summary, r.annotate} {
		if err := pass(ctx); err != nil {
			return err
		}
	}
	r.finish()
	return nil
}

func newRun(files django.Files, opts Options) *run {
	if opts.To.IsZero() {
		opts.To = catalog.Default().Newest()
	}
	return &run{opts: opts, files: files, over: newOverlay(files, opts.WorkDir), result: &Result{To: opts.To}, lows: map[string]stack.Version{}}
}

// load are the options to load the project with as it is now.
func (r *run) load() django.Options {
	return django.Options{Paths: r.opts.Paths, WorkDir: r.opts.WorkDir, Django: r.opts.Django, Limits: r.opts.Limits, Eval: r.opts.Eval}
}

// loadTarget are the options to load the project with as it is to become.
func (r *run) loadTarget() django.Options {
	o := r.load()
	o.Django = r.opts.To
	return o
}

func (r *run) done(pass Pass, span stack.Span, what string) {
	r.result.Done = append(r.result.Done, Action{pass, what, r.over.origin(span)})
}

func (r *run) leave(pass Pass, severity finding.Severity, span stack.Span, reason string) {
	r.result.Left = append(r.result.Left, Left{Pass: pass, Severity: severity, Reason: reason, Span: r.over.origin(span)})
}
