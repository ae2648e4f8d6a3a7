package migrate_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/migrate"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/pyscenario/live"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// The proof of the migration: classic projects, whose layers do what was recorded
// with real releases of Django, are migrated in memory and served by Django 3.2.
// What happens must be what was recorded with modern@3.2 for the same behaviours.

var target = stack.Version{Major: 3, Minor: 2}

// migrated gives the files of a project after its migration, and what is wrong
// with it.
func migrated(t testing.TB, files map[string][]byte, opts migrate.Options) (map[string][]byte, *migrate.Result) {
	t.Helper()
	run := func(files map[string][]byte) *migrate.Result {
		fs := fstest.MapFS{}
		for name, text := range files {
			fs[name] = &fstest.MapFile{Data: text, Mode: 0o644}
		}
		r, err := migrate.Run(context.Background(), django.FS{FS: fs}, opts)
		require.NoError(t, err)
		return r
	}
	first := run(files)
	after := maps.Clone(files)
	for _, c := range first.Changes {
		require.Equal(t, string(files[c.File]), string(c.Before), c.File)
		after[c.File] = c.After
	}
	for name, text := range after {
		if strings.HasSuffix(name, ".py") {
			require.Empty(t, python.Parse(text).Errors, "%s\n%s", name, text)
		}
	}
	again := run(after)
	for _, c := range again.Changes {
		t.Errorf("a second migration changes %s once more:\n%s\nto\n%s", c.File, c.Before, c.After)
	}
	return after, first
}

// problems lists what a migrated project must not have. faults are the rules
// that the layers break by what they are asked to do.
func problems(files map[string][]byte, r *migrate.Result, faults map[string]bool) []string {
	var list []string
	for _, f := range r.Findings {
		if faults[f.Rule] {
			continue
		}
		list = append(list, fmt.Sprintf("finding %s at %s:%d: %s", f.Rule, f.Span.File, f.Span.Line, f.Message))
	}
	for _, l := range r.Left {
		if l.Severity == finding.Note {
			continue // classes that are not rewritten into native ones
		}
		list = append(list, fmt.Sprintf("left at %s:%d: %s", l.Span.File, l.Span.Line, l.Reason))
	}
	for name, text := range files {
		if strings.Contains(string(text), "MIDDLEWARE_CLASSES") {
			list = append(list, name+" still speaks of MIDDLEWARE_CLASSES")
		}
	}
	sort.Strings(list)
	return list
}

func traceOf(v *conformance.Vector, engine string) *conformance.Trace {
	for i := range v.Traces {
		if slices.Contains(v.Traces[i].Engines, engine) {
			return &v.Traces[i].Trace
		}
	}
	return nil
}

// classicVectors are the recorded scenarios whose layers can be written for the
// classic model and that both models were recorded with.
func classicVectors(t testing.TB) []*conformance.Vector {
	t.Helper()
	all, err := conformance.Vectors()
	require.NoError(t, err)
	var list []*conformance.Vector
	for i := range all {
		v := &all[i]
		if traceOf(v, "classic@1.9") == nil || traceOf(v, "modern@3.2") == nil || len(v.Scenario.Layers) == 0 {
			continue
		}
		// A layer of style "hooks" is recorded in the form of each model: what
		// the migration is to make of the one is the other.
		own := func(l conformance.LayerSpec) bool { return l.Style != "hooks" }
		if _, err := pyscenario.Write(&v.Scenario, pyscenario.Options{Model: stack.Classic}); err != nil || slices.ContainsFunc(v.Scenario.Layers, own) {
			continue
		}
		list = append(list, v)
	}
	return list
}

// faults are the rules that a scenario breaks: a hook that returns None in
// place of a response stays what it is.
func faults(s *conformance.Scenario) map[string]bool {
	set := map[string]bool{}
	for _, l := range s.Layers {
		for _, hook := range []string{conformance.HookResponse, conformance.HookTemplateResponse} {
			set["MW205"] = set["MW205"] || l.Hooks[hook] == "return_none"
		}
	}
	return set
}

// proven is a migrated project and what it must do.
type proven struct {
	vector  *conformance.Vector
	project *pyscenario.Project
	after   map[string][]byte
}

func (p *proven) describe() string { return p.vector.Scenario.ID + "\n" + sources(p.project, p.after) }

