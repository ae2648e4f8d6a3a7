package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/lint"
)

// Every kind of mistake has its place and says what to do.
func TestMistakes(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"not TOML", "select = [\n", `mwcheck.toml:`},
		{"not TOML, place", "a = 1\nb = = 2\n", `mwcheck.toml:2:5: not TOML: `},
		{"key twice", "exclude = []\nexclude = []\n", `mwcheck.toml:2:1: not TOML: `},
		{"unknown key", "\nselekt = []\n", `mwcheck.toml:2:1: unknown key "selekt"; did you mean "select"?`},
		{"unknown key, nothing near", "colour = []\n", `mwcheck.toml:1:1: unknown key "colour"; known here: baseline, django, exclude, facts, fail-on, ignore`},
		{"underscore", "fail_on = 'note'\n", `mwcheck.toml:1:1: unknown key "fail_on"; did you mean "fail-on"?`},
		{"unknown key in a table of tables", "[[per-path]]\npaths = ['a']\n[[per-path]]\npaths = ['b']\n ignor = []\n", `mwcheck.toml:5:2: unknown key "per-path[1].ignor"; did you mean "ignore"?`},
		{"unknown key in an inline table", "order = { 'a.B' = { befor = ['c.D'] } }\n", `mwcheck.toml:1:21: unknown key "order.\"a.B\".befor"; did you mean "before"?`},
		{"wrong type", "select = 'MW101'\n", `mwcheck.toml:1:10: "select" must be a list of strings, not a string`},
		{"wrong type of an element", "select = ['MW101',\n  7]\n", `mwcheck.toml:2:3: "select[1]" must be a string, not a number`},
		{"wrong type of a table", "severity = ['MW101']\n", `mwcheck.toml:1:12: "severity" must be a table, not a list`},
		{"a version that is a number", "django = 4.2\n", `mwcheck.toml:1:10: "django" must be a string, not a number`},
		{"a date", "django = 2024-01-01\n", `"django" must be a string, not a date`},
		{"true for a list", "exclude = true\n", `"exclude" must be a list of strings, not true`},
		{"a table for an array of tables", "[facts]\nid = 'a'\n", `mwcheck.toml:1:2: "facts" must be an array of tables, [[facts]], not a table`},
		{"malformed version", "django = 'x'\n", `mwcheck.toml:1:10: malformed Django version "x": want a form like 4.2`},
		{"unknown rule", "ignore = ['MW101', 'wrong-ordre']\n", `mwcheck.toml:1:20: there is no rule or fact "wrong-ordre"; did you mean "wrong-order"?`},
		{"unknown rule as a key", "[severity]\n\"MW999\" = 'off'\n", `mwcheck.toml:2:1: there is no rule or fact "MW999"`},
		{"unknown severity", "[severity]\nMW101 = 'warn'\n", `mwcheck.toml:2:9: "warn" in "severity" is none of error, warning, note, off; did you mean "warning"?`},
		{"unknown threshold", "fail-on = 'nevr'\n", `mwcheck.toml:1:11: "nevr" in "fail-on" is none of error, warning, note, never; did you mean "never"?`},
		{"missing key", "\n[[per-path]]\nignore = ['MW101']\n", `mwcheck.toml:2:3: "per-path[0]" has no "paths"`},
		{"empty baseline", "baseline = ' '\n", `mwcheck.toml:1:12: the name of the baseline is empty`},
		{"baseline of Windows", "baseline = 'a\\b.json'\n", `mwcheck.toml:1:12: the baseline "a\\b.json" must have / between directories`},
		{"baseline of another type", "baseline = ['a']\n", `"baseline" must be a string`},
		{"malformed glob", "exclude = ['a[']\n", `mwcheck.toml:1:12: malformed pattern "a["`},
		{"absolute glob", "exclude = ['/a']\n", `the pattern "/a" must be relative`},
		{"glob that leaves", "exclude = ['../a']\n", `the pattern "../a" leaves the directory of the file`},
		{"a file for a module", "settings = ['shop/settings.py']\n", `mwcheck.toml:1:13: "shop/settings.py" is no dotted module`},
		{"a word for a path", "[order]\nSession = { first = true }\n", `mwcheck.toml:2:1: "Session" is no dotted path: it has no dot`},
		{"malformed pattern", "[order]\n'a.b**' = { first = true }\n", `malformed pattern "a.b**"`},
		{"nothing asked", "[order]\n'a.B' = { first = false }\n", `mwcheck.toml:2:1: nothing is asked of "a.B"; give before, after, first or last`},
		{"circle", "[order]\n'a.B' = { before = ['a.C'] }\n'a.C' = { before = ['a.D'] }\n'a.D' = { before = ['a.B'] }\n",
			`mwcheck.toml:2:21: no order can fulfil this: "a.B" before "a.C" (line 2), "a.C" before "a.D" (line 3), "a.D" before "a.B" (line 4)`},
		{"circle through a pattern", "[order]\n'a.B' = { before = ['x.**'] }\n'x.C' = { before = ['a.B'] }\n", `no order can fulfil this: "a.B" before "x.C" (line 2), "x.C" before "a.B" (line 3)`},
		{"circle of before and after", "[order]\n'a.B' = { before = ['a.C'], after = ['a.C'] }\n", `no order can fulfil this: "a.B" before "a.C" (line 2), "a.C" before "a.B" (line 2)`},
		{"first behind another", "[order]\n'a.B' = { first = true, after = ['a.C'] }\n", `no order can fulfil this: `},
		{"provider", "[providers]\ntenant = 'shop'\n", `mwcheck.toml:2:10: "shop" is no dotted path: it has no dot`},
		{"provider pattern", "[providers]\ntenant = 'shop.*'\n", `"shop.*" is a pattern; want one dotted path`},
		{"provided attribute", "[providers]\n'a b' = 'outside'\n", `mwcheck.toml:2:1: "a b" is no attribute of the request`},
		{"known layer", "[[layers]]\npath = 'django.middleware.gzip.GZipMiddleware'\n", `mwcheck.toml:2:8: mwcheck knows "django.middleware.gzip.GZipMiddleware" already`},
		{"unknown tag", "[[layers]]\npath = 'a.B'\ntags = ['sets-sesion']\n", `mwcheck.toml:3:9: there is no tag "sets-sesion"; did you mean "sets-session"?`},
		{"layer without path", "[[layers]]\nsync = false\n", `mwcheck.toml:1:3: "layers[0]" has no "path"`},
		{"layer twice", "[[layers]]\npath = 'a.B'\n[[layers]]\npath = 'a.B'\n", `middleware a.B: described twice`},
		{"base that is not known", "[[layers]]\npath = 'a.B'\nsubclass_of = 'c.D'\n", `mwcheck.toml:3:15: "c.D" is not in the catalog`},
		{"relation", "[[facts]]\nid='a'\nsubject='a.B'\nrelation='behind'\nreason='x'\n", `mwcheck.toml:4:10: "behind" in "facts[0].relation" is none of after, before`},
		{"fact of the catalog", "[[facts]]\nid='dj.auth-after-session'\nsubject='a.B'\nrelation='first'\nreason='x'\n", `mwcheck.toml:2:4: mwcheck has a fact or rule "dj.auth-after-session" already`},
		{"fact twice", strings.Repeat("[[facts]]\nid='a'\nsubject='a.B'\nrelation='first'\nreason='x'\n", 2), `mwcheck.toml:7:4: the id "a" is given twice`},
		{"targets missing", "[[facts]]\nid='a'\nsubject='a.B'\nrelation='after'\nreason='x'\n", `mwcheck.toml:2:4: fact a: 0 targets for "after"`},
		{"fact tag", "[[facts]]\nid='a'\nsubject='tag:csfr'\nrelation='first'\nreason='x'\n", `mwcheck.toml:3:9: there is no tag "csfr"; did you mean "csrf"?`},
		{"unknown version", "[[facts]]\nid='a'\nsubject='a.B'\nrelation='first'\nreason='x'\ndjango = { from = '9.9' }\n", `mwcheck.toml:6:19: mwcheck knows no Django version 9.9; it knows 1.0 to `},
		{"condition without form", "[[facts]]\nid='a'\nsubject='a.B'\nrelation='first'\nreason='x'\nwhen = { setting = 'DEBUG' }\n", `the condition on DEBUG needs one of equals and one_of`},
		{"a must fact against one of Django", "[[facts]]\nid='own'\nsubject='django.contrib.sessions.middleware.SessionMiddleware'\nrelation='after'\ntargets=['django.contrib.auth.middleware.AuthenticationMiddleware']\nstrength='must'\nreason='x'\n",
			`mwcheck.toml:2:4: Django `},
		{"too long", strings.Repeat("# comment\n", maxBytes/10+1), "the file is longer than 1048576 bytes"},
		{"too deep", "a = " + strings.Repeat("[", maxDepth+5) + strings.Repeat("]", maxDepth+5), "nested deeper"},
		{"too many parts", strings.Repeat("a.", maxParts+5) + "a = 1", "nested deeper"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read("mwcheck.toml", "/work", []byte(tc.text))
			var errs Errors
			require.True(t, errors.As(err, &errs), "%v", err)
			require.ErrorContains(t, err, tc.want)
			require.Len(t, errs, 1)
		})
	}
}

