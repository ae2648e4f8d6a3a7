// Package live serves Django projects, given as source text, with the Django
// that python3 can import: the one of the corpus, or of MWCHECK_DJANGO_PATH. It
// is support for tests.
package live

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/lineproc"
	"github.com/mwcheck/mwcheck/internal/pyscenario"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

//go:embed serve.py
var serveSource []byte

//go:embed watch.py
var watchSource []byte

// Job is a project and the requests that it is to serve.
type Job struct {
	Files    map[string]string `json:"files"`
	Settings string            `json:"settings"` // the dotted settings module
	// Layers gives the layers' names in traces by their dotted paths.
	Layers map[string]string `json:"layers"`
	// Recorder is the module with what happened; "" watches from outside.
	Recorder string   `json:"recorder,omitempty"`
	Requests []string `json:"requests"` // "/path" or "METHOD /path"
	Load     bool     `json:"load,omitempty"`
	// Python2 runs what 2to3 makes of the sources.
	Python2 bool `json:"python2,omitempty"`
}

// Served is what came of one request.
type Served struct {
	conformance.Trace
	Message string `json:"message"` // the error's text, if one left the handler
	Page    struct {
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"page"`
}

// Server serves projects in one process.
type Server struct {
	proc *lineproc.Proc
	// Django is its version, as "3.2".
	Django string
}

// Start starts a server that ends with the test. Where there is no python3 with
// Django 3.2 the test is skipped, or fails; see testenv.
func Start(t testing.TB) *Server {
	t.Helper()
	if runtime.GOOS == "windows" {
		testenv.Absent(t, testenv.RequireCorpus, "the server of test projects forks, which Windows cannot")
	}
	python, path := testenv.Django(t)
	dir := t.TempDir()
	for name, text := range map[string][]byte{"serve.py": serveSource, "watch.py": watchSource} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	proc, err := lineproc.Start(lineproc.Config{
		Path: python, Args: []string{"-B", "-W", "ignore", filepath.Join(dir, "serve.py")}, Dir: dir,
		Env: []string{"PYTHONPATH=" + path, "PYTHONHASHSEED=0"}, Timeout: 2 * time.Minute,
	})
	require.NoError(t, err)
	t.Cleanup(proc.Close)
	s := &Server{proc: proc}
	line, err := proc.Ask(context.Background(), []byte(`{"hello": true}`))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &struct {
		Django *string `json:"django"`
	}{&s.Django}))
	if s.Django != "3.2" {
		t.Skipf("the Django at hand is %s, the comparison is with 3.2", s.Django)
	}
	return s
}

// Serve gives one result for each request of a job. The error is that of a
// project that cannot be imported, or of the process.
func (s *Server) Serve(job Job) ([]Served, error) {
	question, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	line, err := s.proc.Ask(context.Background(), question)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Error  string   `json:"error"`
		Where  string   `json:"where"`
		Traces []Served `json:"traces"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, fmt.Errorf("the answer is malformed: %w", err)
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("the project does not come up: %s\n%s", answer.Error, answer.Where)
	}
	if len(answer.Traces) != len(job.Requests) {
		return nil, fmt.Errorf("%d answers to %d requests", len(answer.Traces), len(job.Requests))
	}
	return answer.Traces, nil
}

// Of gives the job of a written project: the scenario's one request.
func Of(s *conformance.Scenario, p *pyscenario.Project) Job {
	job := Job{
		Files: map[string]string{}, Settings: p.Settings, Layers: map[string]string{}, Recorder: p.Recorder,
		Requests: []string{"/"}, Load: pyscenario.TellsLoad(s), Python2: p.Python2,
	}
	if s.URL == "not_found" {
		job.Requests[0] = "/nowhere/"
	}
	for name, text := range p.Files {
		job.Files[name] = string(text)
	}
	for i, path := range p.Layers {
		job.Layers[path] = s.Layers[i].Name
	}
	return job
}
