package django

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// source is a file that the scan has read.
type source struct {
	name  string // absolute
	real  string // what name leads to behind links
	kind  fileKind
	marks mark
	data  []byte   // nil where nothing in it matters
	stars []string // modules of star imports as written, with their dots
	hints []versionHint
	err   error
}

// mark says what a file's bytes hold, so that most files need not be parsed.
type mark uint8

const (
	markMiddleware mark = 1 << iota // MIDDLEWARE or MIDDLEWARE_CLASSES
	markNaming                      // names a settings module for something
	markConfigure                   // settings.configure(
	markStar                        // a star import
	markInclude                     // split_settings, execfile, exec(open(
)

var (
	needleMiddleware = []byte("MIDDLEWARE")
	needleNaming     = []byte("DJANGO_SETTINGS_MODULE")
	needleManager    = []byte("execute_manager")
	needleSettings   = []byte("--settings")
	needleDS         = []byte("--ds")
	needleStubs      = []byte("django_settings_module")
	needleConfigure  = []byte("settings.configure(")
	needleStar       = []byte("import *")
	needleSplit      = []byte("split_settings")
	needleExecfile   = []byte("execfile(")
	needleExec       = []byte("exec(")
)

// scriptSize bounds files without an extension: programs are small, what is
// larger is data.
const scriptSize = 256 << 10

// scan walks the directories and reads what may matter. The result is in the
// order of the walk, at any parallelism.
func scan(ctx context.Context, t *tree, tops []string) ([]*source, []Skipped, error) {
	jobs := make(chan *source, 256)
	var wg sync.WaitGroup
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for s := range jobs {
				s.load(t)
			}
		})
	}
	var all []*source
	seen := map[string]bool{}
	w := &walker{t: t, emit: func(name string, kind fileKind) {
		if seen[name] {
			return
		}
		seen[name] = true
		s := &source{name: name, kind: kind}
		all = append(all, s)
		jobs <- s
	}}
	var err error
	for _, top := range tops {
		if err = w.walk(ctx, top); err != nil {
			break
		}
	}
	close(jobs)
	wg.Wait()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range all {
		if s.err != nil && t.wanted(s.name) {
			t.note(s.name, "cannot read: "+errText(s.err))
		}
	}
	return all, w.skipped, nil
}

// load reads a file and keeps what matters of it.
func (s *source) load(t *tree) {
	s.real = s.name
	if dir, ok := parentDir(s.name); ok {
		if target, ok := t.file(dir, s.name[strings.LastIndexByte(s.name, '/')+1:]); ok {
			s.real = target
		}
	}
	limit := t.limits.FileSize
	if s.kind == scriptFile {
		limit = min(limit, scriptSize)
	}
	data, err := t.files.ReadFile(t.access(s.real), limit)
	if err != nil {
		switch {
		case s.kind == scriptFile && (errors.Is(err, ErrTooLarge) || errors.Is(err, fs.ErrPermission)):
		case errors.Is(err, ErrNotRegular):
		default:
			s.err = err
		}
		return
	}
	if s.kind == scriptFile {
		if !isPythonScript(data) {
			return
		}
		s.kind = pythonFile
	}
	s.examine(data)
}

// isPythonScript says whether a first line names a Python interpreter.
func isPythonScript(data []byte) bool {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.Contains(line, []byte("python"))
}

func (s *source) examine(data []byte) {
	if s.kind&pythonFile != 0 {
		s.examinePython(data)
	}
	if s.kind&(pythonFile|namingFile) != 0 &&
		(bytes.Contains(data, needleNaming) || strings.HasSuffix(s.name, "/manage.py") && bytes.Contains(data, needleManager) ||
			s.kind&namingFile != 0 && (bytes.Contains(data, needleSettings) || bytes.Contains(data, needleDS) || bytes.Contains(data, needleStubs))) {
		s.marks |= markNaming
	}
	if s.marks != 0 || s.kind&versionFile != 0 && tellsVersion(s.name, data) {
		s.data = data
	}
}

// tellsVersion says that a file may speak of Django's release or pin packages.
// The metadata of installed packages are many, and their names say enough.
func tellsVersion(name string, data []byte) bool {
	return !strings.HasSuffix(name, "-info/METADATA") && !strings.HasSuffix(name, "-info/PKG-INFO") ||
		bytes.Contains(data, []byte("jango")) || bytes.Contains(data, []byte("JANGO"))
}

func (s *source) examinePython(data []byte) {
	if bytes.Contains(data, needleMiddleware) {
		s.marks |= markMiddleware
	}
	if bytes.Contains(data, needleConfigure) {
		s.marks |= markConfigure
	}
	if bytes.Contains(data, needleStar) {
		s.marks |= markStar
		s.stars = starModules(data)
	}
	// Every search reads the whole file: these are worth it in few files only.
	settings := settingsPath(s.name)
	if settings && (bytes.Contains(data, needleSplit) || bytes.Contains(data, needleExecfile) || bytes.Contains(data, needleExec)) {
		s.marks |= markInclude
	}
	s.hints = versionHints(data, settings)
}

// starModules lists the modules of "from X import *" lines, as text alone tells
// them; what a string or comment pretends is sorted out by the parser later.
func starModules(data []byte) []string {
	var out []string
	for rest := data; ; {
		i := bytes.Index(rest, needleStar)
		if i < 0 {
			return out
		}
		line := rest[bytes.LastIndexByte(rest[:i], '\n')+1 : i]
		rest = rest[i+len(needleStar):]
		fields := strings.Fields(string(line))
		if n := len(fields); n >= 2 && fields[n-2] == "from" {
			out = append(out, fields[n-1])
		}
	}
}

// isText says that bytes are no binary file's: no NUL near the start.
func isText(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), 8000)], 0) < 0
}

// pythonSources keeps the Python files of a scan.
func pythonSources(all []*source) []*source {
	return slices.DeleteFunc(slices.Clone(all), func(s *source) bool { return s.kind&pythonFile == 0 || s.err != nil })
}
