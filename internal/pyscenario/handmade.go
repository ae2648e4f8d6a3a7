package pyscenario

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/mwcheck/mwcheck/conformance"
)

// Atom is something out of the ordinary that a layer does, or the site, if Layer
// is "".
type Atom struct {
	Layer, Hook, Behaviour string
}

// String is the atom as "B.process_request=respond".
func (a Atom) String() string {
	return conformance.Trigger{Layer: a.Layer, Hook: a.Hook, Behaviour: a.Behaviour}.String()
}

// Handmade is a project that was written by hand, with what a person expects of
// it; testdata/realistic/README.md has the form.
type Handmade struct {
	Name, About string
	Settings    string
	Python2     bool
	Layers      []HandmadeLayer // outermost first
	Does        []Atom
	Requests    []HandmadeRequest
	Files       map[string][]byte
}

// HandmadeLayer is one of the project's own layers.
type HandmadeLayer struct {
	Name  string // as in traces
	Path  string
	Hooks []string
}

// HandmadeRequest is a request and what happens.
type HandmadeRequest struct {
	Line  string // "GET /path"
	Atoms []Atom
}

// ParseHandmade reads a project. The error names the line that is malformed.
func ParseHandmade(name string, data []byte) (*Handmade, error) {
	archive := txtar.Parse(data)
	h := &Handmade{Name: name, Files: map[string][]byte{}}
	for _, f := range archive.Files {
		h.Files[f.Name] = f.Data
	}
	for line := range strings.Lines(string(archive.Comment)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := h.line(line); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, line, err)
		}
	}
	if h.Settings == "" || len(h.Layers) == 0 || len(h.Requests) == 0 {
		return nil, fmt.Errorf("%s: settings, a layer and a request are needed", name)
	}
	return h, nil
}

func (h *Handmade) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	fields := strings.Fields(rest)
	switch {
	case word == "about":
		h.About = rest
	case word == "settings" && len(fields) == 1:
		h.Settings = rest
	case word == "python2":
		h.Python2 = true
	case word == "layer" && len(fields) > 1:
		h.Layers = append(h.Layers, HandmadeLayer{fields[0], fields[1], fields[2:]})
	case word == "does" && len(fields) == 1:
		a, err := h.atom(rest)
		if err != nil {
			return err
		}
		h.Does = append(h.Does, a)
	case word == "serve":
		request, atoms, ok := strings.Cut(rest, ":")
		if !ok {
			return fmt.Errorf("no colon behind the request")
		}
		r := HandmadeRequest{Line: request}
		for _, text := range strings.Fields(atoms) {
			a, err := h.atom(text)
			if err != nil {
				return err
			}
			if a.Layer != "" && !slices.Contains(h.Does, a) {
				return fmt.Errorf("%s is not in a line with does", a)
			}
			r.Atoms = append(r.Atoms, a)
		}
		h.Requests = append(h.Requests, r)
	default:
		return fmt.Errorf("unknown")
	}
	return nil
}

func (h *Handmade) atom(text string) (Atom, error) {
	at, behaviour, ok := strings.Cut(text, "=")
	if !ok {
		return Atom{}, fmt.Errorf("%q has no behaviour", text)
	}
	if at == conformance.HookSiteView || at == conformance.HookURL {
		return Atom{Hook: at, Behaviour: behaviour}, nil
	}
	name, hook, _ := strings.Cut(at, ".")
	for _, l := range h.Layers {
		if l.Name == name && slices.Contains(l.Hooks, hook) {
			return Atom{name, hook, behaviour}, nil
		}
	}
	return Atom{}, fmt.Errorf("%q is no hook of a layer", at)
}

// AtomsOf is what is out of the ordinary in a recorded scenario of layers with
// all five hooks; ok is false for others.
func AtomsOf(s *conformance.Scenario) (atoms []Atom, ok bool) {
	if s.Propagate || s.ErrorHandlers != "" || s.ViewObject {
		return nil, false
	}
	for i := range s.Layers {
		l := &s.Layers[i]
		if l.Style != "hooks" || l.Init != "" && l.Init != "ok" || len(l.Hooks) != 5 || l.Hooks[conformance.HookResponse] == "pass" {
			return nil, false
		}
		for _, hook := range hookOrder {
			if b := l.Hooks[hook]; !ordinary(b) {
				atoms = append(atoms, Atom{l.Name, hook, b})
			}
		}
	}
	if s.View != "" && s.View != "ok" {
		atoms = append(atoms, Atom{Hook: conformance.HookSiteView, Behaviour: s.View})
	}
	if s.URL == "not_found" {
		atoms = append(atoms, Atom{Hook: conformance.HookURL, Behaviour: "not_found"})
	}
	return atoms, true
}

// Key names a set of atoms, in whatever order.
func Key(atoms []Atom) string {
	var words []string
	for _, a := range atoms {
		words = append(words, a.String())
	}
	sort.Strings(words)
	return strings.Join(words, " ")
}

var (
	ownAnswer = regexp.MustCompile(`status=\d+( marker=[A-Z]\.)`)
	rendered  = regexp.MustCompile(`\.render$|\.stream\.`)
)

// Seen gives what is to be seen of a trace in a handmade project: the hooks that
// its layers have. A recorded layer has all five; those that pass on what they
// got leave nothing but their event. The status of a layer's own answer is its
// own business; what renders and sends is not watched.
func (h *Handmade) Seen(t conformance.Trace) conformance.Trace {
	hooks := map[string]bool{}
	names := map[string]bool{}
	for _, l := range h.Layers {
		names[l.Name] = true
		for _, hook := range l.Hooks {
			hooks[l.Name+"."+hook] = true
		}
	}
	out := conformance.Trace{Events: []string{}, Outcome: t.Outcome}
	for _, e := range t.Events {
		at, _, _ := strings.Cut(e, " ")
		name, _, _ := strings.Cut(at, ".")
		if rendered.MatchString(at) || names[name] && !hooks[at] {
			continue
		}
		out.Events = append(out.Events, ownAnswer.ReplaceAllString(e, "status=200$1"))
	}
	out.Outcome.Body = strings.TrimSuffix(out.Outcome.Body, "+")
	if name, _, ok := strings.Cut(out.Outcome.Body, "."); ok && names[name] {
		out.Outcome.Status = 200
	}
	var trail []string
	for i, at := range strings.Split(t.Outcome.XTrace, ",") {
		if name, _, _ := strings.Cut(at, "."); i == 0 || !names[name] || hooks[at] {
			trail = append(trail, at)
		}
	}
	out.Outcome.XTrace = strings.Join(trail, ",")
	return out
}
