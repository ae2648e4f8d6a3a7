package conformance

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// TestVectors runs every recorded trace through the engines of this module.
// The counts are exact: a trace that starts or stops being supported must be
// noticed.
func TestVectors(t *testing.T) {
	vectors := allVectors(t)
	require.Len(t, vectors, 4210)
	sum := CheckVectors(Engines(), vectors)
	for _, f := range sum.Failures[:min(len(sum.Failures), 6)] {
		t.Errorf("%s under %s (-want +got):\n%s", f.ID, f.Engine, cmp.Diff(f.Want, f.Got))
	}
	require.Zero(t, sum.Skipped, "traces of unknown engines")
	total := sum.Total()
	require.Equal(t, 72_727, total.Pass+total.Fail+total.Unsupported)
	require.Equal(t, map[Feature]int{
		FeatureFalse: 1515, FeatureUnmarked: 36, FeatureNoSuper: 15, FeatureSuperNoArg: 15,
	}, sum.Unsupported)
	require.Equal(t, Count{Pass: 71_146, Unsupported: 1_581}, total)
	require.Len(t, sum.Engines, 19)
}

// TestUnsupportedScenarios bounds what Go's types rule out, by scenario.
func TestUnsupportedScenarios(t *testing.T) {
	engines := Engines()
	scenarios := map[Feature]int{}
	total := 0
	for _, v := range allVectors(t) {
		seen := map[Feature]bool{}
		for _, e := range engines {
			for _, trace := range v.Traces {
				for _, name := range trace.Engines {
					if name == e.Name {
						for _, f := range e.Run(&v.Scenario).Unsupported {
							seen[f] = true
						}
					}
				}
			}
		}
		if len(seen) > 0 {
			total++
		}
		for f := range seen {
			scenarios[f]++
		}
	}
	require.Equal(t, map[Feature]int{
		FeatureFalse: 126, FeatureUnmarked: 3, FeatureNoSuper: 1, FeatureSuperNoArg: 1,
	}, scenarios)
	require.LessOrEqual(t, total, 520)
}

