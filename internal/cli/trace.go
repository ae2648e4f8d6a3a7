package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
	"github.com/mwcheck/mwcheck/internal/trace"
)

// traceFlags say which request is traced.
type traceFlags struct {
	request    string
	id         string
	scenario   string
	behaviours []string
	view       string
	notFound   bool
	propagate  bool
	from, to   profile
}

func (a *app) traceCommand() *cobra.Command {
	var in inputFlags
	var configured configFlags
	var out outputFlags
	f := traceFlags{from: profile{prefer: conformance.FamilyClassic}, to: profile{prefer: conformance.FamilyModern}}
	cmd := &cobra.Command{
		Use:   "trace [PATH]...",
		Short: "Draw one request's way through a stack in both models",
		Long: `trace draws the way of one request through a middleware stack under two engines:
by default the classic model of Django 1.9 (or of the project's release) and the
modern model of the newest release. Hooks that run are drawn on the way in and on
the way out, indented by the layers around them; those that are skipped are struck
out. It never imports or runs the project.

What the layers and the view do with the request is up to you: without
--layer-behaviour each layer lets it pass and the view answers. A layer is named
by its dotted path, its class, or its number in the stack, outermost 1:

  mwcheck trace --layer-behaviour GateMiddleware.process_request=respond
  mwcheck trace --layer-behaviour 3.process_response=raise:http404 --view template

Behaviours: pass, touch, respond, respond_template, respond_stream, replace,
replace_template, return_none, return_false, reraise, set_urlconf and raise:KIND.
Kinds: value_error, http404, permission_denied, suspicious_operation,
bad_request, system_exit, keyboard_interrupt. For classes with __call__, "before"
and "after" are hooks, and get_response=once|twice|never. Views: ok, template,
stream, notfound, return_none, raise:KIND, template_render_raises.

--format svg writes the drawing as a picture that browsers and documents show, the
engines side by side; what was not understood is then told on stderr.

With --scenario the two ways are not computed but recorded from real Django;
docs/two-models.md has one for each difference between the models.

Exit codes: 0 the way was drawn, 2 wrong usage, nothing that could be drawn, or
an internal error.`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := in.check(paths); err != nil {
				return err
			}
			request, err := f.requestLine()
			if err != nil {
				return err
			}
			var r report.Traces
			if f.scenario != "" {
				for _, flag := range []string{"stack", "layer-behaviour", "view", "not-found", "propagate", "id", "django", "config", "exclude"} {
					if cmd.Flags().Changed(flag) {
						return &problem{text: fmt.Sprintf("--scenario and --%s do not go together", flag), hint: "a recorded scenario is as it is"}
					}
				}
				if len(paths) > 0 {
					return &problem{text: fmt.Sprintf("--scenario and a path (%q) do not go together", paths[0]), hint: "give one of them"}
				}
				r, err = f.recorded()
			} else {
				r, err = a.trace(cmd.Context(), paths, &in, &configured, &f)
			}
			if err != nil {
				return a.withNotes(err, r.Notes, &out)
			}
			r.Request = request
			switch out.format.value {
			case "json":
				return report.TracesJSON(a.env.Stdout, r)
			case "svg":
				if r.Others > 0 {
					fmt.Fprintln(a.env.Stderr, report.OtherStacks(r.Others))
				}
				return a.withNotes(report.TracesSVG(a.env.Stdout, r), r.Notes, &out)
			}
			return report.TracesText(a.env.Stdout, r, out.text(a.env))
		},
	}
	in.add(cmd.Flags())
	configured.addReading(cmd.Flags())
	out.add(cmd, "text", "json", "svg")
	flags := cmd.Flags()
	flags.StringVar(&f.request, "request", "GET /", "the request, as `\"METHOD /path\"`; it is shown, and nothing depends on it")
	flags.StringVar(&f.id, "id", "", "the `STACK` to draw, by its id in \"mwcheck stacks\" (default: the first)")
	flags.StringVar(&f.scenario, "scenario", "", "instead of a project, draw the scenario with this `ID` as real Django was recorded running it")
	flags.StringArrayVar(&f.behaviours, "layer-behaviour", nil, "what a hook does, as `LAYER.HOOK=BEHAVIOUR`; may be given several times")
	flags.StringVar(&f.view, "view", "ok", "what the view does, a `BEHAVIOUR`")
	flags.BoolVar(&f.notFound, "not-found", false, "no URL pattern matches")
	flags.BoolVar(&f.propagate, "propagate", false, "DEBUG_PROPAGATE_EXCEPTIONS is on")
	flags.Var(&f.from, "from", "the first engine, as classic@1.9")
	flags.Var(&f.to, "to", "the second engine, as modern@5.2 (default: the newest)")
	return cmd
}

