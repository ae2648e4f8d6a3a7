package conformance

import (
	"cmp"
	"slices"
	"strings"
)

// siteLayer is the layer of what belongs to none.
const siteLayer = -1

// slot is a place where something may be done: a hook of a layer, or a part of
// the site.
type slot struct {
	layer int
	hook  string
}

// atom is one thing that may be done.
type atom struct {
	slot
	behaviour string
}

// hookRank orders the hooks of a layer as a request comes by them.
func hookRank(hook string) int {
	return slices.Index([]string{
		HookStyle, HookInit, HookRequest, HookBefore, HookGetResponse, HookTry, HookView,
		HookTemplateResponse, HookException, HookResponse, HookAfter,
		HookURL, HookSiteView, HookPages, HookPropagate,
	}, hook)
}

// compareAtoms orders atoms by the stack from outside in, the site last.
func compareAtoms(a, b atom) int {
	if (a.layer == siteLayer) != (b.layer == siteLayer) {
		return b.layer - a.layer
	}
	return cmp.Or(a.layer-b.layer, hookRank(a.hook)-hookRank(b.hook), strings.Compare(a.behaviour, b.behaviour))
}

// calmOf is what a hook does that does nothing out of the ordinary.
func calmOf(hook string) string {
	switch hook {
	case HookRequest, HookView, HookTemplateResponse, HookResponse, HookException:
		return "pass"
	}
	return ""
}

// calm says that a behaviour is not out of the ordinary. A layer that touches
// the response does what most do.
func (a atom) calm() bool {
	switch a.behaviour {
	case "", "pass", "ok", "once", "custom":
		return true
	case "touch":
		return a.hook == HookResponse || a.hook == HookTemplateResponse || a.hook == HookAfter
	}
	return false
}

// get is what the scenario has in the slot.
func (t *twin) get(s slot) string {
	if s.layer == siteLayer {
		return *cmp.Or(t.siteField(s.hook), new(string))
	}
	l := &t.scenario.Layers[s.layer]
	if behaviour, has := l.Hooks[s.hook]; has {
		return behaviour
	}
	if field := t.layerField(s); field != nil {
		return *field
	}
	return ""
}

// has says that there is such a slot.
func (t *twin) has(s slot) bool {
	if s.layer == siteLayer {
		return t.siteField(s.hook) != nil
	}
	_, hook := t.scenario.Layers[s.layer].Hooks[s.hook]
	return hook || t.layerField(s) != nil
}

// set puts a behaviour into the slot, which there must be.
func (t *twin) set(s slot, behaviour string) {
	if s.layer == siteLayer {
		if field := t.siteField(s.hook); field != nil {
			*field = behaviour
		}
		if s.hook == HookPropagate {
			t.scenario.Propagate = behaviour != ""
			t.rebuild()
		}
		return
	}
	l := &t.scenario.Layers[s.layer]
	if _, has := l.Hooks[s.hook]; has {
		l.Hooks[s.hook] = behaviour
		return
	}
	if field := t.layerField(s); field != nil {
		*field = behaviour
	}
	if s.hook == HookInit || s.hook == HookStyle {
		t.rebuild()
	}
}

func (t *twin) siteField(hook string) *string {
	switch hook {
	case HookSiteView:
		return &t.scenario.View
	case HookURL:
		return &t.scenario.URL
	case HookPages:
		return &t.scenario.ErrorHandlers
	case HookPropagate:
		return &t.propagate
	}
	return nil
}

func (t *twin) layerField(s slot) *string {
	l := &t.scenario.Layers[s.layer]
	switch s.hook {
	case HookInit:
		return &l.Init
	case HookStyle:
		return &l.Style
	}
	if l.Call == nil {
		return nil
	}
	switch s.hook {
	case HookBefore:
		return &l.Call.Before
	case HookAfter:
		return &l.Call.After
	case HookGetResponse:
		return &l.Call.GetResponse
	case HookTry:
		return &l.Call.Try
	}
	return nil
}

// ownAtoms are what the scenario does out of the ordinary.
// How a layer is written counts only where one of the models cannot take it.
func (t *twin) ownAtoms() []atom {
	var list []atom
	models := (t.rigs[0].engine.Family == FamilyClassic) != (t.rigs[1].engine.Family == FamilyClassic)
	add := func(s slot) {
		if a := (atom{s, t.get(s)}); !a.calm() {
			list = append(list, a)
		}
	}
	for i := range t.scenario.Layers {
		l := &t.scenario.Layers[i]
		if models && l.Style != "hooks" && l.Style != "mixin" {
			list = append(list, atom{slot{i, HookStyle}, l.Style})
		}
		add(slot{i, HookInit})
		for _, hook := range hookNames() {
			add(slot{i, hook})
		}
		for _, hook := range []string{HookBefore, HookGetResponse, HookTry, HookAfter} {
			add(slot{i, hook})
		}
	}
	for _, hook := range []string{HookURL, HookSiteView, HookPages, HookPropagate} {
		add(slot{siteLayer, hook})
	}
	return list
}

// calmDown takes an atom of the scenario back.
func (t *twin) calmDown(a atom) {
	calm := calmOf(a.hook)
	switch {
	case a.hook == HookStyle:
		calm = "hooks"
	case a.layer == siteLayer && a.hook == HookSiteView && strings.HasPrefix(a.behaviour, "async_"):
		calm = "async_ok"
	}
	t.set(a.slot, calm)
}

// reaches are the slots that a run came by.
func (t *twin) reaches(traces ...Trace) map[slot]bool {
	names := make(map[string]int, len(t.scenario.Layers))
	for i := range t.scenario.Layers {
		names[t.scenario.Layers[i].Name] = i
	}
	reached := map[slot]bool{{siteLayer, HookURL}: true, {siteLayer, HookPropagate}: true}
	for i := range t.scenario.Layers {
		reached[slot{i, HookInit}], reached[slot{i, HookStyle}] = true, true
	}
	for _, trace := range traces {
		for _, event := range trace.Events {
			at, _, _ := strings.Cut(event, " ")
			name, hook, found := strings.Cut(at, ".")
			i, isLayer := names[name]
			switch {
			case found && isLayer:
				reached[slot{i, hook}] = true
				if hook == HookBefore {
					reached[slot{i, HookGetResponse}], reached[slot{i, HookTry}] = true, true
				}
			case at == HookSiteView:
				reached[slot{siteLayer, HookSiteView}] = true
			case strings.Contains(at, "handler"):
				reached[slot{siteLayer, HookPages}] = true
			}
		}
	}
	return reached
}
