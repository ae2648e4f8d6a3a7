package python

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/testenv"
)

// damage is one byte to drop from a source.
type damage struct{ at int }

func (d damage) apply(src []byte) []byte {
	out := make([]byte, 0, len(src))
	return append(append(out, src[:d.at]...), src[d.at+1:]...)
}

// damages lists the places where one bracket, one quote of a string's
// delimiters, or one colon can be lost.
func damages(f *File, what string) []damage {
	var out []damage
	for t := range f.Tokens() {
		text := f.Src[t.Start:t.End]
		switch {
		case what == "bracket" && t.Kind == TokenOperator && strings.ContainsRune("()[]{}", rune(text[0])):
			out = append(out, damage{t.Start})
		case what == "colon" && t.Kind == TokenOperator && string(text) == ":":
			out = append(out, damage{t.Start})
		case what == "quote" && t.Kind == TokenString:
			lit, ok := splitLiteral(text)
			if !ok {
				continue
			}
			first := strings.IndexAny(string(text), `"'`)
			width := (len(text) - first - len(lit.body)) / 2
			for i := range width {
				out = append(out, damage{t.Start + first + i}, damage{t.End - 1 - i})
			}
		case what == "quote" && t.Kind == TokenFStringStart:
			out = append(out, damage{t.End - 1})
		case what == "quote" && t.Kind == TokenFStringEnd:
			out = append(out, damage{t.Start})
		}
	}
	return out
}

// definition is a class or def as the damage test counts it.
type definition struct {
	kind  Kind
	name  string
	start int
}

// home is the dotted path of a definition.
func home(n Node) string {
	path := n.Name()
	for p := n.Parent(); !p.IsZero(); p = p.Parent() {
		if k := p.Kind(); k == KindClassDef || k == KindFunctionDef {
			path = p.Name() + "." + path
		}
	}
	return path
}

// definitions lists the classes and defs of a file.
func definitions(f *File) map[definition]Node {
	out := map[definition]Node{}
	for n := range f.Root().Descendants() {
		if k := n.Kind(); k == KindClassDef || k == KindFunctionDef {
			out[definition{k, n.Name(), n.Start()}] = n
		}
	}
	return out
}

// damagedStatement is the innermost statement at an offset, the def or class
// itself where the offset is in its header or its decorators.
func damagedStatement(f *File, at int) Node {
	found := f.Root()
	for n := range f.Root().Descendants() {
		switch {
		case n.Kind() == KindDecorator && n.Start() <= at && at < n.End():
			return n.Parent()
		case n.Kind().IsStatement() && n.Start() <= at && at < n.End():
			found = n
		}
	}
	return found
}

// damageRate drops one thing per file and round, and reports how many of the
// definitions outside of the damaged statement are still found.
func damageRate(t *testing.T, files []string, what string, rounds int) (found, placed, total, flagged, damaged int, worst float64) {
	t.Helper()
	verbose := os.Getenv("DAMAGE_VERBOSE") == what
	for i, path := range files {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		f := Parse(src)
		places := damages(f, what)
		want := definitions(f)
		if len(places) == 0 {
			continue
		}
		for round := range rounds {
			r := rand.New(rand.NewPCG(uint64(i), uint64(round)))
			d := places[r.IntN(len(places))]
			broken := d.apply(src)
			g := Parse(broken)
			require.NoError(t, checkFile(broken, g), "%s without byte %d", path, d.at)
			worst = max(worst, float64(g.work)/float64(f.work+100))
			damaged++
			if len(g.Errors) > 0 {
				flagged++
			}
			got := definitions(g)
			hit := damagedStatement(f, d.at)
			lost := 0
			for def, n := range want {
				if n == hit {
					continue
				}
				if def.start > d.at {
					def.start--
				}
				total++
				if m, ok := got[def]; ok {
					found++
					if home(n) == home(m) {
						placed++
					}
				} else {
					lost++
				}
			}
			if verbose && lost > 0 {
				l, c := f.Position(d.at)
				fmt.Printf("%s:%d:%d lost %d of %d\n", path, l, c, lost, len(want))
			}
		}
	}
	return found, placed, total, flagged, damaged, worst
}

func TestDamage(t *testing.T) {
	root := testenv.Corpus(t, "python3-django")
	files := pythonFiles(t, root)
	for _, test := range []struct {
		what string
		rate float64 // percent that must be found
	}{
		{"bracket", 98},
		{"quote", 90},
		{"colon", 99},
	} {
		t.Run(test.what, func(t *testing.T) {
			found, placed, total, flagged, damaged, worst := damageRate(t, files, test.what, 3)
			rate := 100 * float64(found) / float64(total)
			t.Logf("%d sources without one %s: %.2f %% of %d classes and defs found (%.2f %% under their old path), %.1f %% of the sources flagged, at most %.1f times the work",
				damaged, test.what, rate, total, 100*float64(placed)/float64(total), 100*float64(flagged)/float64(damaged), worst)
			require.GreaterOrEqual(t, rate, test.rate)
			require.Less(t, worst, 20.0, "work beside the undamaged source's")
		})
	}
}

// TestMarkersInDjango puts a merge conflict's markers or a template's lines
// around a random statement of one line of every file.
func TestMarkersInDjango(t *testing.T) {
	root := testenv.Corpus(t, "python3-django")
	for _, test := range []struct {
		name                  string
		before, between, last string
		kind                  ErrorKind
		errors                int
	}{
		{"conflict", "<<<<<<< HEAD\n", "=======\n", ">>>>>>> topic\n", ErrorConflict, 3},
		{"template", "{% if cookiecutter.use_x == 'y' %}\n", "{% else -%}\n", "    {%- endif %}\n", ErrorTemplate, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, total, files := 0, 0, 0
			for i, path := range pythonFiles(t, root) {
				src, err := os.ReadFile(path)
				require.NoError(t, err)
				f := Parse(src)
				var lines []int
				for n := range f.Root().Descendants() {
					if n.Kind().IsStatement() && n.Field(FieldDecorators).IsZero() && !strings.Contains(n.Text(), "\n") {
						l, _ := f.Position(n.Start())
						if at := f.LineStart(l); strings.TrimSpace(string(src[at:n.Start()])) == "" && l > 2 {
							lines = append(lines, at)
						}
					}
				}
				if len(lines) == 0 {
					continue
				}
				files++
				at := lines[rand.New(rand.NewPCG(uint64(i), 7)).IntN(len(lines))]
				l, _ := f.Position(at)
				end := f.LineStart(l + 1)
				line := string(src[at:end])
				if !strings.HasSuffix(line, "\n") {
					line += "\n"
				}
				first := test.before + line + test.between
				broken := string(src[:at]) + first + line + test.last + string(src[end:])
				g := Parse([]byte(broken))
				count := 0
				for _, e := range g.Errors {
					if e.Kind == test.kind {
						count++
					}
				}
				require.Equal(t, test.errors, count, "%s:%d: errors of the kind", path, l)
				got := definitions(g)
				for def := range definitions(f) {
					if def.start >= end {
						def.start += len(broken) - len(src)
					} else if def.start >= at {
						def.start += len(first)
					}
					total++
					if _, ok := got[def]; ok {
						found++
					}
				}
			}
			rate := 100 * float64(found) / float64(total)
			t.Logf("%d files, %.2f %% of %d classes and defs found", files, rate, total)
			require.GreaterOrEqual(t, rate, 99.0)
		})
	}
}