// requestLine checks the form of --request.
func (f *traceFlags) requestLine() (string, error) {
	method, target, found := strings.Cut(f.request, " ")
	_, err := url.ParseRequestURI(target)
	if _, bad := http.NewRequest(method, "/", nil); !found || bad != nil || err != nil || !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " \t\r\n") {
		return "", &problem{text: fmt.Sprintf("malformed request %q", f.request), hint: `give it as --request "GET /path"`}
	}
	return method + " " + target, nil
}

func (a *app) trace(ctx context.Context, paths []string, in *inputFlags, configured *configFlags, f *traceFlags) (report.Traces, error) {
	var r report.Traces
	var found []loadedStack
	version := in.django.value
	notes, err := a.eachStack(ctx, paths, in, configured, func(s loadedStack) error {
		if s.Effective || in.stack != "" {
			found = append(found, s)
		}
		if version.IsZero() {
			version = s.django
		}
		return nil
	})
	r.Notes = notes
	if err != nil {
		return r, err
	}
	chosen, err := f.choose(found)
	if err != nil {
		return r, err
	}
	r.Stack, r.Others = chosen.ID, len(found)-1
	if r.Stack == "" {
		r.Stack = in.stack
	}
	return f.draw(chosen, version, r)
}

// choose finds the stack that --id names.
func (f *traceFlags) choose(found []loadedStack) (loadedStack, error) {
	if len(found) == 0 {
		return loadedStack{}, &problem{text: "there is no stack that Django would load"}
	}
	if f.id == "" {
		return found[0], nil
	}
	var ids []string
	for _, t := range found {
		if t.ID == f.id {
			return t, nil
		}
		ids = append(ids, t.ID)
	}
	return loadedStack{}, &problem{text: fmt.Sprintf("there is no stack %q", f.id), hint: "the stacks are " + strings.Join(ids, ", ")}
}

// engines are the two to draw, by the flags or by the project's release.
func (f *traceFlags) engines(v stack.Version) (from, to conformance.Engine) {
	from, to = f.from.engine, f.to.engine
	all := conformance.Engines()
	if from.Build == nil {
		from, _ = conformance.EngineByName("classic@1.9")
		for _, e := range all {
			if e.Family == conformance.FamilyClassic && !v.IsZero() && v.AtLeast(diff.Version(e)) && !v.AtLeast(stack.Version{Major: 2}) {
				from = e
			}
		}
	}
	if to.Build == nil {
		for _, e := range all {
			if e.Family == conformance.FamilyModern {
				to = e
			}
		}
	}
	return from, to
}

// draw runs the request under both engines. A stack of the modern model whose
// layers do not fit the classic one is drawn in its own model alone, unless
// --from says otherwise.
func (f *traceFlags) draw(t loadedStack, v stack.Version, r report.Traces) (report.Traces, error) {
	from, to := f.engines(v)
	named, err := f.parse(t.Stack)
	if err != nil {
		return r, err
	}
	both, err := f.play(t, from, to, named, r)
	if err != nil || t.Model == stack.Classic || f.from.engine.Build != nil {
		return both, err
	}
	alone, err := f.play(t, to, to, named, r)
	if err != nil {
		return both, nil
	}
	if len(both.Layers) < len(alone.Layers) || both.Drawn[0].Trace.Outcome.Kind == conformance.OutcomeLoadError {
		return alone, nil
	}
	return both, nil
}

