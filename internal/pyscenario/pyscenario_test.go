package pyscenario

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// TestWriteRefuses names what is not written.
func TestWriteRefuses(t *testing.T) {
	yes := true
	for name, c := range map[string]struct {
		scenario conformance.Scenario
		model    stack.Model
		want     string
	}{
		"async view":    {conformance.Scenario{View: "async_ok"}, stack.Modern, `view "async_ok" is not written`},
		"async layer":   {conformance.Scenario{Layers: []conformance.LayerSpec{{Name: "A", Style: "modern", AsyncCapable: &yes}}}, stack.Modern, `layer "A" is asynchronous`},
		"modern layer":  {conformance.Scenario{Layers: []conformance.LayerSpec{{Name: "A", Style: "modern"}}}, stack.Classic, `style modern is not written for the classic model`},
		"empty factory": {conformance.Scenario{Layers: []conformance.LayerSpec{{Name: "A", Style: "hooks", Init: "returns_none"}}}, stack.Classic, "a factory without answer"},
	} {
		_, err := Write(&c.scenario, Options{Model: c.model})
		require.ErrorContains(t, err, c.want, name)
	}
}

// TestWrittenSourceParses writes scenarios in every style, and both languages:
// all of it is source without an error, and the same each time.
func TestWrittenSourceParses(t *testing.T) {
	all, err := conformance.Vectors()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		v := all[rapid.IntRange(0, len(all)-1).Draw(t, "vector")]
		o := Options{Style: Styles().Draw(t, "style"), Python2: rapid.Bool().Draw(t, "python 2")}
		if rapid.Bool().Draw(t, "classic") {
			o.Model = stack.Classic
		}
		p, err := Write(&v.Scenario, o)
		if err != nil {
			return
		}
		require.Len(t, p.Layers, len(v.Scenario.Layers))
		again, err := Write(&v.Scenario, o)
		require.NoError(t, err)
		require.Equal(t, p, again)
		for name, text := range p.Files {
			f := python.Parse(text)
			require.Empty(t, f.Errors, "%s of %s\n%s", name, v.Scenario.ID, text)
			require.NotContains(t, string(text), "%!", "%s: a format without its argument", name)
		}
		text := string(p.Files["shop/settings.py"]) + string(p.Files["shop/base.py"])
		require.Equal(t, o.Model == stack.Classic, strings.Contains(text, "MIDDLEWARE_CLASSES"))
	})
}
