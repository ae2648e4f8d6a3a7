package django

import (
	"slices"
	"strconv"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// evaluator is an abstract interpreter of module level Python. A run follows
// one path: conditions that it cannot know are either decided (those in forks;
// the run is then repeated for the other outcome) or merged (both branches are
// executed and what they leave differently becomes unknown, with a dependency
// on the condition). The first run merges everything; the conditions the stacks
// turn out to depend on are decided in the runs after it.
type evaluator struct {
	loader Loader
	limits Limits
	module string

	// Over all runs.
	forks   map[string]bool
	condIDs map[string]int32
	conds   []string // keys by number
	spent   int      // steps of earlier runs
	notes   []stack.Note
	noted   map[string]bool
	files   []string
	seen    map[string]bool
	sources map[string]*python.File // of executed strings
	forcing map[string]bool         // lazy imports in the course of being made

	// Of one run.
	st        *state
	nextCell  int
	steps     int
	maxSteps  int
	depth     int // calls and imports
	nesting   int // expressions and blocks
	modules   map[string]*loadedModule
	frame     *frame
	pend      []pending
	handlers  []handler
	prefix    []bool
	taken     []bool
	tests     []testRecord // as written in the conditions
	atoms     []testRecord // one for each decision
	cur       place
	override  *place // origin of everything, inside an executed string
	occurs    map[string]int
	configure []subOutcome
}

// frame is one function call, module or class body in execution.
type frame struct {
	mod   *pModule
	scope *pyScope
	fn    *pFunc
	self  pv
}

// loadedModule is a module of the tree; the cell says whether this path executed it.
type loadedModule struct {
	mod  *pModule
	cell int
}

// testRecord is a branch decision of this run, for the variant's conditions.
type testRecord struct {
	key   string // of the first decision in it
	text  string
	at    place
	value bool
}

// abortRun ends a run that exceeds a limit; it is raised and caught in this file.
type abortRun struct{ why string }

// pyExc is a Python exception on its way to a handler.
type pyExc struct {
	name string // class name, without module
	text string
	at   place
	// bases are the names of the classes it is derived from, if its own class
	// is of the tree.
	bases []string
}

// The settings whose variants matter.
var targetSettings = [...]string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"}

// outcome is what one run found.
type outcome struct {
	settings map[string]Value
	order    []string
	open     bool
	subs     []subOutcome
	tests    []testRecord
	atoms    []testRecord
	taken    []bool
	deps     depset // of the target settings
	dead     *pyExc // the path ends in this exception
	aborted  string // the limit that was hit
}

type subOutcome struct {
	kind     SubKind
	name     string
	at       place
	settings map[string]Value
	order    []string
	open     bool
	deps     depset
}

// exploreLeaves bounds the paths of one exploration.
const exploreLeaves = 192

// refineRounds bounds how often conditions are added.
const refineRounds = 8

func (l Limits) withDefaults() Limits {
	if l.Steps <= 0 {
		l.Steps = 3_000_000
	}
	if l.Depth <= 0 {
		l.Depth = 60
	}
	if l.Length <= 0 {
		l.Length = 10_000
	}
	if l.Variants <= 0 || l.Variants > 32 {
		l.Variants = 32
	}
	return l
}

// Evaluate works out what a settings module of the tree would define, for every
// set of branch decisions that matters to its stacks. It reads and never runs
// code; the result for a module that the loader does not find has no variants.
func Evaluate(l Loader, module string, limits Limits) *Result {
	e := &evaluator{
		loader: l, limits: limits.withDefaults(), module: module,
		forks: map[string]bool{}, condIDs: map[string]int32{}, noted: map[string]bool{},
		seen: map[string]bool{}, sources: map[string]*python.File{},
	}
	res := &Result{Module: module}
	m, ok := l.Module(module)
	if !ok || m.Src == nil {
		return res
	}
	res.File = m.File
	e.maxSteps = e.limits.Steps / 3
	base := e.run(nil)
	leaves := []*outcome{base}
	overflow := false
	if base.aborted == "" {
		leaves, overflow = e.refine(base)
	}
	e.assemble(res, base, leaves, overflow)
	res.Notes = e.notes
	res.Files = e.files
	return res
}

// refine decides more and more conditions until the target settings depend on
// no merged one.
func (e *evaluator) refine(base *outcome) (leaves []*outcome, overflow bool) {
	leaves = []*outcome{base}
	for range refineRounds {
		grown := false
		for _, l := range leaves {
			for _, d := range l.deps {
				if key := e.conds[d]; !e.forks[key] {
					e.forks[key] = true
					grown = true
				}
			}
		}
		if !grown {
			return leaves, false
		}
		var complete bool
		leaves, complete = e.explore(base.saysNothing())
		if base.saysNothing() && len(leaves) > 0 && !slices.ContainsFunc(leaves, func(o *outcome) bool { return !o.saysNothing() }) {
			return []*outcome{base}, false // deciding does not help
		}
		if !complete {
			return leaves, true
		}
	}
	return leaves, false
}

// saysNothing is true where the stacks hold no known entry.
func (o *outcome) saysNothing() bool {
	if o.dead != nil {
		return true
	}
	known := func(settings map[string]Value) bool {
		for _, t := range targetSettings {
			v, ok := settings[t]
			if !ok {
				continue
			}
			l := v.list()
			if l.Complete || slices.ContainsFunc(l.Entries, func(en stack.Entry) bool { return !en.Unknown }) {
				return true
			}
		}
		return false
	}
	return !known(o.settings) && !slices.ContainsFunc(o.subs, func(s subOutcome) bool { return known(s.settings) })
}

// explore runs every combination of decisions, the true outcome first. Where
// nothing is known without decisions, it gives up early if they do not help.
func (e *evaluator) explore(nothing bool) (leaves []*outcome, complete bool) {
	var prefix []bool
	for {
		if nothing && len(leaves) == exploreLeaves/4 && !slices.ContainsFunc(leaves, func(o *outcome) bool { return !o.saysNothing() }) {
			return leaves, false
		}
		if len(leaves) >= exploreLeaves || e.spent >= e.limits.Steps {
			return leaves, false
		}
		e.maxSteps = e.limits.Steps - e.spent
		out := e.run(prefix)
		if out.aborted != "" {
			return leaves, false
		}
		leaves = append(leaves, out)
		prefix = append([]bool(nil), out.taken...)
		for len(prefix) > 0 && !prefix[len(prefix)-1] {
			prefix = prefix[:len(prefix)-1]
		}
		if len(prefix) == 0 {
			return leaves, true
		}
		prefix[len(prefix)-1] = false
	}
}

// run executes the module once.
func (e *evaluator) run(prefix []bool) (out *outcome) {
	e.st = &state{}
	e.nextCell, e.steps, e.depth, e.nesting = escapedCell+1, 0, 0, 0
	e.modules, e.frame, e.pend, e.handlers = map[string]*loadedModule{}, nil, nil, nil
	e.prefix, e.taken, e.tests, e.atoms = prefix, nil, nil, nil
	e.cur, e.override = place{}, nil
	e.occurs, e.configure = map[string]int{}, nil
	out = &outcome{}
	defer func() {
		e.spent += e.steps
		out.tests, out.atoms, out.taken = e.tests, e.atoms, e.taken
		if r := recover(); r != nil {
			abort, ok := r.(abortRun)
			if !ok {
				panic(r)
			}
			out.aborted = abort.why
			out.dead = nil
			if len(e.forks) == 0 { // else the merged variant says it
				e.noteOnce("evaluation gave up: "+abort.why, e.cur)
			}
		}
	}()
	mod, exc := e.load(e.module)
	if exc != nil {
		out.dead = exc
		return out
	}
	if mod == nil {
		return out
	}
	e.pend = nil
	e.collect(out, mod)
	return out
}

// load imports the module; exc is the exception it ends in.
func (e *evaluator) load(name string) (mod *pModule, exc *pyExc) {
	defer func() {
		if r := recover(); r != nil {
			x, ok := r.(*pyExc)
			if !ok {
				panic(r)
			}
			exc = x
		}
	}()
	return e.importModule(name), nil
}

// step counts work; past the limit the run ends.
func (e *evaluator) step(n int) {
	e.steps += n
	if e.steps > e.maxSteps {
		panic(abortRun{"more than " + strconv.Itoa(e.limits.Steps) + " evaluation steps"})
	}
}

func (e *evaluator) raise(name, text string) {
	panic(&pyExc{name: name, text: text, at: e.here()})
}
