// Package osgit runs the git of the machine for package gitdiff, which touches
// no processes.
package osgit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/mwcheck/mwcheck/internal/gitdiff"
)

// timeout bounds one run of git, which compares the files of a working tree.
const timeout = 5 * time.Minute

// maxOutput bounds what git may write, in bytes.
const maxOutput = 256 << 20

// Run is a gitdiff.Run. Git neither asks nor fetches.
func Run(ctx context.Context, args []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	// In a hook git says which repository it runs for; here the directory says it.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}, name)
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1")
	cmd.WaitDelay = 5 * time.Second
	stdout, stderr := &limited{left: maxOutput}, &limited{left: 64 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git did not end: %w", ctx.Err())
	case stdout.full:
		return nil, fmt.Errorf("git wrote more than %d bytes", maxOutput)
	case errors.Is(err, exec.ErrNotFound):
		return nil, gitdiff.ErrNoGit
	case errors.As(err, &exit):
		return nil, &gitdiff.ExitError{Code: exit.ExitCode(), Stderr: stderr.String()}
	case err != nil:
		return nil, fmt.Errorf("git cannot be run: %w", err)
	}
	return stdout.Bytes(), nil
}

// limited keeps the beginning of what is written to it.
type limited struct {
	bytes.Buffer
	left int
	full bool
}

func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.left)
	l.full = l.full || keep < len(p)
	l.left -= keep
	_, _ = l.Buffer.Write(p[:keep]) // never fails
	return len(p), nil
}
