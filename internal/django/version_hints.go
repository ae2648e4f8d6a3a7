package django

import (
	"bytes"
	"regexp"
	"strings"
)

// versionHint is one place of a Python file that tells of the Django release.
type versionHint struct {
	start, end int
	set        releaseSet
}

// codeHint is an import that works in some releases only. The imports must
// stand at the left margin: inside try or if they prove nothing.
type codeHint struct {
	module string
	name   string // "" stands for any
	set    releaseSet
}

// codeHints lists what Django added and removed, by its release notes
// (docs/releases/*.txt, "removed in" and "deprecated features removed").
func codeHints() []codeHint {
	return []codeHint{
		{"django.apps", "", atLeast(1, 7)},
		{"django.urls", "path", atLeast(2, 0)},
		{"django.urls", "re_path", atLeast(2, 0)},
		{"django.urls", "", atLeast(1, 10)},
		{"django.utils.deprecation", "MiddlewareMixin", atLeast(1, 10)},
		{"django.db.models", "JSONField", atLeast(3, 1)},
		{"django.db.models", "GeneratedField", atLeast(5, 0)},
		{"django.db.models", "UniqueConstraint", atLeast(2, 2)},
		{"django.core.asgi", "", atLeast(3, 0)},
		{"django.utils.decorators", "sync_and_async_middleware", atLeast(3, 1)},
		{"django.contrib.auth.middleware", "LoginRequiredMiddleware", atLeast(5, 1)},
		{"django.contrib.auth.decorators", "login_not_required", atLeast(5, 1)},
		{"django.conf.urls", "url", below(4, 0)},
		{"django.conf.urls", "patterns", below(1, 10)},
		{"django.conf.urls.defaults", "", below(1, 6)},
		{"django.core.urlresolvers", "", below(2, 0)},
		{"django.core.context_processors", "", below(1, 10)},
		{"django.shortcuts", "render_to_response", below(3, 0)},
		{"django.contrib.staticfiles.templatetags.staticfiles", "", below(3, 0)},
		{"django.utils.encoding", "force_text", below(4, 0)},
		{"django.utils.encoding", "smart_text", below(4, 0)},
		{"django.utils.encoding", "python_2_unicode_compatible", below(3, 0)},
		{"django.utils.six", "", below(3, 0)},
		{"django.utils.importlib", "", below(1, 9)},
		{"django.utils.datastructures", "SortedDict", below(1, 9)},
		{"django.utils.translation", "ugettext", below(4, 0)},
		{"django.utils.translation", "ugettext_lazy", below(4, 0)},
		{"django.utils.translation", "ugettext_noop", below(4, 0)},
		{"django.utils.http", "is_safe_url", below(4, 0)},
		{"django.utils.http", "urlquote", below(4, 0)},
		{"django.utils.timezone", "utc", below(5, 0)},
		{"django.core.management", "execute_manager", below(1, 6)},
		{"django.core.management", "setup_environ", below(1, 6)},
	}
}

var (
	needleFromDjango = []byte("from django.")
	needleGenerated  = []byte("startproject' using Django ")
	generatedText    = regexp.MustCompile(`startproject' using Django (\d+\.\d+)`)
)

// versionHints finds the hints of one Python file by its bytes alone: imports,
// and in settings the line that startproject writes.
func versionHints(data []byte, settings bool) []versionHint {
	var out []versionHint
	var table []codeHint
	for at := 0; ; {
		i := bytes.Index(data[at:], needleFromDjango)
		if i < 0 {
			break
		}
		start := at + i
		at = start + len(needleFromDjango)
		if start > 0 && data[start-1] != '\n' {
			continue
		}
		if table == nil {
			table = codeHints()
		}
		out = append(out, importHints(data, start, table)...)
	}
	if !settings {
		return out
	}
	if i := bytes.Index(data, needleGenerated); i >= 0 {
		// A project is seldom taken back to an older release than it began with.
		if m := generatedText.FindSubmatchIndex(data[i:]); m != nil {
			text := string(data[i+m[2] : i+m[3]])
			if clause := parseClause(">="+text, false); clause != allReleases {
				out = append(out, versionHint{i + m[0], i + m[1], clause})
			}
		}
	}
	return out
}

// importHints reads "from M import a, b as c" or its parenthesised form.
func importHints(data []byte, start int, table []codeHint) []versionHint {
	end := start
	for end < len(data) && data[end] != '\n' {
		end++
	}
	line := string(data[start:end])
	module, imported, ok := strings.Cut(strings.TrimPrefix(line, "from "), " import ")
	if !ok {
		return nil
	}
	module = strings.TrimSpace(module)
	if i := strings.IndexByte(imported, '('); i >= 0 {
		rest := data[start:min(len(data), start+2000)]
		if j := bytes.IndexByte(rest, ')'); j >= 0 {
			_, all, _ := strings.Cut(string(rest[:j]), "(")
			imported = all
		}
	}
	var out []versionHint
	for i := range table {
		h := &table[i]
		if h.module != module {
			continue
		}
		if h.name == "" || importsName(imported, h.name) {
			out = append(out, versionHint{start, len(strings.TrimRight(line, "\r \t")) + start, h.set})
		}
	}
	return out
}

func importsName(imported, name string) bool {
	for line := range strings.SplitSeq(imported, "\n") {
		line, _, _ = strings.Cut(line, "#")
		for part := range strings.SplitSeq(line, ",") {
			if fields := strings.Fields(part); len(fields) > 0 && fields[0] == name {
				return true
			}
		}
	}
	return false
}
