package migrate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// classicProjects are the sample projects whose layers are classic.
func classicProjects(t *testing.T) map[string]fstest.MapFS {
	t.Helper()
	out := map[string]fstest.MapFS{}
	for _, pattern := range []string{"../../testdata/realistic/*.txtar", "../../testdata/migrate/*.txtar"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			files := fstest.MapFS{}
			if strings.Contains(pattern, "realistic") {
				h, err := pyscenario.ParseHandmade(name, data)
				require.NoError(t, err)
				for file, text := range h.Files {
					files[file] = &fstest.MapFile{Data: text}
				}
			} else {
				for _, f := range txtar.Parse(data).Files {
					files[f.Name] = &fstest.MapFile{Data: unescape(f.Data)}
				}
			}
			out[strings.TrimSuffix(filepath.Base(name), ".txtar")] = files
		}
	}
	vectors, err := conformance.Vectors()
	require.NoError(t, err)
	styles := pyscenario.Styles()
	for i := 0; i < len(vectors); i += 29 {
		scenario := &vectors[i].Scenario
		p, err := pyscenario.Write(scenario, pyscenario.Options{Model: stack.Classic, Style: styles.Example(i)})
		if err != nil {
			continue // it cannot be written for the classic model
		}
		files := fstest.MapFS{}
		for file, text := range p.Files {
			files[file] = &fstest.MapFile{Data: text}
		}
		out[scenario.ID] = files
	}
	return out
}

// TestAdvice follows each advice to move layers out: compared again, what they
// lost by this trigger is back.
func TestAdvice(t *testing.T) {
	moves, back, stuck, vain := 0, 0, 0, 0
	for name, files := range classicProjects(t) {
		project, err := django.Load(context.Background(), django.FS{FS: files}, django.Options{})
		require.NoError(t, err)
		facts := projectfacts.New(project)
		to, _ := modernEngine(stack.Version{Major: 5, Minor: 2})
		for _, m := range project.Settings {
			if !m.Checked {
				continue
			}
			from := classicEngine(m.Django.Lint)
			reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: diff.Version(from)})
			compare := func(s *stack.Stack) (*diff.Result, error) {
				return diff.Run(s, reader.Layer, diff.Options{From: from, To: to})
			}
			for i := range m.Stacks {
				s := &m.Stacks[i]
				if s.Model != stack.Classic {
					continue
				}
				result, err := compare(s)
				require.NoError(t, err)
				v := &adviser{stack: s, reader: reader, facts: facts, compare: compare}
				for _, d := range result.Differences {
					if d.Static || d.Grade < diff.Visible {
						continue
					}
					a, err := v.advise(&d)
					require.NoError(t, err)
					stuck, vain = stuck+len(a.stuck), vain+len(a.vain)
					if len(a.moved) == 0 {
						continue
					}
					moves++
					if proveMove(t, name, s, &d, a, to, reader) {
						back++
					}
				}
			}
		}
	}
	t.Logf("%d moves, %d of them bring a process_response back; %d layers that cannot move, %d for which it would be in vain", moves, back, stuck, vain)
	require.Equal(t, moves, back)
	require.Greater(t, moves, 15)
	require.Positive(t, stuck)
	require.Positive(t, vain)
}

// TestAdviceLetsOneFailAlone: what failed before gets no advice.
func TestAdviceLetsOneFailAlone(t *testing.T) {
	files := fstest.MapFS{
		"settings.py": {Data: []byte("SECRET_KEY = ROOT_URLCONF = 'x'\nMIDDLEWARE_CLASSES = ['mw.Gate', 'django.contrib.sessions.middleware.SessionMiddleware', 'mw.Key']\n")},
		"mw.py": {Data: []byte(`from django.http import HttpResponse

class Gate(object):
    def process_request(self, request):
        if request.path == '/closed':
            return HttpResponse()

class Key(object):
    def process_response(self, request, response):
        response['X-Key'] = request.session.session_key
        return response
`)},
	}
	r, err := Run(context.Background(), django.FS{FS: files}, Options{})
	require.NoError(t, err)
	require.NotEmpty(t, r.Differences)
	for _, d := range r.Differences {
		require.Empty(t, d.Advice, d.Text)
	}
}

// proveMove plays the stack in the new order, with nothing but the hooks of its
// layers and the trigger: the process_response of all that has moved runs. It
// says whether all of them did not run in the old order.
func proveMove(t *testing.T, name string, s *stack.Stack, d *diff.Difference, a advice, to conformance.Engine, reader *layers.Reader) bool {
	play := func(s *stack.Stack) map[string]bool {
		scenario := conformance.Scenario{ID: name, View: "ok"}
		for _, e := range s.Entries {
			l := conformance.LayerSpec{Name: fmt.Sprintf("L%d", len(scenario.Layers)), Style: "mixin", Hooks: map[string]string{}}
			facts := reader.Layer(e.Path)
			for i := range facts.Hooks {
				if strings.HasPrefix(facts.Hooks[i].Name, "process_") {
					l.Hooks[facts.Hooks[i].Name] = "pass"
				}
			}
			for _, trigger := range d.Trigger {
				if trigger.Layer == e.Path {
					l.Hooks[trigger.Hook] = trigger.Behaviour
				}
			}
			scenario.Layers = append(scenario.Layers, l)
		}
		for _, trigger := range d.Trigger {
			if trigger.Layer == "" && trigger.Hook == conformance.HookSiteView {
				scenario.View = trigger.Behaviour
			}
		}
		ran := map[string]bool{}
		for _, event := range to.Run(&scenario).Events {
			at, _, _ := strings.Cut(event, " ")
			if i, hook, ok := strings.Cut(strings.TrimPrefix(at, "L"), "."); ok && hook == conformance.HookResponse {
				n, err := strconv.Atoi(i)
				require.NoError(t, err)
				ran[s.Entries[n].Path] = true
			}
		}
		return ran
	}
	before, after := play(s), play(outward(s, a.moved, a.at))
	none := true
	for _, i := range a.moved {
		path := s.Entries[i].Path
		require.True(t, after[path], "%s: where %s: %s", name, d.Words(), a)
		none = none && !before[path]
	}
	return none
}