// TestProofGenerated migrates generated projects.
// MWCHECK_DJANGO_SCENARIOS asks for more of them.
func TestProofGenerated(t *testing.T) {
	vectors := classicVectors(t)
	more, _ := strconv.Atoi(os.Getenv("MWCHECK_DJANGO_SCENARIOS"))
	for _, c := range []struct {
		name            string
		python2, native bool
		count           int
	}{
		{"python 3", false, false, 85}, {"python 2", true, false, 40}, {"native", false, true, 30}, {"native python 2", true, true, 20},
	} {
		t.Run(c.name, func(t *testing.T) { generated(t, vectors, max(c.count, more), c.python2, c.native) })
	}
}

func generated(t *testing.T, vectors []*conformance.Vector, count int, python2, native bool) {
	styles := pyscenario.Styles()
	steps := max(1, len(vectors)/count)
	var list []*proven
	bad, calls := 0, 0
	refusals := map[string]int{}
	for i := len(t.Name()) % steps; i < len(vectors) && bad < 4; i += steps {
		s := &vectors[i].Scenario
		style := styles.Example(i)
		if native && len(list)%2 == 0 {
			// Half of them are written as --native wants them, so that most of these
			// become native; the others show what it refuses.
			style.Shared, style.Alias, style.Super, style.Assigned, style.Nested, style.Tried = 0, 0, 0, 0, 0, 0
		}
		p, after, r := write(t, s, style, python2, native)
		if refused := refusedBy(r, finding.Error); len(refused) > 0 {
			// A project with such a class is not migrated; it is proved in another
			// way of writing.
			for _, reason := range refused {
				require.Equal(t, "the first argument of its __init__ is …, where Django gives get_response", reason)
				refusals[reason]++
			}
			style.Inits = 0
			p, after, r = write(t, s, style, python2, native)
		}
		for _, reason := range refusedBy(r, finding.Note) {
			require.True(t, native, reason)
			refusals["not native: "+reason]++ // it becomes a mixin, which is served below
		}
		one := &proven{vectors[i], p, after}
		list = append(list, one)
		if found := problems(after, r, faults(s)); len(found) > 0 {
			t.Errorf("%s\n%s", strings.Join(found, "\n"), one.describe())
			bad++
		}
		if strings.Contains(sources(p, after), "def __call__") {
			calls++
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(refusals)) {
		t.Logf("refused by name, %d classes: %s", refusals[reason], reason)
	}
	if native {
		require.Greater(t, calls, len(list)/5, "projects with native classes")
	}
	t.Logf("%d projects, %d with native classes", len(list), calls)
	if python2 {
		t.Run("compiled", func(t *testing.T) { compiled(t, list) })
	}
	t.Run("served", func(t *testing.T) { served(t, list) })
}

// write writes a classic project and migrates it.
func write(t *testing.T, s *conformance.Scenario, style pyscenario.Style, python2, native bool) (*pyscenario.Project, map[string][]byte, *migrate.Result) {
	t.Helper()
	p, err := pyscenario.Write(s, pyscenario.Options{Model: stack.Classic, Python2: python2, Style: style})
	require.NoError(t, err)
	after, r := migrated(t, p.Files, migrate.Options{To: target, Native: native})
	return p, after, r
}

// names are what differs from one refusal to the next.
var names = regexp.MustCompile(`(__init__ is )\w+|(its base )\S+|(it is used at )\S+`)

// refusedBy lists why classes were left as they are, without names of their own.
func refusedBy(r *migrate.Result, severity finding.Severity) []string {
	var out []string
	for _, l := range r.Left {
		if _, reason, ok := strings.Cut(l.Reason, " is left as it is: "); ok && l.Severity == severity {
			out = append(out, names.ReplaceAllString(reason, "$1$2$3…"))
		}
	}
	return out
}

// compiled has Python 2.7 compile what was written for it.
func compiled(t *testing.T, list []*proven) {
	files := map[string]string{}
	for i, p := range list {
		for name, text := range p.after {
			files[fmt.Sprintf("%d/%s", i, name)] = string(text)
		}
	}
	require.Empty(t, live.CompilePython2(t, files))
}

// served has Django 3.2 serve the migrated projects.
func served(t *testing.T, list []*proven) {
	server := live.Start(t)
	bad := 0
	for _, p := range list {
		if wrong := p.serve(server); wrong != "" {
			t.Errorf("%s\n%s", wrong, p.describe())
			if bad++; bad > 3 {
				return
			}
		}
	}
}

// serve has the project served, and says what is other than recorded.
func (p *proven) serve(server *live.Server) string {
	job := live.Of(&p.vector.Scenario, p.project)
	for name, text := range p.after {
		job.Files[name] = string(text)
	}
	got, err := server.Serve(job)
	if err != nil {
		return err.Error()
	}
	if diff := cmp.Diff(*traceOf(p.vector, "modern@3.2"), got[0].Trace); diff != "" {
		return "(-recorded +migrated)\n" + diff
	}
	return ""
}

// TestProofFails breaks a migration by one edit at a time: the proof does not
// hold any more, by what Django does with it or by what lint says.
func TestProofFails(t *testing.T) {
	vectors := classicVectors(t)
	server := live.Start(t)
	broken := map[string]func(name, text string) string{
		"a class keeps its old base":    func(_, text string) string { return strings.Replace(text, "(MiddlewareMixin):", "(object):", 1) },
		"the setting keeps its name":    func(_, text string) string { return strings.Replace(text, "MIDDLEWARE = ", "MIDDLEWARE_CLASSES = ", 1) },
		"get_response is not handed on": func(_, text string) string { return strings.Replace(text, ".__init__(get_response)", ".__init__()", 1) },
		"an import is missing": func(_, text string) string {
			return strings.Replace(text, "from django.utils.deprecation import MiddlewareMixin\n", "", 1)
		},
		"a hook is lost": func(_, text string) string {
			return strings.Replace(text, "def process_response(", "def process_reponse(", 1)
		},
		"a layer is lost":        func(name, text string) string { return dropEntry(name, text, 0) },
		"two layers are swapped": func(name, text string) string { return swapEntries(name, text) },
	}
	for what, mutate := range broken {
		t.Run(what, func(t *testing.T) {
			tried, by := 0, map[string]int{}
			for i := 0; i < len(vectors) && tried < 4; i += 97 {
				s := &vectors[i].Scenario
				p, after, _ := write(t, s, pyscenario.Style{Init: 255}, false, false)
				changed := false
				for _, name := range slices.Sorted(maps.Keys(after)) {
					text := string(after[name])
					if now := mutate(name, text); now != text && !changed && text != string(p.Files[name]) {
						after[name], changed = []byte(now), true
					}
				}
				if !changed {
					continue
				}
				tried++
				one := &proven{vectors[i], p, after}
				files := fstest.MapFS{}
				for name, text := range after {
					files[name] = &fstest.MapFile{Data: text}
				}
				r, err := migrate.Run(context.Background(), django.FS{FS: files}, migrate.Options{To: target})
				if err != nil || len(r.Changes) > 0 || len(problems(after, r, faults(s))) > 0 {
					by["reading"]++
				}
				wrong := one.serve(server)
				if wrong != "" {
					by["Django"]++
				}
				require.NotEmpty(t, by, "nothing shows that %s\n%s", what, one.describe())
			}
			require.GreaterOrEqual(t, tried, 3)
			require.Positive(t, by["Django"], "Django serves it as recorded")
			t.Logf("%d projects; seen by %v", tried, by)
		})
	}
}

// entry is one line of the list of layers.
var entry = regexp.MustCompile(`(?m)^ +["']shop\.\S+["'],\r?\n`)

func dropEntry(name, text string, n int) string {
	at := entry.FindAllStringIndex(text, -1)
	if !strings.Contains(name, "settings") || len(at) <= n {
		return text
	}
	return text[:at[n][0]] + text[at[n][1]:]
}

func swapEntries(name, text string) string {
	at := entry.FindAllStringIndex(text, -1)
	if !strings.Contains(name, "settings") || len(at) < 2 {
		return text
	}
	return text[:at[0][0]] + text[at[1][0]:at[1][1]] + text[at[0][0]:at[0][1]] + text[at[1][1]:]
}

// sources are the texts that were rewritten.
func sources(p *pyscenario.Project, after map[string][]byte) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if string(after[name]) != string(p.Files[name]) {
			fmt.Fprintf(&b, "--- %s\n%s+++ %s\n%s", name, p.Files[name], name, after[name])
		}
	}
	return b.String()
}
