package config

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/schema anew")

const schemaFile = "../../docs/schema/mwcheck.schema.json"

func TestSchemaIsPublished(t *testing.T) {
	if *update {
		require.NoError(t, os.WriteFile(schemaFile, Schema(), 0o644))
	}
	got, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	require.Equal(t, string(Schema()), string(got), "%s is stale: run go test ./internal/config -update", schemaFile)
}

// Every key has a description, and every field of the types is a key or a place.
func TestEveryKeyIsDescribed(t *testing.T) {
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Name == "Span" {
				continue
			}
			require.NotEmpty(t, f.Tag.Get("toml"), "%s.%s", typ, f.Name)
			require.True(t, strings.HasSuffix(f.Tag.Get("doc"), "."), "%s.%s", typ, f.Name)
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if strings.HasPrefix(inner.Name(), "keyed[") {
				inner = inner.Field(1).Type
			}
			if inner.PkgPath() == typ.PkgPath() && inner != reflect.TypeFor[Text]() && inner != reflect.TypeFor[truth]() && inner.Kind() == reflect.Struct {
				walk(inner)
			}
		}
	}
	walk(reflect.TypeFor[file]())
	require.Contains(t, Keys(), "facts.when.one_of")
	require.Contains(t, Keys(), "order.before")
}

// The schema takes what the reader takes, and refuses what is wrong in form.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	var doc any
	require.NoError(t, json.Unmarshal(Schema(), &doc))
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	schema, err := c.Compile("schema.json")
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"select = ['MW101']\n[severity]\nMW1 = 'off'\n[[per-path]]\npaths = ['a']\n[per-path.severity]\nMW1 = 'note'\n": true,
		"[order]\n'a.B' = { before = ['c.D'], first = true, reason = 'x' }\n":                                           true,
		"[[layers]]\npath = 'a.B'\nsync = false\nstyle = 'mixin'\n":                                                     true,
		"[[facts]]\nid='a'\nsubject='a.B'\nrelation='first'\nreason='x'\nwhen={setting='D', equals=true}\n":             true,
		"[providers]\ntenant = 'outside'\n":                                                                             true,
		"selekt = []\n":                                                                                                 false,
		"select = 'MW101'\n":                                                                                            false,
		"select = [1]\n":                                                                                                false,
		"django = 4.2\n":                                                                                                false,
		"fail-on = 'x'\n":                                                                                               false,
		"[severity]\nMW1 = 'x'\n":                                                                                       false,
		"[[per-path]]\nignore = []\n":                                                                                   false,
		"[order]\n'a.B' = { befor = [] }\n":                                                                             false,
		"[[facts]]\nid='a'\nsubject='a.B'\nrelation='behind'\nreason='x'\n":                                             false,
		"[[layers]]\npath='a.B'\nsync='no'\n":                                                                           false,
	} {
		var value map[string]any
		_, err := toml.Decode(text, &value)
		require.NoError(t, err)
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		var plain any
		require.NoError(t, json.Unmarshal(encoded, &plain))
		require.Equal(t, want, schema.Validate(plain) == nil, text)
		_, err = Read(OwnFile, "", []byte(text))
		require.Equal(t, want, err == nil, "%s: %v", text, err)
	}
}