// A pyproject.toml is read below [tool.mwcheck] only, and its places are those
// of the whole file.
func TestPyProject(t *testing.T) {
	_, err := Read("pyproject.toml", "", []byte("[project]\nname = 'x'\nselect = 7\n"))
	require.ErrorIs(t, err, ErrNone)
	_, err = Read("pyproject.toml", "", []byte("[tool.other]\nselect = 7\n"))
	require.ErrorIs(t, err, ErrNone)
	c, err := Read("sub/pyproject.toml", "", []byte("[tool.mwcheck]\ndjango = '4.2'\n[tool.mwcheck.severity]\nMW101 = 'off'\n"))
	require.NoError(t, err)
	require.Equal(t, "4.2", c.Django.String())
	_, err = Read("sub/pyproject.toml", "", []byte("[tool]\nmwcheck = 'x'\n"))
	require.EqualError(t, err, `sub/pyproject.toml:2:11: "tool.mwcheck" must be a table, not a string`)
	_, err = Read("pyproject.toml", "", []byte("[tool.mwcheck]\n[[tool.mwcheck.per-path]]\npath = ['x']\n"))
	require.EqualError(t, err, "pyproject.toml:2:16: \"tool.mwcheck.per-path[0]\" has no \"paths\"\n"+
		"pyproject.toml:3:1: unknown key \"tool.mwcheck.per-path[0].path\"; did you mean \"paths\"?")
}

