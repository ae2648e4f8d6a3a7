// Package oswrite writes the changes of package edit to disk, all of them or
// none. It is a package of its own because the core must build without package
// os.
package oswrite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mwcheck/mwcheck/internal/edit"
)

// ErrChanged is part of the error about a file that is no longer as it was read.
var ErrChanged = errors.New("the file has changed since it was read")

// Write replaces the files of changes. Their names are "/"-separated and
// relative to dir, in the form of the operating system; "" is the working
// directory. First all new texts are written to temporary files beside their
// targets and synced, with the mode (and, where allowed, the owner) of the
// original; then every file is compared with Before; then they are renamed into
// place. Where a name is a symbolic link the file it leads to is replaced.
//
// On an error nothing has changed: what was renamed before is put back. Only if
// that fails too, the error names the files that hold their new text. A file
// that is not regular, that may not be written, or that two of the names lead
// to, is an error.
func Write(dir string, changes []edit.Change) error {
	return write(osSystem{}, dir, changes)
}

// system is what of package os can fail half-way; tests make it fail.
type system interface {
	CreateTemp(dir, pattern string) (file, error)
	Rename(from, to string) error
	Remove(name string) error
	ReadFile(name string) ([]byte, error)
}

type file interface {
	io.WriteCloser
	Name() string
	Sync() error
	Chmod(mode fs.FileMode) error
	Chown(uid, gid int) error
}

type osSystem struct{}

func (osSystem) CreateTemp(dir, pattern string) (file, error) { return os.CreateTemp(dir, pattern) }
func (osSystem) Rename(from, to string) error                 { return os.Rename(from, to) }
func (osSystem) Remove(name string) error                     { return os.Remove(name) }
func (osSystem) ReadFile(name string) ([]byte, error)         { return os.ReadFile(name) }

// target is a file to be replaced.
type target struct {
	change edit.Change
	path   string // with symbolic links followed
	info   fs.FileInfo
	// fresh and old are temporary files with the new and the old text; "" once
	// they are renamed.
	fresh, old string
}

func write(sys system, dir string, changes []edit.Change) (err error) {
	targets := make([]*target, 0, len(changes))
	for _, c := range changes {
		t, err := find(dir, c)
		if err != nil {
			return err
		}
		for _, o := range targets {
			if os.SameFile(o.info, t.info) {
				return fmt.Errorf("%s and %s are the same file", o.change.File, c.File)
			}
		}
		targets = append(targets, t)
	}
	defer func() {
		for _, t := range targets {
			for _, name := range []string{t.fresh, t.old} {
				if name != "" {
					_ = sys.Remove(name)
				}
			}
		}
	}()
	for _, t := range targets {
		if t.fresh, err = stage(sys, t, t.change.After); err != nil {
			return fmt.Errorf("cannot write %s: %w", t.change.File, err)
		}
		// With the old text at hand, going back is a rename as well.
		if t.old, err = stage(sys, t, t.change.Before); err != nil {
			return fmt.Errorf("cannot write %s: %w", t.change.File, err)
		}
	}
	for _, t := range targets {
		now, err := sys.ReadFile(t.path)
		if err != nil {
			return fmt.Errorf("cannot read %s: %w", t.change.File, err)
		}
		if !bytes.Equal(now, t.change.Before) {
			return fmt.Errorf("cannot write %s: %w; run the command again", t.change.File, ErrChanged)
		}
	}
	for i, t := range targets {
		if err := sys.Rename(t.fresh, t.path); err != nil {
			err = fmt.Errorf("cannot write %s: %w", t.change.File, err)
			return errors.Join(err, rollBack(sys, targets[:i]))
		}
		t.fresh = ""
	}
	syncDirs(targets)
	return nil
}

// find looks up the file that a change is about.
func find(dir string, c edit.Change) (*target, error) {
	name := filepath.FromSlash(c.File)
	if dir != "" && !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", c.File, err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot write %s: %w", c.File, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("cannot write %s: it is not a regular file", c.File)
	case info.Mode().Perm()&0o222 == 0:
		return nil, fmt.Errorf("cannot write %s: it is read-only", c.File)
	}
	return &target{change: c, path: path, info: info}, nil
}

// stage writes a text to a temporary file beside the target and returns its name.
func stage(sys system, t *target, text []byte) (name string, err error) {
	f, err := sys.CreateTemp(filepath.Dir(t.path), ".mwcheck-*.tmp")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = sys.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		keepOwner(f, t.info)
		// After a change of owner, which may clear bits of the mode.
		err = f.Chmod(t.info.Mode())
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return f.Name(), err
}

// rollBack puts the old texts back, the last one first.
func rollBack(sys system, done []*target) error {
	var errs []error
	for i := len(done) - 1; i >= 0; i-- {
		t := done[i]
		if err := sys.Rename(t.old, t.path); err != nil {
			errs = append(errs, fmt.Errorf("%s keeps its new text, it could not be put back: %w", t.change.File, err))
			continue
		}
		t.old = ""
	}
	return errors.Join(errs...)
}

// syncDirs makes the renames last over a power failure where the system can; by
// now everything is in place, so there is nothing to report.
func syncDirs(targets []*target) {
	seen := map[string]bool{}
	for _, t := range targets {
		dir := filepath.Dir(t.path)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if d, err := os.Open(dir); err == nil {
			_ = d.Sync()
			_ = d.Close()
		}
	}
}
