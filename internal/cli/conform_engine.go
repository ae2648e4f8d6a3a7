package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/engineproc"
	"github.com/mwcheck/mwcheck/internal/lineproc"
)

// untilStopped ends with an interrupt. A child has a process group of its own,
// which a terminal's interrupt does not reach, so it must be ended from here.
func untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// interrupted says so where that is why a process has no answer.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &problem{text: "interrupted; the process was ended"}
	}
	return err
}

// conformCommandEngine runs vectors through the engine of --engine-cmd.
func (a *app) conformCommandEngine(ctx context.Context, f *conformFlags) error {
	vectors, err := a.readVectors(f.files)
	if err != nil {
		return err
	}
	opts := engineproc.Options{Command: shell(f.engineCommand)}
	opts.Command.Timeout = f.timeout
	if len(f.engines) == 1 {
		opts.Engine = f.engines[0]
	}
	ctx, stop := untilStopped(ctx)
	defer stop()
	r, err := engineproc.Check(ctx, opts, vectors)
	if errors.Is(err, engineproc.ErrStart) {
		return &problem{text: fmt.Sprintf("%s: %s", f.engineCommand, err), hint: "the protocol is in docs/engine-protocol.md"}
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	if len(r.Summary.Cases) == 0 {
		return &problem{
			text: fmt.Sprintf("no vector was recorded with the engine %q", r.Engine),
			hint: "--engine NAME says which recordings to compare with; the names are " + engineNames(),
		}
	}
	err = a.printConform(r.Summary, []string{r.Engine}, len(vectors), f.format.value)
	if err == nil && r.NotRun > 0 {
		_, err = fmt.Fprintf(a.env.Stderr, "mwcheck: warning: the engine broke too often; %d scenarios were not run\n", r.NotRun)
	}
	return err
}

// shell makes the system's shell run a command.
func shell(command string) lineproc.Config {
	if runtime.GOOS == "windows" {
		return lineproc.Config{Path: "cmd", Args: []string{"/c", command}}
	}
	return lineproc.Config{Path: "sh", Args: []string{"-c", command}}
}

func engineNames() string {
	text := ""
	for i, e := range conformance.Engines() {
		if i > 0 {
			text += ", "
		}
		text += e.Name
	}
	return text
}
