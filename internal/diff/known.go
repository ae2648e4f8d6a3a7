package diff

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const (
	commonPath   = "django.middleware.common.CommonMiddleware"
	securityPath = "django.middleware.security.SecurityMiddleware"
)

// catalogUses is what the catalog says that a hook does in a release, to the
// response and to the world around it.
func (b *builder) catalogUses(s *seat, h *layers.Hook, v stack.Version) []use {
	m := b.find(h.Owner)
	if m == nil {
		return []use{{
			absent: "what it does is not known", present: "what it does is not known", grade: NotKnown, span: h.Span,
		}}
	}
	switch h.Name {
	case conformance.HookResponse, "__call__":
		return b.catalogResponse(h, m, v)
	case conformance.HookException:
		if m.HasTag("error-reporter") {
			return []use{{absent: "the error is not reported", present: "the error is reported", grade: Serious, span: h.Span}}
		}
	case conformance.HookRequest, conformance.HookView:
		return b.catalogRequest(s, h, m)
	}
	return []use{{
		absent: "the catalog does not say what its " + h.Name + " does", present: "the catalog does not say what its " + h.Name + " does",
		grade: NotKnown, span: h.Span,
	}}
}

func (b *builder) catalogRequest(s *seat, h *layers.Hook, m *catalog.Middleware) []use {
	var out []use
	for _, w := range s.facts.Writes {
		if w.Hook == h.Name && (w.Owner == m.Path || w.Owner == "") && w.Attr != "" {
			out = append(out, use{
				absent: "request." + w.Attr + " is not set", present: "request." + w.Attr + " is set", grade: Visible, span: h.Span,
			})
		}
	}
	if len(out) == 0 && !m.Django() {
		out = append(out, use{
			absent: "the catalog does not say what its " + h.Name + " sets", present: "the catalog does not say what its " + h.Name + " sets",
			grade: NotKnown, span: h.Span,
		})
	}
	return out
}

func (b *builder) catalogResponse(h *layers.Hook, m *catalog.Middleware, v stack.Version) []use {
	given := b.catalogGiven(m)
	var out []use
	add := func(u use) {
		u.span, u.given = h.Span, given
		out = append(out, u)
	}
	for _, text := range m.Response.Sets {
		name, holds := headerAt(text, v)
		if !holds || !b.sets(m.Path, name, v) || !b.switched(text) {
			continue
		}
		u := use{absent: name + " is not set", present: name + " is set", grade: Visible, response: true}
		if cookie, ok := strings.CutPrefix(name, "Set-Cookie"); ok {
			u.absent, u.present, u.grade = "the cookie"+cookie+" is not set", "the cookie"+cookie+" may be set", Serious
			if m.HasTag("csrf") {
				u.grade = Visible
			}
		} else if securityHeader(name) || m.HasTag("security-headers") {
			u.grade = Serious
		}
		if name == "Location" {
			continue // of the redirect that takes the place of a 404
		}
		u.page = m.HasTag("csrf") // only where the answer has used the token
		add(u)
	}
	tag := func(name string, u use) {
		if m.HasTag(name) {
			add(u)
		}
	}
	tag("sets-session", use{absent: "changes of the session are not saved", present: "changes of the session are saved", grade: Serious})
	tag("body-encoder", use{absent: "the content is not encoded", present: "the content is encoded", grade: Visible, response: true})
	tag("body-rewriter", use{absent: "the content is not rewritten", present: "the content is rewritten", grade: Visible, response: true})
	tag("cache-update", use{absent: "the response is not stored in the cache", present: "the response is stored in the cache", grade: Visible})
	if m.Path == commonPath && (b.on("APPEND_SLASH", true) == layers.No || !v.AtLeast(stack.Version{Major: 1, Minor: 9})) {
		return out // the redirect is all that is left of it, since 1.9
	}
	tag("intercepts-404", use{absent: "a 404 is not replaced", present: "a 404 may be replaced", grade: Visible, only404: true})
	tag("watches-404", use{absent: "a 404 is not reported", present: "a 404 is reported", grade: Visible, only404: true})
	tag("outermost-observer", use{absent: "the request is not recorded to its end", present: "the request is recorded", grade: Visible})
	tag("innermost-observer", use{absent: "the request is not recorded to its end", present: "the request is recorded", grade: Visible})
	tag("transaction", use{absent: "the transaction is not ended", present: "the transaction is ended", grade: Serious, undo: true})
	tag("thread-local", use{absent: "its thread-local is not reset", present: "its thread-local is reset", grade: Serious, undo: true})
	tag("db-pinning", use{absent: "the choice of the database is not ended", present: "the choice of the database is ended", grade: Serious, undo: true})
	tag("cors", use{absent: "the CORS headers are not set", present: "the CORS headers are set", grade: Visible, response: true})
	tag("debug-only", use{absent: "its development aid is missing", present: "its development aid is there", grade: Visible})
	for _, c := range m.ShortCircuit {
		if strings.HasPrefix(c.Phase, "response") && !m.HasTag("intercepts-404") {
			add(use{absent: "the response is not exchanged: " + c.When, present: "the response may be exchanged: " + c.When, grade: Visible})
		}
	}
	if len(out) == 0 && !b.setsNothing(m) {
		add(use{
			absent: "the catalog does not say what its " + h.Name + " does", present: "the catalog does not say what its " + h.Name + " does",
			grade: NotKnown,
		})
	}
	return out
}

// setsNothing says that all that the catalog knows of the response is ruled out
// by the settings or the version, so that nothing is left to happen.
func (b *builder) setsNothing(m *catalog.Middleware) bool {
	return m.Django() && len(m.Response.Sets) > 0
}

