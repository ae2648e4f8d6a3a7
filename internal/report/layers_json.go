package report

import (
	"io"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// LayersSchema is the name of the document that LayersJSON writes.
const LayersSchema = "mwcheck.layers/1"

type jsonLayers struct {
	Schema string      `json:"schema"`
	Layers []jsonLayer `json:"layers"`
	Notes  []jsonNote  `json:"notes"`
}

// jsonLayer is one layer. A fact that is not known is null where it is a yes
// or no, and "unknown" where it is a word.
type jsonLayer struct {
	Path          string           `json:"path"`
	Target        string           `json:"target"`
	Origin        string           `json:"origin"`
	File          string           `json:"file"`
	Line          int              `json:"line"`
	Column        int              `json:"column"`
	Style         string           `json:"style"`
	Complete      *bool            `json:"complete"`
	Bases         []jsonBase       `json:"bases"`
	Hooks         map[string]int   `json:"hooks"`
	ShortCircuits map[string][]int `json:"short_circuits"`
	Raises        []string         `json:"raises"`
	Reads         []jsonRead       `json:"reads"`
	Writes        []jsonAccess     `json:"writes"`
	Former        []jsonRead       `json:"former"`
	SyncCapable   *bool            `json:"sync_capable"`
	AsyncCapable  *bool            `json:"async_capable"`
	Init          jsonInit         `json:"init"`
	Async         jsonAsync        `json:"async"`
	HookDetails   []jsonHook       `json:"hook_details"`
	RaiseDetails  []jsonRaise      `json:"raise_details"`
	Next          []jsonNext       `json:"get_response"`
	Headers       []jsonHeader     `json:"headers"`
	Content       []jsonContent    `json:"content"`
	Body          []jsonUse        `json:"body"`
	Cookies       []jsonUse        `json:"cookies"`
	Session       []jsonUse        `json:"session"`
	Messages      []jsonUse        `json:"messages"`
	State         []jsonUse        `json:"state"`
	ThreadLocals  []jsonLocal      `json:"thread_locals"`
	Unread        []jsonUse        `json:"unread"`
	Unclear       []jsonNote       `json:"unclear"`
}

type jsonBase struct {
	Path   string `json:"path"`
	Origin string `json:"origin"`
}

type jsonPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type jsonAccess struct {
	Attr string `json:"attr"`
	Hook string `json:"hook"`
	jsonPlace
	Phase   string      `json:"phase"`
	Guard   string      `json:"guard,omitempty"`
	Op      string      `json:"op,omitempty"`
	Always  bool        `json:"always"`
	Via     string      `json:"via,omitempty"`
	Calls   []jsonPlace `json:"calls,omitempty"`
	Owner   string      `json:"owner,omitempty"`
	Setting string      `json:"setting,omitempty"`
}

type jsonRead struct {
	jsonAccess
	Guarded *bool `json:"guarded"`
}

type jsonInit struct {
	jsonPlace
	Owner       string      `json:"owner"`
	Takes       string      `json:"takes_get_response"`
	Extra       []string    `json:"extra_required"`
	Stores      string      `json:"stores_as"`
	StoresIt    *bool       `json:"stores_get_response"`
	Wraps       []string    `json:"wraps_as"`
	Super       *bool       `json:"calls_super"`
	SuperPasses *bool       `json:"super_gets_get_response"`
	NotUsed     []jsonPlace `json:"middleware_not_used"`
	Raises      []jsonRaise `json:"raises"`
}

type jsonAsync struct {
	Native *bool    `json:"native"`
	Marks  *bool    `json:"marks_itself"`
	Asks   *bool    `json:"asks_get_response"`
	Hooks  []string `json:"coroutine_hooks"`
}

type jsonHook struct {
	Name string `json:"name"`
	jsonPlace
	Owner          string       `json:"owner"`
	Inherited      bool         `json:"inherited"`
	Conditional    bool         `json:"conditional"`
	Read           bool         `json:"read"`
	Async          bool         `json:"async"`
	Fits           *bool        `json:"signature_fits"`
	CalledBy       string       `json:"called_by"`
	Answers        *bool        `json:"answers"`
	Returns        []jsonAnswer `json:"returns"`
	Replaces       *bool        `json:"replaces_response"`
	ReturnsNothing *bool        `json:"returns_nothing"`
	Nothing        []jsonPlace  `json:"nothing"`
}

type jsonAnswer struct {
	jsonPlace
	Certain bool        `json:"certain"`
	Kind    string      `json:"kind"`
	Made    []jsonPlace `json:"made"`
}

type jsonRaise struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Hook string `json:"hook"`
	jsonPlace
	Phase string `json:"phase"`
	Via   string `json:"via,omitempty"`
}

