package django

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// EntryPoint is a place that names a settings module to run with.
type EntryPoint struct {
	Module string     // dotted name as written
	Span   stack.Span // of the name

	file   string // absolute name of the naming file
	direct bool   // the name stands there itself, it is not one part of an expression
}

// entryPoints reads the settings modules that a file names.
func entryPoints(t *tree, p *parser, s *source) []EntryPoint {
	if s.kind&pythonFile != 0 {
		src := p.parse(s.real)
		if src == nil {
			return nil
		}
		return pythonEntries(t, s.name, src)
	}
	if !isText(s.data) {
		return nil
	}
	return textEntries(t, s.name, s.data)
}

// pythonEntries finds what is given to DJANGO_SETTINGS_MODULE:
// os.environ.setdefault(K, V), os.environ[K] = V, {K: V}, dict(K=V); and the
// module given to execute_manager of Django 1.5 and older.
func pythonEntries(t *tree, name string, src *python.File) []EntryPoint {
	var out []EntryPoint
	add := func(n python.Node, text string, direct bool) {
		if isDotted(text) {
			out = append(out, EntryPoint{text, nodeSpan(t.show(name), n), name, direct})
		}
	}
	value := func(v python.Node) {
		if s, ok := v.StringValue(); ok && v.Kind() == python.KindString {
			add(v, s, true)
			return
		}
		for _, n := range stringsBehind(src, v) {
			if s, ok := n.StringValue(); ok && (strings.Contains(s, ".") || strings.Contains(s, "settings")) {
				add(n, s, false)
			}
		}
	}
	manager := false
	for n := range src.Root().Descendants() {
		switch n.Kind() {
		case python.KindString:
			if s, ok := n.StringValue(); ok && s == "DJANGO_SETTINGS_MODULE" {
				if v := valueFor(n); !v.IsZero() {
					value(v)
				}
			}
		case python.KindKeyword:
			if n.Name() == "DJANGO_SETTINGS_MODULE" {
				value(n.Field(python.FieldValue))
			}
		case python.KindCall:
			f := n.Field(python.FieldFunc)
			manager = manager || f.Name() == "execute_manager" || f.Name() == "setup_environ"
		}
	}
	if manager {
		out = append(out, managerEntries(t, name, src)...)
	}
	return out
}

// valueFor finds the expression that belongs to a key string.
func valueFor(key python.Node) python.Node {
	parent := key.Parent()
	switch parent.Kind() {
	case python.KindCall:
		found := false
		for a := range parent.All(python.FieldArgs) {
			if found {
				return a
			}
			found = a == key
		}
	case python.KindDictItem:
		if key.Role() == python.FieldKey {
			return parent.Field(python.FieldValue)
		}
	case python.KindSubscript:
		if a := parent.Parent(); a.Kind() == python.KindAssign && parent.Role() == python.FieldTargets {
			return a.Field(python.FieldValue)
		}
	}
	return python.Node{}
}

// stringsBehind collects the string literals that a value may come from: those
// of the expression, and of every assignment in the file to a name it uses.
func stringsBehind(src *python.File, v python.Node) []python.Node {
	var out []python.Node
	var used []string
	for n := range v.Descendants() {
		switch n.Kind() {
		case python.KindString:
			if p := n.Parent().Kind(); p != python.KindBinOp && p != python.KindString {
				out = append(out, n)
			}
		case python.KindName:
			used = append(used, n.Name())
		}
	}
	if len(used) == 0 {
		return out
	}
	for n := range src.Root().Descendants() {
		if n.Kind() != python.KindAssign {
			continue
		}
		for target := range n.All(python.FieldTargets) {
			if value := n.Field(python.FieldValue); target.Kind() == python.KindName && value.Kind() == python.KindString && slices.Contains(used, target.Name()) {
				out = append(out, value)
			}
		}
	}
	return out
}

