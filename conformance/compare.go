package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The hooks of a Trigger that are none of the five: the parts of a modern
// layer's call, its construction, and what belongs to no layer.
const (
	HookBefore      = "call.before"
	HookAfter       = "call.after"
	HookGetResponse = "call.get_response"
	HookTry         = "call.try"
	HookInit        = "__init__"
	HookStyle       = "class"
	HookSiteView    = "view"
	HookURL         = "url"
	HookPages       = "error_handlers"
	HookPropagate   = "debug_propagate_exceptions"
)

// Behaviours says what the layers of a stack, and the site around it, may do
// beside what the scenario has them do, in the vocabulary of the vectors.
type Behaviours struct {
	// Layers are the further behaviours by layer and hook. A hook that the
	// scenario's layer does not have is added to it.
	Layers map[string]map[string][]string
	// Views and ErrorHandlers are what views and error pages may do as well.
	Views         []string
	ErrorHandlers []string
	// NotFound: a URL may not resolve. Propagate: DEBUG_PROPAGATE_EXCEPTIONS may
	// be on.
	NotFound  bool
	Propagate bool
}

// Trigger is one thing a layer does, or the site, if Layer is empty.
type Trigger struct {
	Layer     string `json:"layer,omitempty"`
	Hook      string `json:"hook"`
	Behaviour string `json:"behaviour"`
}

// String is the trigger as "B.process_request=respond".
func (t Trigger) String() string {
	if t.Layer == "" {
		return t.Hook + "=" + t.Behaviour
	}
	return t.Layer + "." + t.Hook + "=" + t.Behaviour
}

// Difference is a behaviour of a stack under which two engines go different
// ways.
type Difference struct {
	// Trigger are the behaviours it takes; without any of them there is no
	// difference. Empty: the stack differs whatever its layers do.
	Trigger []Trigger `json:"trigger"`
	// Effects say what is different, the weightiest first. There is at least
	// one.
	Effects []Effect `json:"effects"`
	// From and To are what happens if the layers show the trigger and do
	// nothing else out of the ordinary.
	From Trace `json:"from"`
	To   Trace `json:"to"`
}

// Key names the difference within its comparison: the trigger, in words of the
// vectors.
func (d *Difference) Key() string {
	var parts []string
	for _, t := range d.Trigger {
		parts = append(parts, t.String())
	}
	return strings.Join(parts, " ")
}

// Compare finds the behaviours in which a stack goes different ways under two
// engines, as "classic@1.9" and "modern@5.2", by running both. Traces differ if
// their events or outcomes do; the order in which layers are built, and the
// mode they run in if only one of the engines is asynchronous, do not count.
//
// First it runs the scenario as it is. If that differs, the result begins with
// the behaviours of the scenario that are to blame, and the search goes on with
// a scenario that does nothing out of the ordinary. Then it tries the
// behaviours in may. For each of them the result has the smallest trigger that
// it is part of: itself, or two behaviours that differ only together, or three
// if two of them are the site's. Of the triggers that hold a behaviour and
// otherwise the same hooks, it has one, not all.
//
// The result is sorted: smaller triggers first, then by the stack from outside
// in. It does not depend on the parallelism, which is GOMAXPROCS. The number of
// runs grows with the number of layers, and a run does, too: the effort is
// quadratic.
//
// The error is one of vocabulary, in the scenario or in may.
func Compare(s *Scenario, from, to Engine, may Behaviours) ([]Difference, error) {
	c, err := newComparison(s, from, to, may)
	if err != nil {
		return nil, err
	}
	found := c.asItIs()
	found = append(found, c.search()...)
	return c.sorted(found), nil
}

// Differs says that the scenario, as it is, goes different ways.
func Differs(s *Scenario, from, to Engine) bool {
	a, b := newTwin(s, from, to).run()
	return !sameTrace(a, b)
}

// comparison is a search in progress.
type comparison struct {
	scenario Scenario // its own copy
	from, to Engine
	atoms    []atom // what may be, in the order of the result
	index    map[string]int
}

func newComparison(s *Scenario, from, to Engine, may Behaviours) (*comparison, error) {
	c := &comparison{scenario: newTwin(s, from, to).scenario, from: from, to: to, index: map[string]int{}}
	if c.scenario.ID == "" {
		c.scenario.ID = "compared"
	}
	if err := c.scenario.Validate(); err != nil {
		return nil, err
	}
	for i := range c.scenario.Layers {
		c.index[c.scenario.Layers[i].Name] = i
	}
	if err := c.addAtoms(may); err != nil {
		return nil, err
	}
	return c, nil
}