// catalogGiven are the attributes without which the catalog says that the hook
// leaves the response alone.
func (b *builder) catalogGiven(m *catalog.Middleware) []string {
	var out []string
	for _, r := range m.Reads {
		if strings.HasPrefix(r.Phase, "response") && strings.HasPrefix(r.Attr, "request.") &&
			(strings.Contains(r.IfMissing, "skip") || strings.Contains(r.IfMissing, "untouched")) {
			if attr := strings.TrimPrefix(r.Attr, "request."); !strings.ContainsAny(attr, " .[(") && attr != "META" {
				out = append(out, attr)
			}
		}
	}
	return out
}

var (
	settingWords = regexp.MustCompile(`\([^)]*\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b`)

	sinceWords = regexp.MustCompile(`(\d+\.\d+)\+`)
	untilWords = regexp.MustCompile(`up to (\d+\.\d+)`)
	rangeWords = regexp.MustCompile(`(\d+\.\d+)-(\d+\.\d+) only`)
)

// headerAt takes the catalog's words on a header apart: its name, and whether
// they hold in a release.
func headerAt(text string, v stack.Version) (name string, holds bool) {
	name, words, _ := strings.Cut(text, " (")
	name = strings.TrimSpace(name)
	if strings.Contains(name, " on its ") {
		return name, false // of a response of its own
	}
	at := func(s string) stack.Version {
		found, _ := stack.ParseVersion(s)
		return found
	}
	if x := rangeWords.FindStringSubmatch(words); x != nil {
		return name, v.Compare(at(x[1])) >= 0 && v.Compare(at(x[2])) <= 0
	}
	if x := untilWords.FindStringSubmatch(words); x != nil && v.Compare(at(x[1])) > 0 {
		return name, false
	}
	if x := sinceWords.FindStringSubmatch(words); x != nil && v.Compare(at(x[1])) < 0 {
		return name, false
	}
	return name, true
}

// switched says that the setting that the catalog's words on a header name, if
// any, may be on.
func (b *builder) switched(text string) bool {
	x := settingWords.FindStringSubmatch(text)
	return x == nil || b.on(x[1], false) != layers.No
}

// on says what the project's settings make of a switch: standard is Django's own
// value of it.
func (b *builder) on(name string, standard bool) layers.Tri {
	if b.opts.Setting == nil {
		if standard {
			return layers.Yes
		}
		return layers.Unknown
	}
	value, set, known := b.opts.Setting(name)
	switch {
	case !known:
		return layers.Unknown
	case !set:
		if standard {
			return layers.Yes
		}
		return layers.No
	}
	truth := true
	switch x := value.(type) {
	case nil:
		truth = false
	case bool:
		truth = x
	case int:
		truth = x != 0
	case string:
		truth = x != ""
	case []string:
		truth = len(x) > 0
	}
	if truth {
		return layers.Yes
	}
	return layers.No
}

// sets says whether a layer may set a header in a release, with the project's settings
// (django/middleware/security.py, 1.8 to 6.0, and global_settings.py).
func (b *builder) sets(path, header string, v stack.Version) bool {
	if path != securityPath {
		return true
	}
	since := func(major, minor int) bool { return v.AtLeast(stack.Version{Major: major, Minor: minor}) }
	switch header {
	case "Strict-Transport-Security":
		return b.on("SECURE_HSTS_SECONDS", false) != layers.No
	case "X-Content-Type-Options":
		return b.on("SECURE_CONTENT_TYPE_NOSNIFF", since(3, 0)) != layers.No
	case "X-XSS-Protection":
		return b.on("SECURE_BROWSER_XSS_FILTER", false) != layers.No
	case "Referrer-Policy":
		return b.on("SECURE_REFERRER_POLICY", since(3, 1)) != layers.No
	case "Cross-Origin-Opener-Policy":
		return b.on("SECURE_CROSS_ORIGIN_OPENER_POLICY", since(4, 0)) != layers.No
	}
	return true
}

// possible says whether a way of a known layer to answer may be taken with the
// project's settings (django/middleware/security.py and common.py).
func (b *builder) possible(s *seat, path, response string) bool {
	switch path {
	case securityPath:
		return b.on("SECURE_SSL_REDIRECT", false) != layers.No
	case commonPath:
		if strings.Contains(response, "PermissionDenied") {
			return b.on("DISALLOWED_USER_AGENTS", false) != layers.No
		}
		return b.redirectsSlash(s) || b.on("PREPEND_WWW", false) != layers.No
	}
	return true
}

// readsContent says that a layer of Django looks at response.content on its way
// out in a release, whatever the response (middleware/gzip.py, common.py and
// http.py; the last two since 1.11).
func readsContent(path string, v stack.Version) bool {
	switch path {
	case "django.middleware.gzip.GZipMiddleware":
		return true
	case commonPath, "django.middleware.http.ConditionalGetMiddleware":
		return v.AtLeast(stack.Version{Major: 1, Minor: 11})
	}
	return false
}

// isError404 says whether the answer that the trigger makes is a 404.
func isError404(d *Difference) layers.Tri {
	t := layers.No
	for _, x := range d.Trigger {
		switch {
		case x.Behaviour == "raise:http404", x.Hook == conformance.HookURL, x.Behaviour == "notfound":
			return layers.Yes
		case strings.HasPrefix(x.Behaviour, "raise:"), slices.Contains([]string{"redirect"}, x.Kind):
		case strings.HasPrefix(x.Behaviour, "respond"), strings.HasPrefix(x.Behaviour, "replace"):
			t = layers.Unknown
		}
	}
	return t
}
