package django

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/mwcheck/mwcheck/internal/python"
)

// claim is one statement of a file about Django's release.
type claim struct {
	class      evidenceClass
	text       string
	set        releaseSet
	start, end int
}

// versionClaims reads what a file says of Django's release.
func versionClaims(name string, data []byte) []claim {
	if !isText(data) {
		return nil
	}
	base := path.Base(name)
	switch {
	case base == "pyproject.toml":
		return append(tomlClaims(data), classifierClaims(data)...)
	case base == "Pipfile":
		return pipfileClaims(data)
	case base == "Pipfile.lock":
		return pipfileLockClaims(data)
	case base == "poetry.lock", base == "uv.lock", base == "pdm.lock":
		return lockClaims(data)
	case base == "setup.py":
		return append(setupPyClaims(data), classifierClaims(data)...)
	case base == "setup.cfg":
		return append(lineClaims(data, fromMetadata), classifierClaims(data)...)
	case base == "tox.ini":
		return lineClaims(data, fromTox)
	case base == "METADATA", base == "PKG-INFO":
		return append(headerClaims(data), classifierClaims(data)...)
	case base == "requires.txt":
		return lineClaims(data, fromMetadata)
	}
	return requirementClaims(data)
}

// lines yields each line with its offset, without trailing white space.
func lines(data []byte, yield func(start int, line string)) {
	for start := 0; start < len(data); {
		end := start
		for end < len(data) && data[end] != '\n' {
			end++
		}
		yield(start, strings.TrimRight(string(data[start:end]), "\r \t"))
		start = end + 1
	}
}

// claimAt makes a claim of a requirement that begins in a line.
func claimAt(class evidenceClass, start int, line, text string) (claim, bool) {
	set, ok := parseRequirement(text)
	if !ok {
		return claim{}, false
	}
	text = strings.TrimSpace(text)
	at := start + max(0, strings.Index(line, text))
	return claim{class, text, set, at, at + len(text)}, true
}

// requirementClaims reads one of pip's requirement files.
func requirementClaims(data []byte) []claim {
	var out []claim
	lines(data, func(start int, line string) {
		text := strings.TrimSpace(strings.TrimSuffix(line, "\\"))
		switch {
		case text == "" || text[0] == '#':
			return
		case strings.HasPrefix(text, "-e"), strings.HasPrefix(text, "git+"), strings.HasPrefix(text, "http"):
			lower := strings.ToLower(text)
			if strings.Contains(lower, "/django.git") || strings.Contains(lower, "#egg=django") && !strings.Contains(lower, "#egg=django-") || strings.Contains(lower, "/django/archive/") {
				out = append(out, claim{fromPin, text, parseAddress(text), start, start + len(text)})
			}
			return
		case text[0] == '-':
			return // -r and -c: the other file is read by itself, see includes
		}
		if c, ok := claimAt(fromPin, start, line, text); ok {
			out = append(out, c)
		}
	})
	return out
}

// includes lists the files that a requirements file names by -r or -c.
func includes(name string, data []byte) []string {
	var out []string
	lines(data, func(_ int, line string) {
		text := strings.TrimSpace(line)
		for _, option := range []string{"-r", "-c", "--requirement", "--constraint"} {
			rest, ok := strings.CutPrefix(text, option)
			if !ok || rest == "" || rest[0] != ' ' && rest[0] != '=' && rest[0] != '\t' && len(option) > 2 {
				continue
			}
			rest = strings.TrimSpace(strings.TrimPrefix(rest, "="))
			if rest != "" && !strings.Contains(rest, "://") {
				out = append(out, path.Join(path.Dir(name), rest))
				return
			}
		}
	})
	return out
}

// toxFactor is the condition before a dependency in tox.ini, as "django32: ".
var toxFactor = regexp.MustCompile(`^[\w!{},.\-]+\s*:\s*`)

