package migrate_test

import (
	"context"
	"fmt"
	"maps"
	"os"
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
		{"python 3", false, false, 130}, {"python 2", true, false, 45}, {"native", false, true, 50}, {"native python 2", true, true, 30},
	} {
		t.Run(c.name, func(t *testing.T) { generated(t, vectors, max(c.count, more), c.python2, c.native) })
	}
}

func generated(t *testing.T, vectors []*conformance.Vector, count int, python2, native bool) {
	styles := pyscenario.Styles()
	steps := max(1, len(vectors)/count)
	var list []*proven
	bad, calls := 0, 0
	for i := len(t.Name()) % steps; i < len(vectors) && bad < 4; i += steps {
		s := &vectors[i].Scenario
		style := styles.Example(i)
		if style.Inits == 2 {
			style.Inits = 0 // a first argument with a default is refused: it would take get_response
		}
		if native {
			// Refused by name: bases, aliases, hooks by assignment, returns in try or in nested branches.
			style.Shared, style.Alias, style.Super, style.Assigned, style.Nested, style.Tried = 0, 0, 0, 0, 0, 0
		}
		p, err := pyscenario.Write(s, pyscenario.Options{Model: stack.Classic, Python2: python2, Style: style})
		require.NoError(t, err)
		after, r := migrated(t, p.Files, migrate.Options{To: target, Native: native})
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
	if native {
		require.Greater(t, calls, len(list)/2, "projects with native classes")
	}
	t.Logf("%d projects, %d with native classes", len(list), calls)
	if python2 {
		t.Run("compiled", func(t *testing.T) { compiled(t, list) })
	}
	t.Run("served", func(t *testing.T) { served(t, list) })
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
		job := live.Of(&p.vector.Scenario, p.project)
		for name, text := range p.after {
			job.Files[name] = string(text)
		}
		got, err := server.Serve(job)
		diff := ""
		if err == nil {
			diff = cmp.Diff(*traceOf(p.vector, "modern@3.2"), got[0].Trace)
		}
		if err != nil || diff != "" {
			t.Errorf("(-recorded +migrated)\n%s%v\n%s", diff, err, p.describe())
			if bad++; bad > 3 {
				return
			}
		}
	}
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
