package migrate

import (
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// objectKind says what an imported name stands for.
type objectKind int

const (
	objSettings objectKind = iota // django.conf.settings
	objModule                     // a module
	objMember                     // something else of a module of the tree
	objOutside                    // something from outside of the tree
)

// object is what an import binds to a name.
type object struct {
	kind   objectKind
	module string // objModule, objOutside: its dotted name
	file   string // objMember: the file it comes from
	name   string // objMember: its name there
}

// imports notes what the import statements of a file bind, in whatever scope
// they stand.
func (s *source) imports() {
	for n := range s.src.Root().Descendants() {
		switch n.Kind() {
		case python.KindImport:
			for a := range n.All(python.FieldNames) {
				name, module := a.Name(), a.Name()
				if as := a.Field(python.FieldAsName); !as.IsZero() {
					name = as.Name()
				} else if i := strings.IndexByte(name, '.'); i > 0 {
					// "import a.b" binds a; a.b is told by the whole chain.
					name, module = name[:i], name[:i]
				}
				s.bind(name, object{kind: objModule, module: s.absolute(module)})
			}
		case python.KindImportFrom:
			s.importFrom(n)
		}
	}
}

func (s *source) importFrom(n python.Node) {
	module, ok := s.moduleOf(n)
	for a := range n.All(python.FieldNames) {
		name := a.Name()
		if as := a.Field(python.FieldAsName); !as.IsZero() {
			name = as.Name()
		}
		switch {
		case a.Is(python.FlagStar):
			if f := s.fileOf(module); ok && f != "" {
				s.stars = append(s.stars, f)
			} else {
				s.outer = true
			}
		case !ok:
		case module == "django.conf" && a.Name() == "settings":
			s.bind(name, object{kind: objSettings})
		case s.fileOf(module+"."+a.Name()) != "" || module == "django" && a.Name() == "conf":
			s.bind(name, object{kind: objModule, module: module + "." + a.Name()})
		default:
			if f := s.fileOf(module); f != "" {
				if s.reexports(module, a.Name()) {
					s.bind(name, object{kind: objSettings})
				} else {
					s.bind(name, object{kind: objMember, file: f, name: a.Name()})
				}
			} else {
				s.bind(name, object{kind: objOutside, module: module + "." + a.Name()})
			}
		}
	}
}

func (s *source) bind(name string, o object) { s.objects[name] = append(s.objects[name], o) }

// moduleOf is the dotted name of the module that an ImportFrom takes from; ok is
// false where its dots lead out of what is known.
func (s *source) moduleOf(n python.Node) (module string, ok bool) {
	module = n.Field(python.FieldModule).Name()
	level := n.Level()
	if level == 0 {
		return s.absolute(module), true
	}
	pkg := s.pkg
	for ; level > 1; level-- {
		i := strings.LastIndexByte(pkg, '.')
		if i < 0 {
			return "", false
		}
		pkg = pkg[:i]
	}
	switch {
	case pkg == "":
		// A script has no package; its neighbours are found by their name.
		return module, module != ""
	case module == "":
		return pkg, true
	}
	return pkg + "." + module, true
}

// absolute tells an implicit relative import of Python 2 from an absolute one:
// the neighbour comes first there.
func (s *source) absolute(module string) string {
	if s.pkg != "" && s.fileOf(module) == "" && s.fileOf(s.pkg+"."+module) != "" {
		return s.pkg + "." + module
	}
	return module
}

// fileOf is the file of a module of the tree, "" if it has none.
func (s *source) fileOf(module string) string {
	if s.loader == nil || module == "" {
		return ""
	}
	if m, ok := s.loader.Module(module); ok && m.Src != nil {
		return m.File
	}
	return ""
}

// reexports says that a module of the tree imports a name from django.conf,
// where it is the settings object: "from account.conf import settings".
func (s *source) reexports(module, name string) bool {
	m, ok := s.loader.Module(module)
	if !ok || m.Src == nil {
		return false
	}
	for n := range m.Src.Root().All(python.FieldBody) {
		if n.Kind() != python.KindImportFrom || n.Level() > 0 || n.Field(python.FieldModule).Name() != "django.conf" {
			continue
		}
		for a := range n.All(python.FieldNames) {
			if a.Name() == "settings" && (a.Field(python.FieldAsName).IsZero() && name == "settings" || a.Field(python.FieldAsName).Name() == name) {
				return true
			}
		}
	}
	return false
}

// maxChain is the length of the longest dotted expression that is followed.
const maxChain = 64

// chain is the dotted text of names and attributes, "" for anything else.
func chain(n python.Node) string {
	var parts []string
	for ; n.Kind() == python.KindAttribute; n = n.Field(python.FieldObject) {
		// Asked for each attribute, an endless chain would take quadratic time.
		if len(parts) == maxChain {
			return ""
		}
		parts = append(parts, n.Name())
	}
	if n.Kind() != python.KindName {
		return ""
	}
	out := n.Name()
	for i := len(parts) - 1; i >= 0; i-- {
		out += "." + parts[i]
	}
	return out
}

// imported are the things that the first name of a dotted expression may stand
// for by an import, none where a function has a variable of that name, and what
// follows the name.
func (s *source) imported(n python.Node) (objects []object, rest string) {
	first, rest, _ := strings.Cut(chain(n), ".")
	if objects = s.objects[first]; len(objects) > 0 && s.shadowed(n) {
		return nil, rest
	}
	return objects, rest
}

// isSettings says whether an expression is Django's settings object.
func (s *source) isSettings(n python.Node) bool {
	objects, rest := s.imported(n)
	for _, o := range objects {
		switch {
		case o.kind == objSettings && rest == "":
			return true
		case o.kind == objModule && rest != "" && o.module+"."+rest == "django.conf.settings":
			return true
		}
	}
	return len(objects) == 0 && n.Kind() == python.KindName && n.Name() == "settings" && s.fixture(n)
}

// fixture says that a name is a parameter of a test or fixture function, where
// pytest-django gives the settings object under the name settings.
func (s *source) fixture(n python.Node) bool {
	base := s.name[strings.LastIndexByte(s.name, '/')+1:]
	if !strings.HasPrefix(base, "test") && base != "conftest.py" && !strings.HasSuffix(base, "_test.py") {
		return false
	}
	for at := n.Parent(); !at.IsZero(); at = at.Parent() {
		if at.Kind() == python.KindFunctionDef {
			for p := range at.Field(python.FieldParams).All(python.FieldElts) {
				if p.Name() == "settings" {
					return true
				}
			}
		}
	}
	return false
}

// moduleFile is the file of the tree whose module an expression stands for.
func (s *source) moduleFile(n python.Node) string {
	objects, rest := s.imported(n)
	for _, o := range objects {
		if o.kind != objModule {
			continue
		}
		full := o.module
		if rest != "" {
			full += "." + rest
		}
		if f := s.fileOf(full); f != "" {
			return f
		}
	}
	return ""
}

// outside is the dotted name of what an expression stands for, where it is
// imported from outside of the tree; "" for anything else.
func (s *source) outside(n python.Node) string {
	objects, rest := s.imported(n)
	for _, o := range objects {
		full := strings.TrimSuffix(o.module+"."+rest, ".")
		switch {
		case o.kind == objOutside:
			return full
		case o.kind == objModule && s.fileOf(o.module) == "" && s.loader != nil && !s.loader.HasTop(o.module):
			return full
		}
	}
	return ""
}
