package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// maxOwn bounds the own layers, and the own facts, of a file.
const maxOwn = 500

// ownBasis is the basis of facts that the user states, unless another is given.
const ownBasis = "configuration"

// own gathers what the file adds to the catalog, with the places to name where
// something is wrong with it.
type own struct {
	layers []*catalog.Middleware
	facts  []*catalog.Fact
	places map[string]stack.Span // by "middleware <path>" and "fact <id>"
}

func (r *resolver) source() []catalog.Source {
	return []catalog.Source{{Repo: ownBasis, File: r.config.File}}
}

func values(list []Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out
}

// layers reads the own layers; what they require becomes facts.
func (r *resolver) layers() {
	if len(r.file.Layers) > maxOwn {
		r.errorf(r.file.Layers[0].Span, "more than %d layers", maxOwn)
		return
	}
	for i := range r.file.Layers {
		l := &r.file.Layers[i]
		if r.full() || l.Path.Value == "" || !r.dotted(l.Path, false) {
			continue
		}
		if r.catalog.Known(l.Path.Value) {
			r.errorf(l.Path.Span, "mwcheck knows %q already; leave it out, or state facts on it in [[facts]]", l.Path.Value)
			continue
		}
		m := &catalog.Middleware{
			Path: l.Path.Value, Kind: "class", Body: "none", Sources: r.source(), SubclassOf: l.Subclass.Value, Package: l.Package.Value,
			Reads: attributes(l.Reads), Writes: attributes(l.Writes), Tags: values(l.Tags), Settings: values(l.Settings),
			Eras: []catalog.Era{l.era()},
		}
		if strings.EqualFold(m.Package, "django") {
			r.errorf(l.Package.Span, "mwcheck knows the layers of Django; leave package out")
		}
		if l.Function.Value {
			m.Kind = "factory function"
		}
		for _, when := range l.Answers {
			m.ShortCircuit = append(m.ShortCircuit, catalog.ShortCircuit{When: when.Value})
		}
		for _, a := range slices.Concat(l.Reads, l.Writes) {
			if !identifier(strings.TrimPrefix(a.Value, "request.")) {
				r.errorf(a.Span, "%q is no attribute of the request", a.Value)
			}
		}
		for _, t := range l.Tags {
			r.tag(t, t.Value)
		}
		if s := l.Subclass; s.Value != "" && r.catalog.Find(s.Value) == nil {
			r.errorf(s.Span, "%q is not in the catalog", s.Value)
		}
		r.own.places["middleware "+m.Path] = l.Path.Span
		r.own.layers = append(r.own.layers, m)
		r.requirements(l)
	}
}

// era is how the layer is built, in all versions. What is not said is what most
// layers outside of a project are: a modern class.
func (l *layerTable) era() catalog.Era {
	e := catalog.Era{Style: l.Style.Value, Hooks: values(l.Hooks), Sync: l.Sync == nil || l.Sync.Value, Async: l.Async != nil && l.Async.Value}
	if e.Style == "" {
		e.Style = "modern"
	}
	if e.Hooks == nil {
		switch e.Style {
		case "modern":
			e.Hooks = []string{"__call__"}
		case "classic", "mixin":
			e.Hooks = []string{"process_request", "process_response"}
		default:
			e.Hooks = []string{}
		}
	}
	return e
}

func attributes(list []Text) []catalog.Attribute {
	var out []catalog.Attribute
	for _, t := range list {
		out = append(out, catalog.Attribute{Attr: "request." + strings.TrimPrefix(t.Value, "request."), Phase: "request"})
	}
	return out
}

// requirements makes facts of what an own layer needs.
func (r *resolver) requirements(l *layerTable) {
	reason := l.Reason.Value
	if reason == "" {
		reason = "The configuration says that it needs this."
	}
	for _, kind := range []struct {
		relation catalog.Relation
		list     []Text
		dotted   bool
	}{{catalog.Requires, l.Requires, true}, {catalog.RequiresApp, l.Apps, false}, {catalog.RequiresSet, l.Settings, false}} {
		for n, t := range kind.list {
			if kind.dotted && !r.dotted(t, false) {
				continue
			}
			r.add(&catalog.Fact{
				ID: fmt.Sprintf("%s.%s-%d", l.Path.Value, strings.ReplaceAll(string(kind.relation), "_", "-"), n+1), Subject: l.Path.Value,
				Relation: kind.relation, Targets: []string{t.Value}, Strength: catalog.Must, Reason: sentence(reason),
			}, t.Span)
		}
	}
}

