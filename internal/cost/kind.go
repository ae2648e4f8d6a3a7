package cost

import "github.com/mwcheck/mwcheck/internal/layers"

// Kind is one way in which a layer may be built and run.
type Kind struct {
	// Sync and Async are sync_capable and async_capable.
	Sync, Async bool
	// Request and Response say that MiddlewareMixin runs process_request and
	// process_response for the layer (django/utils/deprecation.py, __acall__,
	// 3.1 and later).
	Request, Response bool
	// View says that it has a process_view that is no coroutine function.
	View bool
	// Absent is a layer that is not used (MiddlewareNotUsed), or not there.
	Absent bool
}

// Layer is one entry of a stack: all the ways in which it may run.
type Layer struct {
	Path string
	// Kinds has one element where all is known, and never none.
	Kinds []Kind
	// Open is an entry that may stand for any number of layers.
	Open bool
	// Own says that its code is part of the project.
	Own bool
	// Why says what is not known, "" where nothing is.
	Why string
}

// Known says that there is one way only.
func (l *Layer) Known() bool { return len(l.Kinds) == 1 && !l.Open }

// Open is an entry of which nothing is known, not even that it is one layer.
func Open(path string) Layer {
	return Layer{Path: path, Open: true, Why: "not known without running code", Kinds: []Kind{{Absent: true}, {Sync: true}, {Async: true}}}
}

// Of gives the kinds of a layer by what is known of it.
func Of(l *layers.Layer) Layer {
	out := Layer{Path: l.Path, Own: l.Origin == layers.FromTree}
	switch {
	case l.Origin == layers.FromOutside:
		out.Why = "a layer of another package that the catalog does not describe"
	case l.Origin == layers.FromNowhere:
		out.Why = "not found in the project"
	case l.Origin == layers.FromUnclear:
		out.Why = "made by code that is not read"
	case l.Whole == layers.Unknown && l.Origin == layers.FromCatalog:
		out.Why = "the catalog does not say how it is built in this Django version"
	}
	request, response := mixed(l, "process_request"), mixed(l, "process_response")
	view := hasView(l)
	for _, sync := range bools(l.Async.SyncCapable) {
		for _, async := range bools(l.Async.AsyncCapable) {
			if !sync && !async && !(l.Async.SyncCapable == layers.No && l.Async.AsyncCapable == layers.No) {
				continue // Django would not start
			}
			for _, v := range bools(view) {
				if !async {
					out.Kinds = append(out.Kinds, Kind{Sync: sync, View: v})
					continue
				}
				for _, a := range bools(request) {
					for _, b := range bools(response) {
						out.Kinds = append(out.Kinds, Kind{Sync: sync, Async: true, Request: a, Response: b, View: v})
					}
				}
			}
		}
	}
	if len(l.Init.NotUsed) > 0 {
		out.Kinds = append(out.Kinds, Kind{Absent: true})
		if out.Why == "" {
			out.Why = "it may raise MiddlewareNotUsed"
		}
	}
	if len(out.Kinds) > 1 && out.Why == "" {
		out.Why = "not everything of it could be read"
	}
	return out
}

// mixed says whether MiddlewareMixin hands a hook to a thread.
func mixed(l *layers.Layer, name string) layers.Tri {
	h := l.Hook(name)
	switch l.Style {
	case layers.Modern, layers.Function, layers.Classic:
		return layers.No
	case layers.Mixin:
		switch {
		case l.Hook("__acall__") != nil, h == nil && l.Whole != layers.Yes:
			return layers.Unknown
		case h == nil || h.CalledBy != "":
			return layers.No
		case h.Conditional:
			return layers.Unknown
		}
		if l.Origin == layers.FromCatalog {
			return layers.Yes
		}
		return l.Runs(name, "modern")
	}
	return layers.Unknown
}

func hasView(l *layers.Layer) layers.Tri {
	h := l.Hook("process_view")
	switch {
	case h == nil && (l.Whole == layers.Yes || l.Origin == layers.FromCatalog && l.Style != layers.StyleUnknown):
		return layers.No
	case h == nil, h.Conditional:
		return layers.Unknown
	case h.Async:
		return layers.No
	}
	return layers.Yes
}

func bools(t layers.Tri) []bool {
	switch t {
	case layers.Yes:
		return []bool{true}
	case layers.No:
		return []bool{false}
	}
	return []bool{false, true}
}
