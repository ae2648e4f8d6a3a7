package catalog

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/stack"
)

func embedded(t *testing.T) fs.FS {
	t.Helper()
	sub, err := fs.Sub(data, "data")
	require.NoError(t, err)
	return sub
}

func TestEmbeddedDataIsSound(t *testing.T) {
	c, err := Load(embedded(t))
	require.NoError(t, err)
	require.Empty(t, Validate(c))

	require.Len(t, c.Versions, 27)
	require.Equal(t, stack.Version{Major: 1}, c.Versions[0])
	require.Equal(t, stack.Version{Major: 6, Minor: 2}, c.Development)
	require.Equal(t, stack.Version{Major: 6, Minor: 1}, c.Newest())
	require.Len(t, c.Middleware, 31+185)
	require.Len(t, c.Facts, 48+27+155)
}

func TestDateIsTheNewestSnapshot(t *testing.T) {
	text, err := fs.ReadFile(embedded(t), "thirdparty.json")
	require.NoError(t, err)
	var file thirdPartyFile
	require.NoError(t, json.Unmarshal(text, &file))
	newest := ""
	for _, p := range file.Packages {
		if p.Snapshot.Date != nil {
			_, err := time.Parse(time.DateOnly, *p.Snapshot.Date)
			require.NoError(t, err, p.Package)
			newest = max(newest, *p.Snapshot.Date)
		}
	}
	require.Equal(t, newest, Date)
}

func TestDefaultsAndChecksNameKnownLayers(t *testing.T) {
	c := Default()
	defaults := StartprojectDefaults()
	require.Len(t, defaults, len(c.Versions))
	for i, d := range defaults {
		require.Equal(t, c.Versions[i], d.Django.Version)
		want := stack.Modern
		if d.Django.Compare(stack.Version{Major: 1, Minor: 10}) < 0 {
			want = stack.Classic
		}
		require.Equal(t, want, d.Model(), d.Django)
		for _, p := range append(d.Middleware, d.CommentedOut...) {
			m := c.Find(p)
			require.NotNil(t, m, p)
			_, ok := m.EraAt(d.Django.Version)
			require.True(t, ok, "%s exists in %s", p, d.Django)
		}
	}
	seen := map[string]bool{}
	for _, check := range Checks() {
		require.False(t, seen[check.ID], check.ID)
		seen[check.ID] = true
		require.NotEmpty(t, check.Sources, check.ID)
		for _, p := range check.Middleware {
			require.NotNil(t, c.Find(p), "%s: %s", check.ID, p)
		}
	}
	require.True(t, seen["auth.E013"])
}

// The validator is worth nothing if it accepts broken data: every case breaks
// one thing in sound data and names the complaint that has to follow.
func TestValidatorRefuses(t *testing.T) {
	cases := []struct {
		name  string
		spoil func(c *Catalog)
		want  string
	}{
		{"a fact id given twice", func(c *Catalog) { c.Facts[1].ID = c.Facts[0].ID }, "id given twice"},
		{"a path described twice", func(c *Catalog) { c.Middleware[1].Path = c.Middleware[0].Path }, "described twice"},
		{"an unknown subject", func(c *Catalog) { c.Facts[0].Subject = "no.such.Layer" }, `unknown path "no.such.Layer"`},
		{"an unknown target", func(c *Catalog) { c.Facts[0].Targets = []string{"no.such.Layer"} }, `unknown path "no.such.Layer"`},
		{"an unknown tag of a fact", func(c *Catalog) { c.Facts[0].Subject = "tag:nonsense" }, `unknown tag "nonsense"`},
		{"an unknown tag of a layer", func(c *Catalog) { c.Middleware[0].Tags = []string{"nonsense"} }, `unknown tag "nonsense"`},
		{"an unknown exception", func(c *Catalog) { c.Facts[0].Exceptions = []string{"no.such.Layer"} }, `unknown path`},
		{"an unknown relation", func(c *Catalog) { c.Facts[0].Relation = "beside" }, `unknown relation "beside"`},
		{"an unknown strength", func(c *Catalog) { c.Facts[0].Strength = "may" }, `unknown strength "may"`},
		{"a fact without source", func(c *Catalog) { c.Facts[0].Sources = nil }, "no source"},
		{"a layer without source", func(c *Catalog) { c.Middleware[0].Sources = nil }, "no source"},
		{"a star where a path belongs", func(c *Catalog) { c.Facts[0].Relation, c.Facts[0].Targets = Requires, []string{"*"} }, `unknown path "*"`},
		{"targets where none belong", func(c *Catalog) { c.Facts[0].Relation = First }, `1 targets for "first"`},
		{"versions the wrong way round", func(c *Catalog) {
			c.Facts[0].Django = Range{From: version("3.0"), To: version("2.0")}
		}, "wrong way round"},
		{"a version nobody released", func(c *Catalog) { c.Facts[0].Django.From = version("2.7") }, "unknown Django version 2.7"},
		{"a condition without form", func(c *Catalog) { c.Facts[0].When = &When{Setting: "DEBUG"} }, "one form"},
		{"a contradiction with an unknown fact", func(c *Catalog) { c.Contradictions[0].Facts[0] = "no.fact" }, `unknown fact "no.fact"`},
		{"a contradiction of one", func(c *Catalog) { c.Contradictions[0].Facts = c.Contradictions[0].Facts[:1] }, "needs two facts"},
		{"a removal without last version", func(c *Catalog) {
			for _, m := range c.Middleware {
				if m.Removed != nil && m.Django() {
					m.Last = Version{}
				}
			}
		}, "removed without a last version"},
		{"a reason that is no sentence", func(c *Catalog) { c.Facts[0].Reason = "because" }, "not a sentence"},
		{"a package's fact on Django's layers alone", func(c *Catalog) { c.Fact("cms.cache-pair").UsedWith = "" }, "what it is used with"},
		{"must facts in a circle", func(c *Catalog) {
			f := *c.Fact("dj.auth-after-session")
			f.ID, f.Subject, f.Targets = "test.back", f.Targets[0], []string{f.Subject}
			f.Relation = After
			c.Facts = append(c.Facts, &f)
		}, "form a cycle: "},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Load(embedded(t))
			require.NoError(t, err)
			tc.spoil(c)
			c.index()
			errs := Validate(c)
			require.NotEmpty(t, errs)
			var all []string
			for _, e := range errs {
				all = append(all, e.Error())
			}
			require.Contains(t, strings.Join(all, "\n"), tc.want)
		})
	}
}