// add takes a fact in.
func (r *resolver) add(f *catalog.Fact, at stack.Span) {
	if f.Basis == "" {
		f.Basis = ownBasis
	}
	f.Sources = r.source()
	r.own.places["fact "+f.ID] = at
	r.own.facts = append(r.own.facts, f)
}

// sentence ends a text with a period.
func sentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.TrimRight(text, ".") + "."
}

// facts reads the own facts.
func (r *resolver) facts() {
	if len(r.file.Facts) > maxOwn {
		r.errorf(r.file.Facts[0].Span, "more than %d facts", maxOwn)
		return
	}
	for i := range r.file.Facts {
		t := &r.file.Facts[i]
		if r.full() || t.ID.Value == "" || t.Subject.Value == "" || t.Reason.Value == "" {
			if t.ID.Span.File != "" && t.ID.Value == "" {
				r.errorf(t.ID.Span, "the id is empty")
			}
			continue
		}
		switch {
		case strings.ContainsAny(t.ID.Value, " \t:,[]#"):
			r.errorf(t.ID.Span, "malformed id %q; want a form like shop.tenant-first", t.ID.Value)
			continue
		case r.catalog.Fact(t.ID.Value) != nil, lint.Find(t.ID.Value) != nil:
			r.errorf(t.ID.Span, "mwcheck has a fact or rule %q already; give it another id", t.ID.Value)
			continue
		case slices.ContainsFunc(r.own.facts, func(f *catalog.Fact) bool { return f.ID == t.ID.Value }):
			r.errorf(t.ID.Span, "the id %q is given twice", t.ID.Value)
			continue
		}
		f := &catalog.Fact{
			ID: t.ID.Value, Subject: t.Subject.Value, Relation: catalog.Relation(t.Relation.Value), Targets: values(t.Targets),
			Strength: catalog.Strength(t.Strength.Value), Reason: sentence(t.Reason.Value), Basis: t.Basis.Value, Suggest: t.Suggest.Value,
			Exceptions: values(t.Exceptions), Literal: t.Literal.Value, UsedWith: t.UsedWith.Value, PackageFrom: t.PackageFrom.Value,
			Django: catalog.Range{From: r.version(t.Django.From), To: r.version(t.Django.To)},
		}
		if f.Strength == "" {
			f.Strength = catalog.Should
		}
		if w := t.When; w.Setting.Value != "" {
			f.When = &catalog.When{Setting: w.Setting.Value, OneOf: values(w.OneOf), Default: w.Default.Value}
			if w.Equals != nil {
				f.When.Equals = &w.Equals.Value
			}
			if (f.When.Equals == nil) == (len(f.When.OneOf) == 0) {
				r.errorf(w.Setting.Span, "the condition on %s needs one of equals and one_of", w.Setting.Value)
				continue
			}
		}
		r.refs(f, t)
		r.add(f, t.ID.Span)
	}
}

// refs checks the names in a fact that are layers or tags.
func (r *resolver) refs(f *catalog.Fact, t *factTable) {
	layers := append([]Text{t.Subject}, t.Exceptions...)
	switch f.Relation {
	case catalog.RequiredByApp, catalog.RequiresApp, catalog.RequiresSet:
	default:
		layers = append(layers, t.Targets...)
	}
	if t.Suggest.Value != "" {
		layers = append(layers, t.Suggest)
	}
	for _, one := range layers {
		if tag, ok := catalog.TagOf(one.Value); ok {
			r.tag(one, tag)
		} else if one.Value != "*" {
			r.dotted(one, false)
		}
	}
}

func (r *resolver) tag(at Text, tag string) {
	if _, ok := r.catalog.Tags[tag]; ok || r.full() {
		return
	}
	if near := lint.Closest(tag, r.catalog.TagNames()); near != "" {
		r.errorf(at.Span, "there is no tag %q; did you mean %q?", tag, near)
		return
	}
	r.errorf(at.Span, "there is no tag %q", tag)
}

func (r *resolver) version(t Text) catalog.Version {
	if t.Value == "" {
		return catalog.Version{}
	}
	v, err := stack.ParseVersion(t.Value)
	if err == nil && !slices.Contains(r.catalog.Versions, v) {
		err = fmt.Errorf("mwcheck knows no Django version %s; it knows %s to %s", t.Value, r.catalog.Versions[0], r.catalog.Versions[len(r.catalog.Versions)-1])
	}
	if err != nil {
		r.errorf(t.Span, "%s", err)
	}
	return catalog.Version{Version: v}
}

