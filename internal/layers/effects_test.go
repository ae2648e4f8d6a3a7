package layers_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
)

// effects are the columns of corpus-effects.txt.
var effects = [...]string{"init", "async", "raises", "headers", "effects", "state"}

// TestCorpusEffects compares the second reviewed table with what the reader says.
func TestCorpusEffects(t *testing.T) {
	data, err := os.ReadFile("testdata/corpus-effects.txt")
	require.NoError(t, err)
	packages := map[string]string{}
	for _, row := range corpusFacts(t) {
		packages[row[1]] = row[0]
	}
	readers := map[string]*layers.Reader{}
	var right, unknown, wrong [len(effects)]int
	seen := 0
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "|")
		require.Len(t, cells, 1+len(effects), line)
		path := strings.TrimSpace(cells[0])
		pkg, ok := packages[path]
		require.True(t, ok, "%s is in no other table, or here twice", path)
		delete(packages, path)
		root := filepath.Join("../../.corpus", pkg, "usr/lib/python3/dist-packages")
		if _, err := os.Stat(root); err != nil {
			continue
		}
		seen++
		r := readers[pkg]
		if r == nil {
			r = layers.NewReader(newDirTree("../..", root), layers.Options{Catalog: catalog.Default(), Django: corpusVersion})
			readers[pkg] = r
		}
		l := r.Layer(path)
		got := effectsOf(l)
		for i := range effects {
			truth, tool, differs := strings.Cut(strings.TrimSpace(cells[i+1]), " => ")
			if !differs {
				tool = truth
			}
			switch verdict(truth, tool) {
			case "right":
				right[i]++
			case "unknown":
				unknown[i]++
				if part(tool, truth) {
					require.NotEmpty(t, l.Unread, "%s: what is missing is not said to be unread", path)
				}
			default:
				wrong[i]++
			}
			if tool != got[i] {
				t.Errorf("%s %s: want %q, got %q", path, effects[i], tool, got[i])
			}
		}
	}
	require.Empty(t, packages, "classes of corpus-facts.txt that are not here")
	if seen == 0 {
		if os.Getenv("REQUIRE_CORPUS") == "1" {
			t.Fatal("there is no .corpus and REQUIRE_CORPUS is set")
		}
		t.Skip("no .corpus: scripts/corpus.sh brings it")
	}
	require.Zero(t, wrong)
	for i, name := range effects {
		t.Logf("%s: %d right, %d unknown, %d wrong", name, right[i], unknown[i], wrong[i])
	}
}

// effectsOf writes a layer as a row of corpus-effects.txt.
func effectsOf(l *layers.Layer) []string {
	in := string(l.Init.Takes)
	if l.Init.StoresIt == layers.Yes {
		in += "="
	}
	if len(l.Init.Wraps) > 0 {
		in += " wraps"
	}
	if len(l.Init.NotUsed) > 0 {
		in += " notused"
	}
	modes := map[[2]layers.Tri]string{
		{layers.Yes, layers.Yes}: "sync+async", {layers.Yes, layers.No}: "sync", {layers.No, layers.Yes}: "async",
	}[[2]layers.Tri{l.Async.SyncCapable, l.Async.AsyncCapable}]
	if modes == "" {
		modes = "unknown"
	}
	if l.Async.Native == layers.Yes {
		modes += " native"
	}
	raises, headers, effects, state := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for _, e := range l.Raises {
		name := e.Name
		if name == "" {
			name = strings.ReplaceAll(string(e.Kind), "unknown", "?")
		}
		if e.Phase != layers.LazyPhase {
			raises[name+"."+string(e.Phase)] = ""
		}
	}
	for _, e := range l.Init.Raises {
		raises[e.Name+".init"] = ""
	}
	for _, h := range l.Headers {
		if !h.Own && h.Phase != layers.LazyPhase {
			name := h.Name
			if name == "" {
				name = "?"
			}
			headers[h.Effect+" "+name+"."+string(h.Phase)] = ""
		}
	}
	sites := func(what string, list []layers.Site) {
		for _, s := range list {
			if s.Phase != layers.LazyPhase {
				effects[what+"."+string(s.Phase)] = ""
			}
		}
	}
	sites("cookies", l.Cookies)
	sites("session", l.Session)
	for _, b := range l.Bodies {
		if b.Phase != layers.LazyPhase {
			effects[b.What+"."+string(b.Phase)] = ""
		}
	}
	for _, c := range l.Content {
		what := map[string]string{"content": "content", "write": "content", "streaming_content": "stream", "consume": "stream"}[c.What]
		if what == "" || c.Own || c.Phase == layers.LazyPhase {
			continue
		}
		key := what + "?." + string(c.Phase)
		if c.Guarded != layers.Yes {
			delete(effects, key)
			effects[what+"!."+string(c.Phase)] = ""
		} else if _, bad := effects[what+"!."+string(c.Phase)]; !bad {
			effects[key] = ""
		}
	}
	for _, s := range l.State {
		if s.Phase != layers.LazyPhase {
			state[s.Target+"."+string(s.Phase)] = ""
		}
	}
	for _, x := range l.Locals {
		if x.Phase != layers.LazyPhase {
			state["local:"+x.Name] = ""
		}
	}
	words := func(m map[string]string) string {
		out := sorted(m)
		slices.Sort(out)
		return cell(out)
	}
	return []string{in, modes, words(raises), words(headers), words(effects), words(state)}
}
