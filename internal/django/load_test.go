package django_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
)

const someSettings = "SECRET_KEY = 'x'\nDEBUG = False\nROOT_URLCONF = 'urls'\nMIDDLEWARE = ['a.B']\n"

// faulty lets some names fail as a file system would.
type faulty struct {
	django.FS
	fail map[string]error
}

func (f faulty) ReadFile(name string, limit int64) ([]byte, error) {
	if err := f.fail[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f.FS.ReadFile(name, limit)
}

func (f faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.fail[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f.FS.ReadDir(name)
}

func loadFiles(files django.Files, opts django.Options) string {
	return describe(django.Load(context.Background(), files, opts))
}

func TestLoadBadFiles(t *testing.T) {
	tree := fstest.MapFS{
		"good/settings.py":    {Data: []byte(someSettings)},
		"secret/settings.py":  {Data: []byte(someSettings)},
		"locked/settings.py":  {Data: []byte(someSettings)},
		"binary/settings.py":  {Data: []byte("MIDDLEWARE = []\x00\x01\x02")},
		"large/settings.py":   {Data: []byte(someSettings + strings.Repeat("# padding\n", 200))},
		"device/settings.py":  {Data: []byte(someSettings), Mode: fs.ModeDevice},
		"folder/settings.py/": {Mode: fs.ModeDir | 0o755},
		"wide/settings.py":    {Data: []byte("\xff\xfeM\x00I\x00")},
	}
	files := faulty{django.FS{FS: tree}, map[string]error{
		"secret/settings.py": fs.ErrPermission,
		"locked":             fs.ErrPermission,
	}}
	got := loadFiles(files, django.Options{Limits: django.DiscoverLimits{FileSize: 1000}})
	want := `settings good/settings.py settings: assigns MIDDLEWARE and 3 other settings
  settings:MIDDLEWARE: 1 entries
note binary/settings.py: binary file: not Python source
note large/settings.py: cannot read: file is too large
note locked: cannot read directory: permission denied
note secret/settings.py: cannot read: permission denied
`
	require.Empty(t, cmp.Diff(want, got))

	for path, want := range map[string]string{
		"secret/settings.py": "permission denied",
		"large/settings.py":  "file is too large",
		"device/settings.py": "not a regular file",
		"binary/settings.py": "no settings module found",
		"nowhere":            "file does not exist",
		"wide/settings.py":   "nothing to check",
	} {
		_, err := django.Load(context.Background(), files, django.Options{Paths: []string{path}, Limits: django.DiscoverLimits{FileSize: 1000}})
		require.ErrorIs(t, err, django.ErrNothing, path)
		require.ErrorContains(t, err, want, path)
	}
	_, err := django.Load(context.Background(), files, django.Options{Paths: []string{"nowhere"}})
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestLoadLimits(t *testing.T) {
	t.Run("files", func(t *testing.T) {
		tree := fstest.MapFS{"settings.py": {Data: []byte(someSettings)}, "z/settings.py": {Data: []byte(someSettings)}}
		for i := range 100 {
			tree[fmt.Sprintf("data/%03d.txt", i)] = &fstest.MapFile{}
		}
		got := loadFiles(django.FS{FS: tree}, django.Options{Limits: django.DiscoverLimits{Files: 50}})
		require.Contains(t, got, "note data: stopped after 50 files; what lies behind is not checked\n")
		require.Equal(t, 1, strings.Count(got, "stopped after"))
	})
	t.Run("depth", func(t *testing.T) {
		tree := fstest.MapFS{"settings.py": {Data: []byte(someSettings)}, strings.Repeat("d/", 500) + "settings.py": {Data: []byte(someSettings)}}
		got := loadFiles(django.FS{FS: tree}, django.Options{Limits: django.DiscoverLimits{Depth: 5}})
		require.Contains(t, got, "note d/d/d/d/d/d: directory lies more than 5 levels deep; not checked\n")
		require.Equal(t, 1, strings.Count(got, "settings:MIDDLEWARE"))
	})
	t.Run("modules", func(t *testing.T) {
		tree := fstest.MapFS{"settings.py": {Data: []byte(someSettings)}}
		for i := range 30 {
			tree[fmt.Sprintf("settings_%02d.py", i)] = &fstest.MapFile{Data: []byte(someSettings)}
		}
		got := loadFiles(django.FS{FS: tree}, django.Options{Limits: django.DiscoverLimits{Modules: 10}})
		require.Equal(t, 10, strings.Count(got, ":MIDDLEWARE: 1 entries"))
		require.Contains(t, got, "note settings_29.py: too many modules: not read\n")
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := django.Load(ctx, django.FS{FS: fstest.MapFS{"settings.py": {Data: []byte(someSettings)}}}, django.Options{})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, django.ErrNothing)
	})
}

// A chain of modules as long as Python itself would refuse it is followed or
// said to be cut, and ends.
func TestLoadLongChain(t *testing.T) {
	tree := fstest.MapFS{"s0_settings.py": {Data: []byte(someSettings)}}
	const length = 2000
	for i := 1; i <= length; i++ {
		tree[fmt.Sprintf("s%d_settings.py", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "from s%d_settings import *\n", i-1)}
	}
	p, err := django.Load(context.Background(), django.FS{FS: tree}, django.Options{Paths: []string{fmt.Sprintf("s%d_settings.py", length)}})
	if err == nil {
		require.Len(t, p.Settings, 1)
		return
	}
	require.ErrorIs(t, err, django.ErrNothing)
	require.NotEmpty(t, p.Notes, "what was cut off is said")
}

// The same input gives the same output at any parallelism.
func TestLoadIsDeterministic(t *testing.T) {
	tree := fstest.MapFS{"manage.py": {Data: []byte("import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'p3.settings'\n")}}
	for i := range 40 {
		dir := fmt.Sprintf("p%d/", i)
		tree[dir+"__init__.py"] = &fstest.MapFile{}
		tree[dir+"base_settings.py"] = &fstest.MapFile{Data: []byte(someSettings)}
		tree[dir+"settings.py"] = &fstest.MapFile{Data: []byte("from .base_settings import *\nif DEBUG_X:\n    MIDDLEWARE = 5\n")}
		tree[dir+"parts/settings.py"] = &fstest.MapFile{Data: []byte("from split_settings.tools import include\nDEBUG = True\ninclude('a_settings.py', 'b_settings.py')\n")}
		tree[dir+"parts/a_settings.py"] = &fstest.MapFile{Data: []byte(someSettings)}
		tree[dir+"parts/b_settings.py"] = &fstest.MapFile{Data: []byte("MIDDLEWARE += ['c.D']\n")}
		tree[dir+"urls.py"] = &fstest.MapFile{Data: []byte("from django.urls import path\n")}
		tree[dir+"requirements.txt"] = &fstest.MapFile{Data: fmt.Appendf(nil, "Django==4.%d\n", i%3)}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	first := loadFiles(django.FS{FS: tree}, django.Options{})
	require.Contains(t, first, "p39.settings")
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		require.Empty(t, cmp.Diff(first, loadFiles(django.FS{FS: tree}, django.Options{})))
	}
}

func TestProjectAccess(t *testing.T) {
	tree := fstest.MapFS{
		"settings.py":       {Data: []byte("import os\nDEBUG = False\nSECRET_KEY = ROOT_URLCONF = 'x'\nINSTALLED_APPS = ['a']\nMIDDLEWARE = ['a.B']\nif os.environ.get('X'):\n    INSTALLED_APPS = ['b']\n")},
		"tests/settings.py": {Data: []byte(someSettings)},
	}
	p, err := django.Load(context.Background(), django.FS{FS: tree}, django.Options{})
	require.NoError(t, err)
	require.Len(t, p.Settings, 2)
	require.Len(t, p.Stacks, 2)
	checked := p.Checked()
	require.Len(t, checked, 1)
	m := p.Of(checked[0].ID)
	require.NotNil(t, m)
	require.Equal(t, "settings.py", m.File)
	require.Nil(t, p.Of("nothing:MIDDLEWARE"))

	v, ok := m.Setting(checked[0].ID, "DEBUG")
	require.True(t, ok)
	require.Equal(t, django.KindBool, v.Kind)
	v, ok = m.Setting(checked[0].ID, "INSTALLED_APPS")
	require.True(t, ok)
	require.False(t, v.Known(), "two variants share the stack and disagree on the setting")
	_, ok = m.Setting(checked[0].ID, "SESSION_ENGINE")
	require.False(t, ok)
	_, ok = m.Setting("nothing", "DEBUG")
	require.False(t, ok)

	p, err = django.Load(context.Background(), django.FS{FS: tree}, django.Options{CheckedOnly: true})
	require.NoError(t, err)
	require.Len(t, p.Settings, 2, "what is not checked is listed all the same")
	require.Len(t, p.Stacks, 1)
	require.Equal(t, checked, p.Stacks)
}

// FuzzLoad puts the same bytes into every kind of file that is read: nothing
// may panic or hang, and every place reported must lie in its file.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(someSettings))
	f.Add([]byte("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom .x import *\nMIDDLEWARE += X\n"))
	f.Add([]byte("[project]\ndependencies = ['django>=4.2,<5']\n[tool.poetry.dependencies]\ndjango = '^4'\n"))
	f.Add([]byte("*\n!shop\n/shop/**/x\n[a-\n\\"))
	f.Add([]byte("-r requirements.txt\n-r ../../x\nDjango==4.2 # \xff\n"))
	f.Add([]byte("class A(Configuration):\n    MIDDLEWARE = ['x']\nclass B(A): pass\nsettings.configure(MIDDLEWARE=[1], **A)\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := &fstest.MapFile{Data: data}
		tree := fstest.MapFS{"manage.py": {Data: []byte("import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n")}}
		for _, name := range []string{"shop/settings.py", "shop/x.py", "shop/wsgi.py", "pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "tox.ini", "Pipfile", "Pipfile.lock", "poetry.lock", ".env", "Dockerfile", "run.sh", "docs/.gitignore"} {
			tree[name] = file
		}
		p, err := django.Load(context.Background(), django.FS{FS: tree}, django.Options{Eval: django.Limits{Steps: 20_000}})
		if err != nil && !errors.Is(err, django.ErrNothing) {
			t.Fatal(err)
		}
		for _, n := range p.Notes {
			if f := tree[n.Span.File]; f != nil && (n.Span.Start < 0 || n.Span.Start > n.Span.End || n.Span.End > len(f.Data)) {
				t.Fatalf("note %v lies outside of its file", n)
			}
		}
		for _, m := range p.Settings {
			for _, s := range m.Stacks {
				for _, e := range s.Entries {
					_, _ = m.Resolve(e.Path), m.Bases(e.Path)
				}
			}
		}
	})
}
