package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// layersIn is a project with layers in app/mw.py, on Django 4.2.
func layersIn(source string, names ...string) *project {
	p := settingsOf("4.2")
	var list []string
	for _, name := range names {
		list = append(list, "    'app.mw."+name+"',\n")
	}
	p.files["settings.py"] = "SECRET_KEY = ROOT_URLCONF = 'x'\nINSTALLED_APPS = []\nMIDDLEWARE = [\n" + strings.Join(list, "") + "]\n"
	p.files["app/__init__.py"], p.files["app/mw.py"] = "", source
	return p
}

// fixOf is the fix of the one finding of a rule, nil where it has none that can
// be carried out.
func fixOf(t *testing.T, p *project, rule string) *finding.Fix {
	t.Helper()
	var found []finding.Finding
	for _, f := range p.lint(t) {
		if f.Rule == rule {
			found = append(found, f)
		}
	}
	require.Len(t, found, 1)
	if fixes := found[0].Fixes; len(fixes) > 0 && len(fixes[0].Edits) > 0 {
		return &fixes[0]
	}
	return nil
}

// TestClassFixRefused: what is not understood whole keeps its source.
func TestClassFixRefused(t *testing.T) {
	for name, c := range map[string]struct{ rule, source string }{
		"an argument of its own":            {"MW201", "class A:\n    def __init__(self, get_response, limit):\n        self.limit = limit\n\n    def process_request(self, request):\n        pass\n"},
		"another first argument":            {"MW201", "class A:\n    def __init__(self, limit):\n        self.limit = limit\n\n    def process_request(self, request):\n        pass\n"},
		"self.get_response of its own":      {"MW201", "class A:\n    def process_request(self, request):\n        self.get_response = request.path\n"},
		"get_response with another value":   {"MW203", "from django.utils.deprecation import MiddlewareMixin\n\n\nclass A(MiddlewareMixin):\n    def __init__(self, get_response):\n        get_response = None\n\n    def process_request(self, request):\n        pass\n"},
		"a function":                        {"MW201", "def A():\n    def layer(request):\n        return None\n    return layer\n"},
		"a helper that has __init__ itself": {"MW201", "class Helper:\n    def __init__(self):\n        pass\n\n\nclass A(Helper):\n    def process_request(self, request):\n        pass\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := layersIn(c.source, "A")
			require.Nil(t, fixOf(t, p, c.rule))
			p.fix(t, true)
			require.Equal(t, c.source, p.files["app/mw.py"])
		})
	}
}

// TestClassFix: each repair leaves a class without a finding.
func TestClassFix(t *testing.T) {
	const mixin = "from django.utils.deprecation import MiddlewareMixin\n\n\n"
	for name, c := range map[string]struct{ rule, title, source, want string }{
		"an old class": {
			"MW201", "add the base MiddlewareMixin",
			"class A:\n    def process_request(self, request):\n        pass\n",
			mixin + "class A(MiddlewareMixin):\n    def process_request(self, request):\n        pass\n",
		},
		"an old class with __init__": {
			"MW201", "add the base MiddlewareMixin, let __init__ take get_response, call __init__ of the base with get_response",
			"class A(object):\n    def __init__(self):\n        self.limit = 3\n\n    def process_request(self, request):\n        pass\n",
			mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response):\n        super().__init__(get_response)\n        self.limit = 3\n\n    def process_request(self, request):\n        pass\n",
		},
		"no super": {
			"MW203", "call __init__ of the base with get_response",
			mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response):\n        self.limit = 3\n\n    def process_request(self, request):\n        pass\n",
			mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response):\n        super().__init__(get_response)\n        self.limit = 3\n\n    def process_request(self, request):\n        pass\n",
		},
		"super without it": {
			"MW203", "hand get_response to the __init__ of the base",
			mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response=None):\n        super(A, self).__init__()  # why\n\n    def process_request(self, request):\n        pass\n",
			mixin + "class A(MiddlewareMixin):\n    def __init__(self, get_response=None):\n        super(A, self).__init__(get_response)  # why\n\n    def process_request(self, request):\n        pass\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := layersIn(c.source, "A")
			fix := fixOf(t, p, c.rule)
			require.NotNil(t, fix)
			require.Equal(t, c.title, fix.Title)
			require.Equal(t, finding.Safe, fix.Safety)
			p.fix(t, false)
			require.Equal(t, c.want, p.files["app/mw.py"])
			require.Empty(t, p.lint(t))
		})
	}
}

