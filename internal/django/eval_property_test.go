package django

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"pgregory.net/rapid"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// programs draws a settings module of random operations on lists. Names are
// few, so that aliases and lists that change each other are frequent; flags are
// read from the environment.
func programs(t *rapid.T, outside bool) (src string, env map[string]string) {
	g := &programGen{t: t, env: map[string]string{}, outside: outside}
	g.line(0, "import os, outside")
	g.line(0, "A = ['a', 'b', 'c']")
	g.line(0, "B = MIDDLEWARE = ['d', 'a']")
	g.line(0, "MIDDLEWARE = "+g.list(0))
	for range rapid.IntRange(1, 14).Draw(t, "statements") {
		g.statement(0)
	}
	return g.sb.String(), g.env
}

type programGen struct {
	t    *rapid.T
	sb   strings.Builder
	env  map[string]string
	loop int
	// outside mixes in calls of a module that the evaluator cannot see.
	outside bool
}

// outsideModule is what those calls meet under Python.
const outsideModule = `
import os
def make(): return ["o1", "o2"]
def tune(l):
    l.append("q")
    l.reverse()
    return l
def poke(names): names["A"] = ["poked"]; names["MIDDLEWARE"].append("p")
def flag(n): return n in os.environ.get("FLAGS", "")
def call(f): return f()
class Box(object):
    def __init__(self, l): self.l = l
    def go(self): self.l.insert(0, "box")
B = ["starred"]
`

func (g *programGen) outsideStatement(indent int) {
	switch rapid.IntRange(0, 11).Draw(g.t, "kind") {
	case 0:
		g.line(indent, g.name()+" = outside.make()")
	case 1:
		g.line(indent, "outside.tune("+g.name()+")")
	case 2:
		g.line(indent, fmt.Sprintf("%s = %s + list(outside.make()) + %s", g.name(), g.name(), g.list(2)))
	case 3:
		g.loop++
		g.line(indent, fmt.Sprintf("for v%d in outside.make():", g.loop))
		g.line(indent+1, fmt.Sprintf("%s.append(v%d)", g.name(), g.loop))
		g.block(indent + 1)
	case 4:
		g.line(indent, fmt.Sprintf("if outside.flag(%q):", g.pick("f", "x", "y")))
		g.block(indent + 1)
	case 5:
		if indent == 0 {
			g.line(indent, "outside.poke(globals())")
			return
		}
		g.line(indent, g.name()+" += outside.make()")
	case 6:
		if indent == 0 {
			g.line(indent, "from outside import *")
			return
		}
		g.line(indent, g.name()+".extend(outside.make())")
	case 7:
		g.loop++
		g.line(indent, fmt.Sprintf("box%d = outside.Box(%s)", g.loop, g.name()))
		g.line(indent, fmt.Sprintf("box%d.go()", g.loop))
	case 8:
		l := g.name()
		g.line(indent, fmt.Sprintf("outside.call(lambda: %s.append('lam'))", l))
	case 9:
		g.line(indent, fmt.Sprintf("%s.insert(1, outside.make()[0])", g.name()))
	case 10:
		g.loop++
		f := fmt.Sprintf("cb%d", g.loop)
		l := g.name()
		g.line(indent, "def "+f+"():")
		g.line(indent+1, "global "+l)
		g.line(indent+1, l+" = "+l+" + ['cb']")
		g.line(indent, "outside.call("+f+")")
	default:
		l := g.name()
		g.line(indent, fmt.Sprintf("D = {'k': %s}", l))
		g.line(indent, "outside.tune(D['k'])")
	}
}

func (g *programGen) line(indent int, s string) {
	g.sb.WriteString(strings.Repeat("    ", indent) + s + "\n")
}

func (g *programGen) pick(label string, options ...string) string {
	return rapid.SampledFrom(options).Draw(g.t, label)
}

func (g *programGen) name() string { return g.pick("name", "A", "B", "MIDDLEWARE") }
func (g *programGen) elem() string { return g.pick("elem", "'a'", "'b'", "'c'", "'d'", "'e'") }
func (g *programGen) num() string  { return fmt.Sprint(rapid.IntRange(-4, 5).Draw(g.t, "num")) }

