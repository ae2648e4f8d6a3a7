package lint

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/suppress"
)

var update = flag.Bool("update", false, "write the expected parts of golden files and the pages of docs/rules anew")

// TestGolden runs testdata/<rule name>/*.txtar. A case is a comment that says
// why it is there, then
//
//	-- config --          what is known beside the stacks, see caseConfig
//	-- stack --           dotted paths, one per line; "? text" is an unknown part
//	-- stack if DEBUG --  a variant; "if not DEBUG" the other one
//	-- stack classic --   a list in MIDDLEWARE_CLASSES
//	-- module shop.mw --  the source of a module, where layers are read
//	-- want --            the findings and notes, one per line
//
// Positions are lines and columns of the stack's section. Words behind the
// file name may be combined, as in "stack b classic if DEBUG if not TEST"; the
// word after "stack" that is none of them names another settings module.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	require.NoError(t, err)
	cases := map[string]int{}
	for _, file := range files {
		rule := filepath.Base(filepath.Dir(file))
		cases[rule]++
		t.Run(rule+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runGolden(t, file) })
	}
	for _, r := range Rules() {
		require.GreaterOrEqual(t, cases[r.Name], 2, "%s has a silent and a loud case", r.Name)
		delete(cases, r.Name)
	}
	delete(cases, "engine")
	require.Empty(t, cases, "folders of cases without a rule")
}

func runGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	require.NoError(t, err)
	require.NotEmpty(t, strings.TrimSpace(string(archive.Comment)), "a case says why it is there")
	k := newCase()
	want, wanted := "", -1
	for i, section := range archive.Files {
		text := string(section.Data)
		switch name := strings.Fields(section.Name); name[0] {
		case "config":
			k.configure(t, text)
		case "stack":
			k.stack(t, name[1:], text)
		case "module":
			k.modules[strings.ReplaceAll(name[1], ".", "/")+".py"] = text
		case "want":
			want, wanted = text, i
		default:
			t.Fatalf("unknown section %q", section.Name)
		}
	}
	require.NotEmpty(t, k.stacks)
	k.read()
	k.config.Comments = k.accepted
	findings, notes := Run(k.stacks, k.config)
	got := render(findings, notes)
	if *update && wanted >= 0 && got != want {
		archive.Files[wanted].Data = []byte(got)
		require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o644))
		return
	}
	require.GreaterOrEqual(t, wanted, 0, "no want section")
	require.Equal(t, want, got)
	silent := strings.HasPrefix(filepath.Base(file), "silent")
	require.Equal(t, silent, len(findings) == 0, "a case that begins with \"silent\" has no finding, every other one has some")
	for _, f := range findings {
		checkGrammar(t, f)
	}
}

// render writes findings and notes as golden files hold them.
func render(findings []finding.Finding, notes []stack.Note) string {
	var b strings.Builder
	for _, f := range findings {
		fact := f.Fact
		if fact == "" {
			fact = "-"
		}
		fmt.Fprintf(&b, "%s: %s %s %s %s\n  %s\n", place(f.Span), f.Severity, f.Rule, f.Name, fact, f.Message)
		fmt.Fprintf(&b, "  [%s]\n", f.Label)
		if x := f.Suppression; x != nil {
			fmt.Fprintf(&b, "  (%s, %s: %s)\n", x.Kind, place(x.Span), x.Justification)
		}
		for _, r := range f.Related {
			fmt.Fprintf(&b, "  %s: %s\n", place(r.Span), r.Message)
		}
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "%s: (note) %s\n", place(n.Span), n.Message)
	}
	return b.String()
}

func place(s stack.Span) string {
	return fmt.Sprintf("%s:%d:%d-%d", s.File, s.Line, s.Column, s.EndColumn)
}

// checkGrammar holds every message against the rules of CONTRIBUTING: one line,
// fact; consequence; action, lower case first, no final period.
func checkGrammar(t *testing.T, f finding.Finding) {
	t.Helper()
	require.NotContains(t, f.Message, "\n")
	require.Len(t, strings.Split(f.Message, "; "), 3, f.Message)
	require.False(t, strings.HasSuffix(f.Message, "."), f.Message)
	require.NotContains(t, f.Message, "..", f.Message)
	require.True(t, strings.HasSuffix(f.Message, f.Help), f.Message)
	require.NotEmpty(t, f.Label)
	require.Equal(t, Find(f.Rule), Find(f.Name))
	require.NotEmpty(t, f.Stack)
}

