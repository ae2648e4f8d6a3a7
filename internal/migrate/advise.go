package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// advice is a change of the list after which layers that lose something run as
// before. The zero value proposes nothing.
type advice struct {
	target string   // short name of the layer that answers or raises
	move   []string // short names of the layers that go out, above it
	asked  []string // those of move whose process_request then runs as well
	stuck  []string // those that cannot: an order rule speaks against it
	vain   []string // those that would still not run as before
	ahead  []string // those that may answer a request themselves, and would do so first
	moved  []int    // indices of move in the stack
	at     int      // index of the target
}

// String is the proposal in words, "" for none.
func (a advice) String() string {
	var parts []string
	if len(a.move) > 0 {
		text := fmt.Sprintf("move %s out, above %s", listed(a.move), a.target)
		if len(a.asked) > 0 {
			text += fmt.Sprintf(" (the process_request of %s then runs for these requests as well)", listed(a.asked))
		}
		parts = append(parts, text)
	}
	together := fmt.Sprintf(": run the layers from %s to there as one layer, in the old way (docs/migrate.md has a class for that)", a.target)
	if len(a.stuck) > 0 {
		parts = append(parts, fmt.Sprintf("%s cannot stand above %s, as the order rules say", listed(a.stuck), a.target)+together)
	}
	if len(a.ahead) > 0 {
		verb := "answers requests itself"
		if len(a.ahead) > 1 {
			verb = "answer requests themselves"
		}
		parts = append(parts, fmt.Sprintf("%s %s, and would do so before %s", listed(a.ahead), verb, a.target)+together)
	}
	if len(a.vain) > 0 {
		parts = append(parts, fmt.Sprintf("no place in the list brings it back for %s", listed(a.vain))+together)
	}
	return strings.Join(parts, "; ")
}

// adviser proposes changes of one stack.
type adviser struct {
	stack  *stack.Stack
	reader *layers.Reader
	facts  *projectfacts.Facts
	// compare is the comparison that has shown the differences, for another
	// order of the stack.
	compare func(*stack.Stack) (*diff.Result, error)
	before  []finding.Finding // what is wrong with the stack as it is
	judged  bool
}

// advise proposes a change of the list after which the layers that lose their
// process_response by a difference run as before: they move further out than the
// layer that answers or raises, or, where another layer must stay in between, the
// layers are to be run as one. What is proposed is compared again before it is
// said.
func (v *adviser) advise(d *diff.Difference) (advice, error) {
	at := -1
	for _, t := range d.Trigger {
		at = max(at, t.Entry)
	}
	if at < 0 {
		return advice{}, nil
	}
	s := v.stack
	if !v.judged {
		v.before, v.judged = problems(s, v.facts), true
	}
	a := advice{target: catalog.ShortName(s.Entries[at].Path), at: at}
	var movable []int
	for _, entry := range v.losers(d, at) {
		if mayAnswer(v.reader.Layer(s.Entries[entry].Path)) {
			a.ahead = append(a.ahead, catalog.ShortName(s.Entries[entry].Path))
		} else if worse(problems(outward(s, append(slices.Clip(movable), entry), at), v.facts), v.before) {
			a.stuck = append(a.stuck, catalog.ShortName(s.Entries[entry].Path))
		} else {
			movable = append(movable, entry)
		}
	}
	for len(movable) > 0 {
		moved := outward(s, movable, at)
		result, err := v.compare(moved)
		if err != nil {
			return advice{}, err
		}
		still := stillLost(result, d, moved)
		n := len(movable)
		movable = slices.DeleteFunc(movable, func(entry int) bool {
			path := s.Entries[entry].Path
			if still[path] {
				a.vain = append(a.vain, catalog.ShortName(path))
			}
			return still[path]
		})
		if len(movable) == n {
			break
		}
	}
	for _, entry := range movable {
		path := s.Entries[entry].Path
		name := catalog.ShortName(path)
		a.move, a.moved = append(a.move, name), append(a.moved, entry)
		if v.reader.Layer(path).Hook(conformance.HookRequest) != nil {
			a.asked = append(a.asked, name)
		}
	}
	return a, nil
}

