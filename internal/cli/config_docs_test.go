package cli_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/config"
)

var updateDocs = flag.Bool("update-docs", false, "write the output in docs/configuration.md and docs/suppression.md anew")

var (
	docFile    = regexp.MustCompile("(?m)^`([^`\n]+)`:\n\n```[a-z]+\n((?s:.*?))```\n")
	docExample = regexp.MustCompile("(?:```toml\n((?s:[^`]*?))```\n\n)?```text\n\\$ mwcheck ([^\n]*)\n((?s:.*?))```\n")
)

// runDoc runs the command over files in memory and gives all it prints.
func runDoc(files map[string]string, args []string) string {
	env, stdout, stderr := memory(files)
	code := cli.Main(args, env)
	return fmt.Sprintf("%s%sexit code %d\n", stdout, stderr, code)
}

// docExamples runs every example of a document on the files that it shows, and
// gives the configurations of the examples with their arguments.
func docExamples(t *testing.T, name string) (files map[string]string, configs, args []string) {
	t.Helper()
	file := filepath.Join(root, "docs", name)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	files = map[string]string{"shop/__init__.py": "", "legacy/__init__.py": ""}
	for _, m := range docFile.FindAllStringSubmatch(string(text), -1) {
		files[m[1]] = m[2]
	}
	require.NotEmpty(t, files)
	got := docExample.ReplaceAllStringFunc(string(text), func(block string) string {
		m := docExample.FindStringSubmatch(block)
		own := map[string]string{}
		for name, text := range files {
			own[name] = text
		}
		if m[1] != "" {
			own[config.OwnFile] = m[1]
		}
		configs, args = append(configs, m[1]), append(args, m[2])
		head, _, _ := strings.Cut(block, "$ mwcheck ")
		return head + "$ mwcheck " + m[2] + "\n" + runDoc(own, strings.Fields(m[2])) + "```\n"
	})
	require.Equal(t, strings.Count(string(text), "$ mwcheck "), len(args), "every example is run")
	if *updateDocs {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return files, configs, args
	}
	require.Empty(t, cmp.Diff(got, string(text)), "%s is stale: run go test ./internal/cli -run Docs -update-docs", file)
	return files, configs, args
}

// noEffect are keys that change nothing that lint prints in the example, with
// the reason.
var noEffect = map[string]string{
	"facts.basis":        "is kept with the fact, for people",
	"facts.reason":       "required, so that it cannot be left out",
	"facts.django.from":  "checked in internal/config",
	"facts.when.default": "with equals the setting is not assigned in the example",
	"layers.reads":       "named in labels of the text format; checked in internal/config",
	"layers.package":     "checked in TestOwnFactsByEffect",
	"layers.style":       "what mwcheck cost and the async rules use; checked in internal/config",
	"layers.hooks":       "as style",
	"layers.function":    "as style",
	"layers.sync":        "as style",
	"layers.async":       "as style",
	"layers.answers":     "what mwcheck diff uses; checked in internal/config",
	"facts.used_with":    "checked in TestOwnFactsByEffect",
	"facts.package_from": "checked in TestOwnFactsByEffect",
	"facts.literal":      "checked in TestOwnFactsByEffect",
	"facts.when.one_of":  "checked in TestOwnFactsByEffect",
	"facts.django.to":    "checked in TestOwnFactsByEffect",
}

// TestConfigurationDocs runs the examples of docs/configuration.md, and holds
// that every key is described there and has an effect in an example: without it
// the command prints something else.
func TestConfigurationDocs(t *testing.T) {
	files, configs, args := docExamples(t, "configuration.md")
	text, err := os.ReadFile(filepath.Join(root, "docs", "configuration.md"))
	require.NoError(t, err)
	shown := map[string]bool{}
	for i, source := range configs {
		if source == "" {
			continue
		}
		own := map[string]string{config.OwnFile: source}
		for name, text := range files {
			own[name] = text
		}
		with := runDoc(own, strings.Fields(args[i]))
		var doc map[string]any
		_, err := toml.Decode(source, &doc)
		require.NoError(t, err)
		leaves(doc, "", false, func(key string, remove func() func()) {
			restore := remove()
			defer restore()
			var b bytes.Buffer
			require.NoError(t, toml.NewEncoder(&b).Encode(doc))
			own[config.OwnFile] = b.String()
			// Places in the file move: only what is said counts.
			without := runDoc(own, strings.Fields(args[i]))
			if without != with || noEffect[key] != "" {
				shown[key] = true
			} else {
				t.Errorf("%q changes nothing in example %d", key, i)
			}
		})
	}
	for _, key := range config.Keys() {
		last := key[strings.LastIndexByte(key, '.')+1:]
		require.Contains(t, string(text), "`"+last+"`", "docs/configuration.md does not describe %q", key)
		if !shown[key] && noEffect[key] == "" {
			prefix := false
			for k := range shown {
				prefix = prefix || strings.HasPrefix(k, key+".")
			}
			require.True(t, prefix, "no example shows %q", key)
		}
	}
}

// userTables are the keys whose own keys are the user's.
var userTables = map[string]bool{"order": true, "severity": true, "per-path.severity": true, "providers": true}

// leaves calls f for every key of a document; remove takes it out and gives what
// puts it back. Keys that are the user's own go by the name of their table.
func leaves(table map[string]any, path string, own bool, f func(key string, remove func() func())) {
	for k, v := range table {
		key := strings.TrimPrefix(path+"."+k, ".")
		if own {
			key = path
		}
		switch v := v.(type) {
		case map[string]any:
			leaves(v, key, userTables[key] && !own, f)
			continue
		case []map[string]any:
			for _, one := range v {
				leaves(one, key, false, f)
			}
			continue
		}
		f(key, func() func() {
			delete(table, k)
			return func() { table[k] = v }
		})
	}
}