type testCase struct {
	stacks   []*stack.Stack
	config   Config
	django   Django
	settings map[string]Value
	bases    map[string][]string
	writes   map[string][]string
	resolve  map[string]Resolution
	packages map[string]string
	modules  map[string]string
	// incomplete marks all stacks, unsettled all comments.
	incomplete, unsettled bool
	comments              []suppress.Comment
}

func newCase() *testCase {
	k := &testCase{
		settings: map[string]Value{}, bases: map[string][]string{}, writes: map[string][]string{},
		resolve: map[string]Resolution{}, packages: map[string]string{}, modules: map[string]string{},
	}
	k.config = Config{
		Django: func(*stack.Stack) Django { return k.django },
		Bases: func(path string) ([]string, bool) {
			b, ok := k.bases[path]
			return b, ok
		},
		Writes: func(path string) ([]string, bool) {
			w, ok := k.writes[path]
			return w, ok
		},
		Resolve:        func(path string) Resolution { return k.resolve[path] },
		PackageVersion: func(name string) string { return k.packages[name] },
	}
	return k
}

// read makes the sources of the case known to the rules.
func (k *testCase) read() {
	if len(k.modules) == 0 {
		return
	}
	reader := layers.NewReader(newSources(k.modules), layers.Options{Catalog: catalog.Default(), Django: k.django.At})
	k.config.Layer = func(_ *stack.Stack, path string) *layers.Layer { return reader.Layer(path) }
}