// managerEntries finds the module that is imported under the name "settings".
func managerEntries(t *tree, name string, src *python.File) []EntryPoint {
	var out []EntryPoint
	for n := range src.Root().Descendants() {
		switch n.Kind() {
		case python.KindImport:
			for a := range n.All(python.FieldNames) {
				if m := a.Name(); m == "settings" || strings.HasSuffix(m, ".settings") {
					out = append(out, EntryPoint{m, nodeSpan(t.show(name), a), name, false})
				}
			}
		case python.KindImportFrom:
			module := n.Field(python.FieldModule).Name()
			for a := range n.All(python.FieldNames) {
				if a.Name() == "settings" && n.Level() == 0 && module != "django.conf" {
					out = append(out, EntryPoint{module + ".settings", nodeSpan(t.show(name), a), name, false})
				}
			}
		}
	}
	return out
}

// namingText finds settings modules in configuration files: an assignment in
// any of the usual forms, or an option of django-admin and pytest.
var namingText = []*regexp.Regexp{
	regexp.MustCompile(`DJANGO_SETTINGS_MODULE["']?[ \t]*(?:[:=,]|[ \t])[ \t]*["']?(?:\$\{\w+:?[-=])?([A-Za-z_][\w.]*)`),
	regexp.MustCompile(`(?:^|[\s"'])--settings[= \t]["']?([A-Za-z_][\w]*(?:\.[\w]+)+|\w*settings\w*)`),
	regexp.MustCompile(`(?:^|[\s"'])--ds[= \t]["']?([A-Za-z_][\w.]*)`),
	regexp.MustCompile(`(?:^|\s)django_settings_module[ \t]*=[ \t]*["']?([A-Za-z_][\w.]*)`),
}

// valueText is the second half of a container's environment in YAML, where
// "name: DJANGO_SETTINGS_MODULE" is a line of its own.
var valueText = regexp.MustCompile(`^[ \t]*value:[ \t]*["']?([A-Za-z_][\w.]*)`)

func textEntries(t *tree, name string, data []byte) []EntryPoint {
	var out []EntryPoint
	show := t.show(name)
	named := false // the line before has the name alone
	lines(data, func(start int, line string) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';' {
			return
		}
		patterns := namingText
		if named {
			patterns = []*regexp.Regexp{valueText}
		}
		named = strings.HasSuffix(strings.TrimRight(trimmed, `"'`), "DJANGO_SETTINGS_MODULE")
		for _, re := range patterns {
			for _, m := range re.FindAllStringSubmatchIndex(line, -1) {
				text := strings.TrimRight(line[m[2]:m[3]], ".")
				// What goes on with a template or variable is no whole name.
				if rest := line[m[2]+len(text):]; !isDotted(text) || strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "$") || strings.HasPrefix(rest, "-") {
					continue
				}
				at := start + m[2]
				out = append(out, EntryPoint{text, stack.NewLines(show, string(data)).Span(at, at+len(text)), name, true})
			}
		}
	})
	return out
}

// target finds the module that an entry names: from the naming file's
// directory upwards, then below every known root.
func (x *rootIndex) target(e EntryPoint) (file, root string) {
	for dir := path.Dir(e.file); ; {
		for _, root := range []string{dir, joinName(dir, "src")} {
			if at := x.t.locate(root, e.Module); at.kind == modulePlain || at.kind == modulePackage {
				return at.file, root
			}
		}
		up, ok := parentDir(dir)
		if !ok || !x.t.inside(up) {
			break
		}
		dir = up
	}
	at, root := x.locate(e.file, e.Module)
	return at.file, root
}

// nodeSpan turns a node's range into a place.
func nodeSpan(file string, n python.Node) stack.Span {
	return rangeSpan(file, n.File(), n.Start(), n.End())
}

func rangeSpan(file string, src *python.File, start, end int) stack.Span {
	s := stack.Span{File: file, Start: start, End: end}
	s.Line, s.Column = src.Position(start)
	s.EndLine, s.EndColumn = src.Position(end)
	return s
}
