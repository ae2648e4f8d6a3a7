package django

import (
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// versions finds the Django release of every settings module: from the nearest
// directory at or above it that tells one, else from the rest of the tree if
// all of it agrees, else from what the code uses.
func (p *Project) versions(all []*source, skipped []Skipped, option stack.Version) {
	v := newVersionFinder(p, all, skipped)
	for _, m := range p.Settings {
		v.places = append(v.places, p.x.place(m.file))
		m.packages, m.home = v.packages, path.Dir(p.x.place(m.file))
	}
	if !option.IsZero() {
		p.Django = fixedVersion(option)
		for _, m := range p.Settings {
			m.Django = p.Django
		}
		return
	}
	first := true
	for _, m := range p.Settings {
		m.Django = v.decide(m, all)
		if !m.Checked {
			continue
		}
		if first {
			p.Django, first = m.Django, false
		} else if o := m.Django; o.Low != p.Django.Low || o.High != p.Django.High {
			p.Django = VersionRange{}
		}
	}
}

type versionFinder struct {
	t     *tree
	x     *rootIndex
	byDir map[string][]Evidence
	// installed are the directories of distributions' metadata, whose evidence
	// holds for their own packages only.
	installed map[string]bool
	venvs     map[string]bool
	packages  *packageIndex
	places    []string // where the settings modules lie
}

// newVersionFinder reads all files that tell of versions.
func newVersionFinder(p *Project, all []*source, skipped []Skipped) *versionFinder {
	v := &versionFinder{t: p.t, x: p.x, byDir: map[string][]Evidence{}, installed: map[string]bool{}, venvs: map[string]bool{}}
	v.packages = &packageIndex{t: p.t, byDir: map[string]map[string]pinned{}}
	for _, s := range skipped {
		if s.Reason == skipVenv {
			v.venvs[s.Path] = true
			for _, place := range v.sitePackages(s.Path) {
				for _, e := range p.t.list(place).entries {
					v.packages.installed(path.Dir(s.Path), e.name)
				}
			}
		}
	}
	for _, s := range all {
		if s.kind&versionFile != 0 {
			v.file(s)
		}
	}
	return v
}

// file reads one file of the scan and the requirement files it names.
func (v *versionFinder) file(s *source) {
	dir := path.Dir(s.name)
	switch base := strings.ToLower(path.Base(dir)); {
	case base == "requirements", base == "reqs":
		dir = path.Dir(dir)
	case strings.HasSuffix(base, ".egg-info"), strings.HasSuffix(base, ".dist-info"):
		v.installed[dir] = true
		v.packages.installed(path.Dir(dir), path.Base(dir))
	}
	if s.data == nil {
		return
	}
	seen := map[string]bool{s.name: true}
	v.read(dir, s.name, s.data, seen)
}

// maxIncludes bounds the requirement files that one names.
const maxIncludes = 50

func (v *versionFinder) read(dir, name string, data []byte, seen map[string]bool) {
	v.packages.file(dir, name, data)
	for _, c := range versionClaims(name, data) {
		if c.set != allReleases && c.set != 0 {
			v.byDir[dir] = append(v.byDir[dir], Evidence{
				Span: stack.NewLines(v.t.show(name), string(data)).Span(c.start, c.end), Text: c.text, Source: c.class.String(), class: c.class, set: c.set,
			})
		}
	}
	if ext := path.Ext(name); ext != ".txt" && ext != ".in" && ext != ".pip" {
		return
	}
	for _, other := range includes(name, data) {
		if seen[other] || len(seen) > maxIncludes || !v.t.inside(other) {
			continue
		}
		seen[other] = true
		// Those that the scan takes for requirements count where they lie.
		if isRequirements(path.Dir(other), path.Base(other)) && path.Dir(other) == path.Dir(name) {
			continue
		}
		if more, err := v.t.read(other); err == nil {
			v.read(dir, other, more, seen)
		}
	}
}

// decide weighs the evidence for one module.
func (v *versionFinder) decide(m *SettingsModule, all []*source) VersionRange {
	evidence := v.source(m)
	for dir := path.Dir(v.x.place(m.file)); len(evidence) == 0; {
		evidence = append(evidence, v.at(dir, m)...)
		up, ok := parentDir(dir)
		if !ok || !v.t.inside(up) {
			break
		}
		dir = up
	}
	if len(evidence) == 0 {
		evidence = v.anywhere()
	}
	evidence = append(evidence, v.code(m, all)...)
	if len(evidence) == 0 {
		return VersionRange{} // the setting alone says no more than its model
	}
	return decideVersion(append(evidence, modernOnly(m)...))
}

// at gives what the files of one directory tell, and the metadata of the
// packages installed there if the module is theirs.
func (v *versionFinder) at(dir string, m *SettingsModule) []Evidence {
	out := slices.Clone(v.byDir[dir])
	for _, e := range v.t.list(dir).entries {
		if e.kind != kindDir {
			continue
		}
		info := joinName(dir, e.name)
		if v.venvs[info] {
			out = append(out, v.environment(info)...)
		}
		if v.installed[info] && v.owns(info, topOf(m.Module)) {
			out = append(out, v.byDir[info]...)
		}
	}
	return out
}

// environment looks for Django among the packages installed in a virtual
// environment, which itself is not walked.
func (v *versionFinder) environment(dir string) []Evidence {
	var out []Evidence
	for _, place := range v.sitePackages(dir) {
		for _, e := range v.t.list(place).entries {
			m := infoText.FindStringSubmatch(e.name)
			if m == nil || !strings.EqualFold(m[1], "django") {
				continue
			}
			if set := parseSpecifier(m[2], true); set != 0 && set != allReleases {
				out = append(out, Evidence{
					Span: stack.Span{File: v.t.show(joinName(place, e.name))}, Text: "Django " + m[2],
					Source: fromInstalled.String(), class: fromInstalled, set: set,
				})
			}
		}
	}
	return out
}

// sitePackages lists the directories of a virtual environment that packages
// are installed in.
func (v *versionFinder) sitePackages(dir string) []string {
	lib := joinName(dir, "lib")
	if v.t.list(dir).find("Lib") == kindDir {
		lib = joinName(dir, "Lib") // Windows
	}
	places := []string{joinName(lib, "site-packages")}
	for _, e := range v.t.list(lib).entries {
		if e.kind == kindDir && strings.HasPrefix(e.name, "python") {
			places = append(places, joinName(joinName(lib, e.name), "site-packages"))
		}
	}
	return places
}

// owns says whether an installed distribution has the top package.
func (v *versionFinder) owns(info, top string) bool {
	if data, err := v.t.read(joinName(info, "top_level.txt")); err == nil {
		return slices.Contains(strings.Fields(string(data)), top)
	}
	name, _, _ := strings.Cut(path.Base(info), "-")
	return strings.EqualFold(strings.ReplaceAll(name, ".", "_"), top)
}

// source looks for Django itself where the module would import it from.
func (v *versionFinder) source(m *SettingsModule) []Evidence {
	at, root := m.loader.locate("django")
	if at.kind != modulePackage || !slices.Contains(m.loader.above, root) {
		return nil // absent, or another project's of the same tree
	}
	data, err := v.t.read(at.file)
	if err != nil {
		return nil
	}
	var out []Evidence
	for _, c := range sourceClaims(data) {
		out = append(out, Evidence{Span: stack.NewLines(v.t.show(at.file), string(data)).Span(c.start, c.end), Text: c.text, Source: c.class.String(), class: c.class, set: c.set})
	}
	return out
}

// anywhere gives the evidence of the whole tree if no two pieces of it contradict
// each other; the metadata of installed packages is theirs alone.
func (v *versionFinder) anywhere() []Evidence {
	dirs := make([]string, 0, len(v.byDir))
	for dir := range v.byDir {
		// What lies above another settings module is that one's.
		if !v.installed[dir] && !slices.ContainsFunc(v.places, func(p string) bool { return within(dir, p) }) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	var out []Evidence
	set := allReleases
	for _, dir := range dirs {
		for _, e := range v.byDir[dir] {
			set &= e.set
			out = append(out, e)
		}
	}
	if set == 0 {
		return nil
	}
	return out
}

// modernOnly takes it for a sign of Django 1.10 or later that a module sets
// MIDDLEWARE in every variant and MIDDLEWARE_CLASSES in none.
func modernOnly(m *SettingsModule) []Evidence {
	if m.Result == nil || len(m.Result.Variants) == 0 {
		return nil
	}
	var span stack.Span
	for _, v := range m.Result.Variants {
		modern, ok := v.Stack("MIDDLEWARE")
		if _, both := v.Stack("MIDDLEWARE_CLASSES"); !ok || both || v.Open || modern.Kind == KindNone {
			return nil
		}
		span = modern.Span
	}
	return []Evidence{{Span: span, Text: "MIDDLEWARE", Source: fromCode.String(), class: fromCode, set: atLeast(1, 10)}}
}

// maxHints bounds the evidence kept of one project's code: one piece for each
// bound decides.
const maxHints = 400

// code gives the hints of all files below the root that the module is imported
// from.
func (v *versionFinder) code(m *SettingsModule, all []*source) []Evidence {
	_, root := v.x.name(m.file)
	var out []Evidence
	told := map[releaseSet]bool{}
	for _, s := range all {
		if len(s.hints) == 0 || !within(root, s.name) {
			continue
		}
		for _, h := range s.hints {
			if told[h.set] || len(out) == maxHints {
				continue
			}
			told[h.set] = true
			data := s.data
			if data == nil {
				var err error
				if data, err = v.t.read(s.name); err != nil || len(data) < h.end {
					continue
				}
			}
			out = append(out, Evidence{
				Span: stack.NewLines(v.t.show(s.name), string(data)).Span(h.start, h.end), Text: string(data[h.start:h.end]), Source: fromCode.String(), class: fromCode, set: h.set,
			})
		}
	}
	return out
}
