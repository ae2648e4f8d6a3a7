package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/djangodriver"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/report"
)

// djangoFlags are the flags of conform --django.
type djangoFlags struct {
	on        bool
	all       bool
	python    string
	settings  string
	threshold choice
}

func (f *djangoFlags) add(flags *pflag.FlagSet) {
	f.threshold = choice{value: "warning", allowed: []string{"error", "warning", "never"}}
	flags.BoolVar(&f.on, "django", false, "check a project's real middleware classes under its real Django; THIS EXECUTES THE PROJECT")
	flags.StringVar(&f.python, "python", "", "the project's Python (default: that of .venv or venv in PATH, of VIRTUAL_ENV, or python3)")
	flags.StringVar(&f.settings, "settings", "", "the settings `MODULE` (default: what the project is started with); PATH is then the project's root")
	flags.BoolVar(&f.all, "all", false, "check the layers of other packages, too")
	flags.Var(&f.threshold, "fail-on", "the least severity that makes the exit code of --django 1")
}

// djangoRun is one settings module to start.
type djangoRun struct {
	dir      string // relative to the working directory
	settings string
}

func (a *app) conformDjango(ctx context.Context, paths []string, f *conformFlags) error {
	runs, err := a.djangoRuns(ctx, paths, f)
	if err != nil {
		return err
	}
	ctx, stop := untilStopped(ctx)
	defer stop()
	var reports []djangoReport
	for _, run := range runs {
		python := a.python(run.dir, f.django.python)
		fmt.Fprintf(a.env.Stderr, "mwcheck: this EXECUTES the project: %s in %s with the settings %s\n", python, run.dir, run.settings)
		report, err := djangodriver.Check(ctx, djangodriver.Options{
			Python: python, Dir: a.absolute(run.dir), Settings: run.settings, All: f.django.all, Timeout: f.timeout,
		})
		if errors.Is(err, djangodriver.ErrStart) {
			return &problem{text: fmt.Sprintf("%s: %s", run.settings, err), hint: "--python and --settings say what is started; the environment is handed on"}
		}
		if err != nil {
			return interrupted(ctx, err)
		}
		reports = append(reports, newDjangoReport(run, report))
	}
	for _, r := range reports {
		for _, l := range r.Layers {
			for i := range l.Results {
				if res := &l.Results[i]; res.Status == conformance.Fail && severityOf(res) >= failOn(f.django.threshold.value) {
					a.code = ExitFindings
				}
			}
		}
	}
	switch f.format.value {
	case "json":
		return djangoJSON(a.env.Stdout, reports)
	case "junit":
		var suites []report.JUnitSuite
		for _, r := range reports {
			for _, l := range r.Layers {
				suites = append(suites, newJUnitSuite(l.Path, l.File, l.Line, l.Results))
			}
		}
		return report.JUnit(a.env.Stdout, suites)
	}
	return djangoText(a.env.Stdout, reports)
}

func severityOf(r *conformance.Result) finding.Severity {
	if r.Severity == conformance.SeverityError {
		return finding.Error
	}
	return finding.Warning
}

// djangoRuns finds out what to start: the settings modules that the projects
// below the paths are started with.
func (a *app) djangoRuns(ctx context.Context, paths []string, f *conformFlags) ([]djangoRun, error) {
	if f.django.settings != "" {
		if len(paths) == 0 {
			paths = []string{"."}
		}
		var runs []djangoRun
		for _, p := range paths {
			runs = append(runs, djangoRun{dir: path.Clean(filepath.ToSlash(p)), settings: f.django.settings})
		}
		return runs, nil
	}
	project, err := a.load(ctx, paths, django.Options{})
	if err != nil {
		return nil, err
	}
	var runs []djangoRun
	for _, m := range project.Settings {
		if m.Checked && m.Role == django.RoleEntry {
			runs = append(runs, djangoRun{dir: rootOf(m), settings: m.Module})
		}
	}
	if len(runs) == 0 {
		return nil, &problem{text: "it is not known which settings the project is started with", hint: "name the module with --settings"}
	}
	return runs, nil
}

// rootOf is the directory that a settings module is imported from.
func rootOf(m *django.SettingsModule) string {
	dir := path.Dir(m.File)
	depth := strings.Count(m.Module, ".")
	if path.Base(m.File) == "__init__.py" {
		depth++
	}
	for range depth {
		dir = path.Join(dir, "..")
		if path.Base(dir) == ".." {
			break
		}
	}
	return path.Clean(dir)
}

