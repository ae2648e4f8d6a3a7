// Package lineproc talks to a child process that answers each line on its
// stdin with one line on its stdout.
//
// It never hangs and never trusts the child: each answer has a time limit and a
// size limit, stderr is drained and its end is kept, and a child is ended
// together with every process of its group.
package lineproc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Bounds of what is taken from a child, in bytes.
const (
	maxLine   = 1 << 20
	maxStderr = 4 << 10
)

// grace is how long a child may take to end after its stdin was closed.
const grace = 2 * time.Second

// What a child can do instead of answering. The errors of Proc.Ask wrap one of
// them, or the error of the context.
var (
	// ErrTimeout: no line came in time.
	ErrTimeout = errors.New("no answer in time")
	// ErrExited: stdout ended before a line came.
	ErrExited = errors.New("the process ended without an answer")
	// ErrTooLong: the line is larger than 1 MiB.
	ErrTooLong = fmt.Errorf("the answer is longer than %d bytes", maxLine)
)

// Config says how a child is started.
type Config struct {
	Path    string // the program
	Args    []string
	Dir     string        // the working directory; "" is the caller's
	Env     []string      // added to the caller's environment
	Timeout time.Duration // for one answer; 30 seconds if it is 0
}

func (c Config) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return 30 * time.Second
}

// Proc is a running child. It is used by one goroutine.
type Proc struct {
	cmd     *exec.Cmd
	timeout time.Duration
	stdin   io.WriteCloser
	out     *os.File
	lines   chan answer
	done    chan struct{}
	stderr  *tail
	status  string // once it has ended
	once    sync.Once
}

type answer struct {
	line []byte
	err  error
}

// Start starts a child. Whoever starts one must Close it.
func Start(c Config) (*Proc, error) {
	p := &Proc{timeout: c.timeout(), lines: make(chan answer), done: make(chan struct{}), stderr: &tail{}}
	p.cmd = exec.Command(c.Path, c.Args...)
	p.cmd.Dir = c.Dir
	p.cmd.Env = append(os.Environ(), c.Env...)
	p.cmd.Stderr = p.stderr
	// Wait must not wait for a grandchild that holds stderr open.
	p.cmd.WaitDelay = time.Second
	ownGroup(p.cmd)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.out, p.cmd.Stdout = stdin, out, in
	err = p.cmd.Start()
	in.Close()
	if err != nil {
		out.Close()
		stdin.Close()
		return nil, err
	}
	go p.read()
	return p, nil
}

// read hands lines over one at a time, so that a child that floods waits.
func (p *Proc) read() {
	lines := bufio.NewScanner(p.out)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	for lines.Scan() {
		if !p.give(answer{line: bytes.Clone(lines.Bytes())}) {
			return
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		p.give(answer{err: ErrTooLong})
		return
	}
	p.give(answer{err: ErrExited})
}

func (p *Proc) give(a answer) bool {
	select {
	case p.lines <- a:
		return true
	case <-p.done:
		return false
	}
}

// Ask writes a line and gives the next line that comes back. After an error the
// child is no more.
func (p *Proc) Ask(ctx context.Context, line []byte) ([]byte, error) {
	// The child may not read; the write must not block longer than the answer
	// may take. Close ends it by closing the pipe.
	text := append(bytes.Clone(line), '\n')
	go func() { _, _ = p.stdin.Write(text) }()
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	var err error
	select {
	case a := <-p.lines:
		if a.err == nil {
			return a.line, nil
		}
		err = a.err
	case <-timer.C:
		err = fmt.Errorf("%w: nothing came within %v", ErrTimeout, p.timeout)
	case <-ctx.Done():
		err = ctx.Err()
	}
	if errors.Is(err, ErrExited) {
		p.settle(grace)
		err = fmt.Errorf("%w (%s)", err, p.status)
	} else {
		p.settle(0)
	}
	if said := p.stderr.String(); said != "" {
		err = fmt.Errorf("%w; its stderr ends with: %s", err, said)
	}
	return nil, err
}

// Close ends the child: it may leave by itself for two seconds after its stdin
// is closed, then its process group is killed.
func (p *Proc) Close() {
	p.settle(grace)
}

// settle waits for the child's end, for so long, and makes sure of it.
func (p *Proc) settle(patience time.Duration) {
	p.once.Do(func() {
		close(p.done)
		_ = p.stdin.Close()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = p.cmd.Wait()
		}()
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-ended:
		case <-timer.C:
		}
		// What the child started may outlive it in the group.
		killGroup(p.cmd)
		<-ended
		_ = p.out.Close()
		p.status = p.cmd.ProcessState.String()
	})
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p[max(0, len(p)-maxStderr):]...)
	if over := len(t.data) - maxStderr; over > 0 {
		t.data = append(t.data[:0], t.data[over:]...)
	}
	return len(p), nil
}

// String is the last lines of text, at most ten.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(t.data), "\uFFFD")), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
