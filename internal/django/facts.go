package django

import (
	"path"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// facts is what one module's statements say about being settings. Functions are
// not looked into, branches are.
type facts struct {
	binds     bool     // assigns MIDDLEWARE or MIDDLEWARE_CLASSES at module level
	changes   bool     // only changes one of them that must come from elsewhere: += or .append(...)
	settings  int      // distinct other settings of Django assigned at module level
	reads     bool     // imports django.conf.settings: an application, not settings
	tests     bool     // defines test classes or functions
	include   bool     // split_settings, execfile, exec: other files' code runs in this one
	configure bool     // calls settings.configure
	parts     []string // paths of such files as they are written, relative to the module or nobody knows what
	imports   []importFact
	classes   []classFact
}

// importFact is one import at module level.
type importFact struct {
	module string // dotted, without the dots of a relative import
	level  int    // leading dots
	star   bool
	names  []string // names imported by "from"; nil for "import module"
	whole  bool     // import module
}

// classFact is one class at module level that may hold settings.
type classFact struct {
	name     string
	bases    []string // source text
	binds    bool     // assigns MIDDLEWARE or MIDDLEWARE_CLASSES in its body
	settings int      // distinct other settings assigned in its body
}

// isDjangoSetting knows the settings that hardly any other program has: one or
// two of them make a module of constants a settings module.
func isDjangoSetting(name string) bool {
	switch name {
	case "INSTALLED_APPS", "ROOT_URLCONF", "SECRET_KEY", "DATABASES", "DATABASE_ENGINE", "DATABASE_NAME", "TEMPLATES",
		"TEMPLATE_DIRS", "TEMPLATE_LOADERS", "TEMPLATE_CONTEXT_PROCESSORS", "TEMPLATE_DEBUG", "ALLOWED_HOSTS", "DEBUG",
		"WSGI_APPLICATION", "ASGI_APPLICATION", "STATIC_URL", "STATIC_ROOT", "STATICFILES_DIRS", "STATICFILES_STORAGE",
		"STATICFILES_FINDERS", "MEDIA_URL", "MEDIA_ROOT", "AUTH_USER_MODEL", "AUTHENTICATION_BACKENDS",
		"AUTH_PASSWORD_VALIDATORS", "LANGUAGE_CODE", "TIME_ZONE", "USE_TZ", "USE_I18N", "USE_L10N", "SITE_ID", "ADMINS",
		"MANAGERS", "CACHES", "CACHE_BACKEND", "EMAIL_BACKEND", "EMAIL_HOST", "DEFAULT_FROM_EMAIL", "SERVER_EMAIL",
		"LOGGING", "LOGGING_CONFIG", "SESSION_ENGINE", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_AGE", "CSRF_COOKIE_SECURE",
		"CSRF_TRUSTED_ORIGINS", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "LOGIN_URL",
		"LOGIN_REDIRECT_URL", "LOCALE_PATHS", "INTERNAL_IPS", "DEFAULT_AUTO_FIELD", "STORAGES", "PASSWORD_HASHERS",
		"MESSAGE_STORAGE", "TEST_RUNNER", "X_FRAME_OPTIONS", "FIXTURE_DIRS", "ADMIN_MEDIA_PREFIX", "APPEND_SLASH":
		return true
	}
	return false
}

func isStackSetting(name string) bool { return name == "MIDDLEWARE" || name == "MIDDLEWARE_CLASSES" }

// settingsLike says that a file or module name is one settings modules have.
func settingsLike(base string) bool {
	base = strings.ToLower(strings.TrimSuffix(base, ".py"))
	for _, part := range []string{"setting", "config", "conf", "base", "common", "default", "prod", "dev", "local", "stag", "test", "global", "environment"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	return false
}

// settingsPath says that a file's place is one settings modules have: a name
// with "settings", or a folder of them.
func settingsPath(name string) bool {
	if strings.Contains(strings.ToLower(path.Base(name)), "settings") {
		return true
	}
	dir := strings.ToLower(path.Base(path.Dir(name)))
	return strings.Contains(dir, "settings") || dir == "config" || dir == "conf" || dir == "configs" || dir == "environments"
}

// maxParts bounds the files that one module runs as parts.
const maxParts = 200

func readFacts(src *python.File) *facts {
	r := &factReader{facts: &facts{}, seen: map[string]bool{}}
	r.body(src.Root())
	r.calls(src)
	return r.facts
}

type factReader struct {
	*facts
	seen map[string]bool // settings counted
}

// body visits the statements at module level. Branches nest as deep as the
// reader's own bound allows.
func (r *factReader) body(n python.Node) {
	for c := range n.Children() {
		switch c.Kind() {
		case python.KindIf, python.KindFor, python.KindWhile, python.KindWith, python.KindTry,
			python.KindExceptHandler, python.KindMatch, python.KindMatchCase:
			r.body(c)
		default:
			r.statement(c)
		}
	}
}

func (r *factReader) statement(c python.Node) {
	switch c.Kind() {
	case python.KindAssign:
		for target := range c.All(python.FieldTargets) {
			r.target(target, true)
		}
	case python.KindAnnAssign:
		if !c.Field(python.FieldValue).IsZero() {
			r.target(c.Field(python.FieldTarget), true)
		}
	case python.KindAugAssign:
		r.target(c.Field(python.FieldTarget), false)
	case python.KindExprStmt:
		r.method(c.Field(python.FieldValue))
	case python.KindImport:
		for a := range c.All(python.FieldNames) {
			r.imports = append(r.imports, importFact{module: a.Name(), whole: true})
		}
	case python.KindImportFrom:
		r.importFrom(c)
	case python.KindClassDef:
		r.class(c)
	case python.KindFunctionDef:
		r.tests = r.tests || strings.HasPrefix(c.Name(), "test_")
	}
}

// target counts what an assignment binds: names, parts of tuples, and names
// given to globals().
func (r *factReader) target(n python.Node, plain bool) {
	switch n.Kind() {
	case python.KindName:
		r.name(n.Name(), plain)
	case python.KindTuple, python.KindList:
		for e := range n.All(python.FieldElts) {
			r.target(e, plain)
		}
	case python.KindSubscript:
		object := n.Field(python.FieldObject)
		if object.Kind() == python.KindCall {
			switch object.Field(python.FieldFunc).Name() {
			case "globals", "locals", "vars":
				if s, ok := n.Field(python.FieldIndex).StringValue(); ok {
					r.name(s, plain)
				}
			}
			return
		}
		if isStackSetting(object.Name()) && object.Kind() == python.KindName {
			r.changes = true
		}
	}
}

func (r *factReader) name(name string, plain bool) {
	switch {
	case isStackSetting(name) && plain:
		r.binds = true
	case isStackSetting(name):
		r.changes = true
	case isDjangoSetting(name) && !r.seen[name]:
		r.seen[name] = true
		r.settings++
	}
}

// method sees MIDDLEWARE.append(...) and its like.
func (r *factReader) method(n python.Node) {
	f := n.Field(python.FieldFunc)
	if n.Kind() != python.KindCall || f.Kind() != python.KindAttribute {
		return
	}
	if o := f.Field(python.FieldObject); o.Kind() == python.KindName && isStackSetting(o.Name()) {
		r.changes = true
	}
}

func (r *factReader) importFrom(c python.Node) {
	i := importFact{module: c.Field(python.FieldModule).Name(), level: c.Level()}
	for a := range c.All(python.FieldNames) {
		if a.Name() == "*" {
			i.star = true
		}
		i.names = append(i.names, a.Name())
		if i.level == 0 && i.module == "django.conf" && a.Name() == "settings" {
			r.reads = true
		}
	}
	r.imports = append(r.imports, i)
}

func (r *factReader) class(c python.Node) {
	f := classFact{name: c.Name()}
	for b := range c.All(python.FieldBases) {
		if k := b.Kind(); k == python.KindName || k == python.KindAttribute {
			f.bases = append(f.bases, b.Text())
			if strings.HasSuffix(b.Text(), "TestCase") {
				r.tests = true
			}
		}
	}
	inner := &factReader{facts: &facts{}, seen: map[string]bool{}}
	for s := range c.All(python.FieldBody) {
		switch s.Kind() {
		case python.KindFunctionDef: // a property
			inner.name(s.Name(), true)
		case python.KindClassDef:
		case python.KindIf, python.KindTry, python.KindWith:
			inner.body(s)
		default:
			inner.statement(s)
		}
	}
	f.binds = inner.binds || inner.changes
	f.settings = inner.settings
	r.classes = append(r.classes, f)
}

// calls looks for calls anywhere in the file: settings.configure is mostly
// called in a function.
func (r *factReader) calls(src *python.File) {
	for n := range src.Root().Descendants() {
		if n.Kind() != python.KindCall {
			continue
		}
		switch f := n.Field(python.FieldFunc); {
		case f.Kind() == python.KindAttribute && f.Name() == "configure":
			o := f.Field(python.FieldObject)
			r.configure = r.configure || o.Name() == "settings"
		case f.Kind() == python.KindName && (f.Name() == "include" || f.Name() == "execfile" || f.Name() == "exec"):
			r.include = true
			for s := range n.Descendants() {
				if text, ok := s.StringValue(); ok && s.Kind() == python.KindString && strings.HasSuffix(text, ".py") && len(r.parts) < maxParts {
					r.parts = append(r.parts, strings.TrimPrefix(text, "/"))
				}
			}
		}
	}
}
