package lint

import (
	"testing"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// BenchmarkRun lints what a settings module with 32 variants amounts to.
func BenchmarkRun(b *testing.B) {
	var stacks []*stack.Stack
	for range 32 {
		e := Example{Django: "4.2", Layers: append([]string{
			"corsheaders.middleware.CorsMiddleware",
			"whitenoise.middleware.WhiteNoiseMiddleware",
			"debug_toolbar.middleware.DebugToolbarMiddleware",
			"django.middleware.gzip.GZipMiddleware",
		}, catalog.StartprojectDefaults()[20].Middleware...)}
		_, s := e.Settings()
		stacks = append(stacks, s...)
	}
	config := Config{Django: At(stack.Version{Major: 4, Minor: 2})}
	Run(stacks, config)
	b.ReportAllocs()
	for b.Loop() {
		Run(stacks, config)
	}
}
