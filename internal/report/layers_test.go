package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func exampleLayers() report.Layers {
	at := func(file string, line, column int) stack.Span {
		return stack.Span{File: file, Line: line, Column: column, EndLine: line, EndColumn: column + 4}
	}
	full := &layers.Layer{
		Path: "shop.mw.Gate", Target: "shop.impl.Gate", Origin: layers.FromTree, Style: layers.Mixin, Whole: layers.Yes,
		Span:  at("shop/impl.py", 5, 7),
		Bases: []layers.Base{{Path: "shop.base.Base", Origin: layers.FromTree}},
		Hooks: []layers.Hook{
			{
				Name: "process_request", Span: at("shop/impl.py", 8, 9), Owner: "shop.impl.Gate", Read: true, Fits: layers.Yes,
				Answers: layers.Yes, Replaces: layers.No, ReturnsNothing: layers.No,
				Returns: []layers.Answer{
					{Span: at("shop/impl.py", 10, 13), Certain: layers.Yes, Kind: "redirect", Made: []stack.Span{at("shop/pages.py", 3, 12)}},
					{Span: at("shop/impl.py", 12, 9), Certain: layers.Unknown},
				},
			},
			{
				Name: "process_response", Span: at("shop/base.py", 20, 9), Owner: "shop.base.Base", Inherited: true, Conditional: true,
				Fits: layers.Unknown, Answers: layers.No, ReturnsNothing: layers.Yes, Nothing: []layers.Site{{Span: at("shop/base.py", 22, 9)}},
			},
		},
		Init: layers.Init{Takes: layers.TakesOptional, Stores: "get_response", StoresIt: layers.Yes, Super: layers.Yes, SuperPasses: layers.No},
		Async: layers.Async{
			SyncCapable: layers.Yes, AsyncCapable: layers.Unknown, Native: layers.No, Marks: layers.Yes, Asks: layers.No,
			Hooks: []string{"process_view"},
		},
		Reads: []layers.Access{
			{Attr: "user", Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 9, 12), Guarded: layers.No, Always: true},
			{
				Attr: "tenant", Hook: "process_response", Phase: layers.ResponsePhase, Span: at("shop/base.py", 21, 12), Guarded: layers.Yes, Guard: "hasattr",
				Via: "_who", Calls: []stack.Span{at("shop/base.py", 20, 15)},
			},
			{Attr: "session", Hook: "process_request", Phase: layers.RequestPhase, Owner: "other.Base"},
		},
		Writes: []layers.Access{{Attr: "shop", Op: "set", Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 11, 9)}},
		Raises: []layers.Raise{
			{Name: "Http404", Kind: layers.NotFound, Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 13, 9)},
			{Name: "Http404", Kind: layers.NotFound, Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 14, 9)},
			{Kind: layers.Reraise, Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 15, 9)},
		},
		Next:    []layers.NextCall{{Hook: "__call__", Span: at("shop/impl.py", 16, 9), Dropped: true}},
		Headers: []layers.Header{{Name: "X-A", Text: `"X-A"`, Effect: "add", Hook: "process_response", Phase: layers.ResponsePhase, Span: at("shop/impl.py", 17, 9)}},
		Content: []layers.ContentUse{{What: "content", Write: true, Hook: "process_response", Phase: layers.ResponsePhase, Span: at("shop/impl.py", 18, 9)}},
		Bodies:  []layers.BodyUse{{What: "POST", Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 19, 9)}},
		State:   []layers.StateWrite{{Target: "self.x", How: "set", Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 20, 9)}},
		Locals:  []layers.ThreadLocal{{Name: "_local.user", Hook: "process_request", Phase: layers.RequestPhase, Span: at("shop/impl.py", 21, 9), Reset: layers.No}},
	}
	dark := &layers.Layer{
		Path: "shop.mw.Made", Target: "shop.mw.Made", Origin: layers.FromUnclear, Style: layers.StyleUnknown, Whole: layers.No,
		Span:    at("shop/mw.py", 3, 8),
		Unclear: []layers.Site{{Text: "made by code that is not read: type(…)", Span: at("shop/mw.py", 3, 8)}},
		Init:    layers.Init{Takes: layers.TakesUnknown},
	}
	return report.Layers{
		Layers: []*layers.Layer{full, dark}, Outside: 2,
		Notes: []stack.Note{{Span: at("shop/settings.py", 4, 5), Message: `"shop.mw.Gone" was not found in the project`}},
	}
}

