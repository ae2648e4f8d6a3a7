package django

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Files is all the access this package has to a file system. Names are
// "/"-separated and cleaned as by path.Clean: absolute where Options.WorkDir is
// set, else relative to a "." that nothing lies above. Implementations must be
// safe for concurrent use.
type Files interface {
	// ReadDir lists a directory, sorted by name. Symbolic links are
	// listed as such.
	ReadDir(name string) ([]fs.DirEntry, error)
	// Stat describes what a name leads to, through symbolic links.
	Stat(name string) (fs.FileInfo, error)
	// ReadLink gives the target of a symbolic link as it is written.
	ReadLink(name string) (string, error)
	// ReadFile reads a regular file, but no more than limit bytes: a larger
	// file is ErrTooLarge, anything that is not a regular file is ErrNotRegular.
	ReadFile(name string, limit int64) ([]byte, error)
}

var (
	// ErrTooLarge is what ReadFile answers for a file above the limit.
	ErrTooLarge = errors.New("file is too large")
	// ErrNotRegular is what ReadFile answers for a directory, device, pipe or socket.
	ErrNotRegular = errors.New("not a regular file")
)

// FS gives Files over an fs.FS: the names are those of the file system, and
// nothing lies above ".". Links are read where the file system can do so.
type FS struct{ fs.FS }

// ReadDir is described at Files.
func (f FS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.FS, name) }

// Stat is described at Files.
func (f FS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.FS, name) }

// ReadLink is described at Files.
func (f FS) ReadLink(name string) (string, error) { return fs.ReadLink(f.FS, name) }

// ReadFile is described at Files.
func (f FS) ReadFile(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return ReadRegular(name, info, file, limit)
}

// ReadRegular does what Files.ReadFile promises for a file that is open: it
// reads r, which info describes, and refuses what is not regular or too large.
func ReadRegular(name string, info fs.FileInfo, r io.Reader, limit int64) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrNotRegular}
	}
	size := info.Size()
	if size > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	// Most files are as long as their description says: one read of that many
	// bytes. A file that grows meanwhile, or lies about its size as those of
	// /proc do, is read on up to the limit.
	data := make([]byte, size)
	n, err := io.ReadFull(r, data)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return data[:n], nil
	case err != nil:
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	case size > 0:
		return data, nil
	}
	data, err = io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	return data, nil
}

// names turns names into the absolute ones that this package works with, and
// back: into those a Files takes, and into those people are shown.
type names struct {
	// workDir is the absolute "/"-separated working directory, or "" for a
	// file system that has nothing above ".".
	workDir string
}

// Names turns names into absolute ones and back, as Load does: WorkDir is that
// of Options.
type Names struct{ WorkDir string }

// Abs is the absolute form of a name; where WorkDir is empty, "/" is its ".".
func (n Names) Abs(name string) string { return names{n.WorkDir}.abs(name) }

// Access is the name of an absolute one to give to a Files.
func (n Names) Access(abs string) string { return names{n.WorkDir}.access(abs) }

// Show is an absolute name as positions have it, relative to WorkDir.
func (n Names) Show(abs string) string { return names{n.WorkDir}.show(abs) }

// Within says that an absolute name is a directory or lies below it.
func (n Names) Within(dir, name string) bool { return within(dir, name) }

// abs is the absolute form of a name that a user or a link target gives.
func (n names) abs(name string) string {
	switch {
	case n.workDir == "":
		return path.Join("/", name)
	case isAbs(name):
		return path.Clean(name)
	}
	return path.Join(n.workDir, name)
}

// access is the name to give to a Files.
func (n names) access(abs string) string {
	switch {
	case n.workDir != "":
		return abs
	case abs == "/":
		return "."
	}
	return abs[1:]
}

// show is the name relative to the working directory.
func (n names) show(abs string) string {
	from := n.workDir
	if from == "" {
		from = "/"
	}
	switch {
	case abs == from:
		return "."
	case within(from, abs):
		return relTo(from, abs)
	case volume(from) != volume(abs):
		return abs
	}
	ups := 0
	for !within(from, abs) {
		from = path.Dir(from)
		ups++
	}
	up := strings.TrimSuffix(strings.Repeat("../", ups), "/")
	if abs == from {
		return up
	}
	return up + "/" + relTo(from, abs)
}

// isAbs says whether a name is absolute, also in the form "C:/x".
func isAbs(name string) bool { return path.IsAbs(name) || volume(name) != "" }

// volume is the drive of a Windows name, "" for others.
func volume(name string) string {
	if len(name) >= 2 && name[1] == ':' && (name[0]|0x20 >= 'a' && name[0]|0x20 <= 'z') {
		return name[:2]
	}
	return ""
}

// parentDir is the directory above an absolute name; ok is false at the top.
func parentDir(dir string) (parent string, ok bool) {
	i := strings.LastIndexByte(dir, '/')
	switch {
	case i < 0, dir == "/":
		return "", false
	case i == 0:
		return "/", true
	}
	return dir[:i], true
}

// within says whether an absolute name is dir or lies below it.
func within(dir, name string) bool {
	return dir == name || dir == "/" && name[:1] == "/" ||
		len(name) > len(dir) && name[len(dir)] == '/' && name[:len(dir)] == dir
}

// relTo is an absolute name relative to a directory that holds it, "" for the
// directory itself.
func relTo(dir, name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
}

// joinName is path.Join for an absolute directory and one plain element.
func joinName(dir, base string) string {
	if dir == "/" {
		return "/" + base
	}
	return dir + "/" + base
}

// errText is an error's text without the file name that the note carries anyway.
func errText(err error) string {
	var pe *fs.PathError
	switch {
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrNotRegular):
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory"
	}
	if errors.As(err, &pe) {
		return fmt.Sprint(pe.Err)
	}
	return err.Error()
}
