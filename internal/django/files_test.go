package django

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNames(t *testing.T) {
	tests := []struct{ workDir, name, abs, show, access string }{
		{"/home/u/p", ".", "/home/u/p", ".", "/home/u/p"},
		{"/home/u/p", "a/b.py", "/home/u/p/a/b.py", "a/b.py", "/home/u/p/a/b.py"},
		{"/home/u/p", "./a//b.py", "/home/u/p/a/b.py", "a/b.py", "/home/u/p/a/b.py"},
		{"/home/u/p", "..", "/home/u", "..", "/home/u"},
		{"/home/u/p", "../q/x.py", "/home/u/q/x.py", "../q/x.py", "/home/u/q/x.py"},
		{"/home/u/p", "/etc/x.py", "/etc/x.py", "../../../etc/x.py", "/etc/x.py"},
		{"/home/u/p", "/home/u/pp/x.py", "/home/u/pp/x.py", "../pp/x.py", "/home/u/pp/x.py"},
		{"/", "etc", "/etc", "etc", "/etc"},
		{"", ".", "/", ".", "."},
		{"", "a/b.py", "/a/b.py", "a/b.py", "a/b.py"},
		{"", "../../a", "/a", "a", "a"},
		{"C:/p", "a.py", "C:/p/a.py", "a.py", "C:/p/a.py"},
		{"C:/p", "D:/x/a.py", "D:/x/a.py", "D:/x/a.py", "D:/x/a.py"},
	}
	for _, tt := range tests {
		n := names{tt.workDir}
		require.Equal(t, tt.abs, n.abs(tt.name), "%+v", tt)
		require.Equal(t, tt.show, n.show(tt.abs), "%+v", tt)
		require.Equal(t, tt.access, n.access(tt.abs), "%+v", tt)
		require.Equal(t, tt.abs, n.abs(n.show(tt.abs)), "what is shown leads back: %+v", tt)
	}
}

func TestNamesRoundTrip(t *testing.T) {
	element := rapid.SampledFrom([]string{"a", "b", "ab", "c.py"})
	rapid.Check(t, func(t *rapid.T) {
		dir := "/" + strings.Join(rapid.SliceOfN(element, 0, 4).Draw(t, "dir"), "/")
		name := "/" + strings.Join(rapid.SliceOfN(element, 0, 5).Draw(t, "name"), "/")
		n := names{dir}
		if got := n.abs(n.show(name)); got != name {
			t.Fatalf("%s seen from %s is %s, which leads to %s", name, dir, n.show(name), got)
		}
		if within(dir, name) != !strings.HasPrefix(n.show(name), "..") {
			t.Fatalf("%s within %s: %v, shown as %s", name, dir, within(dir, name), n.show(name))
		}
	})
}

func TestWithin(t *testing.T) {
	require.True(t, within("/a", "/a"))
	require.True(t, within("/a", "/a/b"))
	require.False(t, within("/a", "/ab"))
	require.False(t, within("/a/b", "/a"))
	require.True(t, within("/", "/a"))
	require.Equal(t, "b/c", relTo("/a", "/a/b/c"))
	require.Equal(t, "a", relTo("/", "/a"))
	require.Equal(t, "", relTo("/a", "/a"))
}

func TestLocate(t *testing.T) {
	tree := fstest.MapFS{}
	for _, name := range []string{
		"pkg/__init__.py", "pkg/mod.py", "pkg/sub/deep.py", "pkg/both.py", "pkg/both/__init__.py",
		"plain.py", "ext.cpython-311-x86_64-linux-gnu.so", "ext_other.txt", "space/a/b.py", "static/css/x.css",
		"old.pyc", "comp/__init__.pyc", "comp/x.py",
	} {
		tree[name] = &fstest.MapFile{}
	}
	tr := newTree(FS{tree}, "", DiscoverLimits{})
	tests := []struct {
		dotted string
		kind   moduleKind
		file   string
	}{
		{"pkg", modulePackage, "/pkg/__init__.py"},
		{"pkg.mod", modulePlain, "/pkg/mod.py"},
		{"pkg.both", modulePackage, "/pkg/both/__init__.py"},
		{"pkg.sub", moduleNamespace, ""},
		{"pkg.sub.deep", modulePlain, "/pkg/sub/deep.py"},
		{"pkg.mod.inner", moduleAbsent, ""},
		{"pkg.absent", moduleAbsent, ""},
		{"plain", modulePlain, "/plain.py"},
		{"ext", moduleCompiled, ""},
		{"ext_other", moduleAbsent, ""},
		{"old", moduleCompiled, ""},
		{"comp", moduleCompiled, ""},
		{"comp.x", moduleAbsent, ""},
		{"space", moduleNamespace, ""},
		{"space.a.b", modulePlain, "/space/a/b.py"},
		{"static", moduleAbsent, ""},
		{"", moduleAbsent, ""},
		{"pkg.", moduleAbsent, ""},
		{"..pkg", moduleAbsent, ""},
		{"pkg/mod", moduleAbsent, ""},
	}
	for _, tt := range tests {
		at := tr.locate("/", tt.dotted)
		require.Equal(t, tt.kind, at.kind, "%q", tt.dotted)
		require.Equal(t, tt.file, at.file, "%q", tt.dotted)
	}
}

func TestClassify(t *testing.T) {
	tests := map[string]fileKind{
		"/p/settings.py": pythonFile, "/p/setup.py": pythonFile | versionFile, "/p/app.wsgi": pythonFile,
		"/p/manage": scriptFile, "/p/requirements.txt": versionFile, "/p/requirements-dev.txt": versionFile,
		"/p/requirements/base.txt": versionFile, "/p/requirements/base.in": versionFile, "/p/notes.txt": 0,
		"/p/x.egg-info/requires.txt": versionFile, "/p/x.egg-info/PKG-INFO": versionFile, "/p/PKG-INFO": scriptFile,
		"/p/x.dist-info/METADATA": versionFile, "/p/pyproject.toml": namingFile | versionFile, "/p/other.toml": 0,
		"/p/poetry.lock": versionFile, "/p/yarn.lock": 0, "/p/Pipfile": versionFile, "/p/Pipfile.lock": versionFile,
		"/p/.env": namingFile, "/p/.env.prod": namingFile, "/p/Dockerfile": namingFile, "/p/Dockerfile.dev": namingFile,
		"/p/docker-compose.prod.yml": namingFile, "/p/data.yml": 0, "/p/.github/workflows/ci.yaml": namingFile,
		"/p/Makefile": namingFile, "/p/Procfile": namingFile, "/p/start.sh": namingFile, "/p/x.html": 0, "/p/x.pyc": 0, "/p/x.json": 0,
	}
	for name, want := range tests {
		i := strings.LastIndexByte(name, '/')
		require.Equal(t, want, classify(name[:i], name[i+1:]), name)
	}
}