// twin is the scenario, ready to run.
func (c *comparison) twin() *twin { return newTwin(&c.scenario, c.from, c.to) }

// addAtoms takes may apart and gives the layers the hooks that only it names.
func (c *comparison) addAtoms(may Behaviours) error {
	for name, hooks := range may.Layers {
		i, ok := c.index[name]
		if !ok {
			return fmt.Errorf("behaviours of %q: there is no such layer", name)
		}
		for hook := range hooks {
			c.addHook(i, hook)
		}
	}
	for i := range c.scenario.Layers {
		hooks := may.Layers[c.scenario.Layers[i].Name]
		for _, hook := range sortedHooks(hooks) {
			for _, behaviour := range hooks[hook] {
				c.atoms = append(c.atoms, atom{slot{i, hook}, behaviour})
			}
		}
	}
	site := func(hook string, list ...string) {
		for _, behaviour := range list {
			c.atoms = append(c.atoms, atom{slot{siteLayer, hook}, behaviour})
		}
	}
	site(HookSiteView, may.Views...)
	site(HookPages, may.ErrorHandlers...)
	if may.NotFound {
		site(HookURL, "not_found")
	}
	if may.Propagate {
		site(HookPropagate, "on")
	}
	// Nothing is said twice, nor as possible that happens anyway.
	t := c.twin()
	seen := map[atom]bool{}
	c.atoms = slices.DeleteFunc(c.atoms, func(a atom) bool {
		known := seen[a] || t.get(a.slot) == a.behaviour
		seen[a] = true
		return known
	})
	for _, a := range c.atoms {
		if !t.has(a.slot) || hookRank(a.hook) < 0 {
			return fmt.Errorf("%s: there is no such hook", c.trigger(a))
		}
		old := t.get(a.slot)
		t.set(a.slot, a.behaviour)
		if err := t.validate(a); err != nil {
			return fmt.Errorf("%s: %w", c.trigger(a), err)
		}
		t.set(a.slot, old)
	}
	return nil
}

// addHook gives a layer a hook that does nothing.
func (c *comparison) addHook(i int, hook string) {
	l := &c.scenario.Layers[i]
	if !slices.Contains(hookNames(), hook) {
		return
	}
	if _, has := l.Hooks[hook]; has {
		return
	}
	if l.Hooks == nil {
		l.Hooks = map[string]string{}
	}
	l.Hooks[hook] = calmOf(hook)
}

func sortedHooks(hooks map[string][]string) []string {
	var names []string
	for hook := range hooks {
		names = append(names, hook)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(hookRank(a)-hookRank(b), strings.Compare(a, b)) })
	return names
}

func (c *comparison) trigger(a atom) Trigger {
	t := Trigger{Hook: a.hook, Behaviour: a.behaviour}
	if a.layer != siteLayer {
		t.Layer = c.scenario.Layers[a.layer].Name
	}
	return t
}

// difference puts a finding into words.
func (c *comparison) difference(atoms []atom, from, to Trace) Difference {
	atoms = slices.Clone(atoms)
	slices.SortFunc(atoms, compareAtoms)
	d := Difference{Trigger: []Trigger{}, From: kept(from), To: kept(to)}
	for _, a := range atoms {
		d.Trigger = append(d.Trigger, c.trigger(a))
	}
	d.Effects = Effects(c.scenario.Layers, d.Trigger, d.From, d.To)
	return d
}

// sorted orders the differences and drops what is there twice.
func (c *comparison) sorted(list []Difference) []Difference {
	rank := func(t Trigger) []int {
		layer := len(c.scenario.Layers)
		if t.Layer != "" {
			layer = c.index[t.Layer]
		}
		return []int{layer, hookRank(t.Hook)}
	}
	slices.SortStableFunc(list, func(a, b Difference) int {
		if n := len(a.Trigger) - len(b.Trigger); n != 0 {
			return n
		}
		for i := range a.Trigger {
			if n := slices.Compare(rank(a.Trigger[i]), rank(b.Trigger[i])); n != 0 {
				return n
			}
			if n := strings.Compare(a.Trigger[i].Behaviour, b.Trigger[i].Behaviour); n != 0 {
				return n
			}
		}
		return 0
	})
	return telling(slices.CompactFunc(list, func(a, b Difference) bool { return slices.Equal(a.Trigger, b.Trigger) }))
}
