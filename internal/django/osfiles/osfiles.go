// Package osfiles gives internal/django access to the files of the machine. It
// is a package of its own because the core must build without package os.
package osfiles

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
)

// Files reads the machine's files; the zero value takes names relative to the
// process's working directory.
type Files struct {
	// Dir is the directory that relative names start from, in the form of the
	// operating system; "" is the working directory.
	Dir string
}

var _ django.Files = Files{}

func (f Files) path(name string) string {
	p := filepath.FromSlash(name)
	if f.Dir == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(f.Dir, p)
}

// WorkDir is the absolute "/"-separated directory that names are relative to,
// for django.Options.
func (f Files) WorkDir() (string, error) {
	dir, err := filepath.Abs(f.path("."))
	if err != nil {
		return "", err
	}
	return filepath.ToSlash(dir), nil
}

// Name turns a path as a user writes it into a name: "/"-separated and cleaned.
func Name(p string) string { return path.Clean(filepath.ToSlash(p)) }

// ReadDir lists a directory, sorted by name.
func (f Files) ReadDir(name string) ([]fs.DirEntry, error) {
	d, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// Stat describes what a name leads to.
func (f Files) Stat(name string) (fs.FileInfo, error) { return os.Stat(f.path(name)) }

// ReadLink gives a symbolic link's target, "/"-separated.
func (f Files) ReadLink(name string) (string, error) {
	target, err := os.Readlink(f.path(name))
	return filepath.ToSlash(target), err
}

// ReadFile reads a regular file of at most limit bytes.
func (f Files) ReadFile(name string, limit int64) ([]byte, error) {
	p := f.path(name)
	// A pipe blocks on opening, so that it must be known before.
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return django.ReadRegular(name, info, strings.NewReader(""), limit)
	}
	file, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return django.ReadRegular(name, info, file, limit)
}
