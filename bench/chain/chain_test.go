package chain

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every case must do what it is measured for.
func TestCasesAnswer(t *testing.T) {
	for _, table := range Tables() {
		for _, c := range table.Cases {
			for _, n := range append(table.Depths, 0) {
				rec := httptest.NewRecorder()
				c.Build(n).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
				require.Equal(t, http.StatusOK, rec.Code, "%s with %d layers", c.Name, n)
				require.Equal(t, "ok", rec.Body.String(), "%s with %d layers", c.Name, n)
			}
		}
	}
}

// The engines allocate the Request and the Response and nothing else, at any
// depth.
func TestEnginesAllocateRequestAndResponse(t *testing.T) {
	for _, c := range []Case{{"modern", Modern}, {"classic", Classic}, {"upgraded", Upgraded}} {
		for _, n := range Depths() {
			h := c.Build(n)
			w, r := NewSink(), httptest.NewRequest(http.MethodGet, "/", nil)
			got := testing.AllocsPerRun(200, func() { h.ServeHTTP(w, r) })
			require.LessOrEqual(t, got, 2.0, "%s with %d layers", c.Name, n)
		}
	}
}

func BenchmarkNested(b *testing.B)     { benchmark(b, Tables()[0]) }
func BenchmarkSameAnswer(b *testing.B) { benchmark(b, Tables()[1]) }
func BenchmarkHooks(b *testing.B)      { benchmark(b, Tables()[2]) }
func BenchmarkModes(b *testing.B)      { benchmark(b, Tables()[3]) }
func BenchmarkNetHTTP(b *testing.B)    { benchmark(b, Tables()[4]) }

func benchmark(b *testing.B, table Table) {
	for _, n := range table.Depths {
		for _, c := range table.Cases {
			b.Run(fmt.Sprintf("layers=%d/%s", n, c.Name), func(b *testing.B) {
				h := c.Build(n)
				w, r := NewSink(), httptest.NewRequest(http.MethodGet, "/", nil)
				b.ReportAllocs()
				for b.Loop() {
					h.ServeHTTP(w, r)
				}
			})
		}
	}
}
