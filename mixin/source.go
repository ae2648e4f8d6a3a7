package mixin

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// Causes of errors for values that are no layers. They come wrapped, with the
// type of the value; a nil is web.ErrNilValue, a value without hooks is
// classic.ErrNotALayer, and a method that only looks like a hook is a
// *web.HookError.
var (
	// ErrFactory is a factory of the modern model where a layer of the classic
	// one is asked for.
	ErrFactory = errors.New("is a factory of the modern model already: put it into the chain as it is")
	// ErrShared is a layer that is in use in another chain. A layer may keep
	// state, and its chain may rely on being alone with it; a classic.Factory
	// makes one for each chain.
	ErrShared = errors.New("is in use in another chain: pass a classic.Factory that makes one for each chain")
)

// source makes the layers for one factory of a bridge.
type source struct {
	name  string
	layer any
	mu    sync.Mutex
	used  any // the layer in use, if it can be in use twice
}

func newSource(layer any) *source { return &source{name: nameOf(layer), layer: layer} }

// nameOf asks a layer for its name, but not a nil one, which is an error that
// is named later.
func nameOf(layer any) string {
	if v := reflect.ValueOf(layer); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Sprintf("%T", layer)
	}
	switch l := layer.(type) {
	case classic.Factory:
		return l.Name
	case classic.Named:
		return l.LayerName()
	case modern.Factory:
		return l.Name
	}
	return fmt.Sprintf("%T", layer)
}

// build gives the layer for a chain. A nil from a constructor is handed on:
// what it means is for the engine to say.
func (s *source) build() (any, error) {
	layer := s.layer
	if f, ok := layer.(classic.Factory); ok {
		if f.New == nil {
			return nil, errors.New("the classic.Factory has no constructor")
		}
		made, err := f.New()
		if err != nil || made == nil {
			return nil, err
		}
		layer = made
	}
	if err := check(layer); err != nil {
		return nil, err
	}
	return layer, s.claim(layer)
}

// check finds what cannot be a layer of the classic model.
func check(layer any) error {
	if layer == nil {
		return fmt.Errorf("the layer %w", web.ErrNilValue)
	}
	if _, ok := layer.(classic.ModernFactory); ok {
		return fmt.Errorf("%T %w", layer, ErrFactory)
	}
	if err := web.CheckHooks(layer); err != nil {
		return err
	}
	if _, says := layer.(web.HookSetter); !says && web.HooksOf(layer).Empty() {
		return fmt.Errorf("%T %w; the first is func(*web.Request) (*web.Response, error)", layer, classic.ErrNotALayer)
	}
	return nil
}

// claim notes that the layer is in use.
func (s *source) claim(layer any) error {
	if !stateful(layer) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used == layer {
		return fmt.Errorf("%T %w", layer, ErrShared)
	}
	s.used = layer
	return nil
}

// release takes the claim back: the chain could not be built.
func (s *source) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = nil
}

// stateful says that two chains with the layer would share something: that it
// is a pointer to anything at all.
func stateful(layer any) bool {
	t := reflect.TypeOf(layer)
	return t.Kind() == reflect.Pointer && t.Elem().Size() > 0
}
