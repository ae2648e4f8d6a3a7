package cli

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/internal/baseline"
	"github.com/mwcheck/mwcheck/internal/config"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// baselineFlags say which findings were there before.
type baselineFlags struct {
	read, write string
	none        bool
}

func (f *baselineFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.read, "baseline", "", "accept the findings that `FILE` lists; goes before the configuration")
	flags.BoolVar(&f.none, "no-baseline", false, "accept no findings by a list, also where the configuration names one")
	flags.StringVar(&f.write, "write-baseline", "", "write what is found to `FILE`, and accept it; with --baseline nothing that is not listed there")
}

// check refuses what does not go together. Only all findings make a list.
func (f *baselineFlags) check(o *lintOptions, fix *fixFlags) error {
	with := ""
	switch {
	case f.none && f.read != "":
		return &problem{text: "--baseline and --no-baseline do not go together", hint: "give one of them"}
	case f.write == "":
		return nil
	case fix.fix:
		with = "--fix"
	case o.since != "":
		with = "--since"
	case o.in.stack != "":
		with = "--stack"
	case len(o.configured.selects) > 0:
		with = "--select"
	case len(o.configured.ignores) > 0:
		with = "--ignore"
	case len(o.configured.exclude) > 0:
		with = "--exclude"
	default:
		return nil
	}
	return &problem{text: fmt.Sprintf("--write-baseline and %s do not go together", with), hint: "a baseline is made of all that is found; what is never to be reported belongs into the configuration"}
}

// baselinePaths turns names of files from those of findings into those in a
// baseline, which are relative to its directory, and back.
func (a *app) baselinePaths(file string) baseline.Paths {
	here := django.Names{WorkDir: a.env.WorkDir}
	there := django.Names{WorkDir: path.Dir(here.Abs(file))}
	return baseline.Paths{
		In:  func(name string) string { return there.Show(here.Abs(name)) },
		Out: func(name string) string { return here.Show(there.Abs(name)) },
	}
}

// readBaseline reads a list. at is where the configuration names it; zero for a flag.
func (a *app) readBaseline(file string, at stack.Span) (*baseline.Baseline, error) {
	names := django.Names{WorkDir: a.env.WorkDir}
	src, err := a.env.Files.ReadFile(names.Access(names.Abs(file)), baseline.MaxBytes)
	switch {
	case err != nil && !at.IsZero():
		return nil, config.Errors{{Span: at, Message: fmt.Sprintf("cannot read the baseline %s: %s", file, reason(err))}}
	case err != nil:
		return nil, &problem{text: fmt.Sprintf("cannot read the baseline %s: %s", file, reason(err)), hint: "mwcheck lint --write-baseline writes one"}
	}
	b, err := baseline.Read(file, src)
	if err != nil {
		return nil, &problem{text: err.Error(), hint: "docs/suppression.md says how a baseline comes about"}
	}
	return b, nil
}

// baselineGroup are the jobs that have one baseline.
type baselineGroup struct {
	file string
	at   stack.Span
	jobs []*jobFindings
}

// accept suppresses what the baselines list.
func (a *app) accept(run *lintRun, jobs []*jobFindings, flags *baselineFlags) error {
	if flags == nil || flags.none || flags.write != "" {
		return nil
	}
	var groups []*baselineGroup
	for _, j := range jobs {
		file, at := j.job.config.Baseline.Value, j.job.config.Baseline.Span
		if flags.read != "" {
			file, at = osfiles.Name(flags.read), stack.Span{}
		}
		if file == "" {
			continue
		}
		i := slices.IndexFunc(groups, func(g *baselineGroup) bool { return g.file == file })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &baselineGroup{file: file, at: at})
		}
		groups[i].jobs = append(groups[i].jobs, j)
	}
	for _, g := range groups {
		list, err := a.readBaseline(g.file, g.at)
		if err != nil {
			return err
		}
		stale := a.apply(list, g.jobs)
		stale = slices.DeleteFunc(stale, func(e baseline.Entry) bool {
			file := a.baselinePaths(g.file).Out(e.File)
			return !slices.ContainsFunc(g.jobs, func(j *jobFindings) bool { return a.looksFor(j, &e, file) })
		})
		if len(stale) > 0 {
			run.Notes = append(run.Notes, stack.Note{Span: stale[0].Span, Message: staleMessage(stale, g.file)})
		}
	}
	return nil
}

