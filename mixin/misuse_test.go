package mixin_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

type noHook struct{}

// otherSignature has the hook of another framework.
type otherSignature struct{}

func (otherSignature) ProcessRequest(http.ResponseWriter, *http.Request) {}

// TestMisuse: what can only be a mistake is found when the stack is built, and
// named with its type, by Upgrade and by Island.
func TestMisuse(t *testing.T) {
	var none *old
	factory := modern.Func("Native", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
	tests := map[string]struct {
		layer  any
		cause  error
		text   string
		island string // where the classic engine says it
	}{
		"no hook at all":     {noHook{}, classic.ErrNotALayer, "mixin_test.noHook has none of the hooks ProcessRequest, ", "mixin_test.noHook has none of the hooks ProcessRequest, "},
		"nil":                {nil, web.ErrNilValue, "the layer is nil", "the layer is nil"},
		"nil pointer":        {none, web.ErrNilValue, "*mixin_test.old is nil", "*mixin_test.old is nil"},
		"a factory":          {factory, mixin.ErrFactory, "modern.Factory is a factory of the modern model already", "is a factory of the modern model"},
		"a function":         {func() {}, classic.ErrNotALayer, "func() has none of the hooks", "func() has none of the hooks"},
		"near miss":          {otherSignature{}, nil, "ProcessRequest of mixin_test.otherSignature is no hook: it is func(http.ResponseWriter, *http.Request), expected func(*web.Request) (*web.Response, error)", "expected func(*web.Request)"},
		"value, not pointer": {old{name: "A"}, nil, "mixin_test.old has no hook ProcessRequest, but *mixin_test.old has: pass a pointer", "pass a pointer"},
		"made near miss":     {classic.Factory{Name: "M", New: func() (any, error) { return otherSignature{}, nil }}, nil, `layer 1, "M": ProcessRequest of mixin_test.otherSignature`, `layer 0, "M": ProcessRequest of mixin_test.otherSignature`},
		"no constructor":     {classic.Factory{Name: "M"}, nil, `"M": the classic.Factory has no constructor`, `"M": the classic.Factory has no constructor`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := modern.New(modern.Config{}, factory, mixin.Upgrade(test.layer))
			require.ErrorContains(t, err, test.text)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
			var build *modern.BuildError
			require.ErrorAs(t, err, &build)
			require.Equal(t, 1, build.Index)

			_, err = modern.New(modern.Config{}, factory, mixin.Island(test.layer))
			require.ErrorContains(t, err, test.island)
			require.ErrorAs(t, err, &build)
			require.Equal(t, 1, build.Index)
		})
	}
	_, err := classic.New(classic.Config{}, otherSignature{})
	require.ErrorContains(t, err, "is no hook", "the engines look themselves")
}

// A layer may keep state, so it is in one chain at a time.
func TestLayerInTwoChains(t *testing.T) {
	boom := modern.Factory{Name: "boom", New: func(modern.Next) (modern.Layer, error) { return nil, web.ErrBadRequest }}
	for name, bridge := range map[string]func(any) modern.Factory{
		"Upgrade": mixin.Upgrade, "Island": func(l any) modern.Factory { return mixin.Island(l) },
	} {
		t.Run(name, func(t *testing.T) {
			f := bridge(&old{name: "A", log: new(log)})
			_, err := modern.New(modern.Config{}, boom, f)
			require.ErrorIs(t, err, web.ErrBadRequest)
			_, err = modern.New(modern.Config{}, f)
			require.NoError(t, err, "the first chain was not built")
			_, err = modern.New(modern.Config{}, f)
			require.ErrorIs(t, err, mixin.ErrShared)
			require.ErrorContains(t, err, "*mixin_test.old is in use in another chain")
			_, err = modern.New(modern.Config{}, f, f)
			require.ErrorIs(t, err, mixin.ErrShared)

			f = bridge(classic.Factory{Name: "A", New: func() (any, error) { return &old{name: "A", log: new(log)}, nil }})
			_, err = modern.New(modern.Config{}, f)
			require.NoError(t, err)
			_, err = modern.New(modern.Config{}, f)
			require.NoError(t, err, "a constructor makes a layer for each chain")
		})
	}
	t.Run("Downgrade", func(t *testing.T) {
		shared := &native{}
		f := mixin.Downgrade(modern.Factory{Name: "N", New: func(next modern.Next) (modern.Layer, error) {
			shared.next = next
			return shared, nil
		}})
		_, err := classic.New(classic.Config{}, f)
		require.NoError(t, err)
		_, err = classic.New(classic.Config{}, f)
		require.ErrorIs(t, err, mixin.ErrShared)
		require.ErrorContains(t, err, `layer 0, "N": *mixin_test.native is in use`)
	})
}

// native is a layer of the modern model as a type.
type native struct{ next modern.Next }

func (n *native) Handle(r *web.Request) (*web.Response, error) { return n.next(r), nil }

// missingHook is a modern layer with a hook that is none.
type missingHook struct{ native }

func (*missingHook) ProcessException(error) *web.Response { return nil }

func TestDowngradeMisuse(t *testing.T) {
	async := modern.Factory{Name: "N", NewAsync: func(modern.AsyncNext) (modern.AsyncLayer, error) { return nil, nil }}
	tests := map[string]struct {
		factory modern.Factory
		cause   error
		text    string
	}{
		"asynchronous":   {async, mixin.ErrAsyncOnly, `layer 0, "N": runs on the asynchronous side only`},
		"group":          {mixin.Island(), mixin.ErrGroup, `layer 0, "island()": is a group`},
		"nothing":        {modern.Factory{Name: "N"}, modern.ErrNoMode, `layer 0, "N": `},
		"nil layer":      {modern.Factory{Name: "N", New: func(modern.Next) (modern.Layer, error) { return nil, nil }}, modern.ErrNilLayer, `layer 0, "N": `},
		"near miss":      {modern.Factory{Name: "N", New: func(modern.Next) (modern.Layer, error) { return &missingHook{}, nil }}, nil, `ProcessException of *mixin_test.missingHook is no hook: it is func(error) *web.Response, expected func(*web.Request, error) (*web.Response, error)`},
		"upgraded to be": {mixin.Upgrade(noHook{}), classic.ErrNotALayer, "mixin_test.noHook has none"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := classic.New(classic.Config{}, mixin.Downgrade(test.factory))
			require.ErrorContains(t, err, test.text)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
		})
	}
	_, err := modern.New(modern.Config{}, tests["near miss"].factory)
	require.ErrorContains(t, err, "is no hook", "the modern engine looks itself")

	unused := modern.Factory{Name: "N", New: func(modern.Next) (modern.Layer, error) { return nil, web.ErrNotUsed }}
	h, err := classic.New(classic.Config{}, mixin.Downgrade(unused))
	require.NoError(t, err)
	require.Equal(t, []string{"N"}, h.Plan().NotUsed)

	// What was upgraded is the layer itself again.
	layer := &old{name: "A", log: new(log)}
	h, err = classic.New(classic.Config{}, mixin.Downgrade(mixin.Upgrade(layer)))
	require.NoError(t, err)
	require.Same(t, layer, h.Layers()[0].Hooks.Request)
}
