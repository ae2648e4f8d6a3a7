package django

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// tomlClaims reads pyproject.toml: PEP 621, PEP 735, Poetry, PDM, uv.
func tomlClaims(data []byte) []claim {
	var doc map[string]any
	if _, err := toml.Decode(string(data), &doc); err != nil {
		return nil
	}
	var out []claim
	add := func(text string, set releaseSet, key string) {
		if set == 0 || set == allReleases {
			return
		}
		start, end := locateText(data, "django", key)
		out = append(out, claim{fromMetadata, text, set, start, end})
	}
	list := func(v any) {
		for _, item := range asSlice(v) {
			if text, ok := item.(string); ok {
				if set, ok := parseRequirement(text); ok {
					add(text, set, text)
				}
			}
		}
	}
	lists := func(v any) {
		for _, key := range sortedKeys(v) {
			list(asMap(v)[key])
		}
	}
	table := func(v any) {
		for _, key := range sortedKeys(v) {
			if strings.EqualFold(key, "django") {
				spec := versionField(asMap(v)[key])
				add(fmt.Sprintf("Django %s", spec), parseSpecifier(spec, true), spec)
			}
		}
	}
	project := asMap(doc["project"])
	list(project["dependencies"])
	lists(project["optional-dependencies"])
	lists(doc["dependency-groups"])
	tool := asMap(doc["tool"])
	poetry := asMap(tool["poetry"])
	table(poetry["dependencies"])
	table(poetry["dev-dependencies"])
	for _, key := range sortedKeys(poetry["group"]) {
		table(asMap(asMap(poetry["group"])[key])["dependencies"])
	}
	lists(asMap(tool["pdm"])["dev-dependencies"])
	list(asMap(tool["uv"])["dev-dependencies"])
	return out
}

// versionField reads a dependency's version in Poetry's and Pipenv's forms: a
// string, a table with "version", or several of those.
func versionField(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if s, ok := v["version"].(string); ok {
			return s
		}
		if s, ok := v["ref"].(string); ok {
			return strings.TrimSuffix(strings.TrimPrefix(s, "stable/"), ".x")
		}
		for _, key := range []string{"branch", "tag", "rev"} {
			if s, ok := v[key].(string); ok {
				return strings.TrimSuffix(strings.TrimPrefix(s, "stable/"), ".x")
			}
		}
	default:
		var all []string
		for _, item := range asSlice(v) {
			if s := versionField(item); s != "" {
				all = append(all, s)
			}
		}
		return strings.Join(all, "|")
	}
	return ""
}

func pipfileClaims(data []byte) []claim {
	var doc map[string]any
	if _, err := toml.Decode(string(data), &doc); err != nil {
		return nil
	}
	var out []claim
	for _, section := range []string{"packages", "dev-packages"} {
		for _, key := range sortedKeys(doc[section]) {
			if !strings.EqualFold(key, "django") {
				continue
			}
			spec := versionField(asMap(doc[section])[key])
			if set := parseSpecifier(spec, true); set != 0 && set != allReleases {
				start, end := locateText(data, "django", spec)
				out = append(out, claim{fromMetadata, "Django " + spec, set, start, end})
			}
		}
	}
	return out
}

func pipfileLockClaims(data []byte) []claim {
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil
	}
	for _, section := range []string{"default", "develop"} {
		packages := asMap(doc[section])
		for _, key := range sortedKeys(packages) {
			if !strings.EqualFold(key, "django") {
				continue
			}
			version := versionField(packages[key])
			if set := parseSpecifier(version, true); set != 0 && set != allReleases {
				start, end := locateText(data, `"django":`)
				return []claim{{fromLock, "Django " + version, set, start, end}}
			}
		}
	}
	return nil
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func asSlice(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = m
		}
		return out
	}
	return nil
}

func sortedKeys(v any) []string {
	m := asMap(v)
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