type jsonNext struct {
	Hook string `json:"hook"`
	jsonPlace
	Dropped bool `json:"dropped"`
	Wrapped bool `json:"wrapped"`
	Loop    bool `json:"loop"`
	// Unawaited: in a coroutine function, and surely not awaited.
	Unawaited bool `json:"unawaited"`
}

type jsonHeader struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Effect string `json:"effect"`
	Own    bool   `json:"own_response"`
	Always bool   `json:"always"`
	Hook   string `json:"hook"`
	jsonPlace
	Phase string `json:"phase"`
	Via   string `json:"via,omitempty"`
}

type jsonContent struct {
	What    string `json:"what"`
	Write   bool   `json:"write"`
	Guarded *bool  `json:"guarded"`
	Own     bool   `json:"own_response"`
	Hook    string `json:"hook"`
	jsonPlace
	Phase string `json:"phase"`
	Via   string `json:"via,omitempty"`
}

type jsonUse struct {
	What string `json:"what"`
	Hook string `json:"hook"`
	jsonPlace
	Phase string `json:"phase"`
	Via   string `json:"via,omitempty"`
}

type jsonLocal struct {
	Name string `json:"name"`
	Hook string `json:"hook"`
	jsonPlace
	Phase string `json:"phase"`
	Reset *bool  `json:"reset"`
}

// LayersJSON writes a mwcheck.layers/1 document. Empty arrays and objects are
// never null.
func LayersJSON(w io.Writer, r Layers) error {
	doc := jsonLayers{Schema: LayersSchema, Layers: []jsonLayer{}, Notes: toNotes(r.Notes)}
	for _, l := range r.Layers {
		doc.Layers = append(doc.Layers, toLayer(l))
	}
	return writeJSON(w, doc)
}

func toLayer(l *layers.Layer) jsonLayer {
	j := jsonLayer{
		Path: l.Path, Target: l.Target, Origin: string(l.Origin), File: l.Span.File, Line: l.Span.Line, Column: l.Span.Column,
		Style: string(l.Style), Complete: known(l.Whole), Bases: []jsonBase{}, Hooks: map[string]int{},
		ShortCircuits: map[string][]int{}, Raises: []string{}, Reads: []jsonRead{}, Writes: []jsonAccess{}, Former: []jsonRead{},
		SyncCapable: known(l.Async.SyncCapable), AsyncCapable: known(l.Async.AsyncCapable), Init: toInit(l.Init),
		Async: jsonAsync{
			Native: known(l.Async.Native), Marks: known(l.Async.Marks), Asks: known(l.Async.Asks),
			Hooks: append([]string{}, l.Async.Hooks...),
		},
		HookDetails: []jsonHook{}, RaiseDetails: toRaises(l.Raises), Next: []jsonNext{}, Headers: []jsonHeader{},
		Content: []jsonContent{}, Body: []jsonUse{}, Cookies: toUses(l.Cookies), Session: toUses(l.Session), Messages: toUses(l.Messages), State: []jsonUse{},
		ThreadLocals: []jsonLocal{}, Unread: toUses(l.Unread), Unclear: []jsonNote{},
	}
	for _, b := range l.Bases {
		j.Bases = append(j.Bases, jsonBase{b.Path, string(b.Origin)})
	}
	for _, h := range l.Hooks {
		j.Hooks[h.Name] = h.Span.Line
		j.HookDetails = append(j.HookDetails, toHook(h))
		if !h.ShortCircuits() {
			continue
		}
		for _, a := range h.Returns {
			j.ShortCircuits[h.Name] = append(j.ShortCircuits[h.Name], a.Span.Line)
		}
	}
	seen := map[string]bool{}
	for _, e := range l.Raises {
		if e.Name != "" && !seen[e.Name] {
			seen[e.Name] = true
			j.Raises = append(j.Raises, e.Name)
		}
	}
	for _, a := range l.Reads {
		j.Reads = append(j.Reads, jsonRead{toAccess(a), known(a.Guarded)})
	}
	for _, a := range l.Former {
		j.Former = append(j.Former, jsonRead{toAccess(a), known(a.Guarded)})
	}
	for _, a := range l.Writes {
		j.Writes = append(j.Writes, toAccess(a))
	}
	addUses(&j, l)
	for _, u := range l.Unclear {
		j.Unclear = append(j.Unclear, jsonNote{u.Span.File, u.Span.Line, u.Span.Column, u.Text})
	}
	return j
}