func (f *traceFlags) play(t loadedStack, from, to conformance.Engine, named []behaviour, r report.Traces) (report.Traces, error) {
	r.Notes = slices.Clone(r.Notes)
	layer := func(path string) *layers.Layer { return t.read(diff.Version(from)).Layer(path) }
	keep := func(entry int) bool {
		return slices.ContainsFunc(named, func(b behaviour) bool { return b.entry == entry })
	}
	play, err := diff.Cast(t.Stack, layer, diff.Options{From: from, To: to, Catalog: t.catalog}, keep)
	if err != nil {
		return r, err
	}
	s := &play.Scenario
	s.View, s.Propagate = f.view, f.propagate
	if f.notFound {
		s.URL = "not_found"
	}
	for i, entry := range play.Entries {
		r.Layers = append(r.Layers, report.TraceLayer{Name: s.Layers[i].Name, Path: t.Entries[entry].Path})
		for _, b := range named {
			if b.entry == entry {
				b.show(&s.Layers[i])
			}
		}
	}
	if err := s.Validate(); err != nil {
		return r, &problem{text: strings.TrimPrefix(err.Error(), fmt.Sprintf("scenario %q: ", s.ID)), hint: "see mwcheck trace --help for the behaviours"}
	}
	for _, u := range play.Unknown {
		if !u.Absent || !keep(u.Entry) {
			r.Notes = append(r.Notes, stack.Note{Span: u.Span, Message: unknownWords(u)})
		}
	}
	r.Notes = sortNotes(append(r.Notes, standins(&f.from, &f.to)...))
	r.Scenario = s
	engines := []conformance.Engine{from, to}
	if from.Name == to.Name {
		engines = engines[:1]
	}
	traces := make([]conformance.Trace, len(engines))
	for i, e := range engines {
		if traces[i] = e.Run(s); len(traces[i].Unsupported) > 0 {
			return r, &problem{text: fmt.Sprintf("%s cannot be run: the engines here do not have %v", e.Name, traces[i].Unsupported)}
		}
	}
	for i, e := range engines {
		r.Drawn = append(r.Drawn, report.Drawn{Engine: e.Name, Trace: traces[i], Rows: trace.Rows(s, traces[i], traces...)})
	}
	return r, nil
}

func unknownWords(u diff.Unknown) string {
	if u.Absent {
		return fmt.Sprintf("%s is left out: %s", u.Layer, u.Why)
	}
	return fmt.Sprintf("%s: %s", u.Layer, u.Why)
}

// behaviour is one --layer-behaviour.
type behaviour struct {
	entry      int
	hook, does string
}

// parse reads the flags against the stack they are about.
func (f *traceFlags) parse(s *stack.Stack) ([]behaviour, error) {
	var list []behaviour
	for _, text := range f.behaviours {
		left, does, ok := strings.Cut(text, "=")
		dot := strings.LastIndexByte(left, '.')
		if !ok || dot < 1 || does == "" {
			return nil, &problem{text: fmt.Sprintf("malformed --layer-behaviour %q", text), hint: "give it as LAYER.HOOK=BEHAVIOUR, as GateMiddleware.process_request=respond"}
		}
		layer, hook := left[:dot], left[dot+1:]
		entries := entriesOf(s, layer)
		switch len(entries) {
		case 1:
			list = append(list, behaviour{entries[0], hook, does})
		case 0:
			return nil, &problem{text: fmt.Sprintf("--layer-behaviour %q: there is no layer %q in the stack", text, layer), hint: "name it by its dotted path, its class, or its number, outermost 1"}
		default:
			return nil, &problem{text: fmt.Sprintf("--layer-behaviour %q: %d layers are called %q", text, len(entries), layer), hint: "name it by its dotted path, or by its number, outermost 1"}
		}
	}
	return list, nil
}

// entriesOf finds a layer by number, dotted path or class.
func entriesOf(s *stack.Stack, name string) []int {
	if n, err := strconv.Atoi(name); err == nil {
		if n >= 1 && n <= len(s.Entries) && !s.Entries[n-1].Unknown {
			return []int{n - 1}
		}
		return nil
	}
	var exact, short []int
	for i, e := range s.Entries {
		switch {
		case e.Unknown:
		case e.Path == name:
			exact = append(exact, i)
		case catalog.ShortName(e.Path) == name:
			short = append(short, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return short
}

// show has a layer of the scenario do it.
func (b behaviour) show(l *conformance.LayerSpec) {
	called := l.Style == "modern" || l.Style == "function"
	if called && l.Call == nil {
		l.Call = &conformance.Call{}
	}
	switch {
	case called && b.hook == "before":
		l.Call.Before = b.does
	case called && b.hook == "after":
		l.Call.After = b.does
	case called && b.hook == "get_response":
		l.Call.GetResponse = b.does
	case called && b.hook == "try":
		l.Call.Try = b.does
	default:
		l.Hooks[b.hook] = b.does
	}
}
