package django

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

// packageIndex knows the exact versions of distributions, by the directory that
// the files telling them lie in. Ranges are of no use here and left out.
type packageIndex struct {
	t     *tree
	byDir map[string]map[string]pinned // directory -> normalised name -> version
}

type pinned struct {
	version string
	class   evidenceClass
}

// PackageVersion is the version of a distribution that the module runs with, as
// "3.14.0": what the nearest directory at or above it locks, pins or has
// installed. It is "" where no exact version is told.
func (m *SettingsModule) PackageVersion(distribution string) string {
	name := normalName(distribution)
	p := m.packages
	for dir := m.home; p != nil; {
		if pin, ok := p.byDir[dir][name]; ok {
			return pin.version
		}
		up, ok := parentDir(dir)
		if !ok || !p.t.inside(up) {
			break
		}
		dir = up
	}
	return ""
}

var nameSeparators = regexp.MustCompile(`[-_.]+`)

// normalName is a distribution's name as PEP 503 compares it.
func normalName(name string) string {
	return nameSeparators.ReplaceAllString(strings.ToLower(name), "-")
}

// add records a version unless a stronger source in the same directory tells one.
func (p *packageIndex) add(dir, name, version string, class evidenceClass) {
	if name == "" || version == "" {
		return
	}
	if p.byDir[dir] == nil {
		p.byDir[dir] = map[string]pinned{}
	}
	name = normalName(name)
	if old, ok := p.byDir[dir][name]; !ok || class < old.class {
		p.byDir[dir][name] = pinned{version, class}
	}
}

// infoText takes the name of a directory of metadata apart, as
// "django_cors_headers-3.14.0.dist-info" or "Django-3.2.25-py3.11.egg-info".
var infoText = regexp.MustCompile(`^(.+?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info$`)

// installed records a distribution by the name of its directory of metadata.
func (p *packageIndex) installed(dir, info string) {
	if m := infoText.FindStringSubmatch(info); m != nil {
		p.add(dir, m[1], m[2], fromInstalled)
	}
}

// pinText finds an exact requirement in pip's form.
var pinText = regexp.MustCompile(`^([A-Za-z0-9][\w.\-]*)[ \t]*(?:\[[^\]]*\])?[ \t]*===?[ \t]*(\d[^\s;#,*]*)(?:$|[\s;#])`)

// file records what a lock or requirements file pins, for a directory.
func (p *packageIndex) file(dir, name string, data []byte) {
	if !isText(data) {
		return
	}
	switch path.Base(name) {
	case "poetry.lock", "uv.lock", "pdm.lock":
		for _, l := range lockedPackages(data) {
			p.add(dir, l.name, l.version, fromLock)
		}
		return
	case "Pipfile.lock":
		var doc map[string]any
		if json.Unmarshal(data, &doc) != nil {
			return
		}
		for _, section := range []string{"default", "develop"} {
			for _, key := range sortedKeys(doc[section]) {
				version := strings.TrimPrefix(versionField(asMap(doc[section])[key]), "==")
				p.add(dir, key, version, fromLock)
			}
		}
		return
	}
	switch path.Ext(name) {
	case ".txt", ".in", ".pip":
		lines(data, func(_ int, line string) {
			if m := pinText.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				p.add(dir, m[1], m[2], fromPin)
			}
		})
	}
}

// locked is one package of a lock file and where its version is written.
type locked struct {
	name, version string
	start, end    int
}

// lockedPackages reads poetry.lock, uv.lock and pdm.lock: tables [[package]]
// with a name and the very version. These files are long and regular: the lines
// that matter are picked out, all three tools write the name first.
func lockedPackages(data []byte) []locked {
	var out []locked
	name, inPackage := "", false
	lines(data, func(start int, line string) {
		switch {
		case strings.HasPrefix(line, "["):
			inPackage, name = line == "[[package]]", ""
		case !inPackage:
		case strings.HasPrefix(line, "name = "):
			name = strings.Trim(line[len("name = "):], `"'`)
		case name != "" && strings.HasPrefix(line, "version = "):
			out = append(out, locked{name, strings.Trim(line[len("version = "):], `"'`), start, start + len(line)})
			name = ""
		}
	})
	return out
}