func TestLayersText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.LayersText(&b, exampleLayers(), report.TextOptions{}))
	want := `shop.mw.Gate (mixin)
  defined at shop/impl.py:5
  process_request:8, may answer at line 10, 12
  process_response (shop/base.py:20) from shop.base.Base, may return nothing, under a condition
  takes get_response: optional
  sync yes, async unknown
  reads request.user (unguarded):9, tenant (shop/base.py:21), session (unguarded)
  writes request.shop:11
  raises Http404 in process_request at shop/impl.py:13
  raises Http404 in process_request at shop/impl.py:14

shop.mw.Made (unknown)
  defined at shop/mw.py:3
  not sure: made by code that is not read: type(…) (shop/mw.py:3)
  sync unknown, async unknown

shop/settings.py:4:5: note: "shop.mw.Gone" was not found in the project

1 of 2 layers read entirely; 2 layers outside of the project not shown
`
	require.Empty(t, cmp.Diff(want, b.String()))
}

// TestLayersJSON compares the fields that other programs rely on, and wants no
// array or object to be null: a null is a fact that is not known.
func TestLayersJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.LayersJSON(&b, exampleLayers()))
	var doc struct {
		Schema string
		Layers []map[string]any
		Notes  []any
	}
	dec := json.NewDecoder(&b)
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&doc))
	require.Equal(t, "mwcheck.layers/1", doc.Schema)
	require.Len(t, doc.Notes, 1)
	require.Len(t, doc.Layers, 2)

	full := doc.Layers[0]
	pick := map[string]any{}
	for _, key := range []string{
		"path", "target", "file", "line", "style", "complete", "hooks", "short_circuits", "raises", "writes", "sync_capable", "async_capable",
	} {
		pick[key] = full[key]
	}
	want := map[string]any{
		"path": "shop.mw.Gate", "target": "shop.impl.Gate", "file": "shop/impl.py", "line": 5.0, "style": "mixin", "complete": true,
		"hooks":          map[string]any{"process_request": 8.0, "process_response": 20.0},
		"short_circuits": map[string]any{"process_request": []any{10.0, 12.0}},
		"raises":         []any{"Http404"},
		"writes": []any{map[string]any{
			"attr": "shop", "hook": "process_request", "phase": "request", "file": "shop/impl.py", "line": 11.0, "column": 9.0, "op": "set", "always": false,
		}},
		"sync_capable": true, "async_capable": nil,
	}
	require.Empty(t, cmp.Diff(want, pick))
	reads := []any{
		map[string]any{"attr": "user", "hook": "process_request", "phase": "request", "file": "shop/impl.py", "line": 9.0, "column": 12.0, "guarded": false, "always": true},
		map[string]any{
			"attr": "tenant", "hook": "process_response", "phase": "response", "file": "shop/base.py", "line": 21.0, "column": 12.0, "guarded": true,
			"guard": "hasattr", "always": false, "via": "_who",
			"calls": []any{map[string]any{"file": "shop/base.py", "line": 20.0, "column": 15.0}},
		},
		map[string]any{
			"attr": "session", "hook": "process_request", "phase": "request", "file": "", "line": 0.0, "column": 0.0, "guarded": nil, "always": false,
			"owner": "other.Base",
		},
	}
	require.Empty(t, cmp.Diff(reads, full["reads"]))
	init := full["init"].(map[string]any)
	require.Equal(t, "optional", init["takes_get_response"])
	require.Equal(t, true, init["stores_get_response"])
	require.Equal(t, false, init["super_gets_get_response"])

	yesOrNo := map[string]bool{"complete": true, "sync_capable": true, "async_capable": true}
	for _, l := range doc.Layers {
		for key, value := range l {
			require.False(t, value == nil && !yesOrNo[key], "%s is null", key)
		}
	}
	dark := doc.Layers[1]
	require.Nil(t, dark["sync_capable"])
	require.Equal(t, "unknown", dark["init"].(map[string]any)["takes_get_response"])
	require.Len(t, dark["unclear"], 1)
}