func version(s string) Version {
	v, err := stack.ParseVersion(s)
	if err != nil {
		panic(err)
	}
	return Version{Version: v}
}

func TestCycleNamesItsFacts(t *testing.T) {
	c, err := Load(embedded(t))
	require.NoError(t, err)
	f := *c.Fact("dj.auth-after-session")
	f.ID, f.Subject, f.Targets = "test.back", f.Targets[0], []string{f.Subject}
	c.Facts = append(c.Facts, &f)
	require.Nil(t, MustCycle(c, stack.Version{Major: 1}), "1.0 has only one half of the cycle")
	cycle := strings.Join(MustCycle(c, stack.Version{Major: 4, Minor: 2}), "; ")
	require.Contains(t, cycle, "dj.auth-after-session")
	require.Contains(t, cycle, "test.back")
}

func TestLoadIsStrict(t *testing.T) {
	files := func(change func(name, text string) string) fstest.MapFS {
		out := fstest.MapFS{}
		for _, name := range []string{"django.json", "thirdparty.json", "derived.json"} {
			text, err := fs.ReadFile(embedded(t), name)
			require.NoError(t, err)
			out[name] = &fstest.MapFile{Data: []byte(change(name, string(text)))}
		}
		return out
	}
	_, err := Load(files(func(_, s string) string { return s }))
	require.NoError(t, err)
	cases := map[string]struct {
		change func(name, s string) string
		want   string
	}{
		"unknown field": {func(_, s string) string { return strings.Replace(s, `"reason"`, `"raison"`, 1) }, `unknown field "raison"`},
		"unknown field of a layer": {func(n, s string) string {
			return strings.Replace(s, `"native_async"`, `"native"`, 1)
		}, `unknown field "native"`},
		"schema": {func(_, s string) string { return strings.Replace(s, `"schema": 1`, `"schema": 2`, 1) }, "schema 2"},
		"version": {func(_, s string) string {
			return strings.Replace(s, `"from": "1.1"`, `"from": "one"`, 1)
		}, "malformed Django version"},
		"garbage behind": {func(_, s string) string { return s + "{}" }, "data after the end"},
		"cut off":        {func(_, s string) string { return s[:len(s)/2] }, "unexpected EOF"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Load(files(tc.change))
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err = Load(fstest.MapFS{})
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestRoles(t *testing.T) {
	c := Default()
	const (
		session = "django.contrib.sessions.middleware.SessionMiddleware"
		auth    = "django.contrib.auth.middleware.AuthenticationMiddleware"
	)
	own := c.RoleOf("shop.middleware.MySession", []string{"shop.mixins.Logged", session, "object"})
	require.True(t, own.Known)
	require.False(t, own.Exact)
	require.True(t, own.Plays(session))
	require.True(t, own.Plays("tag:sets-session"))
	require.False(t, own.Plays(auth))

	stranger := c.RoleOf("shop.middleware.Timing", nil)
	require.False(t, stranger.Known)
	require.Equal(t, []string{"shop.middleware.Timing"}, stranger.Paths)

	user := c.RoleOf("user_sessions.middleware.SessionMiddleware", nil)
	require.True(t, user.Plays(session), "a subclass in a known package")
	saml := c.RoleOf("djangosaml2.middleware.SamlSessionMiddleware", nil)
	require.False(t, saml.Plays(session), "a subclass that sets no request.session")
	required := c.RoleOf("login_required.middleware.LoginRequiredMiddleware", nil)
	require.False(t, required.Plays(auth), "a subclass that sets no request.user")

	mine := c.OwnRole("account.middleware.LocaleMiddleware", []string{session})
	require.False(t, mine.Plays("account.middleware.LocaleMiddleware"), "another layer of the same path")
	require.True(t, mine.Plays(session))

	old := c.RoleOf("django.middleware.doc.XViewMiddleware", nil)
	require.True(t, old.Plays("django.contrib.admindocs.middleware.XViewMiddleware"))
	moved := c.RoleOf("wagtail.wagtailredirects.middleware.RedirectMiddleware", nil)
	require.True(t, moved.Plays("wagtail.contrib.redirects.middleware.RedirectMiddleware"))
}

func TestPathsThatMoved(t *testing.T) {
	c := Default()
	require.Equal(t, "django.middleware.csrf.CsrfViewMiddleware", c.Canonical("django.contrib.csrf.middleware.CsrfViewMiddleware"))
	require.Equal(t, "wagtail.contrib.redirects.middleware.RedirectMiddleware", c.Canonical("wagtail.wagtailredirects.middleware.RedirectMiddleware"))
	require.Equal(t, "shop.middleware.X", c.Canonical("shop.middleware.X"))
	require.Equal(t, "django.middleware.csrf.CsrfViewMiddleware", c.Nearest("django.middleware.csrf.CsrfViewMiddlware"))
	require.Equal(t, "django.middleware.csrf.CsrfViewMiddleware", c.Nearest("django.contrib.security.CsrfViewMiddleware"))
	require.Empty(t, c.Nearest("shop.middleware.Timing"))
	require.True(t, c.SpeaksOf("django.middleware.csrf.Nothing"))
	require.False(t, c.SpeaksOf("django.utils.deprecation.MiddlewareMixin"))
}

func TestCoverage(t *testing.T) {
	none := stack.Version{}
	r := func(from, to string) Range {
		var out Range
		if from != "" {
			out.From = version(from)
		}
		if to != "" {
			out.To = version(to)
		}
		return out
	}
	cases := []struct {
		r     Range
		v     stack.Version
		m     stack.Model
		want  Coverage
		label string
	}{
		{r("", ""), none, stack.Modern, All, "always"},
		{r("1.1", ""), none, stack.Classic, All, "older than anything that runs"},
		{r("1.4", ""), none, stack.Classic, Some, "1.2 and 1.3 are possible"},
		{r("1.4", ""), none, stack.Modern, All, "modern begins at 1.10"},
		{r("2.0", ""), none, stack.Modern, Some, "1.10 and 1.11 are possible"},
		{r("2.0", ""), none, stack.Classic, None, "classic ends at 1.11"},
		{r("1.0", "1.7"), none, stack.Modern, None, "modern begins at 1.10"},
		{r("1.0", "1.7"), none, stack.Classic, Some, "1.8 is possible"},
		{r("1.0", "1.11"), none, stack.Classic, All, "the whole of classic"},
		{r("2.0", "3.0"), version("2.2").Version, stack.Modern, All, "inside"},
		{r("2.0", "3.0"), version("3.0").Version, stack.Modern, All, "the end is included"},
		{r("2.0", "3.0"), version("3.1").Version, stack.Modern, None, "behind"},
		{r("2.0", "3.0"), version("1.11").Version, stack.Modern, None, "before"},
	}
	for _, tc := range cases {
		require.Equal(t, tc.want, tc.r.Covers(tc.v, tc.m), tc.label)
	}
}

func TestConditions(t *testing.T) {
	yes := true
	equals := &When{Setting: "USE_I18N", Equals: &yes, Default: true}
	storage := &When{Setting: "MESSAGE_STORAGE", SessionBased: true, Default: true}
	engine := &When{Setting: "SESSION_ENGINE", OneOf: []string{"a.db"}}
	cases := []struct {
		w            *When
		value        any
		holds, known bool
	}{
		{equals, true, true, true}, {equals, false, false, true}, {equals, nil, false, true},
		{equals, "yes", true, true}, {equals, 0, false, true}, {equals, 1, true, true}, {equals, 2.5, false, false},
		{storage, fallbackStorage, true, true}, {storage, cookieStorage, false, true},
		{storage, "shop.storage.Mine", false, false}, {storage, true, false, false},
		{engine, "a.db", true, true}, {engine, "a.file", false, true}, {engine, 5, false, false},
	}
	for _, tc := range cases {
		holds, known := tc.w.Holds(tc.value)
		require.Equal(t, tc.known, known, "%s = %v", tc.w.Setting, tc.value)
		if known {
			require.Equal(t, tc.holds, holds, "%s = %v", tc.w.Setting, tc.value)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	sub, err := fs.Sub(data, "data")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Load(sub); err != nil {
			b.Fatal(err)
		}
	}
}
