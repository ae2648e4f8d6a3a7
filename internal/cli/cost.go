package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/cost"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/modern"
)

func (a *app) costCommand() *cobra.Command {
	var in inputFlags
	var configured configFlags
	var out outputFlags
	cmd := &cobra.Command{
		Use:   "cost [PATH]...",
		Short: "Count the thread hand-overs of a stack under ASGI",
		Long: `cost counts, for the middleware stacks of the Django projects below each PATH
(default: the working directory), how often a request under ASGI leaves the event
loop for a thread because a layer or one of its hooks is synchronous. It counts
for an asynchronous view that answers without an error; a synchronous view adds
one. It never imports or runs the project.

A number that depends on something unknown is a range, or ends in "+" where it
has no upper bound. Of the moves and changes that break no known order, the one
that saves most is printed.

Exit codes: 0 the stacks were counted, 2 wrong usage, nothing that could be
counted, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			result, err := a.cost(cmd.Context(), paths, &in, &configured)
			if err != nil && out.format.value != "json" {
				return a.withNotes(err, result.Notes, &out)
			}
			return errors.Join(err, a.printCost(result, &out))
		},
	}
	in.add(cmd.Flags())
	configured.addReading(cmd.Flags())
	out.add(cmd, "text", "json")
	return cmd
}

func (a *app) printCost(r report.Cost, out *outputFlags) error {
	if out.format.value == "json" {
		return report.CostJSON(a.env.Stdout, r)
	}
	return report.CostText(a.env.Stdout, r, out.text(a.env))
}

func (a *app) cost(ctx context.Context, paths []string, in *inputFlags, configured *configFlags) (report.Cost, error) {
	c := &costRun{}
	notes, err := a.eachStack(ctx, paths, in, configured, func(s loadedStack) error {
		c.count(s)
		return nil
	})
	c.report.Notes = sortNotes(append(notes, c.report.Notes...))
	if err == nil && len(c.report.Stacks) == 0 {
		err = &problem{text: "no stack could be counted", hint: "only MIDDLEWARE under Django 3.1 and later has asynchronous layers"}
	}
	return c.report, err
}

// costRun gathers the costs of stacks.
type costRun struct {
	report report.Cost
}

func (c *costRun) note(span stack.Span, format string, args ...any) {
	c.report.Notes = append(c.report.Notes, stack.Note{Span: span, Message: fmt.Sprintf(format, args...)})
}

func (c *costRun) count(s loadedStack) {
	v := s.django
	if !s.Effective {
		return
	}
	if s.Model == stack.Classic {
		c.note(s.Span, "%s was not counted: no Django that reads it runs under ASGI", s.Setting)
		return
	}
	switch {
	case v.IsZero():
		v = s.catalog.Newest()
		c.note(s.Span, "the Django version is not known; the hand-overs were counted for %s", v)
	case !v.AtLeast(stack.Version{Major: 3, Minor: 1}):
		c.note(s.Span, "%s was not counted: asynchronous layers came with Django 3.1, the project's is %s; --django counts for another one", s.Setting, v)
		return
	}
	reader := s.read(v)
	facts := make([]*layers.Layer, len(s.Entries))
	list := make([]cost.Layer, len(s.Entries))
	for i, e := range s.Entries {
		if e.Unknown {
			list[i] = cost.Open(e.Text)
			continue
		}
		facts[i] = reader.Layer(e.Path)
		list[i] = cost.Of(facts[i])
	}
	result, err := cost.Compute(list)
	var build *modern.BuildError
	if errors.As(err, &build) {
		c.note(s.Entries[build.Index].Span, "%q can run neither in sync nor in async mode: Django does not start, and nothing was counted", build.Layer)
		return
	}
	result.AtLeast = result.AtLeast || !s.Complete
	result.Change = cost.Best(list, result, keepsOrder(s.Stack, facts, s.facts))
	c.report.Stacks = append(c.report.Stacks, report.StackCost{Stack: s.Stack, Django: v, Result: result})
}

// keepsOrder says whether the layers of a stack may stand in another order:
// no fact on order is broken that was followed before, and no layer has changed
// sides with one that reads an attribute of the request which it writes.
func keepsOrder(s *stack.Stack, facts []*layers.Layer, config lint.Config) func(order []int) bool {
	config.Rules = []*lint.Rule{lint.Find("MW101")}
	var before map[string]bool
	broken := func(order []int) map[string]bool {
		moved := *s
		moved.Entries = make([]stack.Entry, len(order))
		for i, j := range order {
			moved.Entries[i] = s.Entries[j]
		}
		findings, _ := lint.Run([]*stack.Stack{&moved}, config)
		out := map[string]bool{}
		for _, f := range findings {
			subjects := slices.Clone(f.Subject)
			slices.Sort(subjects)
			out[fmt.Sprint(f.Fact, subjects)] = true
		}
		return out
	}
	return func(order []int) bool {
		for i, a := range order {
			for _, b := range order[i+1:] {
				if b < a && shares(facts[a], facts[b]) {
					return false
				}
			}
		}
		if before == nil {
			same := make([]int, len(order))
			for i := range same {
				same[i] = i
			}
			before = broken(same)
		}
		for key := range broken(order) {
			if !before[key] {
				return false
			}
		}
		return true
	}
}

// shares says that one of two layers writes an attribute of the request that
// the other one reads or writes.
func shares(a, b *layers.Layer) bool {
	touches := func(l *layers.Layer, attr string) bool {
		named := func(x layers.Access) bool { return x.Attr == attr }
		return slices.ContainsFunc(l.Reads, named) || slices.ContainsFunc(l.Writes, named)
	}
	for _, w := range a.Writes {
		if touches(b, w.Attr) {
			return true
		}
	}
	for _, w := range b.Writes {
		if touches(a, w.Attr) {
			return true
		}
	}
	return false
}
