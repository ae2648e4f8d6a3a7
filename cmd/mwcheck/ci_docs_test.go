package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var block = regexp.MustCompile("(?m)^```(yaml|sh)\n((?s:.*?))^```$")

// TestCIPage holds docs/ci.md against what is there: hooks, inputs of the
// action, commands and flags, and one version throughout.
func TestCIPage(t *testing.T) {
	text := readRoot(t, "docs/ci.md")
	var a action
	readYAML(t, "action.yml", &a)
	hooks := readRoot(t, ".pre-commit-hooks.yaml")
	blocks := block.FindAllStringSubmatch(text, -1)
	require.Greater(t, len(blocks), 5)
	seen := map[string]int{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if uses, ok := v["uses"].(string); ok && strings.HasPrefix(uses, "mwcheck/mwcheck@") {
				seen["action"]++
				with, _ := v["with"].(map[string]any)
				for name := range with {
					require.Contains(t, a.Inputs, name)
				}
			}
			if list, ok := v["hooks"].([]any); ok {
				for _, h := range list {
					seen["hook"]++
					require.Contains(t, hooks, "- id: "+h.(map[string]any)["id"].(string)+"\n")
				}
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	for _, m := range blocks {
		if m[1] == "yaml" {
			var v any
			require.NoError(t, yaml.Unmarshal([]byte(m[2]), &v), m[2])
			walk(v)
		}
	}
	require.GreaterOrEqual(t, seen["action"], 2)
	require.GreaterOrEqual(t, seen["hook"], 1)

	commands := regexp.MustCompile("(?:^|[ /`])mwcheck(?::[0-9.]+)? (lint[^\n`>|]*)").FindAllStringSubmatch(text, -1)
	require.Greater(t, len(commands), 5)
	for _, m := range commands {
		words := strings.Fields(m[1])
		requireLint(t, words)
		for i, w := range words {
			if w == "--format" {
				require.Regexp(t, `--format [a-z|]*\b`+words[i+1]+`\b`, help(t, "lint"))
			}
		}
	}

	// The version that is shown is the one of the image in the hooks.
	tag := regexp.MustCompile(`mwcheck:(\d+\.\d+\.\d+)`).FindStringSubmatch(hooks)[1]
	for _, m := range regexp.MustCompile(`(?:mwcheck@v|rev: v|VERSION=v|mwcheck:|version: ")(\d+\.\d+\.\d+)`).FindAllStringSubmatch(text+readRoot(t, "Dockerfile"), -1) {
		require.Equal(t, tag, m[1], m[0])
	}
	for _, m := range pinned.FindAllStringSubmatch(strings.ReplaceAll(text, "- uses", "  uses"), -1) {
		seen[m[1]]++
	}
	require.Equal(t, 1, seen["actions/checkout"])
}

// TestExitCodesPage has a row for every command that help lists.
func TestExitCodesPage(t *testing.T) {
	page := readRoot(t, "docs/exit-codes.md")
	_, list, _ := strings.Cut(help(t), "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	lines := strings.Split(list, "\n")
	require.Greater(t, len(lines), 8)
	for _, line := range lines {
		require.Contains(t, page, "`mwcheck "+strings.Fields(line)[0]+"`")
	}
	for _, command := range []string{"lint", "diff", "migrate", "conform"} {
		require.Contains(t, help(t, command), "--fail-on", command)
		require.Contains(t, help(t, command), "Exit codes: 0", command)
	}
}