// TestReturnsRefused: where it is not sure which response is meant, nothing is
// edited.
func TestReturnsRefused(t *testing.T) {
	for name, c := range map[string]struct{ rule, source string }{
		"another response":    {"MW205", "def A(get_response):\n    def layer(request):\n        response = get_response(request)\n        response = wrap(response)\n    return layer\n"},
		"two responses":       {"MW205", "def A(get_response):\n    def layer(request):\n        first = get_response(request)\n        second = get_response(request)\n    return layer\n"},
		"not on each path":    {"MW205", "def A(get_response):\n    def layer(request):\n        if request.x:\n            response = get_response(request)\n    return layer\n"},
		"before it is there":  {"MW205", "def A(get_response):\n    def layer(request):\n        if request.x:\n            return\n        response = get_response(request)\n        return response\n    return layer\n"},
		"given away":          {"MW205", "from django.utils.deprecation import MiddlewareMixin\n\n\nclass A(MiddlewareMixin):\n    def process_response(self, request, response):\n        del response\n"},
		"one line":            {"MW205", "from django.utils.deprecation import MiddlewareMixin\n\n\nclass A(MiddlewareMixin):\n    def process_response(self, request, response): pass\n"},
		"two functions":       {"MW208", "def A(get_response):\n    def one(request):\n        return get_response(request)\n\n    def two(request):\n        return get_response(request)\n"},
		"a function it calls": {"MW208", "def A(get_response):\n    def one(request):\n        return get_response(request)\n    one(1)\n"},
		"an argument more":    {"MW208", "def A(get_response):\n    def one(request, more):\n        return get_response(request)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			p := layersIn(c.source, "A")
			require.Nil(t, fixOf(t, p, c.rule))
			p.fix(t, true)
			require.Equal(t, c.source, p.files["app/mw.py"])
		})
	}
}

// TestReturns: each path returns the response afterwards.
func TestReturns(t *testing.T) {
	const mixin = "from django.utils.deprecation import MiddlewareMixin\n\n\nclass A(MiddlewareMixin):\n"
	for name, c := range map[string]struct {
		rule, source, want string
		safety             finding.Safety
	}{
		"the end of a hook": {
			"MW205", mixin + "    def process_response(self, request, response):\n        response['X'] = '1'\n",
			mixin + "    def process_response(self, request, response):\n        response['X'] = '1'\n        return response\n", finding.Safe,
		},
		"a bare return": {
			"MW205", mixin + "    def process_response(self, request, res):\n        if request.x:\n            return  # why\n        return res\n",
			mixin + "    def process_response(self, request, res):\n        if request.x:\n            return res  # why\n        return res\n", finding.Safe,
		},
		"only a docstring and a comment, in a file without a last line end": {
			"MW205", mixin + "    def process_response(self, request, response):\n        \"Nothing.\"\n        # yet",
			mixin + "    def process_response(self, request, response):\n        \"Nothing.\"\n        # yet\n        return response", finding.Safe,
		},
		"pass": {
			"MW205", mixin + "    def process_template_response(self, request, response):\n        pass\n",
			mixin + "    def process_template_response(self, request, response):\n        return response\n", finding.Safe,
		},
		"return None, and another response elsewhere": {
			"MW205", "from django.http import HttpResponse\n" + mixin + "    def process_response(self, request, response):\n        if request.x:\n            return HttpResponse()\n        if request.y:\n            return None\n        return response\n",
			"from django.http import HttpResponse\n" + mixin + "    def process_response(self, request, response):\n        if request.x:\n            return HttpResponse()\n        if request.y:\n            return response\n        return response\n", finding.Unsafe,
		},
		"a call": {
			"MW205", "class A:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        answer = self.get_response(request)\n        answer['X'] = '1'\n",
			"class A:\n    def __init__(self, get_response):\n        self.get_response = get_response\n\n    def __call__(self, request):\n        answer = self.get_response(request)\n        answer['X'] = '1'\n        return answer\n", finding.Safe,
		},
		"a factory": {
			"MW208", "def A(get_response):\r\n\tdef layer(request):\r\n\t\treturn get_response(request)\r\n",
			"def A(get_response):\r\n\tdef layer(request):\r\n\t\treturn get_response(request)\r\n\treturn layer\r\n", finding.Safe,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := layersIn(c.source, "A")
			fix := fixOf(t, p, c.rule)
			require.NotNil(t, fix)
			require.Equal(t, c.safety, fix.Safety)
			require.Equal(t, c.safety == finding.Safe, len(p.fix(t, false)) > 0)
			p.fix(t, true)
			require.Equal(t, c.want, p.files["app/mw.py"])
			require.Empty(t, p.lint(t))
		})
	}
}

