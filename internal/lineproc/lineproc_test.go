package lineproc

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// guard is far beyond what any of these tests takes.
const guard = 30 * time.Second

// TestMain makes the test's own binary the child: no other program is needed.
func TestMain(m *testing.M) {
	if how := os.Getenv("LINEPROC_CHILD"); how != "" {
		child(how)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(how string) {
	lines := bufio.NewScanner(os.Stdin)
	switch how {
	case "echo":
		for lines.Scan() {
			fmt.Println("got", lines.Text())
		}
	case "sleeps":
		lines.Scan()
		fmt.Fprintln(os.Stderr, "going to sleep")
		time.Sleep(time.Hour)
	case "deaf": // reads nothing, ends never
		time.Sleep(time.Hour)
	case "dies":
		lines.Scan()
		fmt.Fprintln(os.Stderr, "no more")
		os.Exit(7)
	case "long":
		lines.Scan()
		fmt.Println(strings.Repeat("x", 3<<20))
	case "endless": // one line without an end
		lines.Scan()
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("x", 1<<16)); err != nil {
				return
			}
		}
	case "floods": // lines that nobody asked for, and stderr without an end
		for {
			fmt.Fprintln(os.Stderr, strings.Repeat("noise ", 1000))
			if _, err := fmt.Println("unasked"); err != nil {
				return
			}
		}
	case "grandchild": // leaves a process behind that holds all pipes
		lines.Scan()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LINEPROC_CHILD=deaf")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		fmt.Println(cmd.Process.Pid)
	}
}

func start(t *testing.T, how string, timeout time.Duration) *Proc {
	t.Helper()
	p, err := Start(Config{Path: os.Args[0], Env: []string{"LINEPROC_CHILD=" + how}, Timeout: timeout})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func within(t *testing.T, f func()) {
	t.Helper()
	began := time.Now()
	f()
	require.Less(t, time.Since(began), guard)
}

func TestAsk(t *testing.T) {
	p := start(t, "echo", 0)
	for i := range 100 {
		line, err := p.Ask(t.Context(), []byte(strconv.Itoa(i)))
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("got %d", i), string(line))
	}
}

func TestChildrenThatDoNotAnswer(t *testing.T) {
	for _, c := range []struct {
		how  string
		want error
		text []string
	}{
		{"sleeps", ErrTimeout, []string{"within 1s", "its stderr ends with: going to sleep"}},
		{"deaf", ErrTimeout, nil},
		{"dies", ErrExited, []string{"exit status 7", "no more"}},
		{"long", ErrTooLong, nil},
		{"endless", ErrTooLong, nil},
	} {
		t.Run(c.how, func(t *testing.T) {
			within(t, func() {
				p := start(t, c.how, time.Second)
				// More than a pipe holds, for the child that does not read.
				_, err := p.Ask(t.Context(), []byte(strings.Repeat("a", 60_000)))
				require.ErrorIs(t, err, c.want)
				for _, text := range c.text {
					require.ErrorContains(t, err, text)
				}
				require.NotNil(t, p.cmd.ProcessState, "the child still runs")
			})
		})
	}
}

func TestDeafChildAndALineLargerThanAPipe(t *testing.T) {
	within(t, func() {
		_, err := start(t, "deaf", time.Second).Ask(t.Context(), make([]byte, 1<<20))
		require.ErrorIs(t, err, ErrTimeout)
	})
}

func TestFloodIsHeldBack(t *testing.T) {
	within(t, func() {
		p := start(t, "floods", 0)
		line, err := p.Ask(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "unasked", string(line))
		p.Close()
		require.LessOrEqual(t, len(p.stderr.String()), maxStderr)
		require.NotEmpty(t, p.stderr.String())
	})
}

// TestGrandchildIsEnded needs process groups; elsewhere Close must still come
// back, which within sees to.
func TestGrandchildIsEnded(t *testing.T) {
	within(t, func() {
		p := start(t, "grandchild", 0)
		line, err := p.Ask(t.Context(), nil)
		require.NoError(t, err)
		pid, err := strconv.Atoi(string(line))
		require.NoError(t, err)
		p.Close()
		requireGone(t, pid)
	})
}

func TestCancelled(t *testing.T) {
	within(t, func() {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := start(t, "sleeps", 0).Ask(ctx, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestNoSuchProgram(t *testing.T) {
	_, err := Start(Config{Path: "/nowhere/at/all"})
	require.Error(t, err)
}
