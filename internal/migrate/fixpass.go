package migrate

import (
	"context"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxRounds bounds how often fixes are applied and the project is read again.
const maxRounds = 100

// fixes is the pass that applies the fixes of the lint rules for the target
// release until nothing changes any more.
func (r *run) fixes(ctx context.Context) error {
	for {
		project, err := django.Load(ctx, r.over, r.loadTarget())
		if err != nil {
			return ignoreNothing(err)
		}
		findings, err := r.lint(ctx, project)
		if err != nil {
			return err
		}
		r.result.After, r.result.Findings = project.Checked(), findings
		if r.result.Rounds == maxRounds {
			return nil
		}
		chosen, changes, _ := lint.Choose(slices.DeleteFunc(slices.Clone(findings), wrongBefore), r.over.Read, lint.Choice{Unsafe: r.opts.Unsafe})
		if len(changes) == 0 {
			return nil
		}
		var edits []finding.Edit
		for _, c := range chosen {
			edits = append(edits, c.Fixes[0].Edits...)
			r.done(PassFixes, c.Span, c.Rule+" "+c.Name+": "+c.Fixes[0].Title)
			if r.opts.KeepClassic && c.Name == "removed-path" {
				r.leave(PassFixes, finding.Warning, c.Span, fmt.Sprintf("MIDDLEWARE_CLASSES changes as well (%s): see whether Django 1.9 and older can do without", c.Fixes[0].Title))
			}
		}
		r.over = r.over.with(changes, edits)
		r.result.Rounds++
	}
}

// wrongBefore says that a finding is a defect which the project has under the old
// setting, too. It is listed and stays as it is: after a move to another model
// whatever is different has to come from the move.
func wrongBefore(f finding.Finding) bool {
	return f.Name == "returns-nothing" || f.Name == "factory-returns-nothing"
}

// lint checks the project for the target release. What a project does on
// purpose that keeps the old setting is no finding, nor is what it accepts.
func (r *run) lint(ctx context.Context, project *django.Project) ([]finding.Finding, error) {
	var findings []finding.Finding
	if r.opts.Lint != nil {
		var err error
		if findings, err = r.opts.Lint(ctx, r.over, r.opts.To); err != nil {
			return nil, err
		}
	} else {
		checked := project.Checked()
		stacks := make([]*stack.Stack, len(checked))
		for i := range checked {
			stacks[i] = &checked[i]
		}
		findings, _ = lint.Run(stacks, projectfacts.New(project).Config())
	}
	return slices.DeleteFunc(findings, func(f finding.Finding) bool {
		return f.Suppression != nil || r.opts.KeepClassic && (f.Name == "both-settings" || f.Name == "ignored-setting")
	}), nil
}
