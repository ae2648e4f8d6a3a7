package lint_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/python"
)

// FuzzClassFix repairs whatever stands in a module of layers: no fix adds an
// error, and they come to an end.
func FuzzClassFix(f *testing.F) {
	const mixin = "from django.utils.deprecation import MiddlewareMixin\n\n\n"
	for _, seed := range []string{
		"class A:\n    def process_request(self, request):\n        pass\n\n\nclass B(A):\n    def __init__(self):\n        super().__init__()\n",
		mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response):\n        self.x = 1\n\n    def process_response(self, request, response):\n        if request.x:\n            return\n",
		"def A(get_response):\n    def layer(request):\n        response = get_response(request)\n    return layer\n\ndef B(get_response):\n\tdef layer(request): return get_response(request)\n",
		"class A(object):\r\n\tdef __init__(self): pass\r\n\tprocess_request = lambda self, request: None\r\nB = A",
		"\ufeffclass A: process_response = process_view = 1\n",
		"async def A(get_response):\n    return None\nclass B:\n    async def __call__(self, request):\n        r = await self.get_response(request)\n        return",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 1<<12 {
			return
		}
		p := layersIn(source, "A", "B")
		for round := 0; ; round++ {
			require.Less(t, round, 20, "%s\nbecame\n%s", source, p.files["app/mw.py"])
			_, changes, refused := lint.Choose(p.lint(t), p.read, lint.Choice{Unsafe: true})
			require.Empty(t, refused)
			if len(changes) == 0 {
				return
			}
			for _, c := range changes {
				require.LessOrEqual(t, len(python.Parse(c.After).Errors), len(python.Parse(c.Before).Errors), "%q", c.After)
				p.files[c.File] = string(c.After)
			}
		}
	})
}
