package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func (a *app) layersCommand() *cobra.Command {
	var in inputFlags
	var configured configFlags
	var out outputFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "layers [PATH]...",
		Short: "Print what the middleware classes of a project do",
		Long: `layers reads the middleware classes and functions that the stacks of the Django
projects below each PATH name (default: the working directory) and prints what
each does: its style, its hooks, whether it may answer, what it may raise, which
attributes of the request it reads and writes. It never imports or runs the
project. Layers of other packages are counted, not shown; a stack of --stack has
no other ones.

Exit codes: 0 the layers were printed, 2 wrong usage, no settings module was
found, or an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			result, err := a.layers(cmd.Context(), paths, &in, &configured, all)
			if err != nil && out.format.value != "json" {
				return a.withNotes(err, result.Notes, &out)
			}
			return errors.Join(err, a.printLayers(result, &out))
		},
	}
	in.add(cmd.Flags())
	configured.addReading(cmd.Flags())
	out.add(cmd, "text", "json")
	cmd.Flags().BoolVar(&all, "all", false, "print everything that looks like middleware, also what no stack names")
	return cmd
}

func (a *app) printLayers(r report.Layers, out *outputFlags) error {
	if out.format.value == "json" {
		return report.LayersJSON(a.env.Stdout, r)
	}
	return report.LayersText(a.env.Stdout, r, out.text(a.env))
}

func (a *app) layers(ctx context.Context, paths []string, in *inputFlags, configured *configFlags, all bool) (report.Layers, error) {
	if in.stack != "" {
		return a.layersOfStack(in, configured)
	}
	parts, notes, err := a.parts(ctx, paths, in, configured)
	r := report.Layers{Notes: notes}
	if err != nil && !all { // with --all a tree without settings will do
		return r, err
	}
	s := &layerSet{seen: map[string]bool{}, outside: map[string]bool{}}
	for _, p := range parts {
		for _, m := range p.project.Settings {
			s.named(m, p.job.catalog())
		}
	}
	if all {
		for _, p := range parts {
			s.candidates(p.project, in.with(p.job).django.value, p.job.catalog())
		}
		if len(s.layers) == 0 && err != nil {
			return r, err
		}
	}
	slices.SortStableFunc(s.layers, func(a, b *layers.Layer) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Span.File, b.Span.File))
	})
	r.Layers, r.Outside = s.layers, len(s.outside)
	r.Notes = sortNotes(append(r.Notes, s.notes...))
	return r, nil
}

// layersOfStack counts the layers of --stack, which come without source.
func (a *app) layersOfStack(in *inputFlags, configured *configFlags) (report.Layers, error) {
	var r report.Layers
	notes, err := a.givenStack(in, configured, func(s loadedStack) error {
		outside := map[string]bool{}
		for _, e := range s.Entries {
			outside[e.Path] = true
		}
		r.Outside = len(outside)
		if r.Outside > 0 {
			r.Notes = append(r.Notes, stack.Note{Span: s.Span, Message: "no layer was read: a stack without a project has no source"})
		}
		return nil
	})
	r.Notes = sortNotes(append(r.Notes, notes...))
	return r, err
}

// layerSet gathers layers, each definition once.
type layerSet struct {
	layers  []*layers.Layer
	seen    map[string]bool
	outside map[string]bool
	notes   []stack.Note
}

// named adds the layers that a settings module's stacks name.
func (s *layerSet) named(m *django.SettingsModule, known *catalog.Catalog) {
	reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: known, Django: m.Django.Lint})
	for _, st := range m.Stacks {
		for _, e := range st.Entries {
			if e.Path == "" {
				continue
			}
			l := reader.Layer(e.Path)
			switch l.Origin {
			case layers.FromCatalog, layers.FromOutside:
				s.outside[e.Path] = true
			case layers.FromNowhere:
				s.missing(m, e)
			default:
				s.add(l)
			}
		}
	}
}

// missing notes a path that does not lead to anything, once for each place.
func (s *layerSet) missing(m *django.SettingsModule, e stack.Entry) {
	key := fmt.Sprintf("missing %s %s:%d", e.Path, e.Span.File, e.Span.Start)
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	text := fmt.Sprintf("%q was not found in the project", e.Path)
	if reason := m.Resolve(e.Path).Reason; reason != "" {
		text += ": " + reason
	}
	s.notes = append(s.notes, stack.Note{Span: e.Span, Message: text})
}

func (s *layerSet) add(l *layers.Layer) {
	key := fmt.Sprintf("%s %s:%d", l.Path, l.Span.File, l.Span.Start)
	if !s.seen[key] {
		s.seen[key] = true
		s.layers = append(s.layers, l)
	}
}

// candidates adds what looks like middleware in the files that were read,
// unless it is there under another name.
func (s *layerSet) candidates(p *django.Project, version stack.Version, known *catalog.Catalog) {
	if version.IsZero() {
		version = p.Django.Lint
	}
	places := map[string]bool{}
	for _, l := range s.layers {
		places[fmt.Sprintf("%s:%d", l.Span.File, l.Span.Start)] = true
	}
	readers := map[string]*layers.Reader{}
	for _, f := range p.Modules() {
		reader := readers[f.Root]
		if reader == nil {
			reader = layers.NewReader(projectfacts.Tree{Loader: p.LoaderAt(f)}, layers.Options{Catalog: known, Django: version})
			readers[f.Root] = reader
		}
		for _, path := range reader.Candidates(f.Module) {
			l := reader.Layer(path)
			if place := fmt.Sprintf("%s:%d", l.Span.File, l.Span.Start); !places[place] && l.Span.File == f.File {
				places[place] = true
				s.add(l)
			}
		}
	}
}
