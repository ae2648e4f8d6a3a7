// Package testenv finds what tests need beside Go: the corpus of real projects
// that scripts/corpus.sh brings, Pythons, and a Django to import. Where something
// is absent the test is skipped, with the reason; REQUIRE_CORPUS=1,
// REQUIRE_PYTHON=1 and REQUIRE_PYTHON27=1 make it fail instead.
package testenv

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Names of the variables that forbid to skip.
const (
	RequireCorpus   = "REQUIRE_CORPUS"
	RequirePython   = "REQUIRE_PYTHON"
	RequirePython27 = "REQUIRE_PYTHON27"
)

// site is where Debian's packages have their Python modules.
const site = "usr/lib/python3/dist-packages"

// Required says that a variable forbids to skip.
func Required(variable string) bool { return os.Getenv(variable) == "1" }

// Absent ends a test for want of something: it is skipped, or fails where the
// variable says that the thing has to be there.
func Absent(t testing.TB, variable, why string) {
	t.Helper()
	if Required(variable) {
		t.Fatalf("%s=1: %s", variable, why)
	}
	t.Skip(why)
}

// Root is the absolute directory of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod at or above the test")
		}
		dir = up
	}
}

// Corpus is the absolute directory of an unpacked package.
func Corpus(t testing.TB, pkg string) string {
	t.Helper()
	dir := filepath.Join(Root(t), ".corpus", pkg)
	if _, err := os.Stat(dir); err != nil {
		Absent(t, RequireCorpus, pkg+" is not in .corpus: scripts/corpus.sh brings it")
	}
	return dir
}

// Site is the absolute directory of an unpacked package's Python modules.
func Site(t testing.TB, pkg string) string {
	t.Helper()
	return filepath.Join(Corpus(t, pkg), filepath.FromSlash(site))
}

// CorpusGlob lists the absolute paths in the corpus that match a pattern, at
// least one.
func CorpusGlob(t testing.TB, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(Root(t), ".corpus", filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		Absent(t, RequireCorpus, "nothing in .corpus matches "+pattern+": scripts/corpus.sh brings it")
	}
	return found
}

// Python3 is a CPython 3, PYTHON3 or the one on the path, and its minor version.
func Python3(t testing.TB) (python string, minor int) {
	t.Helper()
	if python = os.Getenv("PYTHON3"); python == "" {
		python = "python3"
	}
	out, err := exec.Command(python, "-c", "import sys; print(sys.version_info[1])").Output()
	if err != nil {
		Absent(t, RequirePython, "no python3: "+err.Error())
	}
	if minor, err = strconv.Atoi(string(bytes.TrimSpace(out))); err != nil {
		t.Fatal(err)
	}
	return python, minor
}

// Python2 is a CPython 2.7: PYTHON27, the one on the path, or one of pyenv's.
func Python2(t testing.TB) string {
	t.Helper()
	candidates := []string{os.Getenv("PYTHON27"), "python2.7"}
	if home, err := os.UserHomeDir(); err == nil {
		found, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/2.7*/bin/python2.7")) // the pattern is well formed
		candidates = append(candidates, found...)
	}
	for _, c := range candidates {
		if c != "" && exec.Command(c, "-c", "print 1").Run() == nil {
			return c
		}
	}
	Absent(t, RequirePython27, "no python2.7")
	return ""
}

// Django is a python3 and the value of PYTHONPATH with which it imports Django
// 3.2: what MWCHECK_DJANGO_PATH names, and then the corpus.
func Django(t testing.TB) (python, pythonPath string) {
	t.Helper()
	python, _ = Python3(t)
	var path []string
	if own := os.Getenv("MWCHECK_DJANGO_PATH"); own != "" {
		path = append(path, own)
	}
	for _, pkg := range []string{"python3-django", "python3-asgiref", "python3-sqlparse", "python3-tz"} {
		path = append(path, filepath.Join(Root(t), ".corpus", pkg, filepath.FromSlash(site)))
	}
	pythonPath = strings.Join(path, string(filepath.ListSeparator))
	probe := exec.Command(python, "-c", "import django, asgiref; print('%d.%d' % django.VERSION[:2])")
	probe.Env = append(os.Environ(), "PYTHONPATH="+pythonPath, "PYTHONDONTWRITEBYTECODE=1")
	out, err := probe.Output()
	if err != nil {
		Absent(t, RequireCorpus, "no Django to import: scripts/corpus.sh brings it")
	}
	if v := string(bytes.TrimSpace(out)); v != "3.2" {
		Absent(t, RequireCorpus, "the Django at hand is "+v+", not the pinned 3.2")
	}
	return python, pythonPath
}