func addUses(j *jsonLayer, l *layers.Layer) {
	for _, x := range l.Next {
		j.Next = append(j.Next, jsonNext{x.Hook, place(x.Span), x.Dropped, x.Wrapped, x.Loop, x.Unawaited})
	}
	for _, x := range l.Headers {
		j.Headers = append(j.Headers, jsonHeader{x.Name, x.Text, x.Effect, x.Own, x.Always, x.Hook, place(x.Span), string(x.Phase), x.Via})
	}
	for _, x := range l.Content {
		j.Content = append(j.Content, jsonContent{x.What, x.Write, known(x.Guarded), x.Own, x.Hook, place(x.Span), string(x.Phase), x.Via})
	}
	for _, x := range l.Bodies {
		j.Body = append(j.Body, jsonUse{x.What, x.Hook, place(x.Span), string(x.Phase), x.Via})
	}
	for _, x := range l.State {
		j.State = append(j.State, jsonUse{x.Target, x.Hook, place(x.Span), string(x.Phase), x.Via})
	}
	for _, x := range l.Locals {
		j.ThreadLocals = append(j.ThreadLocals, jsonLocal{x.Name, x.Hook, place(x.Span), string(x.Phase), known(x.Reset)})
	}
}

// known is a fact as JSON has it: true, false or null.
func known(t layers.Tri) *bool {
	if t == layers.Unknown {
		return nil
	}
	yes := t == layers.Yes
	return &yes
}

func place(s stack.Span) jsonPlace { return jsonPlace{s.File, s.Line, s.Column} }

func places(spans []stack.Span) []jsonPlace {
	out := []jsonPlace{}
	for _, s := range spans {
		out = append(out, place(s))
	}
	return out
}

func toAccess(a layers.Access) jsonAccess {
	x := jsonAccess{
		Attr: a.Attr, Hook: a.Hook, jsonPlace: place(a.Span), Phase: string(a.Phase), Guard: a.Guard, Op: a.Op, Always: a.Always,
		Via: a.Via, Owner: a.Owner, Setting: a.Setting,
	}
	if len(a.Calls) > 0 {
		x.Calls = places(a.Calls)
	}
	return x
}

func toInit(i layers.Init) jsonInit {
	j := jsonInit{
		jsonPlace: place(i.Span), Owner: i.Owner, Takes: string(i.Takes), Extra: append([]string{}, i.Extra...), Stores: i.Stores,
		StoresIt: known(i.StoresIt), Wraps: append([]string{}, i.Wraps...), Super: known(i.Super), SuperPasses: known(i.SuperPasses),
		NotUsed: []jsonPlace{}, Raises: toRaises(i.Raises),
	}
	for _, s := range i.NotUsed {
		j.NotUsed = append(j.NotUsed, place(s.Span))
	}
	return j
}

func toHook(h layers.Hook) jsonHook {
	j := jsonHook{
		Name: h.Name, jsonPlace: place(h.Span), Owner: h.Owner, Inherited: h.Inherited, Conditional: h.Conditional, Read: h.Read,
		Async: h.Async, Fits: known(h.Fits), CalledBy: h.CalledBy, Answers: known(h.Answers), Returns: []jsonAnswer{},
		Replaces: known(h.Replaces), ReturnsNothing: known(h.ReturnsNothing), Nothing: []jsonPlace{},
	}
	for _, a := range h.Returns {
		j.Returns = append(j.Returns, jsonAnswer{place(a.Span), a.Certain == layers.Yes, a.Kind, places(a.Made)})
	}
	for _, n := range h.Nothing {
		j.Nothing = append(j.Nothing, place(n.Span))
	}
	return j
}

func toRaises(all []layers.Raise) []jsonRaise {
	out := []jsonRaise{}
	for _, e := range all {
		out = append(out, jsonRaise{e.Name, string(e.Kind), e.Hook, place(e.Span), string(e.Phase), e.Via})
	}
	return out
}

func toUses(all []layers.Site) []jsonUse {
	out := []jsonUse{}
	for _, s := range all {
		out = append(out, jsonUse{What: s.Text, Hook: s.Hook, jsonPlace: place(s.Span), Phase: string(s.Phase)})
	}
	return out
}
