package baseline_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/baseline"
)

// The published schema takes what the reader takes, and nothing else.
func TestSchemaAgreesWithTheReader(t *testing.T) {
	text, err := os.ReadFile("../../docs/schema/baseline.schema.json")
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	schema, err := c.Compile("schema.json")
	require.NoError(t, err)
	with := func(entry string) string {
		return fmt.Sprintf(`{"schema": %q, "findings": [%s]}`, baseline.Schema, entry)
	}
	const whole = `"file": "a.py", "rule": "MW101", "setting": "MIDDLEWARE", "subjects": []`
	for src, want := range map[string]bool{
		written:                 true,
		with(""):                true,
		with("{" + whole + "}"): true,
		with("{" + whole + `, "fact": "", "name": "", "count": 1000000}`): true,
		`{}`:                               false,
		`{"schema": "mwcheck.baseline/1"}`: false,
		`{"schema": "mwcheck.baseline/2", "findings": []}`:         false,
		`{"schema": "mwcheck.baseline/1", "findings": {}}`:         false,
		`{"schema": "mwcheck.baseline/1", "findings": [], "x": 1}`: false,
		with("1"):                                                              false,
		with("{" + whole + `, "message": "x"}`):                                false,
		with("{" + whole + `, "count": 0}`):                                    false,
		with("{" + whole + `, "count": 1000001}`):                              false,
		with("{" + whole + `, "count": 1.5}`):                                  false,
		with("{" + whole + `, "count": "1"}`):                                  false,
		with(`{"rule": "MW101", "setting": "MIDDLEWARE", "subjects": []}`):     false,
		with(strings.Replace("{"+whole+"}", "[]", "[1]", 1)):                   false,
		with(strings.Replace("{"+whole+"}", `"MW101"`, "null", 1)):             false,
		with(strings.Replace("{"+whole+"}", `"subjects": []`, `"name": 1`, 1)): false,
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(src), &value), src)
		_, read := baseline.Read("b.json", []byte(src))
		require.Equal(t, want, read == nil, "%s %v", src, read)
		require.Equal(t, want, schema.Validate(value) == nil, src)
	}
}