// extend makes the catalog with the own layers and facts, and holds it against
// what a catalog has to be.
func (r *resolver) extend() {
	if len(r.own.layers)+len(r.own.facts) == 0 {
		return
	}
	extended := r.catalog.Extend(r.own.layers, r.own.facts)
	r.config.Catalog = extended
	r.catalog = extended
	if len(r.errs) > 0 {
		return
	}
	// Facts may name layers of which nothing else is known: for the check they
	// are described, in the run they stay unknown.
	check := extended.Extend(r.stubs(), nil)
	said := map[stack.Span]bool{}
	for _, err := range catalog.Validate(check) {
		// A circle comes once for every version that has it.
		if at := r.blame(err.Error()); !said[at] {
			said[at] = true
			r.errorf(at, "%s", err)
		}
	}
	if len(r.errs) == 0 {
		r.contradictions(check)
	}
}

// stubs describe the layers that own facts name and nobody else does.
func (r *resolver) stubs() []*catalog.Middleware {
	var out []*catalog.Middleware
	seen := map[string]bool{}
	for _, f := range r.own.facts {
		refs := append([]string{f.Subject, f.Suggest}, f.Exceptions...)
		if f.Order() || f.Relation == catalog.Requires || f.Relation == catalog.RequiresAny || f.Relation == catalog.Conflicts ||
			f.Relation == catalog.Replaces || f.Relation == catalog.ReplacedBy {
			refs = append(refs, f.Targets...)
		}
		for _, ref := range refs {
			if _, tag := catalog.TagOf(ref); tag || ref == "" || ref == "*" || seen[ref] || r.catalog.Find(ref) != nil {
				continue
			}
			seen[ref] = true
			out = append(out, &catalog.Middleware{Path: ref, Eras: []catalog.Era{{Style: "unknown"}}, Sources: r.source()})
		}
	}
	return out
}

// blame finds the place of what an error of the catalog is about: the layer or
// fact that it begins with, else the first own fact that it names.
func (r *resolver) blame(message string) stack.Span {
	head, _, _ := strings.Cut(message, ": ")
	if at, ok := r.own.places[head]; ok {
		return at
	}
	for _, f := range r.own.facts {
		if strings.Contains(message, f.ID) {
			return r.own.places["fact "+f.ID]
		}
	}
	return r.lines.File()
}

// contradictions notes own facts, and own constraints on two layers, that what
// must hold already forbids: they are never reported, or never to be met.
func (r *resolver) contradictions(c *catalog.Catalog) {
	for _, f := range r.own.facts {
		if !f.Order() || f.Strength == catalog.Must {
			continue
		}
		must := *f
		must.Strength = catalog.Must
		if loop := r.loop(c, &must); loop != "" {
			r.note(r.own.places["fact "+f.ID], "the fact %q contradicts what must hold and is never reported: %s", f.ID, loop)
		}
	}
}

// orderContradictions notes own constraints between two layers of the catalog
// that what must hold forbids.
func (r *resolver) orderContradictions() {
	for _, o := range r.config.Order {
		for k, t := range slices.Concat(o.Before, o.After) {
			if r.catalog.Find(o.Layer) == nil || r.catalog.Find(t.Layer) == nil {
				continue
			}
			f := &catalog.Fact{ID: "own-order", Subject: o.Layer, Relation: catalog.Before, Targets: []string{t.Layer}, Strength: catalog.Must}
			if k >= len(o.Before) {
				f.Relation = catalog.After
			}
			if loop := r.loop(r.catalog, f); loop != "" {
				r.note(t.Span, "this constraint contradicts what must hold: %s", loop)
			}
		}
	}
}

func (r *resolver) note(at stack.Span, format string, args ...any) {
	r.config.Notes = append(r.config.Notes, stack.Note{Span: at, Message: fmt.Sprintf(format, args...)})
}

// loop is the circle that a must fact would make in some version, or "".
func (r *resolver) loop(c *catalog.Catalog, f *catalog.Fact) string {
	with := c.Without(f.ID).Extend(nil, []*catalog.Fact{f})
	for _, v := range slices.Backward(c.Versions) {
		if loop := catalog.MustCycle(with, v); loop != nil {
			return strings.Join(loop, ", ")
		}
	}
	return ""
}