func TestManyMistakesAtOnce(t *testing.T) {
	_, err := Read("mwcheck.toml", "", []byte("select = ['MW999', 'MW101', 'x']\nfail-on = 'x'\nno = 1\n"))
	var errs Errors
	require.True(t, errors.As(err, &errs))
	require.Len(t, errs, 4)
	for i, e := range errs[1:] {
		require.LessOrEqual(t, errs[i].Span.Start, e.Span.Start, "they are sorted by place")
	}
	_, err = Read("mwcheck.toml", "", []byte("select = ["+strings.Repeat("'nothing-like-it', ", 20000)+"]\n"))
	require.True(t, errors.As(err, &errs))
	require.Len(t, errs, maxErrors)
}

func TestPlaces(t *testing.T) {
	src := "\ufeff# é\r\n\"sel\\u0065ct\" = [ \"MW101\", # a comment ]\r\n  '''x''' ]\r\n"
	_, err := Read("mwcheck.toml", "", []byte(src))
	require.ErrorContains(t, err, `mwcheck.toml:3:3: there is no rule or fact "x"`)
	_, err = Read("mwcheck.toml", "", []byte("exclude = ['größe', '/ä']\n"))
	require.ErrorContains(t, err, "mwcheck.toml:1:21: ", "columns count code points")
}

func TestBaseline(t *testing.T) {
	for _, tc := range []struct{ config, value, want string }{
		{"mwcheck.toml", "known.json", "known.json"},
		{"../mwcheck.toml", "lists/known.json", "../lists/known.json"},
		{"sub/mwcheck.toml", "../known.json", "known.json"},
		{"mwcheck.toml", "/w/known.json", "known.json"},
		{"mwcheck.toml", "/known.json", "../known.json"},
	} {
		c, err := Read(tc.config, "/w", []byte("baseline = '"+tc.value+"'\n"))
		require.NoError(t, err)
		require.Equal(t, tc.want, c.Baseline.Value)
	}
	c, err := Read("mwcheck.toml", "/w", nil)
	require.NoError(t, err)
	require.Empty(t, c.Baseline)
}

func TestExcluded(t *testing.T) {
	cases := []struct {
		config, workDir, pattern, file string
		want                           bool
	}{
		{"mwcheck.toml", "/w", "tests", "tests/settings.py", true},
		{"mwcheck.toml", "/w", "tests/", "tests/settings.py", true},
		{"mwcheck.toml", "/w", "tests", "shop/tests/settings.py", false},
		{"mwcheck.toml", "/w", "**/tests", "shop/tests/settings.py", true},
		{"mwcheck.toml", "/w", "**/tests", "tests/settings.py", true},
		{"mwcheck.toml", "/w", "**/test_*.py", "a/b/test_settings.py", true},
		{"mwcheck.toml", "/w", "*.py", "settings.py", true},
		{"mwcheck.toml", "/w", "*.py", "shop/settings.py", false},
		{"mwcheck.toml", "/w", "{a,b}/**", "b/settings.py", true},
		{"sub/mwcheck.toml", "/w", "tests", "sub/tests/settings.py", true},
		{"sub/mwcheck.toml", "/w", "tests", "tests/settings.py", false},
		{"../mwcheck.toml", "/w/shop", "shop/tests", "tests/settings.py", true},
		{"../mwcheck.toml", "/w/shop", "tests", "tests/settings.py", false},
		{"/w/mwcheck.toml", "/w/shop", "shop/tests", "/w/shop/tests/s.py", true},
		{"mwcheck.toml", "", "tests", "tests/settings.py", true},
		{"mwcheck.toml", "/w", "tests", "", false},
		{"mwcheck.toml", "/w", "**", "../other/settings.py", false},
	}
	for _, tc := range cases {
		c, err := Read(tc.config, tc.workDir, []byte("exclude = ['"+tc.pattern+"']\n"))
		require.NoError(t, err)
		require.Equal(t, tc.want, c.Excluded(tc.file), "%+v", tc)
	}
	c := None("/w")
	require.False(t, c.Excluded("tests/a.py"))
	c.Exclude("tests")
	require.True(t, c.Excluded("tests/a.py"))
}