func TestReadVectors(t *testing.T) {
	good := `{"scenario":{"id":"n/x","layers":[{"name":"A","style":"hooks","hooks":{"process_request":"pass"}}]},"traces":[{"engines":["classic@1.9"],"events":["view"],"outcome":{"outcome":"response","status":200,"body":"view","xtrace":"view","finished":1}}]}`
	read := func(text string) ([]Vector, error) {
		var list []Vector
		err := ReadVectors(strings.NewReader(text), func(v Vector) error {
			list = append(list, v)
			return nil
		})
		return list, err
	}
	list, err := read(good + "\n\n" + good)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, Outcome{Kind: OutcomeResponse, Status: 200, Body: "view", XTrace: "view", Finished: 1}, list[0].Traces[0].Outcome)

	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	_, err = zw.Write([]byte(good))
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	list, err = read(packed.String())
	require.NoError(t, err)
	require.Len(t, list, 1)

	tests := map[string]struct{ in, want string }{
		"not json":         {good + "\nnonsense", "line 2: malformed vector"},
		"no id":            {`{"scenario":{"layers":[]}}`, "line 1: a scenario has no id"},
		"view":             {strings.Replace(good, `"layers"`, `"view":"raise:nobody","layers"`, 1), `line 1: scenario "n/x": unknown view "raise:nobody"`},
		"url":              {strings.Replace(good, `"layers"`, `"url":"somewhere","layers"`, 1), `unknown url "somewhere"`},
		"pages":            {strings.Replace(good, `"layers"`, `"error_handlers":"some","layers"`, 1), `unknown error_handlers "some"`},
		"style":            {strings.Replace(good, `"style":"hooks"`, `"style":"wsgi"`, 1), `layer "A": unknown style "wsgi"`},
		"hook":             {strings.Replace(good, `process_request`, `process_query`, 1), `layer "A": unknown hook "process_query"`},
		"behaviour":        {strings.Replace(good, `"pass"`, `"explode"`, 1), `process_request: unknown behaviour "explode"`},
		"kind":             {strings.Replace(good, `"pass"`, `"raise:"`, 1), `unknown behaviour "raise:"`},
		"init":             {strings.Replace(good, `"style"`, `"init":"raise:x","style"`, 1), `unknown init "raise:x"`},
		"call":             {strings.Replace(good, `"style"`, `"call":{"get_response":"thrice"},"style"`, 1), `unknown get_response "thrice"`},
		"try":              {strings.Replace(good, `"style"`, `"call":{"try":"hard"},"style"`, 1), `unknown try "hard"`},
		"name":             {strings.Replace(good, `"name":"A"`, `"name":"A.B"`, 1), `name "A.B" is empty, malformed or used twice`},
		"deep":             {strings.Replace(good, `[{`, `[`+layers(101, `{"name":"L%d","style":"hooks"}`)+`,{`, 1), "102 layers, at most 100"},
		"doubling":         {strings.Replace(good, `[{`, `[`+layers(11, `{"name":"L%d","style":"function","call":{"get_response":"twice"}}`)+`,{`, 1), "11 layers ask twice"},
		"outcome":          {strings.Replace(good, `"outcome":"response"`, `"outcome":"lost"`, 1), `unknown outcome "lost"`},
		"long line":        {good + "\n" + strings.Repeat(" ", maxVectorLine+1), "line 2: longer than"},
		"truncated gzip":   {packed.String()[:packed.Len()-4], "line"},
		"gzip header only": {"\x1f\x8b\x00", "malformed gzip header"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := read(test.in)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func layers(n int, format string) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return strings.Join(list, ",")
}

func FuzzReadVectors(f *testing.F) {
	f.Add([]byte(`{"scenario":{"id":"x","layers":[{"name":"A","style":"mixin","hooks":{"process_view":"return_false"}}]},"traces":[]}`))
	f.Add([]byte(`{"scenario":{"id":"x","layers":[{"name":"A","style":"function","init":"raise:http404","call":{}}],"view":"async_ok"}}`))
	engines := Engines()
	f.Fuzz(func(t *testing.T, data []byte) {
		// What the reader accepts, every engine runs without a panic.
		_ = ReadVectors(bytes.NewReader(data), func(v Vector) error {
			for _, e := range engines {
				e.Run(&v.Scenario)
			}
			return nil
		})
	})
}

func TestSummaryJSON(t *testing.T) {
	const engine = "classic@1.9"
	vectors := recordedWith(t, engine)[:1]
	sum := CheckVectors([]Engine{referenceEngine(FamilyClassic, 109, "1.9", "never-closes")}, vectors)
	text, err := json.Marshal(sum)
	require.NoError(t, err)
	var back struct {
		Schema   string
		Engines  map[string]Count
		Failures []struct {
			ID, Engine string
			Want, Got  Trace
		}
	}
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, "mwcheck.conform/1", back.Schema)
	require.Equal(t, Count{Fail: 1}, back.Engines[engine])
	require.Len(t, back.Failures, 1)
	require.NotEqual(t, back.Failures[0].Want, back.Failures[0].Got)
}

// recordedWith are the vectors that have a trace of the engine.
func recordedWith(t *testing.T, engine string) (list []Vector) {
	t.Helper()
	for _, v := range allVectors(t) {
		if _, ok := v.TraceOf(engine); ok {
			list = append(list, v)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// An engine that panics fails the vector at hand and nothing else.
func TestCheckVectorsOfPanickingEngine(t *testing.T) {
	const name = "modern@6.1"
	engine, ok := EngineByName(name)
	require.True(t, ok)
	build := engine.Build
	engine.Build = func(s Stack) (Built, error) {
		if len(s.Layers) == 0 {
			panic("no layers")
		}
		return build(s)
	}
	one := func(id, layers string) Vector {
		v, err := parseVector([]byte(`{"scenario":{"id":"` + id + `","layers":[` + layers + `]},"traces":[{"engines":["` + name +
			`"],"events":["view"],"outcome":{"outcome":"response","status":200,"body":"view","xtrace":"view","finished":1}}]}`))
		require.NoError(t, err)
		return v
	}
	sum := CheckVectors([]Engine{engine}, []Vector{one("bare", ""), one("layered", `{"name":"A","style":"mixin"}`)})
	require.Equal(t, Count{Pass: 1, Fail: 1}, sum.Total())
	require.Equal(t, "bare", sum.Failures[0].ID)
	require.Equal(t, "the engine failed: panic: no layers", sum.Failures[0].Reason)
	require.Equal(t, sum.Failures[0].Reason, sum.Cases[name][0].Problems[0].Text)
	text, err := json.Marshal(sum.Failures)
	require.NoError(t, err)
	require.Contains(t, string(text), `"got":{"events":[]`)
}