// lineClaims reads formats that hold one requirement a line: setup.cfg,
// tox.ini, requires.txt.
func lineClaims(data []byte, class evidenceClass) []claim {
	var out []claim
	lines(data, func(start int, line string) {
		text := strings.TrimSpace(line)
		if class == fromTox {
			text = text[len(toxFactor.FindString(text)):]
			if i := strings.IndexByte(text, '='); strings.HasPrefix(text, "deps") && i > 0 {
				text = strings.TrimSpace(text[i+1:])
			}
		} else if rest, ok := strings.CutPrefix(text, "install_requires"); ok {
			text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "="))
		}
		if c, ok := claimAt(class, start, line, strings.TrimSuffix(text, ",")); ok && c.set != allReleases {
			out = append(out, c)
		}
	})
	return out
}

// headerClaims reads the core metadata of an installed package.
func headerClaims(data []byte) []claim {
	var out []claim
	lines(data, func(start int, line string) {
		rest, ok := strings.CutPrefix(line, "Requires-Dist:")
		if !ok {
			return
		}
		if c, ok := claimAt(fromMetadata, start, line, rest); ok && c.set != allReleases {
			out = append(out, c)
		}
	})
	return out
}

var classifierText = regexp.MustCompile(`Framework :: Django :: (\d+\.\d+)`)

// classifierClaims reads trove classifiers: together they are one claim.
func classifierClaims(data []byte) []claim {
	var c claim
	for _, m := range classifierText.FindAllSubmatchIndex(data, -1) {
		if c.set == 0 {
			c = claim{class: fromClassifier, text: string(data[m[0]:m[1]]), start: m[0], end: m[1]}
		}
		c.set |= exactly(string(data[m[2]:m[3]]))
	}
	if c.set == 0 || c.set == allReleases {
		return nil
	}
	if hi := c.set.high(); !hi.IsZero() && c.set.low() != hi {
		c.text = fmt.Sprintf("Framework :: Django :: %s to %s", c.set.low(), hi)
	}
	return []claim{c}
}

// locateText finds where a claim of a parsed format stands: the first line that
// holds all the texts.
func locateText(data []byte, texts ...string) (start, end int) {
	found := false
	lines(data, func(at int, line string) {
		if found {
			return
		}
		lower := strings.ToLower(line)
		for _, t := range texts {
			if !strings.Contains(lower, strings.ToLower(t)) {
				return
			}
		}
		found = true
		trimmed := strings.TrimLeft(line, " \t")
		start, end = at+len(line)-len(trimmed), at+len(line)
	})
	return start, end
}

// lockClaims reads poetry.lock, uv.lock and pdm.lock.
func lockClaims(data []byte) []claim {
	var out []claim
	for _, l := range lockedPackages(data) {
		if !strings.EqualFold(l.name, "django") {
			continue
		}
		if set := parseSpecifier(l.version, true); set != 0 && set != allReleases {
			out = append(out, claim{fromLock, "Django " + l.version, set, l.start, l.end})
		}
	}
	return out
}

// setupPyClaims reads the strings of a setup.py that are requirements on Django,
// wherever they stand: nothing of the file is run.
func setupPyClaims(data []byte) []claim {
	var out []claim
	f := python.Parse(data)
	for n := range f.Root().Descendants() {
		if n.Kind() != python.KindString {
			continue
		}
		text, ok := n.StringValue()
		if !ok || !strings.EqualFold(text[:min(len(text), 6)], "django") {
			continue
		}
		if set, ok := parseRequirement(text); ok && set != 0 && set != allReleases {
			out = append(out, claim{fromMetadata, text, set, n.Start(), n.End()})
		}
	}
	return out
}

var djangoVersionText = regexp.MustCompile(`(?m)^VERSION = \((\d+), (\d+),`)

// sourceClaims reads the release out of Django's own django/__init__.py.
func sourceClaims(data []byte) []claim {
	m := djangoVersionText.FindSubmatchIndex(data)
	if m == nil {
		return nil
	}
	text := string(data[m[2]:m[3]]) + "." + string(data[m[4]:m[5]])
	set := exactly(text)
	if set == 0 || set == allReleases {
		return nil
	}
	end := bytes.IndexByte(data[m[0]:], '\n')
	if end < 0 {
		end = len(data) - m[0]
	}
	return []claim{{fromSource, "Django " + text, set, m[0], m[0] + end}}
}
