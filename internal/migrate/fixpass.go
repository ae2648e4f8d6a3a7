package migrate

import (
	"context"
	"slices"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxRounds bounds how often fixes are applied and the project is read again.
const maxRounds = 20

// fixes is the pass that applies the fixes of the lint rules for the target
// release until nothing changes any more.
func (r *run) fixes(ctx context.Context) error {
	for {
		project, err := django.Load(ctx, r.over, r.loadTarget())
		if err != nil {
			return ignoreNothing(err)
		}
		findings := r.lint(project)
		r.result.After, r.result.Findings = project.Checked(), findings
		if r.result.Rounds == maxRounds {
			return nil
		}
		changes, edits, chosen := r.choose(findings)
		if len(changes) == 0 {
			return nil
		}
		for _, c := range chosen {
			r.done(PassFixes, c.Span, c.Rule+" "+c.Name+": "+c.Fixes[0].Title)
		}
		r.over = r.over.with(changes, edits)
		r.result.Rounds++
	}
}

// lint checks the project for the target release. What a project does on
// purpose that keeps the old setting is no finding.
func (r *run) lint(project *django.Project) []finding.Finding {
	checked := project.Checked()
	stacks := make([]*stack.Stack, len(checked))
	for i := range checked {
		stacks[i] = &checked[i]
	}
	findings, _ := lint.Run(stacks, projectfacts.New(project).Config())
	if r.opts.KeepClassic {
		findings = slices.DeleteFunc(findings, func(f finding.Finding) bool {
			return f.Name == "both-settings" || f.Name == "ignored-setting"
		})
	}
	return findings
}

// choose takes the first fix of each finding that may be applied and goes
// together with those before it.
func (r *run) choose(findings []finding.Finding) (changes []edit.Change, edits []finding.Edit, chosen []finding.Finding) {
	for _, f := range findings {
		for _, fix := range f.Fixes {
			if fix.Safety == finding.Display || fix.Safety == finding.Unsafe && !r.opts.Unsafe || len(fix.Edits) == 0 {
				continue
			}
			more := slices.Concat(edits, fix.Edits)
			if planned, err := edit.Plan(r.over.read, more); err == nil {
				f.Fixes = []finding.Fix{fix}
				changes, edits, chosen = planned, more, append(chosen, f)
				break
			}
		}
	}
	return changes, edits, chosen
}
