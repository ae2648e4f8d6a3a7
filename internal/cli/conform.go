package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
)

const (
	// maxVectorFile is the most that is read of one vector file, in bytes.
	maxVectorFile = 256 << 20
	// shownFailures is how many failures the text format prints.
	shownFailures = 10
)

func (a *app) conformCommand() *cobra.Command {
	var files, engines []string
	format := oneOf("text", "json")
	cmd := &cobra.Command{
		Use:   "conform [--vectors FILE]... [--engine NAME]... [FILE]...",
		Short: "Run recorded traces of real Django through the engines",
		Long: `conform runs vectors (scenarios with the traces that real Django releases
recorded) through the classic and the modern engine of this module and compares
the traces. Without --vectors it takes the vectors that come with mwcheck; FILE is
one more vector file. No Python is started.

Exit codes: 0 all traces equal, 1 some differ, 2 wrong usage, a file that cannot
be read, or an internal error.`,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.conform(append(files, args...), engines, format.value)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&files, "vectors", nil, "a `FILE` of vectors: JSON lines, gzip or plain; - is standard input; may be given several times")
	flags.StringArrayVar(&engines, "engine", nil, "the engine `NAME` to run, as classic@1.9; may be given several times (default: all)")
	flags.Var(&format, "format", "the output format")
	return cmd
}

func (a *app) conform(files, names []string, format string) error {
	engines, err := enginesByName(names)
	if err != nil {
		return err
	}
	vectors, err := a.readVectors(files)
	if err != nil {
		return err
	}
	if len(vectors) == 0 {
		return &problem{text: "the vector files hold no vector"}
	}
	sum := conformance.CheckVectors(engines, vectors)
	if !sum.OK() {
		a.code = ExitFindings
	}
	if format == "json" {
		enc := json.NewEncoder(a.env.Stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(sum)
	}
	_, err = io.WriteString(a.env.Stdout, conformText(sum, engines, len(vectors)))
	return err
}

func enginesByName(names []string) ([]conformance.Engine, error) {
	if len(names) == 0 {
		return conformance.Engines(), nil
	}
	var engines []conformance.Engine
	for _, name := range names {
		e, ok := conformance.EngineByName(name)
		if !ok {
			var known []string
			for _, e := range conformance.Engines() {
				known = append(known, e.Name)
			}
			return nil, &problem{text: fmt.Sprintf("unknown engine %q", name), hint: "the engines are " + strings.Join(known, ", ")}
		}
		if !slices.ContainsFunc(engines, func(o conformance.Engine) bool { return o.Name == name }) {
			engines = append(engines, e)
		}
	}
	return engines, nil
}

// readVectors reads vector files, or the embedded vectors if none is named.
func (a *app) readVectors(files []string) ([]conformance.Vector, error) {
	if len(files) == 0 {
		return conformance.Vectors()
	}
	var all []conformance.Vector
	for _, name := range files {
		r := a.env.Stdin
		shown := stdinName
		if name != "-" {
			shown = osfiles.Name(name)
			data, err := a.env.Files.ReadFile(shown, maxVectorFile)
			if err != nil {
				return nil, &problem{text: fmt.Sprintf("cannot read vectors from %s: %s", shown, reason(err))}
			}
			r = bytes.NewReader(data)
		}
		err := conformance.ReadVectors(r, func(v conformance.Vector) error {
			all = append(all, v)
			return nil
		})
		if err != nil {
			return nil, &problem{text: fmt.Sprintf("cannot read vectors from %s: %s", shown, err)}
		}
	}
	return all, nil
}

// conformText renders the counts per engine and the first failures, the wanted
// trace above the one that came.
func conformText(sum *conformance.Summary, engines []conformance.Engine, vectors int) string {
	var b strings.Builder
	for i, f := range sum.Failures {
		if i == shownFailures {
			fmt.Fprintf(&b, "... and %d more failures (--format json shows them)\n\n", len(sum.Failures)-i)
			break
		}
		fmt.Fprintf(&b, "%s on %s\n  want: %s\n  got:  %s\n\n", f.ID, f.Engine, traceText(f.Want), traceText(f.Got))
	}
	for _, e := range engines {
		c := sum.Engines[e.Name]
		fmt.Fprintf(&b, "%-13s %6d pass %6d fail %6d unsupported\n", e.Name, c.Pass, c.Fail, c.Unsupported)
	}
	total := sum.Total()
	fmt.Fprintf(&b, "%d scenarios: %d traces equal, %d differ, %d unsupported", vectors, total.Pass, total.Fail, total.Unsupported)
	if sum.Skipped > 0 {
		fmt.Fprintf(&b, ", %d of other engines not run", sum.Skipped)
	}
	b.WriteByte('\n')
	return b.String()
}

// traceText is a trace on one line, in the vocabulary of the vectors.
func traceText(t conformance.Trace) string {
	outcome, err := json.Marshal(t.Outcome)
	if err != nil {
		outcome = []byte(err.Error())
	}
	parts := []string{"[" + strings.Join(t.Events, " ") + "]", string(outcome)}
	if t.Load != nil {
		parts = append(parts, "load ["+strings.Join(t.Load, " ")+"]")
	}
	if len(t.LoadLog) > 0 {
		parts = append(parts, "load log ["+strings.Join(t.LoadLog, " ")+"]")
	}
	return strings.Join(parts, " ")
}
