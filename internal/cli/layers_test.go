package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
)

type layerPlace struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type layerUse struct {
	layerPlace
	What  string `json:"what"`
	Hook  string `json:"hook"`
	Phase string `json:"phase"`
	Via   string `json:"via"`
}

type layerAccess struct {
	layerPlace
	Attr    string       `json:"attr"`
	Hook    string       `json:"hook"`
	Phase   string       `json:"phase"`
	Guarded *bool        `json:"guarded"`
	Guard   string       `json:"guard"`
	Op      string       `json:"op"`
	Always  bool         `json:"always"`
	Via     string       `json:"via"`
	Calls   []layerPlace `json:"calls"`
	Owner   string       `json:"owner"`
	Setting string       `json:"setting"`
}

type layerRaise struct {
	layerPlace
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Hook  string `json:"hook"`
	Phase string `json:"phase"`
	Via   string `json:"via"`
}

// layersDocument is mwcheck.layers/1 as docs/json.md has it.
type layersDocument struct {
	Schema string `json:"schema"`
	Layers []struct {
		layerPlace
		Path     string `json:"path"`
		Target   string `json:"target"`
		Origin   string `json:"origin"`
		Style    string `json:"style"`
		Complete *bool  `json:"complete"`
		Bases    []struct {
			Path   string `json:"path"`
			Origin string `json:"origin"`
		} `json:"bases"`
		Hooks         map[string]int   `json:"hooks"`
		ShortCircuits map[string][]int `json:"short_circuits"`
		Raises        []string         `json:"raises"`
		Reads         []layerAccess    `json:"reads"`
		Writes        []layerAccess    `json:"writes"`
		Former        []layerAccess    `json:"former"`
		SyncCapable   *bool            `json:"sync_capable"`
		AsyncCapable  *bool            `json:"async_capable"`
		Init          struct {
			layerPlace
			Owner       string       `json:"owner"`
			Takes       string       `json:"takes_get_response"`
			Extra       []string     `json:"extra_required"`
			StoresAs    string       `json:"stores_as"`
			Stores      *bool        `json:"stores_get_response"`
			Wraps       []string     `json:"wraps_as"`
			Super       *bool        `json:"calls_super"`
			SuperPasses *bool        `json:"super_gets_get_response"`
			NotUsed     []layerPlace `json:"middleware_not_used"`
			Raises      []layerRaise `json:"raises"`
		} `json:"init"`
		Async struct {
			Native *bool    `json:"native"`
			Marks  *bool    `json:"marks_itself"`
			Asks   *bool    `json:"asks_get_response"`
			Hooks  []string `json:"coroutine_hooks"`
		} `json:"async"`
		HookDetails []struct {
			layerPlace
			Name        string `json:"name"`
			Owner       string `json:"owner"`
			Inherited   bool   `json:"inherited"`
			Conditional bool   `json:"conditional"`
			Read        bool   `json:"read"`
			Async       bool   `json:"async"`
			Fits        *bool  `json:"signature_fits"`
			CalledBy    string `json:"called_by"`
			Answers     *bool  `json:"answers"`
			Returns     []struct {
				layerPlace
				Certain bool         `json:"certain"`
				Kind    string       `json:"kind"`
				Made    []layerPlace `json:"made"`
			} `json:"returns"`
			Replaces       *bool        `json:"replaces_response"`
			ReturnsNothing *bool        `json:"returns_nothing"`
			Nothing        []layerPlace `json:"nothing"`
		} `json:"hook_details"`
		RaiseDetails []layerRaise `json:"raise_details"`
		GetResponse  []struct {
			layerPlace
			Hook    string `json:"hook"`
			Dropped bool   `json:"dropped"`
			Wrapped bool   `json:"wrapped"`
			Loop    bool   `json:"loop"`

			Unawaited bool `json:"unawaited"`
		} `json:"get_response"`
		Headers []struct {
			layerPlace
			Name   string `json:"name"`
			Text   string `json:"text"`
			Effect string `json:"effect"`
			Own    bool   `json:"own_response"`
			Always bool   `json:"always"`
			Hook   string `json:"hook"`
			Phase  string `json:"phase"`
			Via    string `json:"via"`
		} `json:"headers"`
		Content []struct {
			layerPlace
			What    string `json:"what"`
			Write   bool   `json:"write"`
			Guarded *bool  `json:"guarded"`
			Own     bool   `json:"own_response"`
			Hook    string `json:"hook"`
			Phase   string `json:"phase"`
			Via     string `json:"via"`
		} `json:"content"`
		Body         []layerUse `json:"body"`
		Cookies      []layerUse `json:"cookies"`
		Session      []layerUse `json:"session"`
		Messages     []layerUse `json:"messages"`
		State        []layerUse `json:"state"`
		Unread       []layerUse `json:"unread"`
		ThreadLocals []struct {
			layerPlace
			Name  string `json:"name"`
			Hook  string `json:"hook"`
			Phase string `json:"phase"`
			Reset *bool  `json:"reset"`
		} `json:"thread_locals"`
		Unclear []struct {
			layerPlace
			Message string `json:"message"`
		} `json:"unclear"`
	} `json:"layers"`
	Notes []struct {
		layerPlace
		Message string `json:"message"`
	} `json:"notes"`
}

// TestLayersDocument decodes strictly what the command prints of the sample
// projects, looks every field up in docs/json.md, and compares facts with the
// sources as they were read by hand.
func TestLayersDocument(t *testing.T) {
	code, stdout, stderr := run(t, root, "", "layers", "--format", "json", "testdata/projects/bookshop", "testdata/projects/intranet")
	require.Equal(t, cli.ExitOK, code, stderr)
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	var doc layersDocument
	require.NoError(t, dec.Decode(&doc))
	require.Equal(t, "mwcheck.layers/1", doc.Schema)

	text, err := os.ReadFile(filepath.Join(root, "docs", "json.md"))
	require.NoError(t, err)
	words := map[string]bool{}
	for _, w := range regexp.MustCompile("[a-z_]+").FindAllString(string(text), -1) {
		words[w] = true
	}
	for _, name := range fieldNames(reflect.TypeOf(doc)) {
		require.True(t, words[name], "docs/json.md does not speak of %q", name)
	}

	styles := map[string]string{}
	for _, l := range doc.Layers {
		styles[l.Path] = l.Style
		if l.Path != "people.middleware.DepartmentMiddleware" {
			continue
		}
		require.Equal(t, map[string]int{"process_request": 7, "process_exception": 16}, l.Hooks)
		require.Len(t, l.Reads, 2)
		for i, line := range []int{9, 11} {
			require.Equal(t, "user", l.Reads[i].Attr)
			require.Equal(t, line, l.Reads[i].Line)
			require.False(t, *l.Reads[i].Guarded)
		}
		require.Equal(t, "department", l.Writes[0].Attr)
		require.Equal(t, "none", l.Init.Takes)
	}
	require.Equal(t, map[string]string{
		"accounts.middleware.LastSeenMiddleware": "modern", "catalog.middleware.currency": "function",
		"intranet.middleware.MaintenanceMiddleware": "classic", "people.middleware.DepartmentMiddleware": "classic",
	}, styles)
}