func (g *programGen) list(depth int) string {
	n := 7
	if depth > 2 {
		n = 2
	}
	switch rapid.IntRange(0, n).Draw(g.t, "list") {
	case 0:
		return g.name()
	case 1, 2:
		k := rapid.IntRange(0, 4).Draw(g.t, "len")
		parts := make([]string, k)
		for i := range parts {
			parts[i] = g.elem()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case 3:
		return g.list(depth+1) + " + " + g.list(depth+1)
	case 4:
		return fmt.Sprintf("%s[%s:%s]", g.name(), g.optional(), g.optional())
	case 5:
		return fmt.Sprintf("[x for x in %s if x %s %s]", g.list(depth+1), g.pick("cmp", "!=", "==", "<", "not in"), g.elem())
	case 6:
		return fmt.Sprintf("(%s if %s else %s)", g.list(depth+1), g.cond(), g.list(depth+1))
	default:
		return fmt.Sprintf("list(%s(%s))", g.pick("fn", "reversed", "sorted", "list", "tuple"), g.list(depth+1))
	}
}

func (g *programGen) optional() string {
	if rapid.Bool().Draw(g.t, "optional") {
		return ""
	}
	return g.num()
}

func (g *programGen) cond() string {
	flag := g.pick("flag", "F1", "F2", "F3")
	if _, ok := g.env[flag]; !ok {
		g.env[flag] = g.pick("value", "", "1")
	}
	env := fmt.Sprintf("os.environ.get(%q)", flag)
	switch rapid.IntRange(0, 7).Draw(g.t, "cond") {
	case 0, 1:
		return env
	case 2:
		return "not " + env
	case 3:
		return env + " == '1'"
	case 4:
		return fmt.Sprintf("%s in %s", g.elem(), g.name())
	case 5:
		return fmt.Sprintf("%s not in %s", g.elem(), g.name())
	case 6:
		return fmt.Sprintf("len(%s) > %d", g.name(), rapid.IntRange(0, 4).Draw(g.t, "len"))
	default:
		return fmt.Sprintf("%s %s %s", env, g.pick("bool", "and", "or"), g.cond())
	}
}

func (g *programGen) statement(indent int) {
	if g.outside && rapid.IntRange(0, 4).Draw(g.t, "outside") == 0 {
		g.outsideStatement(indent)
		return
	}
	n := 16
	if indent > 2 {
		n = 11
	}
	switch rapid.IntRange(0, n).Draw(g.t, "statement") {
	case 0:
		g.line(indent, g.name()+" = "+g.list(0))
	case 1:
		g.line(indent, g.name()+" += "+g.list(0))
	case 2:
		g.line(indent, fmt.Sprintf("%s.append(%s)", g.name(), g.elem()))
	case 3:
		g.line(indent, fmt.Sprintf("%s.insert(%s, %s)", g.name(), g.num(), g.elem()))
	case 4:
		g.line(indent, fmt.Sprintf("%s.extend(%s)", g.name(), g.list(0)))
	case 5:
		if g.outside {
			// The evaluator takes it that an unknown part holds no second
			// copy of a known element; here it often would.
			return
		}
		e, l := g.elem(), g.name()
		g.line(indent, fmt.Sprintf("if %s in %s: %s.insert(%s.index(%s) + %d, %s)", e, l, l, l, e, rapid.IntRange(0, 1).Draw(g.t, "off"), g.elem()))
	case 6:
		e, l := g.elem(), g.name()
		g.line(indent, fmt.Sprintf("if %s in %s: %s.remove(%s)", e, l, l, e))
	case 7:
		l := g.name()
		g.line(indent, fmt.Sprintf("if len(%s) > 2: %s.pop(%s)", l, l, g.pick("pop", "", "0", "1", "-1", "-2")))
	case 8:
		g.line(indent, fmt.Sprintf("%s[%s:%s] = %s", g.name(), g.optional(), g.optional(), g.list(1)))
	case 9:
		g.line(indent, fmt.Sprintf("del %s[%s:%s]", g.name(), g.optional(), g.optional()))
	case 10:
		g.line(indent, g.name()+"."+g.pick("method", "reverse()", "sort()", "clear()"))
	case 11:
		g.line(indent, g.name()+" = "+g.name())
	case 12, 13:
		g.line(indent, "if "+g.cond()+":")
		g.block(indent + 1)
		if rapid.Bool().Draw(g.t, "else") {
			g.line(indent, "else:")
			g.block(indent + 1)
		}
	case 14:
		g.loop++
		g.line(indent, fmt.Sprintf("for v%d in list(%s):", g.loop, g.list(1)))
		g.line(indent+1, fmt.Sprintf("%s.%s(v%d)", g.name(), "append", g.loop))
		g.line(indent+1, fmt.Sprintf("if %s or len(A) > 40 or len(B) > 40 or len(MIDDLEWARE) > 40: %s", g.cond(), g.pick("leave", "break", "continue")))
		g.block(indent + 1)
	case 15:
		g.line(indent, "try:")
		g.block(indent + 1)
		g.line(indent+1, fmt.Sprintf("%s.remove(%s)", g.name(), g.elem()))
		g.line(indent, "except ValueError:")
		g.block(indent + 1)
	default:
		g.loop++
		f := fmt.Sprintf("f%d", g.loop)
		g.line(indent, "def "+f+"(A, flag=None):")
		g.line(indent+1, "A.append("+g.elem()+")")
		g.line(indent+1, "if "+g.cond()+": return A")
		g.line(indent+1, "return A + "+g.list(2))
		g.line(indent, g.name()+" = "+f+"("+g.name()+")")
	}
}

func (g *programGen) block(indent int) {
	for range rapid.IntRange(1, 2).Draw(g.t, "block") {
		g.statement(indent)
	}
	g.line(indent, "pass")
}

// TestEvaluateRandomPrograms runs random programs through the evaluator and
// through CPython. The variant whose conditions are those of the environment
// must be Python's list, or say where it is not known.
func TestEvaluateRandomPrograms(t *testing.T) {
	comparePrograms(t, false, 3, 4)
}

// TestEvaluateRandomUnknowns mixes in calls of code that the evaluator cannot
// see and that changes what it can reach. Nothing it says may be wrong.
func TestEvaluateRandomUnknowns(t *testing.T) {
	comparePrograms(t, true, 1, 8)
}

// comparePrograms wants at least num of den of the programs known exactly.
func comparePrograms(t *testing.T, outside bool, num, den int) {
	var jobs []oracleJob
	var sources []string
	rapid.Check(t, func(rt *rapid.T) {
		src, env := programs(rt, outside)
		env["FLAGS"] = rapid.SampledFrom([]string{"", "x", "y", "xy"}).Draw(rt, "flags")
		jobs = append(jobs, oracleJob{Files: map[string]string{"settings.py": src, "outside.py": outsideModule}, Module: "settings", Env: env, Mods: []string{}})
		sources = append(sources, src)
	})
	answers := askPython(t, jobs)
	holds := conditionsUnderPython(t, jobs)
	exact, total := 0, 0
	errs := map[string]int{}
	for i, a := range answers {
		if !a.OK {
			errs[a.Error]++
			continue // the program fails under Python: nothing to compare
		}
		total++
		list, ok := a.Values["MIDDLEWARE"].([]any)
		require.True(t, ok, "%s", sources[i])
		res := evaluateSource(sources[i], Limits{})
		shown := text(evaluated(res, false))
		matched := false
		for j, v := range res.Variants {
			if !holds[i][j].may {
				continue
			}
			l, ok := v.Stack("MIDDLEWARE")
			if !ok && v.Open {
				matched = true
				continue
			}
			var want []string
			for _, e := range l.Entries {
				if e.Unknown {
					want = append(want, "? ")
				} else {
					want = append(want, e.Path)
				}
			}
			bad := disagree(want, !l.Complete, list)
			if holds[i][j].must && !v.Merged {
				require.Empty(t, bad, "variant %d holds and differs from Python's list %v (env %v)\n%s\n%s", j, list, jobs[i].Env, sources[i], shown)
			}
			if bad == "" {
				matched = true
				if l.Complete {
					exact++
				}
				break
			}
		}
		require.True(t, matched, "no variant is Python's list %v (env %v)\n%s\n%s", list, jobs[i].Env, sources[i], shown)
	}
	t.Logf("%d programs, %d ran, %d known exactly; errors %v", len(jobs), total, exact, errs)
	require.Greater(t, total, len(jobs)/2, "most programs fail under Python: the generator is of no use")
	require.Greater(t, exact, total*num/den, "too many programs are not known exactly")
}

// held says whether a variant's conditions hold: may (as far as can be told),
// and must (all could be told).
type held struct{ may, must bool }

// conditionsUnderPython evaluates the conditions of every program's variants in
// the program's environment. Conditions that name anything but os cannot be told.
func conditionsUnderPython(t *testing.T, jobs []oracleJob) [][]held {
	var ask []oracleJob
	var conds [][][]stack.Condition
	for _, j := range jobs {
		res := evaluateSource(j.Files["settings.py"], Limits{})
		var texts []string
		var of [][]stack.Condition
		for _, v := range res.Variants {
			of = append(of, v.Conditions)
			for _, c := range v.Conditions {
				texts = append(texts, fmt.Sprintf("%q", c.Text))
			}
		}
		conds = append(conds, of)
		src := "import os\ndef ev(t):\n    try: return '1' if eval(t, {'os': os, 'outside': __import__('outside'), '__builtins__': {}}) else '0'\n    except (NameError, SyntaxError): return '?'\n" +
			"MIDDLEWARE = [ev(t) for t in [" + strings.Join(texts, ", ") + "]]\n"
		ask = append(ask, oracleJob{Files: map[string]string{"settings.py": src, "outside.py": outsideModule}, Module: "settings", Env: j.Env, Mods: []string{}})
	}
	var out [][]held
	for i, a := range askPython(t, ask) {
		require.True(t, a.OK, "%s\n%s", a.Error, ask[i].Files["settings.py"])
		vals, _ := a.Values["MIDDLEWARE"].([]any)
		var hs []held
		for _, cs := range conds[i] {
			h := held{true, true}
			for _, c := range cs {
				switch vals[0] {
				case "?":
					h.must = false
				case "1":
					h.may = h.may && c.Value
				default:
					h.may = h.may && !c.Value
				}
				vals = vals[1:]
			}
			h.must = h.must && h.may
			hs = append(hs, h)
		}
		out = append(out, hs)
	}
	return out
}
