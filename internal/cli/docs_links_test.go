package cli_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/cli"
	"github.com/mwcheck/mwcheck/internal/lint"
)

// everyPage lists all documents of the repository, from its top.
func everyPage(t *testing.T) []string {
	var pages []string
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != top && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "dist")) {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".md") {
			short, err := filepath.Rel(top, name)
			pages = append(pages, filepath.ToSlash(short))
			return err
		}
		return nil
	}))
	require.Greater(t, len(pages), 50)
	return pages
}

var (
	// fence is a block of code, span a piece of it in a line.
	fence = regexp.MustCompile("(?ms)^```.*?^```$")
	span  = regexp.MustCompile("`[^`\n]*`")
	link  = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	title = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// anchors are the names that GitHub gives the headings of a page.
func anchors(text string) []string {
	var out []string
	for _, m := range title.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		name := strings.ToLower(strings.TrimSpace(m[1]))
		name = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`).ReplaceAllString(name, "")
		out = append(out, strings.ReplaceAll(name, " ", "-"))
	}
	return out
}

// deadLinks are the links of a page that lead to nothing in the repository.
func deadLinks(page, text string) []string {
	var out []string
	text = span.ReplaceAllString(fence.ReplaceAllString(text, ""), "")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		target, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(target, "://") {
			continue
		}
		file := filepath.Join(root, filepath.Dir(page), filepath.FromSlash(target))
		if target == "" {
			file = filepath.Join(root, page)
		}
		if _, err := os.Stat(file); err != nil {
			out = append(out, m[1])
			continue
		}
		if anchor != "" {
			there, err := os.ReadFile(file)
			if err != nil || !slices.Contains(anchors(string(there)), anchor) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	for _, page := range everyPage(t) {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		links += strings.Count(string(text), "](")
		require.Empty(t, deadLinks(page, string(text)), page)
	}
	require.Greater(t, links, 100)
	require.Equal(t, []string{"docs/none.md", "#nothing", "docs/ci.md#nothing"}, deadLinks("README.md",
		"[a](docs/none.md) [b](#nothing) [c](docs/ci.md#nothing) [d](docs/ci.md#the-image) `[e](x)`\n```\n[f](y)\n```\n"), "dead links are found")
}

// TestEveryPageIsListed looks every page of docs up in its index, but for those
// of the rules, which have their own.
func TestEveryPageIsListed(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(root, "docs", "README.md"))
	require.NoError(t, err)
	for _, page := range documents(t) {
		name := strings.TrimPrefix(page, "docs/")
		if name != "README.md" {
			require.Contains(t, string(index), "]("+name+")")
		}
	}
}

// command is a command line of mwcheck at the beginning of a line of code, behind
// a prompt or a path.
var command = regexp.MustCompile("(?m)^`?\\s*(?:\\$ |- )?(?:\\S*/)?mwcheck ([a-z][^`\n#|>]*)")

// code is every block and every piece of code in a text, each on lines of its own.
func code(text string) string {
	var b strings.Builder
	for _, block := range fence.FindAllString(text, -1) {
		b.WriteString(block + "\n")
	}
	for _, piece := range span.FindAllString(fence.ReplaceAllString(text, ""), -1) {
		b.WriteString(piece + "\n")
	}
	return b.String()
}

// unknownWords are the subcommands and flags of the command lines in a text that
// the help does not know.
func unknownWords(t *testing.T, text string) (unknown []string, commands int) {
	helps := map[string]string{}
	helpOf := func(args ...string) string {
		key := strings.Join(args, " ")
		if _, ok := helps[key]; !ok {
			_, stdout, _ := run(t, root, "", append(args, "--help")...)
			helps[key] = stdout
		}
		return helps[key]
	}
	for _, m := range command.FindAllStringSubmatch(code(text), -1) {
		words := strings.Fields(m[1])
		sub := words[0]
		if strings.Trim(sub, "abcdefghijklmnopqrstuvwxyz") != "" {
			continue // a file or an address
		}
		if sub != "help" && sub != "man" && !strings.Contains(helpOf(), "\n  "+sub+" ") {
			unknown = append(unknown, sub)
			continue
		}
		commands++
		for _, w := range words[1:] {
			name, _, _ := strings.Cut(strings.Trim(w, "[]().,;:…"), "=")
			if strings.HasPrefix(name, "--") && len(name) > 2 && !regexp.MustCompile(`(?m)^ +(-\w, )?`+regexp.QuoteMeta(name)+`\b`).MatchString(helpOf(sub)) {
				unknown = append(unknown, sub+" "+name)
			}
		}
	}
	return unknown, commands
}

// TestCommandsInDocuments looks up every command line that a document shows.
func TestCommandsInDocuments(t *testing.T) {
	all := 0
	for _, page := range append(documents(t), "CONTRIBUTING.md", "CHANGELOG.md") {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		unknown, n := unknownWords(t, string(text))
		require.Empty(t, unknown, page)
		all += n
	}
	require.Greater(t, all, 100)
	unknown, _ := unknownWords(t, "mwcheck reads and `mwcheck lint --fail-no x` and\n```sh\n$ mwcheck check .\nmwcheck diff --from 1.8\n```\n")
	require.Equal(t, []string{"check", "lint --fail-no"}, unknown, "unknown words are found")
}

// TestFiguresInDocuments compares what the pages count with what is there.
func TestFiguresInDocuments(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		return string(text)
	}
	c := catalog.Default()
	facts := 0
	for _, f := range c.Facts {
		if !f.Informative {
			facts++
		}
	}
	require.Contains(t, read("docs/peers.md"), fmt.Sprintf("%d facts on %d layers", facts, len(c.Middleware)))
	require.Contains(t, read("docs/catalog.md"), fmt.Sprintf("%d layers: ", len(c.Middleware)))

	// The row of scripts/peers.sh for mwcheck itself.
	exit, stdout, _ := run(t, root, "", "lint", "--format", "short", "testdata/projects/bookshop")
	require.Equal(t, cli.ExitFindings, exit)
	findings, named := 0, 0
	for line := range strings.Lines(stdout) {
		if strings.Contains(line, ": note: ") {
			continue
		}
		findings++
		if regexp.MustCompile(`(Cors|Authentication|WhiteNoise|UpdateCache)Middleware`).MatchString(line) {
			named++
		}
	}
	require.Contains(t, read("docs/peers.md"), fmt.Sprintf("| mwcheck | this checkout | %d | %d |", findings, named))

	// README's table is that of the page, with addresses.
	_, table, _ := strings.Cut(read("README.md"), "\n## Beside other tools\n")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := 0
	for line := range strings.Lines(regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`).ReplaceAllString(table, "$1")) {
		if strings.HasPrefix(line, "|") {
			require.Contains(t, read("docs/peers.md"), line)
			rows++
		}
	}
	require.Greater(t, rows, 6)
}

// TestDependenciesAreExplained looks every module that go.mod asks for up in
// docs/decisions.md, and the other way round.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(root, "docs", "decisions.md"))
	require.NoError(t, err)
	var asked, explained []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1) {
		asked = append(asked, m[1])
	}
	require.Greater(t, len(asked), 5)
	_, table, _ := strings.Cut(string(page), "\n## Dependencies\n")
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z.]+/\S+) \| .+ \|$`).FindAllStringSubmatch(table, -1) {
		explained = append(explained, m[1])
	}
	require.ElementsMatch(t, asked, explained)
}

// TestFixesPage names every rule with a fix in docs/fixes.md, and no other one
// but those whose fix is advice.
func TestFixesPage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "fixes.md"))
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(text), "## What is fixed\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, r := range lint.Rules() {
		row := regexp.MustCompile(`(?m)^\|.*\b` + r.ID + " " + r.Name + `\b.*$`).FindString(table)
		if r.Fixes.String() == "" {
			require.True(t, row == "" || strings.HasSuffix(row, "| advice |"), "%s has no fix: %s", r.ID, row)
		} else {
			require.NotEmpty(t, row, "docs/fixes.md does not speak of %s %s", r.ID, r.Name)
		}
	}
}
