package pyscenario

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Options say which project is written for a scenario.
type Options struct {
	// Model decides on the setting and on what layers of style "hooks" are:
	// plain classes or subclasses of MiddlewareMixin. "" is stack.Modern.
	Model stack.Model
	// Python2 uses syntax that Python 3 does not read, in the modules of the
	// middleware.
	Python2 bool
	Style   Style
}

// Project is a project in source text.
type Project struct {
	Files    map[string][]byte // by "/"-separated name
	Settings string            // the dotted settings module
	// Layers are the dotted paths in the setting, in the order of the
	// scenario's layers.
	Layers []string
	// Recorder is the dotted module that holds what happened.
	Recorder string
	// Python2 says that some modules are no Python 3.
	Python2 bool
}

// The package that holds everything.
const pkg = "shop"

//go:embed source/recorder.py
var recorderSource string

//go:embed source/tags.py
var tagsSource string

// Write writes the project of a scenario. The error names what in the scenario
// cannot be written: asynchronous layers and views, and views that are objects.
func Write(s *conformance.Scenario, o Options) (*Project, error) {
	if err := supported(s, o); err != nil {
		return nil, fmt.Errorf("scenario %q: %w", s.ID, err)
	}
	p := &project{scenario: s, opts: o, out: &Project{
		Files: map[string][]byte{}, Settings: pkg + ".settings", Recorder: pkg + ".recorder", Python2: o.Python2,
	}}
	p.add("__init__", "")
	p.add("recorder", recorderSource)
	p.add("tags", tagsSource)
	p.common()
	p.layers()
	p.settings()
	p.site()
	return p.out, nil
}

func supported(s *conformance.Scenario, o Options) error {
	if strings.HasPrefix(s.View, "async_") || s.ViewObject {
		return fmt.Errorf("view %q is not written", s.View)
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.SyncCapable != nil || l.AsyncCapable != nil || len(l.AsyncHooks) > 0 || l.Mark != nil {
			return fmt.Errorf("layer %q is asynchronous, which is not written", l.Name)
		}
		if o.Model == stack.Classic && l.Style != "hooks" && l.Style != "classic" {
			return fmt.Errorf("layer %q of style %s is not written for the classic model", l.Name, l.Style)
		}
		if l.Init == "returns_none" && o.Model == stack.Classic {
			return fmt.Errorf("layer %q: a factory without answer is not written for the classic model", l.Name)
		}
	}
	return nil
}

// project is one that is being written.
type project struct {
	scenario *conformance.Scenario
	opts     Options
	out      *Project
}

func (p *project) classic() bool { return p.opts.Model == stack.Classic }

// add adds a module of the package.
func (p *project) add(name, text string) {
	if p.opts.Style.Indent != "" {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			bare := strings.TrimLeft(line, " ")
			depth := (len(line) - len(bare)) / 4
			if (len(line)-len(bare))%4 == 0 {
				lines[i] = strings.Repeat(p.opts.Style.Indent, depth) + bare
			}
		}
		text = strings.Join(lines, "\n")
	}
	if p.opts.Style.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	p.out.Files[pkg+"/"+strings.ReplaceAll(name, ".", "/")+".py"] = []byte(text)
}

// page writes one module.
type page struct {
	b      strings.Builder
	depth  int
	single bool
}

func (p *project) page() *page { return &page{single: p.opts.Style.Single} }

// line writes a line; "%q" in the format is a string in the project's quotes.
func (w *page) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok && w.single {
			args[i] = quoted(s)
		}
	}
	text := fmt.Sprintf(format, args...)
	if text != "" {
		w.b.WriteString(strings.Repeat("    ", w.depth))
	}
	w.b.WriteString(text)
	w.b.WriteByte('\n')
}

// text stands in a format as it is.
type text string

// quoted is a string that %q writes in single quotes.
type quoted string

// Format does so.
func (q quoted) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "'%s'", string(q))
		return
	}
	_, _ = fmt.Fprint(f, string(q))
}

// block writes what body writes one step further in.
func (w *page) block(body func(), head string, args ...any) {
	w.line(head, args...)
	w.depth++
	body()
	w.depth--
}

func (w *page) String() string { return strings.TrimLeft(w.b.String(), "\n") }

// imports are the names that a module needs: modules as they are, and names of
// modules.
type imports struct {
	plain map[string]bool
	names map[string][]string
}

func newImports() *imports { return &imports{plain: map[string]bool{}, names: map[string][]string{}} }

// from notes that a name is imported from a module.
func (im *imports) from(module, name string) {
	if !slices.Contains(im.names[module], name) {
		im.names[module] = append(im.names[module], name)
	}
}

// write writes them as people sort them: Django's first, then the project's.
func (im *imports) write(w *page, recorder string) {
	for _, module := range slices.Sorted(maps.Keys(im.plain)) {
		w.line("import %s", module)
	}
	own := func(module string) bool { return strings.HasPrefix(module, pkg) }
	for _, local := range []bool{false, true} {
		for _, module := range slices.Sorted(maps.Keys(im.names)) {
			if own(module) == local {
				w.line("from %s import %s", module, strings.Join(slices.Sorted(slices.Values(im.names[module])), ", "))
			}
		}
		if !local && w.b.Len() > 0 {
			w.line("")
		}
	}
	w.line("%s", recorder)
}
