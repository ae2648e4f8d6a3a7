package lint

import (
	"errors"
	"slices"
	"strings"

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
		class bool
	}
	var before []taken
	var classes []finding.Edit // of all fixes of classes that were taken
	for _, f := range findings {
		if f.Suppression != nil {
			continue
		}
		for _, fix := range f.Fixes {
			if !c.takes(fix) {
				continue
			}
			same := slices.ContainsFunc(before, func(t taken) bool { return slices.Equal(t.edits, fix.Edits) })
			class := aboutClass(f.Rule)
			if !same && slices.ContainsFunc(before, func(t taken) bool {
				return !(class && t.class) && (t.stack == f.Stack || atOdds(t.edits, fix.Edits))
			}) {
				continue
			}
			switch {
			case same:
			case class:
				all := slices.Concat(classes, fix.Edits)
				some, err := edit.Plan(read, all)
				var conflict *edit.ConflictError
				if errors.As(err, &conflict) && len(classes) > 0 {
					continue
				}
				if err != nil {
					refused = append(refused, err)
					continue
				}
				changes = slices.DeleteFunc(changes, func(c edit.Change) bool {
					return slices.ContainsFunc(some, func(now edit.Change) bool { return now.File == c.File })
				})
				changes, classes = append(changes, some...), all
				before = append(before, taken{fix.Edits, f.Stack, true})
			default:
				some, err := edit.Plan(read, fix.Edits)
				if err != nil {
					refused = append(refused, err)
					continue
				}
				changes = append(changes, some...)
				before = append(before, taken{fix.Edits, f.Stack, false})
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

// aboutClass says that a rule is about the source of layers and not about lists.
func aboutClass(id string) bool { return strings.HasPrefix(id, "MW2") }

// atOdds says that two sets of edits touch one file or add the same text.
func atOdds(a, b []finding.Edit) bool {
	return slices.ContainsFunc(a, func(x finding.Edit) bool {
		return slices.ContainsFunc(b, func(y finding.Edit) bool { return x.File == y.File || x.Text != "" && x.Text == y.Text })
	})
}
