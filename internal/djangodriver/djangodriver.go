// Package djangodriver starts a project's own Python with an embedded driver
// that puts the project's real middleware classes, under its real Django,
// between two probes, and drives them through the checks of the suite for
// layers. It executes the project.
package djangodriver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/lineproc"
)

// protocol names what the driver speaks.
const protocol = "mwcheck.django/1"

// maxBroken is how many checks may end the process, or hang it, before the rest
// is not run any more.
const maxBroken = 5

// Options say what is started.
type Options struct {
	Python   string // the program, as found in PATH, or its path
	Dir      string // the project's root, which it imports from
	Settings string // the settings module, dotted
	// All checks the layers of other packages, too.
	All     bool
	Timeout time.Duration // for one check; 30 seconds if it is 0
}

// Report is what became of the layers of one settings module.
type Report struct {
	Settings string
	Django   string // the version that ran
	Python   string
	Layers   []Layer // in the order of MIDDLEWARE
	// Others counts layers of other packages that were left out.
	Others int
}

// Layer is one entry of MIDDLEWARE.
type Layer struct {
	Path    string
	File    string // relative to Options.Dir where it is below; "" if unknown
	Line    int    // of the class or function; 0 if unknown
	Results []conformance.Result
}

// ErrStart is the error for a project that does not start.
var ErrStart = errors.New("the project does not start")

type hello struct {
	Protocol string   `json:"protocol"`
	Error    string   `json:"error"`
	Django   string   `json:"django"`
	Python   string   `json:"python"`
	Cases    []string `json:"cases"`
	Layers   []struct {
		Path  string `json:"path"`
		File  string `json:"file"`
		Line  int    `json:"line"`
		Own   bool   `json:"own"`
		Error string `json:"error"`
	} `json:"layers"`
}

type answer struct {
	Status   conformance.Status `json:"status"`
	Reason   string             `json:"reason"`
	Problems []string           `json:"problems"`
}

// Check runs the checks. A check that ends the process, or hangs it, fails, and
// the driver is started anew for the next one. The errors are those of a project
// that does not start (ErrStart) and of ctx.
func Check(ctx context.Context, opts Options) (*Report, error) {
	s := &session{opts: opts}
	defer s.stop()
	said, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	checks := map[string]conformance.LayerCheck{}
	for _, c := range conformance.LayerChecks() {
		if words, ok := words(c.ID); ok {
			c.Words = words
		}
		checks[c.ID] = c
	}
	report := &Report{Settings: opts.Settings, Django: said.Django, Python: said.Python}
	where := "Django " + said.Django
	broken := 0
	for i, l := range said.Layers {
		if !l.Own && !opts.All {
			report.Others++
			continue
		}
		layer := Layer{Path: l.Path, File: l.File, Line: l.Line}
		for _, id := range said.Cases {
			c := checks[id]
			r := conformance.Result{Case: id, Severity: c.Severity, Words: c.Words, Citation: c.Citation}
			if broken == maxBroken {
				r.Status, r.Reason = conformance.Skipped, fmt.Sprintf("not run: the project ended or hung %d times", broken)
				layer.Results = append(layer.Results, r)
				continue
			}
			got, err := s.ask(ctx, i, id)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				broken++
				got = answer{Status: conformance.Fail, Problems: []string{err.Error()}}
			}
			r.Status, r.Reason = got.Status, got.Reason
			for _, text := range got.Problems {
				r.Problems = append(r.Problems, conformance.Problem{In: where, Side: conformance.SideLayer, Text: text})
			}
			layer.Results = append(layer.Results, r)
		}
		report.Layers = append(report.Layers, layer)
	}
	return report, nil
}

// words are those of checks whose rule has another wording in Go.
func words(id string) (string, bool) {
	switch id {
	case "attribute-missing":
		return "a layer does not fail for want of an attribute that no layer further out wrote", true
	case "no-state":
		return "a layer keeps nothing of one request for another, be they one after the other or at once", true
	case "abort-passes":
		return "SystemExit passes a layer; it does not answer it", true
	}
	return "", false
}

// session is the process, if there is one at the moment.
type session struct {
	opts Options
	proc *lineproc.Proc
}

func (s *session) stop() {
	if s.proc != nil {
		s.proc.Close()
		s.proc = nil
	}
}

func (s *session) start(ctx context.Context) (*hello, error) {
	start, modules, err := sources()
	if err != nil {
		return nil, err
	}
	proc, err := lineproc.Start(lineproc.Config{
		Path: cmp.Or(s.opts.Python, "python3"), Args: []string{"-c", start}, Dir: s.opts.Dir,
		Env: []string{"PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8"}, Timeout: s.opts.Timeout,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	s.proc = proc
	question, err := json.Marshal(map[string]any{"protocol": protocol, "settings": s.opts.Settings, "sources": modules})
	if err != nil {
		return nil, err
	}
	var said hello
	line, err := proc.Ask(ctx, question)
	if err == nil {
		err = json.Unmarshal(line, &said)
	}
	switch {
	case err != nil:
	case said.Protocol != protocol:
		err = fmt.Errorf("the driver speaks protocol %q, not %q", said.Protocol, protocol)
	case said.Error != "":
		err = errors.New(said.Error)
	}
	if err != nil {
		s.stop()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	return &said, nil
}

// ask runs one check. After an error the process is gone.
func (s *session) ask(ctx context.Context, layer int, id string) (got answer, err error) {
	if s.proc == nil {
		if _, err := s.start(ctx); err != nil {
			return answer{}, err
		}
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	line, err := s.proc.Ask(ctx, fmt.Appendf(nil, `{"layer":%d,"case":%q}`, layer, id))
	if err != nil {
		return answer{}, err
	}
	if err := json.Unmarshal(line, &got); err != nil {
		return answer{}, fmt.Errorf("malformed answer of the driver: %w", err)
	}
	if !slices.Contains([]conformance.Status{conformance.Pass, conformance.Fail, conformance.Unsupported}, got.Status) {
		return answer{}, fmt.Errorf("the driver answers with the unknown status %q", got.Status)
	}
	return got, nil
}
