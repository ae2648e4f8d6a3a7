package classes_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/migrate/classes"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// buildOld builds the classes of modules as Django 1.8 does, without an argument
// and without MiddlewareMixin, before and after a rewriting.
const buildOld = `
import json, sys, types
def module(name, **names):
    m = types.ModuleType(name)
    m.__dict__.update(names)
    sys.modules[name] = m
for name in ("django", "django.utils", "app", "app.helpers", "app.models"):
    module(name, __path__=[])
sys.modules["app"].models = sys.modules["app.models"]
module("django.conf", settings=None)
module("django.http", HttpResponse=object)
module("django.utils.text", slugify=None)
module("django.utils.deprecation", RenameMethodsBase=type)
def build(text, names):
    space = {"__name__": "app.mw", "__package__": "app"}
    exec(compile(text.encode("utf-8"), "mw.py", "exec"), space)
    built = []
    for name in names:
        try:
            space[name]()
        except TypeError:
            continue
        built.append(name)
    return built
built = 0
for case in json.load(sys.stdin):
    try:
        before = build(case["before"], case["names"])
    except ImportError:
        continue
    after = build(case["after"], case["names"])
    lost = [name for name in before if name not in after]
    if lost:
        sys.exit("%s cannot be built any more\n%s\nbecame\n%s" % (lost, case["before"], case["after"]))
    built += len(after)
print(built)
`

// TestKeepOldBuilds: with KeepOld a class that Django 1.8 could build can be built
// there afterwards.
func TestKeepOldBuilds(t *testing.T) {
	type module struct {
		Before string   `json:"before"`
		After  string   `json:"after"`
		Names  []string `json:"names"`
	}
	type drawn struct {
		text  string
		paths []string
	}
	modules := rapid.Custom(func(t *rapid.T) drawn {
		text, paths := drawModule(t)
		return drawn{text, paths}
	})
	var all []module
	for i := range 400 {
		m := modules.Example(i)
		files := map[string]string{"app/__init__.py": "", "app/mw.py": m.text, "app/helpers.py": "", "app/models.py": ""}
		after, _ := rewrite(t, files, m.paths, classes.Options{KeepOld: true, From: stack.Version{Major: 1, Minor: 8}, To: stack.Version{Major: 2, Minor: 2}})
		one := module{Before: m.text, After: after["app/mw.py"]}
		for _, path := range m.paths {
			one.Names = append(one.Names, path[len("app.mw."):])
		}
		all = append(all, one)
	}
	python, _ := testenv.Python3(t)
	input, err := json.Marshal(all)
	require.NoError(t, err)
	cmd := exec.Command(python, "-S", "-c", buildOld)
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var built int
	require.NoError(t, json.Unmarshal(out, &built))
	require.Greater(t, built, 300)
	t.Logf("%d classes built in %d modules", built, len(all))
}
