package oswrite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mwcheck/mwcheck/internal/edit"
)

// Put writes one file as a whole, whether or not there is one: a file that is
// there is replaced as by [Write], a new one appears with its whole text or not at
// all. Its directory has to be there. name is as in [Write].
func Put(dir, name string, text []byte) error {
	path := filepath.FromSlash(name)
	if dir != "" && !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path, text); err != nil {
			return fmt.Errorf("cannot write %s: %w", name, reason(err))
		}
		return nil
	}
	before, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, reason(err))
	}
	if bytes.Equal(before, text) {
		return nil
	}
	return Write(dir, []edit.Change{{File: name, Before: before, After: text}})
}

// reason is an error without the name of a file, which is a temporary one.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// create writes a new file beside its place and renames it.
func create(path string, text []byte) (err error) {
	// Not os.CreateTemp: its files are for their owner alone, whatever the umask.
	temporary := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary)
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err == nil {
		syncDirs([]*target{{path: path}})
	}
	return err
}