// apply suppresses what a list has in the findings of some jobs, and returns
// the entries that are left. A finding of two jobs is one.
func (a *app) apply(list *baseline.Baseline, jobs []*jobFindings) []baseline.Entry {
	var all []finding.Finding
	for _, j := range jobs {
		all = append(all, j.findings...)
	}
	all = distinct(all)
	stale := list.Apply(all, a.baselinePaths(list.File))
	listed := map[identity]*finding.Suppression{}
	for i := range all {
		listed[identify(&all[i])] = all[i].Suppression
	}
	for _, j := range jobs {
		for i := range j.findings {
			if f := &j.findings[i]; f.Suppression == nil {
				f.Suppression = listed[identify(f)]
			}
		}
	}
	return stale
}

// looksFor says that a finding of an entry would have been found if it were
// there, so that the entry is of no use any more.
func (a *app) looksFor(j *jobFindings, e *baseline.Entry, file string) bool {
	if !j.whole || j.job.excluded(file) {
		return false
	}
	if rule := lint.Find(e.Rule); rule != nil {
		policy := j.job.policy()
		if !policy.Reports(rule.ID, e.Fact, file) {
			return false
		}
	}
	names := django.Names{WorkDir: a.env.WorkDir}
	return slices.ContainsFunc(j.job.paths, func(p string) bool {
		return names.Within(names.Abs(osfiles.Name(p)), names.Abs(file))
	})
}

// staleMessage says what a list has that is not there any more.
func staleMessage(stale []baseline.Entry, file string) string {
	n := 0
	for _, e := range stale {
		n += e.Count
	}
	what := "a finding of the baseline is not there any more"
	if n > 1 {
		what = fmt.Sprintf("%d findings of the baseline are not there any more, the first", n)
	}
	e := &stale[0]
	name := e.Rule
	if e.Name != "" {
		name += " " + e.Name
	}
	if len(e.Subjects) > 0 {
		name += fmt.Sprintf(" of %q", e.Subjects[0])
	}
	return fmt.Sprintf("%s: %s in %s; --baseline %s --write-baseline %s takes out what is gone", what, name, e.File, file, file)
}

// writeBaseline writes what a run has found, and accepts it. It returns what to
// tell the user.
func (a *app) writeBaseline(run *lintRun, jobs []*jobFindings, flags *baselineFlags) (string, error) {
	file := osfiles.Name(flags.write)
	var old *baseline.Baseline
	if flags.read != "" {
		var err error
		if old, err = a.readBaseline(osfiles.Name(flags.read), stack.Span{}); err != nil {
			return "", err
		}
		// What it lists is relative to another directory.
		in, out := a.baselinePaths(file).In, a.baselinePaths(old.File).Out
		for i := range old.Entries {
			old.Entries[i].File = in(out(old.Entries[i].File))
		}
	}
	before, err := a.replaced(file)
	if err != nil {
		return "", err
	}
	var all []finding.Finding
	for _, j := range jobs {
		all = append(all, j.findings...)
	}
	text := baseline.Of(distinct(all), a.baselinePaths(file), old).Bytes()
	list, err := baseline.Read(file, text)
	if err != nil {
		return "", err
	}
	if a.env.Put == nil {
		return "", &problem{text: "there is no way to write files here"}
	}
	if err := a.env.Put(file, text); err != nil {
		return "", &problem{text: err.Error(), hint: "no baseline was written"}
	}
	a.apply(list, jobs)
	said := fmt.Sprintf("wrote %s: %s", file, countFindings(list.Total()))
	if before != nil {
		said += fmt.Sprintf(", %d new, %d gone", list.Minus(before), before.Minus(list))
	}
	return said, nil
}

func countFindings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// replaced is the list that a new one replaces, nil for none. A file that is no
// list is not replaced: it may be anything.
func (a *app) replaced(file string) (*baseline.Baseline, error) {
	names := django.Names{WorkDir: a.env.WorkDir}
	if _, err := a.env.Files.Stat(names.Access(names.Abs(file))); err != nil {
		return nil, nil // Put says what is wrong with the name, if something is
	}
	src, err := a.env.Files.ReadFile(names.Access(names.Abs(file)), baseline.MaxBytes)
	if err == nil {
		var b *baseline.Baseline
		if b, err = baseline.Read(file, src); err == nil {
			return b, nil
		}
	}
	var wrong *baseline.Error
	text := fmt.Sprintf("%s is there and cannot be read as a baseline: %s", file, reason(err))
	if errors.As(err, &wrong) {
		text = fmt.Sprintf("%s is there and is no baseline: %s", file, wrong.Message)
	}
	return nil, &problem{text: text, hint: "give another name, or remove the file first"}
}
