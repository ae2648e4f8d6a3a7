package config

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schema is the JSON schema (draft-07, which the schema stores of editors take)
// of mwcheck.toml and of the table [tool.mwcheck], made from the types that the
// file is read into.
func Schema() []byte {
	s := schemaOf(reflect.TypeFor[file](), "")
	s["$schema"] = "http://json-schema.org/draft-07/schema#"
	s["$id"] = "https://github.com/mwcheck/mwcheck/blob/main/docs/schema/mwcheck.schema.json"
	s["title"] = "Configuration of mwcheck: mwcheck.toml, or [tool.mwcheck] of pyproject.toml"
	// Maps of strings and plain values always encode; keys are sorted.
	text, _ := json.MarshalIndent(s, "", "  ")
	return append(text, '\n')
}

func schemaOf(t reflect.Type, words string) map[string]any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if table, ok := reflect.New(t).Interface().(userTable); ok {
		return map[string]any{"type": "object", "additionalProperties": schemaOf(table.element(), words)}
	}
	switch t {
	case reflect.TypeFor[Text]():
		s := map[string]any{"type": "string"}
		if words != "" {
			s["enum"] = strings.Split(words, ",")
		}
		return s
	case reflect.TypeFor[truth]():
		return map[string]any{"type": "boolean"}
	}
	if t.Kind() == reflect.Slice {
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), words)}
	}
	properties := map[string]any{}
	required := []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if key == "" {
			continue
		}
		p := schemaOf(f.Type, f.Tag.Get("enum"))
		p["description"] = f.Tag.Get("doc")
		properties[key] = p
		if f.Tag.Get("required") != "" {
			required = append(required, key)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// Keys are all keys of the file as paths, as "per-path.paths".
func Keys() []string { return keysOf(reflect.TypeFor[file](), "") }

func keysOf(t reflect.Type, prefix string) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if table, ok := reflect.New(t).Interface().(userTable); ok {
		t = table.element()
	}
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t == reflect.TypeFor[Text]() || t == reflect.TypeFor[truth]() || t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("toml"); key != "" {
			out = append(append(out, prefix+key), keysOf(t.Field(i).Type, prefix+key+".")...)
		}
	}
	return out
}
