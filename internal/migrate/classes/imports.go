package classes

import (
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const (
	mixinModule = "django.utils.deprecation"
	mixinClass  = "MiddlewareMixin"
	mixinPath   = mixinModule + "." + mixinClass
	otherName   = "DjangoMiddlewareMixin"
)

// mixinName is what MiddlewareMixin is called in the file of a class; where it
// is not imported yet, it will be.
func (w *rewriter) mixinName(p *plan) (name, refused string) {
	s := p.source
	top := outermost(p.class.Node)
	if s.mixin != "" && s.mixinAt < top.Start() {
		return s.mixin, ""
	}
	for _, st := range collect(s.m.Src.Root(), python.FieldBody) {
		if st.Start() >= top.Start() {
			break
		}
		if name := boundMixin(st); name != "" {
			if w.guarded() && w.anyInit() && emptyStandIn(st, name) {
				return "", "its stand-in for MiddlewareMixin takes no get_response"
			}
			s.mixin, s.mixinAt = name, st.End()
			return name, ""
		}
	}
	first := w.firstUser(s, top)
	name = mixinClass
	if binds(s.m.Src.Root(), name) {
		name = otherName
		if binds(s.m.Src.Root(), name) {
			return "", "the names " + mixinClass + " and " + otherName + " mean something else in its file"
		}
	}
	e, ok := w.importEdit(s, first, name)
	if !ok {
		return "", "there is no place for an import in its file"
	}
	s.mixin, s.mixinAt, s.imports = name, -1, &e
	return name, ""
}

// outermost is the statement of the module that holds a node.
func outermost(n python.Node) python.Node {
	for n.Parent().Kind() != python.KindModule && !n.Parent().IsZero() {
		n = n.Parent()
	}
	return n
}

// firstUser is the first statement of the module that holds a class: the import
// goes above all of them.
func (w *rewriter) firstUser(s *source, top python.Node) python.Node {
	for _, st := range collect(s.m.Src.Root(), python.FieldBody) {
		if st.Start() >= top.Start() {
			break
		}
		for d := range st.Descendants() {
			if d.Kind() == python.KindClassDef {
				return st
			}
		}
	}
	return top
}

// boundMixin is the name that a statement of the module binds MiddlewareMixin
// to: an import, or a try whose body imports it.
func boundMixin(st python.Node) string {
	switch st.Kind() {
	case python.KindTry:
		for _, x := range collect(st, python.FieldBody) {
			if name := boundMixin(x); name != "" {
				return name
			}
		}
	case python.KindImportFrom:
		if st.Level() != 0 {
			return ""
		}
		module := st.Field(python.FieldModule).Name()
		for a := range st.All(python.FieldNames) {
			name := a.Name()
			if as := a.Field(python.FieldAsName); !as.IsZero() {
				name = as.Name()
			}
			switch module + "." + a.Name() {
			case mixinPath:
				return name
			case mixinModule:
				return name + "." + mixinClass
			}
		}
	case python.KindImport:
		for a := range st.All(python.FieldNames) {
			if a.Name() != mixinModule {
				continue
			}
			if as := a.Field(python.FieldAsName); !as.IsZero() {
				return as.Name() + "." + mixinClass
			}
			return mixinPath
		}
	}
	return ""
}

// emptyStandIn says that a try binds the name to object where Django has no
// MiddlewareMixin.
func emptyStandIn(st python.Node, name string) bool {
	for h := range st.All(python.FieldHandlers) {
		for x := range h.All(python.FieldBody) {
			if t := x.Field(python.FieldTargets); x.Kind() == python.KindAssign && t.Kind() == python.KindName && t.Name() == name {
				return x.Field(python.FieldValue).Text() == "object"
			}
		}
	}
	return false
}

// binds says that a name is bound anywhere in a file.
func binds(root python.Node, name string) bool { return stored(root)[name] }

// guarded says that the import may fail: Django 1.9 and older have no
// MiddlewareMixin.
func (w *rewriter) guarded() bool {
	return w.opts.KeepOld && !w.opts.From.AtLeast(stack.Version{Major: 1, Minor: 10})
}

// importEdit imports MiddlewareMixin above the first statement that uses it.
func (w *rewriter) importEdit(s *source, first python.Node, name string) (finding.Edit, bool) {
	var imports []python.Node
	var head python.Node // the docstring or the last import from __future__
	for i, st := range collect(s.m.Src.Root(), python.FieldBody) {
		if st.Start() >= first.Start() {
			break
		}
		switch {
		case i == 0 && isDocstring(st), isFuture(st):
			head = st
		case st.Kind() == python.KindImport, st.Kind() == python.KindImportFrom:
			imports = append(imports, st)
		}
	}
	as := ""
	if name != mixinClass {
		as = " as " + name
	}
	if w.guarded() {
		return w.importAlone(s, w.guardLines(s, as, name), imports, head, first)
	}
	if as == "" {
		for _, st := range imports {
			if e, ok := s.extendImport(st); ok {
				return e, true
			}
		}
	}
	line := "from " + mixinModule + " import " + mixinClass + as
	if e, ok := s.importBeside(line, imports); ok {
		return e, true
	}
	return w.importAlone(s, []string{line}, imports, head, first)
}

func isFuture(st python.Node) bool {
	return st.Kind() == python.KindImportFrom && st.Level() == 0 && st.Field(python.FieldModule).Name() == "__future__"
}

// guardLines import MiddlewareMixin where Django has it. The stand-in takes
// get_response wherever a class hands it on.
func (w *rewriter) guardLines(s *source, as, name string) []string {
	unit := "    "
	for n := range s.m.Src.Root().Descendants() {
		if n.Kind() != python.KindClassDef || n.Parent().Kind() != python.KindModule {
			continue
		}
		if text, own := s.indent(n.Field(python.FieldBody)); own && text != "" {
			unit = text
			break
		}
	}
	lines := []string{
		"try:",
		unit + "from " + mixinModule + " import " + mixinClass + as,
		"except ImportError:",
	}
	if !w.anyInit() {
		return append(lines, unit+name+" = object")
	}
	return append(lines,
		unit+"class "+name+"(object):",
		unit+unit+"def __init__(self, get_response=None):",
		unit+unit+unit+"self.get_response = get_response",
	)
}

// anyInit says that a class of the rewriting has an __init__ of its own.
func (w *rewriter) anyInit() bool {
	return slices.ContainsFunc(w.order, func(p *plan) bool { return p.refused == nil && len(p.class.Own("__init__")) > 0 })
}

// extendImport adds the name to an import from the mixin's own module.
func (s *source) extendImport(st python.Node) (finding.Edit, bool) {
	if st.Kind() != python.KindImportFrom || st.Level() != 0 || st.Field(python.FieldModule).Name() != mixinModule {
		return finding.Edit{}, false
	}
	names := collect(st, python.FieldNames)
	if len(names) == 0 || names[0].Is(python.FlagStar) {
		return finding.Edit{}, false
	}
	parens := strings.Contains(st.Text(), "(")
	sorted := slices.IsSortedFunc(names, func(a, b python.Node) int { return strings.Compare(a.Name(), b.Name()) })
	at := len(names)
	if sorted && len(names) > 1 {
		at = slices.IndexFunc(names, func(a python.Node) bool { return a.Name() > mixinClass })
	}
	if len(names) == 1 && names[0].Name() > mixinClass {
		at = 0
	}
	if at < 0 {
		at = len(names)
	}
	if last := names[len(names)-1]; at == len(names) {
		indent, own := s.indent(last)
		own = own && parens
		rest := strings.TrimLeft(string(s.src[last.End():s.lineEnd(last.End())]), " \t")
		switch {
		case !own:
			return s.insert(last.End(), ", "+mixinClass), true
		case strings.HasPrefix(rest, ","):
			return s.insert(s.nextLine(last.End()), indent+mixinClass+","+s.nl), true
		case rest == "":
			return s.insert(last.End(), ","+s.nl+indent+mixinClass), true
		}
		at-- // a comment follows it: it stays the last
	}
	next := names[at]
	sep := ", "
	if indent, own := s.indent(next); own && parens {
		sep = "," + s.nl + indent
	}
	return s.insert(next.Start(), mixinClass+sep), true
}

// importBeside puts the import beside the others from django: in order where
// they are in order, else behind the last.
func (s *source) importBeside(line string, imports []python.Node) (finding.Edit, bool) {
	var group []python.Node
	for _, st := range imports {
		if module := moduleOf(st); st.Kind() == python.KindImportFrom && (module == "django" || strings.HasPrefix(module, "django.")) {
			group = append(group, st)
		}
	}
	if len(group) == 0 {
		return finding.Edit{}, false
	}
	after := len(group) - 1
	if slices.IsSortedFunc(group, func(a, b python.Node) int { return strings.Compare(moduleOf(a), moduleOf(b)) }) {
		for after >= 0 && moduleOf(group[after]) > mixinModule {
			after--
		}
	}
	if after < 0 {
		st := group[0]
		if indent, own := s.indent(st); !own || indent != "" {
			return finding.Edit{}, false
		}
		return s.insert(st.Start(), line+s.nl), true
	}
	return s.insertBehind(group[after], line)
}

// insertBehind puts lines behind the line that a statement ends on.
func (s *source) insertBehind(st python.Node, lines ...string) (finding.Edit, bool) {
	if !s.alone(st.End()) {
		return finding.Edit{}, false
	}
	at := s.nextLine(st.End())
	return s.insert(at, s.fresh(at, lines...)), true
}

// moduleOf is the module an import names, with its leading dots.
func moduleOf(st python.Node) string {
	if st.Kind() == python.KindImport {
		return st.Field(python.FieldNames).Name()
	}
	return strings.Repeat(".", st.Level()) + st.Field(python.FieldModule).Name()
}

// importAlone puts lines where no import from django stands: in front of the
// project's own imports, behind the others, or at the head of the file.
func (w *rewriter) importAlone(s *source, lines []string, imports []python.Node, head, first python.Node) (finding.Edit, bool) {
	guard := len(lines) > 1
	if n := len(imports); n > 0 {
		last := imports[n-1]
		if !guard {
			for i, st := range imports {
				if !w.isLocal(st) {
					continue
				}
				if i == 0 {
					at := s.above(s.lineStart(st.Start()), 0)
					if indent, own := s.indent(st); !own || indent != "" || at != st.Start() {
						break
					}
					return s.insert(at, strings.Join(append(lines, "", ""), s.nl)), true
				}
				last = imports[i-1]
				break
			}
		}
		if guard || isStandard(moduleOf(last)) {
			lines = append([]string{""}, lines...)
		}
		if e, ok := s.insertBehind(last, lines...); ok {
			return e, true
		}
	}
	if !head.IsZero() {
		return s.insertBehind(head, append([]string{""}, lines...)...)
	}
	return s.insertAtTop(lines, first)
}

// isLocal says that an import is of the project's own modules.
func (w *rewriter) isLocal(st python.Node) bool {
	if st.Level() > 0 {
		return true
	}
	top, _, _ := strings.Cut(moduleOf(st), ".")
	return slices.ContainsFunc(w.project.Modules, func(m layers.Module) bool {
		return m.Name == top || strings.HasPrefix(m.Name, top+".")
	})
}

// insertAtTop puts lines above the first statement and the comment that belongs
// to it, but below the file's own head comment.
func (s *source) insertAtTop(lines []string, first python.Node) (finding.Edit, bool) {
	stmts := collect(s.m.Src.Root(), python.FieldBody)
	if len(stmts) > 0 && stmts[0].Start() < first.Start() {
		first = stmts[0]
	}
	for d := range first.All(python.FieldDecorators) {
		if d.Start() < first.Start() {
			first = d
		}
	}
	at := s.lineStart(first.Start())
	if at != first.Start() {
		return finding.Edit{}, false
	}
	for prev, ok := s.previousLine(at); ok; prev, ok = s.previousLine(at) {
		text := strings.TrimSpace(s.line(prev))
		if !strings.HasPrefix(text, "#") || strings.HasPrefix(text, "#!") || strings.Contains(text, "coding") || strings.Contains(text, "vim:") {
			break
		}
		at = prev
	}
	lines = append(slices.Clone(lines), "", "")
	if k := first.Kind(); k == python.KindClassDef || k == python.KindFunctionDef || k == python.KindDecorator {
		lines = append(lines, "")
	}
	if prev, ok := s.previousLine(at); ok && strings.HasPrefix(s.line(prev), "#") {
		lines = append([]string{""}, lines...)
	}
	return s.insert(at, strings.Join(lines, s.nl)), true
}

// isStandard knows the modules of Python's own library that middleware imports.
func isStandard(module string) bool {
	top, _, _ := strings.Cut(module, ".")
	return slices.Contains([]string{
		"abc", "base64", "binascii", "calendar", "codecs", "collections", "contextlib", "copy", "cProfile", "csv", "datetime", "decimal",
		"email", "functools", "gc", "gettext", "gzip", "hashlib", "hmac", "hotshot", "http", "inspect", "io", "ipaddress", "itertools",
		"json", "locale", "logging", "math", "md5", "mimetypes", "operator", "os", "pickle", "platform", "pprint", "pstats", "Queue",
		"queue", "random", "re", "sha", "shutil", "signal", "socket", "ssl", "string", "StringIO", "struct", "subprocess",
		"sys", "tempfile", "thread", "threading", "time", "traceback", "types", "typing", "unicodedata", "urllib", "urllib2", "urlparse",
		"uuid", "warnings", "weakref", "xml", "zlib",
	}, top)
}
