// Package gitdiff asks git which files of a working tree differ from an earlier
// revision. Git is run with fixed arguments, without a shell; it writes nothing,
// fetches nothing, and runs neither a file system monitor nor a program that
// would show differences.
package gitdiff

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
)

// Run runs git and gives what it wrote to stdout. An error of git itself is an
// *[ExitError].
type Run func(ctx context.Context, args []string) ([]byte, error)

// ErrNoGit is what a Run answers where there is no git.
var ErrNoGit = errors.New("git was not found")

// ExitError says that git ran and failed.
type ExitError struct {
	Code   int
	Stderr string
}

func (e *ExitError) Error() string {
	for line := range strings.Lines(e.Stderr) {
		if line = strings.TrimSpace(line); line != "" {
			return strings.TrimPrefix(line, "fatal: ")
		}
	}
	return fmt.Sprintf("git exits with %d", e.Code)
}

// CheckRevision says what is wrong with the form of a revision, or nil.
func CheckRevision(rev string) error {
	switch {
	case strings.TrimSpace(rev) == "":
		return errors.New("the revision is empty")
	case strings.HasPrefix(rev, "-"):
		return fmt.Errorf("%q is no revision: it begins with a hyphen", rev)
	case strings.Contains(rev, ".."):
		return fmt.Errorf("%q is a range of revisions; give the one to compare with", rev)
	case strings.ContainsAny(rev, "\x00\n\r"):
		return fmt.Errorf("%q is no revision", rev)
	}
	return nil
}

// Changed gives the absolute "/"-separated names of all files of the working
// tree that a directory is in that differ from a revision: changed, staged or
// not, new, also where git does not know them yet, and deleted. A file that was
// renamed is there under both names. What git ignores is left out. A submodule
// whose commit has changed is one name, that of its directory; so is a
// repository that git does not know. Nil is nothing: the order is git's.
func Changed(ctx context.Context, run Run, dir, rev string) ([]string, error) {
	if err := CheckRevision(rev); err != nil {
		return nil, err
	}
	git := func(args ...string) (string, error) {
		out, err := run(ctx, append([]string{
			"-C", dir, "--no-pager", "--no-optional-locks",
			"-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "diff.relative=false", "-c", "core.untrackedCache=false",
		}, args...))
		return string(out), err
	}
	prefix, err := git("rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	prefix = strings.TrimSuffix(prefix, "\n")
	commit, err := git("rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	var exit *ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("git knows no revision %q", rev)
	}
	if err != nil {
		return nil, err
	}
	changed, err := git("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty",
		"--end-of-options", strings.TrimSpace(commit), "--")
	if err != nil {
		return nil, err
	}
	fresh, err := git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/")
	if err != nil {
		return nil, err
	}
	var out []string
	for name := range strings.SplitSeq(changed+fresh, "\x00") {
		if name != "" {
			out = append(out, absolute(dir, prefix, name))
		}
	}
	return out, nil
}

// absolute is a name that git gives, relative to the top of the working tree.
// dir lies at prefix below the top; by way of links it may have another depth.
func absolute(dir, prefix, name string) string {
	if rest, ok := strings.CutPrefix(name, prefix); ok {
		return path.Join(dir, rest)
	}
	return path.Join(dir, strings.Repeat("../", strings.Count(prefix, "/")), name)
}
