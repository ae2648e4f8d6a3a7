package conformance

import (
	"fmt"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// fullStack is a stack of layers that have all hooks.
func fullStack(n int) []LayerSpec {
	var stack []LayerSpec
	for i := range n {
		stack = append(stack, fullLayer(fmt.Sprintf("L%d", i)))
	}
	return stack
}

// counting is an engine that counts the requests it serves.
func counting(e Engine, served *atomic.Int64) Engine {
	build := e.Build
	e.Build = func(s Stack) (Built, error) {
		built, err := build(s)
		if err == nil {
			inner := built.Handler
			built.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				served.Add(1)
				inner.ServeHTTP(w, r)
			})
		}
		return built, err
	}
	return e
}

// TestCompareGrowth: with all behaviours, the number of runs grows no faster
// than the number of layers, from 5 to 45. A run passes each layer a bounded
// number of times, so the effort is quadratic at most.
func TestCompareGrowth(t *testing.T) {
	pairs := [][2]string{{"classic@1.9", "modern@6.1"}, {"classic@1.11", "modern@1.11"}, {"classic@1.9", "classic@1.11"}}
	for _, pair := range pairs {
		runs := map[int]int64{}
		for _, n := range []int{5, 15, 45} {
			stack := fullStack(n)
			var served atomic.Int64
			from, to := counting(engine(t, pair[0]), &served), engine(t, pair[1])
			got, err := Compare(&Scenario{Layers: stack}, from, to, AllBehaviours(stack))
			require.NoError(t, err)
			require.NotEmpty(t, got)
			runs[n] = served.Load()
		}
		t.Logf("%s to %s: runs %v", pair[0], pair[1], runs)
		require.LessOrEqual(t, runs[15], 3*runs[5], "%v", pair)
		require.LessOrEqual(t, runs[45], 3*runs[15], "%v", pair)
	}
}

// BenchmarkCompare is all that can happen in a stack, from 1.9 to 6.1.
func BenchmarkCompare(b *testing.B) {
	from, to := engine(b, "classic@1.9"), engine(b, "modern@6.1")
	for _, n := range []int{5, 10, 15, 25, 35, 45} {
		stack := fullStack(n)
		may := AllBehaviours(stack)
		b.Run(fmt.Sprintf("layers=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			differences := 0
			for b.Loop() {
				got, err := Compare(&Scenario{Layers: stack}, from, to, may)
				if err != nil {
					b.Fatal(err)
				}
				differences = len(got)
			}
			b.ReportMetric(float64(differences), "differences")
			runtime.GC() // the traces of the last one are not the next one's
		})
	}
}
