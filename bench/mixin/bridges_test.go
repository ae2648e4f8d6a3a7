package mixin

import (
	"fmt"
	"iter"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/web"
)

// Every case must do what it is measured for.
func TestCasesAnswer(t *testing.T) {
	for _, c := range Cases() {
		for _, n := range []int{1, 20} {
			respond, err := c.Build(n)
			require.NoError(t, err)
			res, err := respond(web.NewRequest(httptest.NewRequest("GET", "/", nil)))
			require.NoError(t, err, "%s with %d layers", c.Name, n)
			require.Equal(t, 204, res.Status)
		}
	}
}

// Upgrade and Island add no allocation.
func TestAllocations(t *testing.T) {
	for _, c := range Cases() {
		if c.Name == "downgraded" {
			continue
		}
		respond, err := c.Build(20)
		require.NoError(t, err)
		r := web.NewRequest(httptest.NewRequest("GET", "/", nil))
		require.Zero(t, testing.AllocsPerRun(200, func() { _, _ = respond(r) }), c.Name)
	}
}

func BenchmarkBridges(b *testing.B) {
	for _, n := range []int{1, 5, 20} {
		for _, c := range Cases() {
			b.Run(fmt.Sprintf("layers=%d/%s", n, c.Name), func(b *testing.B) {
				respond, err := c.Build(n)
				require.NoError(b, err)
				req := httptest.NewRequest("GET", "/", nil)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := respond(web.NewRequest(req)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkSwitch is what suspending a function once and letting it go on costs
// in itself: with iter.Pull, and with a goroutine and two channels, which
// Downgrade uses, as a layer may call next from another goroutine.
func BenchmarkSwitch(b *testing.B) {
	b.Run("iter.Pull", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
			next()
			next()
			stop()
		}
	})
	b.Run("goroutine", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			events, back := make(chan bool, 2), make(chan int, 1)
			go func() {
				events <- false
				<-back
				events <- true
			}()
			<-events
			back <- 1
			<-events
		}
	})
}
