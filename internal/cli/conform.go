package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/report"
)

const (
	// maxVectorFile is the most that is read of one vector file, in bytes.
	maxVectorFile = 256 << 20
	// shownFailures is how many failures the text format prints.
	shownFailures = 10
)

// conformFlags are the flags of all three forms of the command.
type conformFlags struct {
	files, engines []string
	engineCommand  string
	timeout        time.Duration
	format         choice
	django         djangoFlags
}

func (a *app) conformCommand() *cobra.Command {
	f := conformFlags{format: oneOf("text", "json", "junit")}
	cmd := &cobra.Command{
		Use: `conform [--vectors FILE]... [--engine NAME]... [FILE]...
  mwcheck conform --engine-cmd COMMAND [--engine NAME] [FILE]...
  mwcheck conform --django [--python PATH] [PATH]...`,
		Short: "Hold engines, and a project's middleware classes, against real Django",
		Long: `conform runs vectors (scenarios with the traces that real Django releases
recorded) through the classic and the modern engine of this module and compares
the traces. Without --vectors it takes the vectors that come with mwcheck; FILE is
one more vector file. No Python is started.

With --engine-cmd the engine is a process of its own, in any language: it gets
scenarios as JSON lines on its stdin and answers each with a trace on its stdout
(docs/engine-protocol.md). COMMAND is run by the shell.

With --django it EXECUTES THE PROJECT below each PATH (default: the working
directory): it starts the project's own Python, loads the settings and the
middleware classes under the project's own Django, and drives each class through
the checks of the suite for layers (docs/conform-django.md). Give it settings for
tests, not for production.

Exit codes: 0 all traces equal and nothing found at or above --fail-on, 1 some
differ or something was found, 2 wrong usage, a file that cannot be read, an
engine or a project that does not start, or an internal error.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd.Flags()); err != nil {
				return err
			}
			if f.django.on {
				return a.conformDjango(cmd.Context(), args, &f)
			}
			f.files = append(f.files, args...)
			if f.engineCommand != "" {
				return a.conformCommandEngine(cmd.Context(), &f)
			}
			return a.conform(&f)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.files, "vectors", nil, "a `FILE` of vectors: JSON lines, gzip or plain; - is standard input; may be given several times")
	flags.StringArrayVar(&f.engines, "engine", nil, "the engine `NAME` to run, as classic@1.9; may be given several times (default: all)")
	flags.StringVar(&f.engineCommand, "engine-cmd", "", "run the engine that `COMMAND` starts instead of those of this module")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long a process may take for one answer")
	flags.Var(&f.format, "format", "the output format")
	f.django.add(flags)
	return cmd
}

// check refuses what does not go together.
func (f *conformFlags) check(flags *pflag.FlagSet) error {
	var form string
	var allowed []string
	switch {
	case f.django.on && f.engineCommand != "":
		return &problem{text: "--django and --engine-cmd do not go together", hint: "give one of them"}
	case f.django.on:
		form, allowed = "--django", []string{"django", "python", "settings", "all", "fail-on", "timeout", "format"}
	case f.engineCommand != "":
		form, allowed = "--engine-cmd", []string{"vectors", "engine", "engine-cmd", "timeout", "format"}
		if len(f.engines) > 1 {
			return &problem{text: "--engine-cmd is one engine, --engine is given several times", hint: "name the release whose recordings it is to be compared with"}
		}
	default:
		form, allowed = "vectors and the engines of this module", []string{"vectors", "engine", "format"}
	}
	if f.timeout <= 0 {
		return &problem{text: "--timeout must be more than 0"}
	}
	var err error
	flags.Visit(func(flag *pflag.Flag) {
		if !slices.Contains(allowed, flag.Name) && err == nil {
			err = &problem{text: fmt.Sprintf("--%s does not go with %s", flag.Name, form), hint: "see mwcheck conform --help"}
		}
	})
	return err
}

func (a *app) conform(f *conformFlags) error {
	engines, err := enginesByName(f.engines)
	if err != nil {
		return err
	}
	vectors, err := a.readVectors(f.files)
	if err != nil {
		return err
	}
	if len(vectors) == 0 {
		return &problem{text: "the vector files hold no vector"}
	}
	names := make([]string, len(engines))
	for i, e := range engines {
		names[i] = e.Name
	}
	return a.printConform(conformance.CheckVectors(engines, vectors), names, len(vectors), f.format.value)
}

func (a *app) printConform(sum *conformance.Summary, engines []string, vectors int, format string) error {
	if !sum.OK() {
		a.code = ExitFindings
	}
	switch format {
	case "json":
		enc := json.NewEncoder(a.env.Stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(sum)
	case "junit":
		var suites []report.JUnitSuite
		for _, name := range engines {
			suites = append(suites, newJUnitSuite(name, "", 0, sum.Cases[name]))
		}
		return report.JUnit(a.env.Stdout, suites)
	}
	_, err := io.WriteString(a.env.Stdout, conformText(sum, engines, vectors))
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
func conformText(sum *conformance.Summary, engines []string, vectors int) string {
	var b strings.Builder
	for i, f := range sum.Failures {
		if i == shownFailures {
			fmt.Fprintf(&b, "... and %d more failures (--format json shows them)\n\n", len(sum.Failures)-i)
			break
		}
		got := "got:  " + traceText(f.Got)
		if f.Reason != "" {
			got = "no trace: " + strings.ReplaceAll(f.Reason, "\n", "\n    ")
		}
		fmt.Fprintf(&b, "%s on %s\n  want: %s\n  %s\n\n", f.ID, f.Engine, traceText(f.Want), got)
	}
	for _, name := range engines {
		c := sum.Engines[name]
		fmt.Fprintf(&b, "%-13s %6d pass %6d fail %6d unsupported\n", name, c.Pass, c.Fail, c.Unsupported)
	}
	for _, feature := range slices.Sorted(maps.Keys(sum.Unsupported)) {
		fmt.Fprintf(&b, "unsupported: %s, %d traces\n", feature, sum.Unsupported[feature])
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
