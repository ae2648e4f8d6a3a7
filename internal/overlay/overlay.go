// Package overlay lets the reader of Django projects see files as they would be
// after some edits, before anything is written.
package overlay

import (
	"maps"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
)

// maxFile is the most that Read reads of one file, in bytes, as django.Load does.
const maxFile = 16 << 20

// Files is a file system with some texts replaced. It is never changed, so that
// it is as safe for concurrent use as the Files below it.
type Files struct {
	django.Files
	names django.Names
	texts map[string][]byte // by the name that Files takes
}

// New replaces nothing yet. workDir is the directory that shown names are
// relative to, as in django.Options.
func New(files django.Files, workDir string) *Files {
	return &Files{Files: files, names: django.Names{WorkDir: workDir}, texts: map[string][]byte{}}
}

// With is the file system after some more changes.
func (f *Files) With(changes []edit.Change) *Files {
	next := &Files{Files: f.Files, names: f.names, texts: maps.Clone(f.texts)}
	for _, c := range changes {
		next.texts[next.access(c.File)] = c.After
	}
	return next
}

// ReadFile gives the text of the last change.
func (f *Files) ReadFile(name string, limit int64) ([]byte, error) {
	if text, ok := f.texts[name]; ok {
		return text, nil
	}
	return f.Files.ReadFile(name, limit)
}

// Read gives the text of a file by the name that positions and changes carry.
func (f *Files) Read(shown string) ([]byte, error) { return f.ReadFile(f.access(shown), maxFile) }

func (f *Files) access(shown string) string { return f.names.Access(f.names.Abs(shown)) }