// configure reads lines like
//
//	django 4.2             django 4.2 from 3.2 to 5.0
//	alone                  no project: settings are not known at all
//	setting USE_I18N true  also false, none, a string; "?" is unknown
//	apps a b               INSTALLED_APPS; "..." at the end: and more
//	bases shop.X a.B c.D   writes shop.X session
//	resolve shop.X missing package django-axes 5.0
//	order shop.X before a.B c.D    also after; first, last, reason words
//	provider tenant shop.X         also outside
//	comment settings 3 ignore[a] b a comment on a line of a stack's section
//	unsettled                      comments may be for what was not looked at
//	ignore a b                     names that are not reported
//	incomplete
func (k *testCase) configure(t *testing.T, text string) {
	k.settings["INSTALLED_APPS"] = Value{State: Unknown}
	k.config.Setting = func(_ *stack.Stack, name string) Value { return k.settings[name] }
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		switch {
		case w[0] == "django":
			k.django.At = parseVersion(t, w[1])
			for i := 2; i+1 < len(w); i += 2 {
				if w[i] == "from" {
					k.django.Low = parseVersion(t, w[i+1])
				} else {
					k.django.High = parseVersion(t, w[i+1])
				}
			}
		case w[0] == "alone":
			k.config.Setting = nil
		case w[0] == "incomplete":
			k.incomplete = true
		case w[0] == "setting":
			v := Value{State: Known}
			switch w[2] {
			case "true", "false":
				v.Value = w[2] == "true"
			case "none":
			case "?":
				v = Value{State: Unknown}
			default:
				v.Value = w[2]
			}
			k.settings[w[1]] = v
		case w[0] == "apps":
			v := Value{State: Known, Value: slices.Clone(w[1:])}
			if n := len(w) - 1; w[n] == "..." {
				v.Value, v.Partial = slices.Clone(w[1:n]), true
			}
			v.Span = stack.Span{File: "settings", Line: 1, Column: 1, EndLine: 1, EndColumn: 15}
			k.settings["INSTALLED_APPS"] = v
		case w[0] == "order":
			k.order(t, n+1, w[1:])
		case w[0] == "provider":
			if k.config.Providers == nil {
				k.config.Providers = map[string]string{}
			}
			k.config.Providers[w[1]] = w[2]
		case w[0] == "comment":
			k.comment(t, w[1], w[2], strings.Join(w[3:], " "))
		case w[0] == "unsettled":
			k.unsettled = true
		case w[0] == "ignore":
			k.config.Policy.Levels = append(k.config.Policy.Levels, Level{Ignore: selectors(t, w[1:]...)})
		case w[0] == "bases":
			k.bases[w[1]] = w[2:]
		case w[0] == "writes":
			k.writes[w[1]] = w[2:]
		case w[0] == "package":
			k.packages[w[1]] = w[2]
		case w[0] == "resolve":
			k.resolve[w[1]] = map[string]Resolution{"missing": Missing, "project": InProject, "outside": Outside}[w[2]]
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
}

// comment adds a comment that stands behind the code of a line.
func (k *testCase) comment(t *testing.T, file, line, text string) {
	n, err := strconv.Atoi(line)
	require.NoError(t, err)
	src := strings.Repeat("\n", n-1) + "x  # mwcheck: " + text + "\n"
	k.comments = append(k.comments, suppress.Read(file, python.Parse([]byte(src)))...)
}

// accepted are the comments of the case: those of the configuration, and those
// of the modules.
func (k *testCase) accepted(*stack.Stack) []Comment {
	all := slices.Clone(k.comments)
	for name, text := range k.modules {
		all = append(all, suppress.Read(name, python.Parse([]byte(text)))...)
	}
	var out []Comment
	for _, c := range all {
		out = append(out, Comment{Comment: c, Settled: !k.unsettled})
	}
	return out
}

// order adds a constraint whose place is a line of the config section.
func (k *testCase) order(t *testing.T, line int, w []string) {
	span := stack.Span{File: "config", Line: line, Column: 1, EndLine: line, EndColumn: 2}
	o := OwnOrder{Layer: w[0], Span: span}
	var targets []OwnTarget
	for _, layer := range w[2:] {
		span.Column++
		span.EndColumn++
		targets = append(targets, OwnTarget{Layer: layer, Span: span})
	}
	switch w[1] {
	case "before":
		o.Before = targets
	case "after":
		o.After = targets
	case "first":
		o.First = span
	case "last":
		o.Last = span
	case "reason":
		k.config.Order[len(k.config.Order)-1].Reason = strings.Join(w[2:], " ")
		return
	default:
		t.Fatalf("unknown word %q", w[1])
	}
	k.config.Order = append(k.config.Order, o)
}

func (k *testCase) stack(t *testing.T, words []string, text string) {
	model, module := stack.Modern, "settings"
	var conditions []stack.Condition
	for i := 0; i < len(words); i++ {
		switch words[i] {
		case "classic":
			model = stack.Classic
		case "if":
			i++
			value := words[i] != "not"
			if !value {
				i++
			}
			conditions = append(conditions, stack.Condition{
				Text: words[i], Value: value, Span: stack.Span{File: "settings", Line: 1, Column: len(words[i]), EndLine: 1, EndColumn: 30},
			})
		default:
			module = words[i]
		}
	}
	unknown := map[int]string{}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "? "); ok {
			unknown[i+1] = rest
			lines[i] = "unknown." + strings.Repeat("x", max(len(line)-8, 1))
		}
	}
	s, err := stack.Parse(module, []byte(strings.Join(lines, "\n")), model)
	require.NoError(t, err)
	s.Span.Start, s.Span.End = 0, 0
	s.Module, s.Conditions, s.Complete = module, conditions, !k.incomplete && len(unknown) == 0
	for i := range s.Entries {
		// Variants are made of one text, here of several: their bytes differ.
		s.Entries[i].Span.Start, s.Entries[i].Span.End = 0, 0
		if text, ok := unknown[s.Entries[i].Span.Line]; ok {
			e := &s.Entries[i]
			e.Path, e.Unknown, e.Text = "", true, text
		}
	}
	s.ID = module + ":" + model.Setting()
	if n := len(k.stacks); n > 0 {
		s.ID += "#" + strconv.Itoa(n+1)
	}
	k.stacks = append(k.stacks, s)
}

func parseVersion(t *testing.T, text string) stack.Version {
	v, err := stack.ParseVersion(text)
	require.NoError(t, err)
	return v
}
