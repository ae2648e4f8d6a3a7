package django

import (
	"context"
	"path"
)

// Listed is a regular file below the paths that ListFiles was given.
type Listed struct {
	File string // relative to the working directory, behind links
	// Python says that it is Python source by its name, Script that it is if its
	// first line says so.
	Python, Script bool
}

// ListFiles names the files that Load would look at, and all others beside them, in
// the order of the walk. Of a file given it lists the project that it belongs
// to. It reads no file but .gitignore, and fails with the context's error only.
func ListFiles(ctx context.Context, files Files, opts Options) ([]Listed, []Skipped, error) {
	t := newTree(files, opts.WorkDir, opts.Limits)
	dirs, given, _ := t.paths(opts.Paths)
	t.tops = around(t, append(dirs[:len(dirs):len(dirs)], given...))
	t.asked = dirs
	var out []Listed
	seen := map[string]bool{}
	add := func(name string, kind fileKind) {
		if real, ok := t.file(path.Dir(name), path.Base(name)); ok && !seen[real] {
			seen[real] = true
			out = append(out, Listed{File: t.show(real), Python: kind&pythonFile != 0, Script: kind == scriptFile})
		}
	}
	w := &walker{t: t, emit: add, every: true}
	for _, top := range append(dirs[:len(dirs):len(dirs)], scopes(t, given)...) {
		if err := w.walk(ctx, top); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range given {
		add(name, pythonFile)
	}
	for i := range w.skipped {
		w.skipped[i].Path = t.show(w.skipped[i].Path)
	}
	return out, w.skipped, nil
}

// IsPythonScript says whether the first line of a file names a Python
// interpreter.
func IsPythonScript(data []byte) bool { return isPythonScript(data) }