// TestClassFixUnsafe: tests that build the class would fail; they are not edited.
func TestClassFixUnsafe(t *testing.T) {
	p := layersIn("class A:\n    def process_request(self, request):\n        pass\n", "A")
	p.files["app/tests.py"] = "from app.mw import A\n\n\ndef test():\n    A().process_request(None)\n"
	require.Equal(t, finding.Unsafe, fixOf(t, p, "MW201").Safety)
	require.Empty(t, p.fix(t, false))
	require.NotEmpty(t, p.fix(t, true))
	require.Empty(t, p.lint(t))
	require.Equal(t, "from app.mw import A\n\n\ndef test():\n    A().process_request(None)\n", p.files["app/tests.py"])
}

// TestClassFixOfBoth: a class that MIDDLEWARE_CLASSES lists as well stays usable
// there.
func TestClassFixOfBoth(t *testing.T) {
	p := layersIn("class A(object):\n    def __init__(self):\n        self.limit = 3\n\n    def process_request(self, request):\n        pass\n", "A")
	p.django = stack.Version{} // any that has both settings
	p.files["settings.py"] += "MIDDLEWARE_CLASSES = MIDDLEWARE\n"
	p.fix(t, false)
	require.Contains(t, p.files["app/mw.py"], "def __init__(self, get_response=None):")
	require.Contains(t, p.files["app/mw.py"], "except ImportError:")
}

// TestClassFixesTogether: classes of one file are repaired in one round, an order
// that was wrong beside them in the next one, and what only a class that can be
// built shows is left to see.
func TestClassFixesTogether(t *testing.T) {
	var source strings.Builder
	var names []string
	for i := range 30 {
		fmt.Fprintf(&source, "class L%d(object):\n    def process_request(self, request):\n        request.x%d = 1\n\n\n", i, i)
		names = append(names, fmt.Sprintf("L%d", i))
	}
	source.WriteString("class User(object):\n    def process_request(self, request):\n        request.name = request.user.username\n")
	p := layersIn(source.String(), append(names, "User")...)
	chosen, changes, refused := lint.Choose(p.lint(t), p.read, lint.Choice{})
	require.Len(t, chosen, 31)
	require.Len(t, changes, 1)
	require.Empty(t, refused)
	text := string(changes[0].After)
	require.Equal(t, 31, strings.Count(text, "(MiddlewareMixin)"))
	require.Equal(t, 1, strings.Count(text, "import MiddlewareMixin"))
	p.fix(t, false)
	require.Equal(t, text, p.files["app/mw.py"])
}

// TestClassFixBringsToLight: what the hooks of a class do wrong does not keep it
// from being repaired; what was hidden is reported, and repaired in its turn.
func TestClassFixBringsToLight(t *testing.T) {
	p := layersIn("class A:\n    def process_response(self, request, response):\n        if request.x:\n            return\n        return response\n", "A")
	require.Equal(t, []string{"add the base MiddlewareMixin", "return response"}, p.fix(t, false))
	require.Empty(t, p.lint(t))
}

// TestClassFixBounds: a list of classes that no person wrote is repaired in
// bounded time, the first of them at once.
func TestClassFixBounds(t *testing.T) {
	var source strings.Builder
	var names []string
	for i := range 120 {
		fmt.Fprintf(&source, "class L%d(object):\n    def process_request(self, request):\n        pass\n\n\n", i)
		names = append(names, fmt.Sprintf("L%d", i))
	}
	p := layersIn(source.String(), names...)
	found := p.lint(t)
	require.Len(t, found, 120)
	fixes := 0
	for _, f := range found {
		if len(f.Fixes) > 0 && len(f.Fixes[0].Edits) > 0 {
			fixes++
		}
	}
	require.Equal(t, 50, fixes)
	p.fix(t, false)
	require.Empty(t, p.lint(t))
}
