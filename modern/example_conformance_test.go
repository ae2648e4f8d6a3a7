package modern_test

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/modern"
)

// TestExamplesConform: the layers of the examples pass the checks that the
// suite has for those of others.
func TestExamplesConform(t *testing.T) {
	built := func(name string, build func(next modern.Next) modern.Layer) modern.Factory {
		return modern.Factory{Name: name, New: func(next modern.Next) (modern.Layer, error) { return build(next), nil }}
	}
	request := func(change func(http.Header)) *conformance.LayerOptions {
		return &conformance.LayerOptions{Request: func(r *http.Request) { change(r.Header) }}
	}
	tests := map[string]struct {
		layer func() modern.Factory
		opts  *conformance.LayerOptions
	}{
		"analytics": {func() modern.Factory { return analytics(time.Now, func(visit) {}) }, nil},
		"exception hook": {func() modern.Factory {
			return built("x", func(next modern.Next) modern.Layer { return &outOfStock{next} })
		}, nil},
		"function":    {func() modern.Factory { return modern.Func("no store", noStore) }, nil},
		"gate":        {func() modern.Factory { return requireKey("secret") }, request(func(h http.Header) { h.Set("X-Api-Key", "secret") })},
		"closed gate": {func() modern.Factory { return requireKey("secret") }, nil},
		"hybrid":      {func() modern.Factory { return marker }, nil},
		"path block":  {func() modern.Factory { return blockPaths("/internal") }, nil},
		"quota": {func() modern.Factory {
			return built("quota", func(next modern.Next) modern.Layer {
				return &quota{next: next, limit: 1000, used: make(map[string]int)}
			})
		}, nil},
		"region": {func() modern.Factory { return blockRegions(func(netip.Addr) string { return "" }, "island") }, nil},
		"stream": {func() modern.Factory { return modern.Func("shout", shout) }, nil},
		"template hook": {func() modern.Factory {
			return built("x", func(next modern.Next) modern.Layer { return &branding{next} })
		}, nil},
		"timing": {func() modern.Factory {
			return built("x", func(next modern.Next) modern.Layer { return &timing{next, time.Now} })
		}, nil},
		"user": {func() modern.Factory { return authenticate(map[string]account{}) }, nil},
		"role": {func() modern.Factory { return requireRole("editor") }, nil},
		"view hook": {func() modern.Factory {
			return built("x", func(next modern.Next) modern.Layer { return &languages{next} })
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := conformance.CheckLayer(func() any { return test.layer() }, test.opts)
			if err := report.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}