// losers are the entries whose process_response does not run as before, and that
// an advice is for: the outermost first.
func (v *adviser) losers(d *diff.Difference, at int) []int {
	fails := func(entry int) bool {
		is := func(f diff.Failure) bool { return f.Entry == entry }
		return slices.ContainsFunc(d.FromFails, is) || slices.ContainsFunc(d.ToFails, is)
	}
	var out []int
	for _, c := range d.Consequences {
		if !lost(&c) || c.Entry <= at || slices.Contains(out, c.Entry) {
			continue
		}
		// For Django's own layers the documented order is the better advice.
		if m := catalog.Default().Find(c.Layer); m != nil && m.Django() && v.reader.Layer(c.Layer).Origin != layers.FromTree {
			continue
		}
		if !fails(c.Entry) { // else it did not get through before either
			out = append(out, c.Entry)
		}
	}
	slices.Sort(out)
	return out
}

// mayAnswer says that a layer may decide on a request before the view does: moved
// out, it would decide where another one has done so.
func mayAnswer(l *layers.Layer) bool {
	asks := func(hook string) bool { return hook == conformance.HookRequest || hook == "__call__" }
	for i := range l.Hooks {
		if h := &l.Hooks[i]; asks(h.Name) && h.Answers != layers.No {
			return true
		}
	}
	return slices.ContainsFunc(l.Raises, func(r layers.Raise) bool { return asks(r.Hook) })
}

// lost says that a consequence is about a process_response.
func lost(c *diff.Consequence) bool {
	return c.Layer != "" && c.Grade >= diff.Visible && c.Hook == conformance.HookResponse
}

// stillLost are the dotted paths of the layers for which the trigger of a
// difference has consequences in another order as well.
func stillLost(result *diff.Result, d *diff.Difference, moved *stack.Stack) map[string]bool {
	out := map[string]bool{}
	for i := range result.Differences {
		again := &result.Differences[i]
		if again.Static || again.Words() != d.Words() {
			continue
		}
		for _, c := range again.Consequences {
			if lost(&c) {
				out[moved.Entries[c.Entry].Path] = true
			}
		}
	}
	return out
}

func listed(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// outward is a stack after some entries, given in their order, have moved to the
// place of another one further out.
func outward(s *stack.Stack, entries []int, to int) *stack.Stack {
	moved := *s
	moved.Entries = slices.Clone(s.Entries[:to])
	for _, i := range entries {
		moved.Entries = append(moved.Entries, s.Entries[i])
	}
	for i := to; i < len(s.Entries); i++ {
		if !slices.Contains(entries, i) {
			moved.Entries = append(moved.Entries, s.Entries[i])
		}
	}
	return &moved
}

// problems are what the rules find wrong with a stack. Under the new model they
// say nothing of the order of classes that are not migrated yet, under the old
// one nothing of what is new: both are asked.
func problems(s *stack.Stack, facts *projectfacts.Facts) []finding.Finding {
	modern := *s
	modern.Model, modern.Setting, modern.Effective = stack.Modern, newName, true
	config := facts.Config()
	config.Django = nil   // the order is judged without a release in mind
	config.Comments = nil // accepted or not
	findings, _ := lint.Run([]*stack.Stack{s, &modern}, config)
	return slices.DeleteFunc(findings, func(f finding.Finding) bool { return f.Severity < finding.Warning })
}

// worse says that one of the findings is not among those of before, nor a part
// of one of them.
func worse(findings, before []finding.Finding) bool {
	return slices.ContainsFunc(findings, func(f finding.Finding) bool {
		return !slices.ContainsFunc(before, func(b finding.Finding) bool {
			if f.Rule != b.Rule || f.Fact != b.Fact || len(f.Subject) > 0 != (len(b.Subject) > 0) || len(f.Subject) > 0 && f.Subject[0] != b.Subject[0] {
				return false
			}
			return !slices.ContainsFunc(f.Subject, func(path string) bool { return !slices.Contains(b.Subject, path) })
		})
	})
}
