package conformance

import (
	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Layer is one layer of a scenario, ready to be put into a stack.
type Layer struct {
	Name  string
	Style string // hooks, classic, mixin, modern or function

	script *script
	broken *brokenInit // set by Compare only
}

// Hooks are the hooks of the layer; the engine finds nothing else on it.
func (l Layer) Hooks() web.HookSet { return l.script.HookSet() }

// Classic is the layer as the classic engine takes it. A modern layer comes as
// its factory, which is a mistake that the engine must name.
func (l Layer) Classic() any {
	spec := l.script.spec
	if (l.Style == "modern" || l.Style == "function") && !spec.OptionalGetResponse {
		return l.Modern()
	}
	return classic.Factory{Name: l.Name, New: func() (any, error) {
		l.noteLoad()
		if drop, err := l.init(); drop || err != nil {
			return nil, err
		}
		return l.script, nil
	}}
}

// Modern is the layer as the modern engine takes it.
func (l Layer) Modern() modern.Factory {
	spec := l.script.spec
	f := modern.Factory{Name: l.Name}
	if l.broken != nil {
		return l.broken.factory(l)
	}
	switch {
	case l.Style == "classic":
		// A class of the classic model has no constructor that takes what is
		// further in; Go's types say so at compile time, so it is a
		// constructor that refuses.
		f.New = func(modern.Next) (modern.Layer, error) { return nil, errTypeError }
		return f
	case spec.Init == "returns_none":
		// A factory that returns nothing is a plain function, whatever it was
		// meant to make.
		f.New = func(modern.Next) (modern.Layer, error) {
			l.noteLoad()
			return nil, nil
		}
		f.NewAsync = func(modern.AsyncNext) (modern.AsyncLayer, error) {
			l.noteLoad()
			return nil, nil
		}
		f.NotSync = is(spec.SyncCapable, false)
		f.NotAsync = !is(spec.AsyncCapable, true)
		return f
	case l.Style == "mixin" || l.Style == "hooks":
		f = mixin.Upgrade(classic.Factory{Name: l.Name, New: func() (any, error) {
			if spec.Init == "no_arg" {
				return nil, errTypeError
			}
			l.noteLoad()
			if drop, err := l.init(); drop || err != nil {
				return nil, err
			}
			return l.script, nil
		}})
		f.NotSync = is(spec.SyncCapable, false)
		f.NotAsync = is(spec.AsyncCapable, false)
		return f
	}
	f.NotSync = is(spec.SyncCapable, false)
	f.NotAsync = !is(spec.AsyncCapable, true)
	f.New = func(next modern.Next) (modern.Layer, error) {
		l.noteLoad()
		if drop, err := l.init(); drop || err != nil {
			return nil, err
		}
		return syncLayer{l.script, next}, nil
	}
	f.NewAsync = func(next modern.AsyncNext) (modern.AsyncLayer, error) {
		l.noteLoad()
		if drop, err := l.init(); drop || err != nil {
			return nil, err
		}
		return asyncLayer{l.script, next}, nil
	}
	return f
}

func is(flag *bool, value bool) bool { return flag != nil && *flag == value }

func (l Layer) noteLoad() { l.script.rec.load = append(l.script.rec.load, l.Name) }

// init plays the constructor; drop says that it returns nothing.
func (l Layer) init() (drop bool, err error) {
	switch spec := l.script.spec; spec.Init {
	case "", "ok", "no_arg", "no_super", "super_no_arg":
		return false, nil
	case "not_used":
		return false, web.ErrNotUsed
	case "returns_none":
		return true, nil
	default:
		return false, raise(spec.Init[len("raise:"):], l.Name+".init")
	}
}
