package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/mwcheck/mwcheck/testdata/vectors"
)

// Vector is one line of a vector file: a scenario and the traces recorded for
// it. Engines with equal traces share an entry; an engine that is in none
// cannot run the scenario.
type Vector struct {
	Scenario Scenario      `json:"scenario"`
	Traces   []EngineTrace `json:"traces"`
}

// EngineTrace is a trace and the engines it was recorded with.
type EngineTrace struct {
	Engines []string `json:"engines"`
	Trace
}

// TraceOf is what was recorded with an engine; ok is false where nothing was.
func (v *Vector) TraceOf(engine string) (t Trace, ok bool) {
	for _, one := range v.Traces {
		if slices.Contains(one.Engines, engine) {
			return one.Trace, true
		}
	}
	return Trace{}, false
}

// RecordedWith are the names of the engines that ran the scenario, in the order
// of Engines.
func (v *Vector) RecordedWith() []string {
	var names []string
	for _, e := range Engines() {
		if _, ok := v.TraceOf(e.Name); ok {
			names = append(names, e.Name)
		}
	}
	return names
}

// Bounds of vector files; what is larger is refused.
const (
	maxVectorLine = 1 << 20
	maxVectorFile = 256 << 20
)

// ReadVectors reads JSON lines, gzip or plain, and gives each to f. Its errors,
// and those of f, name the line.
func ReadVectors(r io.Reader, f func(Vector) error) error {
	br := bufio.NewReader(r)
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(br)
		if err != nil {
			return fmt.Errorf("malformed gzip header: %w", err)
		}
		defer zr.Close()
		br = bufio.NewReader(zr)
	}
	bounded := &io.LimitedReader{R: br, N: maxVectorFile + 1}
	lines := bufio.NewScanner(bounded)
	lines.Buffer(make([]byte, 0, 64<<10), maxVectorLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		v, err := parseVector(line)
		if err == nil {
			err = f(v)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if bounded.N <= 0 {
		return fmt.Errorf("line %d: the file is larger than %d bytes", n, maxVectorFile)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("line %d: longer than %d bytes", n+1, maxVectorLine)
		}
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

func parseVector(line []byte) (Vector, error) {
	var v Vector
	if err := json.Unmarshal(line, &v); err != nil {
		return Vector{}, fmt.Errorf("malformed vector: %w", err)
	}
	if err := v.Scenario.Validate(); err != nil {
		return Vector{}, err
	}
	for _, t := range v.Traces {
		switch t.Outcome.Kind {
		case OutcomeResponse, OutcomeRaised, OutcomeLoadError:
		default:
			return Vector{}, fmt.Errorf("scenario %q: unknown outcome %q", v.Scenario.ID, t.Outcome.Kind)
		}
	}
	return v, nil
}

// Vectors are the recorded vectors that come with the package.
func Vectors() ([]Vector, error) {
	var all []Vector
	names, err := fs.Glob(vectors.FS, "*.jsonl.gz")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		file, err := vectors.FS.Open(name)
		if err != nil {
			return nil, err
		}
		err = ReadVectors(file, func(v Vector) error {
			all = append(all, v)
			return nil
		})
		file.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}
