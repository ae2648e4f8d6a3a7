package lint

import (
	"slices"

	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
)

// Choice says which fixes are to be carried out. The zero value takes the safe
// ones.
type Choice struct {
	Unsafe bool
}

func (c Choice) takes(f finding.Fix) bool {
	return len(f.Edits) > 0 && (f.Safety == finding.Safe || c.Unsafe && f.Safety == finding.Unsafe)
}

// Choose takes for each finding, in order, the first fix that may be carried out
// together with those before it, and returns these findings with that fix alone,
// and the files as they become. read returns a file as it was linted.
//
// Each fix is right by itself; two together need not be, so that those are left
// for another round, on the changed files, that touch one file or one stack, or
// add the same text. Fixes that say the same are one. Suppressed findings are
// left alone. What cannot be carried out is in refused, as *[edit.RefusedError]
// or *[edit.ConflictError].
func Choose(findings []finding.Finding, read func(name string) ([]byte, error), c Choice) (chosen []finding.Finding, changes []edit.Change, refused []error) {
	type taken struct {
		edits []finding.Edit
		stack string
	}
	var before []taken
	for _, f := range findings {
		if f.Suppression != nil {
			continue
		}
		for _, fix := range f.Fixes {
			if !c.takes(fix) {
				continue
			}
			same := slices.ContainsFunc(before, func(t taken) bool { return slices.Equal(t.edits, fix.Edits) })
			if !same && slices.ContainsFunc(before, func(t taken) bool { return t.stack == f.Stack || atOdds(t.edits, fix.Edits) }) {
				continue
			}
			if !same {
				some, err := edit.Plan(read, fix.Edits)
				if err != nil {
					refused = append(refused, err)
					continue
				}
				changes = append(changes, some...)
				before = append(before, taken{fix.Edits, f.Stack})
			}
			f.Fixes = []finding.Fix{fix}
			chosen = append(chosen, f)
			break
		}
	}
	slices.SortFunc(changes, func(a, b edit.Change) int {
		if a.File < b.File {
			return -1
		}
		return 1
	})
	return chosen, changes, refused
}

// atOdds says that two sets of edits touch one file or add the same text.
func atOdds(a, b []finding.Edit) bool {
	return slices.ContainsFunc(a, func(x finding.Edit) bool {
		return slices.ContainsFunc(b, func(y finding.Edit) bool { return x.File == y.File || x.Text != "" && x.Text == y.Text })
	})
}