// python finds the interpreter of a project.
func (a *app) python(dir, given string) string {
	if given != "" {
		if strings.ContainsAny(given, `/\`) && !filepath.IsAbs(given) {
			return a.absolute(given) // and not from the project
		}
		return given
	}
	places := []string{path.Join(dir, ".venv"), path.Join(dir, "venv")}
	if active, _ := a.env.LookupEnv("VIRTUAL_ENV"); active != "" {
		places = append(places, filepath.ToSlash(active))
	}
	for _, place := range places {
		// pyvenv.cfg is what makes a directory a virtual environment.
		if _, err := a.env.Files.ReadFile(path.Join(place, "pyvenv.cfg"), 1<<16); err == nil {
			return a.absolute(path.Join(place, "bin", "python"))
		}
	}
	return "python3"
}

// absolute is a path from the working directory.
func (a *app) absolute(name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.FromSlash(a.env.WorkDir), name)
}

// djangoReport is the report of one settings module, with files relative to the
// working directory.
type djangoReport struct {
	Settings string        `json:"settings"`
	Root     string        `json:"root"`
	Django   string        `json:"django"`
	Python   string        `json:"python"`
	Layers   []djangoLayer `json:"layers"`
	// Others counts layers of other packages, which were not checked.
	Others int `json:"others"`
}

type djangoLayer struct {
	Path    string               `json:"path"`
	File    string               `json:"file"`
	Line    int                  `json:"line"`
	Results []conformance.Result `json:"results"`
}

func newDjangoReport(run djangoRun, r *djangodriver.Report) djangoReport {
	out := djangoReport{Settings: r.Settings, Root: run.dir, Django: r.Django, Python: r.Python, Others: r.Others, Layers: []djangoLayer{}}
	for _, l := range r.Layers {
		file := filepath.ToSlash(l.File)
		if file != "" && !path.IsAbs(file) && !filepath.IsAbs(l.File) {
			file = path.Join(run.dir, file)
		}
		out.Layers = append(out.Layers, djangoLayer{Path: l.Path, File: file, Line: l.Line, Results: l.Results})
	}
	return out
}

// djangoJSON writes mwcheck.layer-checks/1.
func djangoJSON(w io.Writer, reports []djangoReport) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Schema string         `json:"schema"`
		Runs   []djangoReport `json:"runs"`
	}{"mwcheck.layer-checks/1", reports})
}

// djangoText writes a finding for each failed check, at the class, then counts.
func djangoText(w io.Writer, reports []djangoReport) error {
	var b strings.Builder
	for _, r := range reports {
		counts := map[conformance.Status]int{}
		for _, l := range r.Layers {
			place := l.Path
			if l.File != "" {
				place = fmt.Sprintf("%s:%d:1", l.File, max(1, l.Line))
			}
			for i := range l.Results {
				res := &l.Results[i]
				counts[res.Status]++
				if res.Status != conformance.Fail {
					continue
				}
				fmt.Fprintf(&b, "%s: %s[%s] %s: %s\n", place, res.Severity, res.Case, l.Path, res.Words)
				for _, p := range res.Problems {
					fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(p.Text, "\n", "\n    "))
				}
			}
			if why := sameReason(l.Results); why != "" {
				fmt.Fprintf(&b, "%s: note: %s was not checked: %s\n", place, l.Path, why)
			}
		}
		fmt.Fprintf(&b, "%s under Django %s, Python %s: %s, %d pass, %d fail, %d unsupported, %d skipped", r.Settings, r.Django, r.Python,
			number(len(r.Layers), "layer"), counts[conformance.Pass], counts[conformance.Fail], counts[conformance.Unsupported], counts[conformance.Skipped])
		if r.Others > 0 {
			fmt.Fprintf(&b, "; %s of other packages not checked (--all checks them)", number(r.Others, "layer"))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// number is a count with its noun.
func number(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// sameReason is why a layer was not checked at all, "" if it was.
func sameReason(results []conformance.Result) string {
	why := ""
	for i := range results {
		r := &results[i]
		if r.Status == conformance.Pass || r.Status == conformance.Fail {
			return ""
		}
		if why == "" {
			why = r.Reason
		}
	}
	return why
}