// What contradicts the catalog without being impossible is said, not refused.
func TestContradictionsAreNoted(t *testing.T) {
	const session, auth = "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"
	c, err := Read("mwcheck.toml", "", []byte("[[facts]]\nid='own'\nsubject='"+session+"'\nrelation='after'\ntargets=['"+auth+"']\nreason='x'\n"))
	require.NoError(t, err)
	require.Len(t, c.Notes, 1)
	require.Equal(t, 2, c.Notes[0].Span.Line)
	require.Contains(t, c.Notes[0].Message, `the fact "own" contradicts what must hold and is never reported: `)
	require.Contains(t, c.Notes[0].Message, "dj.auth-after-session")

	c, err = Read("mwcheck.toml", "", []byte("[order]\n'"+session+"' = { after = ['"+auth+"'] }\n"))
	require.NoError(t, err)
	require.Len(t, c.Notes, 1)
	require.Contains(t, c.Notes[0].Message, "this constraint contradicts what must hold: ")

	c, err = Read("mwcheck.toml", "", []byte("[order]\n'"+session+"' = { before = ['"+auth+"'] }\n"))
	require.NoError(t, err)
	require.Empty(t, c.Notes)
}

func TestOwnLayersAndFacts(t *testing.T) {
	c, err := Read("mwcheck.toml", "", []byte(`
[[layers]]
path = "shop.mw.tenant"
function = true
async = true
reads = ["request.session", "user"]
writes = ["tenant"]
answers = ["the host is unknown"]
tags = ["sets-tenant"]
requires = ["django.contrib.sessions.middleware.SessionMiddleware"]
requires_apps = ["shop"]
requires_settings = ["TENANTS"]
reason = "tenants are kept in the session"

[[facts]]
id = "shop.first"
subject = "shop.mw.Other"
relation = "before"
targets = ["*"]
exceptions = ["shop.mw.tenant"]
reason = "It counts everything."
strength = "must"
django = { from = "3.2", to = "4.2" }
when = { setting = "DEBUG", equals = false, default = true }
`))
	require.NoError(t, err)
	require.Nil(t, catalog.Default().Find("shop.mw.tenant"))
	m := c.Catalog.Find("shop.mw.tenant")
	require.Equal(t, "factory function", m.Kind)
	require.Equal(t, []catalog.Era{{Style: "modern", Hooks: []string{"__call__"}, Sync: true, Async: true}}, m.Eras)
	require.Equal(t, []catalog.Attribute{{Attr: "request.session", Phase: "request"}, {Attr: "request.user", Phase: "request"}}, m.Reads)
	require.Equal(t, []catalog.Attribute{{Attr: "request.tenant", Phase: "request"}}, m.Writes)
	require.Equal(t, []catalog.ShortCircuit{{When: "the host is unknown"}}, m.ShortCircuit)
	require.True(t, m.HasTag("sets-tenant"))
	for id, relation := range map[string]catalog.Relation{
		"shop.mw.tenant.requires-1": catalog.Requires, "shop.mw.tenant.requires-app-1": catalog.RequiresApp,
		"shop.mw.tenant.requires-setting-1": catalog.RequiresSet,
	} {
		f := c.Catalog.Fact(id)
		require.NotNil(t, f, id)
		require.Equal(t, relation, f.Relation)
		require.Equal(t, catalog.Must, f.Strength)
		require.Equal(t, "tenants are kept in the session.", f.Reason)
	}
	f := c.Catalog.Fact("shop.first")
	require.Equal(t, "3.2 to 4.2", f.Django.String())
	require.False(t, *f.When.Equals)
	require.True(t, f.When.Default)
	require.Nil(t, c.Catalog.Find("shop.mw.Other"), "a layer that only a fact names stays unknown")
	require.NoError(t, err)
	_, err = lint.ParseSelector("shop.first", c.Catalog)
	require.NoError(t, err)
}

// Own facts can be named like those of the catalog.
func TestOwnFactsAreNames(t *testing.T) {
	_, err := Read("mwcheck.toml", "", []byte("ignore = ['own.fact']\n[[facts]]\nid='own.fact'\nsubject='a.B'\nrelation='first'\nreason='x'\n"))
	require.NoError(t, err)
}
