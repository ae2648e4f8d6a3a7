package django

import (
	"path"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// extCall interprets calls of well-known functions from outside; nil for any
// other.
func (e *evaluator) extCall(f *pUnknown, a *callArgs, n python.Node) pv {
	x := a.at(0)
	if x != nil {
		x = e.resolve(x)
	}
	if v := e.pathCall(f.ext, a, x, n); v != nil {
		return v
	}
	switch f.ext {
	case "copy.copy", "copy.deepcopy":
		if x != nil {
			return e.copyOf(x, strings.HasSuffix(f.ext, "deepcopy"), 0)
		}
	case "itertools.chain":
		vals := a.pos
		if a.open {
			return e.newIter(func() []pv { return e.runOf(n) })
		}
		return e.newIter(func() []pv { return e.flatten(vals, n) })
	case "itertools.chain.from_iterable":
		return e.newIter(func() []pv { return e.flatten(e.itemsOf(x, n), n) })
	case "itertools.filterfalse", "itertools.ifilter", "itertools.imap":
	case "collections.OrderedDict":
		return e.builtin("dict", a, n)
	case "functools.reduce":
		return e.reduce(a, n)
	case "importlib.import_module", "django.utils.importlib.import_module":
		if s, ok := x.(*pStr); ok {
			return e.importByName(s.s, n, false)
		}
		at := e.placeOf(n)
		if u, ok := x.(*pUnknown); ok && u.def != nil && localName(u.def.s) && e.caught("ModuleNotFoundError") {
			if name, where := e.locate(u.def.s, false); where != inTree {
				e.missing(name, n) // as an import of local settings
			}
		}
		e.mayRaise("ModuleNotFoundError", e.site("import", at), e.textAt(at), at)
	case "split_settings.tools.include":
		e.include(a, n)
		return pNone{}
	case "split_settings.tools.optional":
		if x != nil {
			return &pTuple{[]pv{pNone{}, x}}
		}
	case "django.conf.settings.configure":
		e.configured(a, n)
		return pNone{}
	case "sys.exit", "os._exit":
		e.raise("SystemExit", "sys.exit")
	case "io.open", "codecs.open":
		return e.execBuiltin("open", a, n)
	case "os.environ.setdefault", "os.environ.update", "os.putenv":
		return e.unknownNode(n)
	}
	if strings.HasPrefix(f.ext, "dynaconf.") && lastPart(f.ext) == "DjangoDynaconf" {
		// It reads files and writes into the module it is named by.
		e.openScope(e.frame.scope.mod.scope, e.unknownNode(n), true)
		e.noteOnce("dynaconf decides what the settings are; they are not known", e.placeOf(n))
	}
	return nil
}

func (e *evaluator) flatten(vals []pv, n python.Node) []pv {
	var out []pv
	for _, v := range vals {
		if isRun(v) {
			out = append(out, v)
			continue
		}
		out = append(out, e.itemsOf(v, n)...)
	}
	return out
}

// copyOf is copy.copy and copy.deepcopy of lists and dicts.
func (e *evaluator) copyOf(v pv, deep bool, depth int) pv {
	e.step(1)
	r, ok := v.(*pRef)
	if !ok || depth > 20 {
		return v
	}
	each := func(items []pv) []pv {
		if !deep {
			return items
		}
		out := make([]pv, len(items))
		for i, it := range items {
			out[i] = e.copyOf(it, true, depth+1)
		}
		return out
	}
	switch r.kind {
	case refList:
		return e.newList(each(e.items(r)))
	case refSet:
		return e.newSet(each(e.items(r)))
	case refDict:
		d := e.dict(r)
		return e.newDict(&dictCell{keys: d.keys, vals: each(d.vals), open: d.open})
	}
	return e.unknownAt("copy")
}

// treePath is a value as a path of the tree.
func (e *evaluator) treePath(v pv) (string, bool) {
	switch p := v.(type) {
	case *pPath:
		return p.p, true
	case *pStr:
		if p.s != "" && !strings.HasPrefix(p.s, "/") {
			// Relative to where the process runs; most often the root.
			return cleanPath(p.s), true
		}
	}
	return "", false
}

func (e *evaluator) pathText(v pv) (string, bool) {
	switch p := e.resolve(v).(type) {
	case *pStr:
		return p.s, true
	case *pPath:
		return p.p, true
	}
	return "", false
}

func cleanPath(p string) string { return path.Clean(p) }

// joinPath joins a path of the tree with a part; an absolute part is kept as it
// is, it leads out of the tree.
func joinPath(base, part string) string {
	if strings.HasPrefix(part, "/") {
		return path.Clean(part)
	}
	return path.Join(base, part)
}

// pathCall is os.path and pathlib on paths of the tree.
func (e *evaluator) pathCall(ext string, a *callArgs, x pv, n python.Node) pv {
	p, isPath := x.(*pPath)
	switch ext {
	case "os.path.join":
		if !isPath {
			return nil
		}
		if out, ok := e.joinParts(p.p, a.pos[1:]); ok {
			return &pPath{out, true}
		}
	case "os.path.dirname":
		if isPath {
			return &pPath{path.Dir(p.p), true}
		}
	case "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath":
		if isPath {
			return &pPath{p.p, true}
		}
	case "os.path.basename":
		if isPath {
			return &pStr{path.Base(p.p), e.placeOf(n)}
		}
	case "os.path.exists", "os.path.isfile":
		if isPath {
			return e.exists(p.p, n)
		}
	case "pathlib.Path", "pathlib.PurePath", "pathlib2.Path":
		if isPath {
			if out, ok := e.joinParts(p.p, a.pos[1:]); ok {
				return &pPath{out, false}
			}
		}
	}
	return nil
}

// joinParts joins a path of the tree with the parts of a call; false if one of
// them is not known.
func (e *evaluator) joinParts(p string, parts []pv) (string, bool) {
	for _, part := range parts {
		s, ok := e.pathText(part)
		if !ok {
			return "", false
		}
		p = joinPath(p, s)
	}
	return p, true
}

// exists says whether a Python file is in the tree; other files may be made
// when the project is deployed.
func (e *evaluator) exists(file string, n python.Node) pv {
	if src, ok := e.loader.Source(file); ok && src != nil {
		return pBool(true)
	}
	if strings.HasSuffix(file, ".py") {
		e.noteOnce("file "+file+" is not in the tree; it is taken to be absent", e.placeOf(n))
		return pBool(false)
	}
	u := e.unknownNode(n)
	u.sym = "exists " + file
	return u
}

func (e *evaluator) pathAttr(p *pPath, name string) pv {
	if !p.str {
		switch name {
		case "parent":
			return &pPath{path.Dir(p.p), false}
		case "name":
			return &pStr{path.Base(p.p), e.here()}
		case "parents":
			var items []pv
			for d := path.Dir(p.p); len(items) < 40; d = path.Dir(d) {
				items = append(items, &pPath{d, false})
				if d == "." || d == "/" {
					break
				}
			}
			return &pTuple{append(items, e.unknownRun("parents", e.here()))}
		}
	}
	return &pBuiltin{name: name, self: p}
}

func (e *evaluator) pathMethod(p *pPath, name string, a *callArgs, n python.Node) pv {
	switch name {
	case "resolve", "absolute", "expanduser", "as_posix", "__str__":
		return &pPath{p.p, p.str || name == "as_posix" || name == "__str__"}
	case "joinpath":
		out := p.p
		for _, v := range a.pos {
			s, ok := e.pathText(v)
			if !ok {
				return e.unknownNode(n)
			}
			out = joinPath(out, s)
		}
		return &pPath{out, false}
	case "exists", "is_file":
		return e.exists(p.p, n)
	case "open":
		return &pFile{path: p.p}
	case "read_text", "read_bytes":
		return &pFile{path: p.p, read: true}
	}
	u := e.unknownNode(n)
	u.sym = "path " + p.p + "." + name
	return u
}

// configured records a call of settings.configure(...).
func (e *evaluator) configured(a *callArgs, n python.Node) {
	out := subOutcome{kind: SubConfigure, name: "configure", at: e.placeOf(n), settings: map[string]Value{}, open: a.open}
	if d := a.get(0, "default_settings"); d != nil {
		if u, ok := d.(*pUnknown); !ok || !strings.HasPrefix(u.ext, "django.conf.global_settings") {
			out.open = true
		}
	}
	for _, k := range a.kw {
		if !settingName(k.name) {
			continue
		}
		at := out.at
		for arg := range n.All(python.FieldArgs) {
			if arg.Kind() == python.KindKeyword && arg.Name() == k.name && e.override == nil {
				s := arg.Start()
				at = place{arg.File(), e.placeOf(arg).file, s, s + len(k.name)}
			}
		}
		out.settings[k.name] = e.export(k.v, at)
		out.order = append(out.order, k.name)
		for _, t := range targetSettings {
			if t == k.name {
				out.deps = out.deps.union(e.deepDeps(k.v))
			}
		}
	}
	e.configure = append(e.configure, out)
}
