package django

import "strings"

// ignoreFile is one .gitignore: its rules hold for everything below its
// directory. The rules are those of gitignore(5), git 2.x: the last rule that
// matches decides, "!" takes a name back in, a "/" at the start or in the middle
// ties the pattern to the directory, one at the end means directories only.
type ignoreFile struct {
	dir   string // absolute
	rules []ignoreRule
}

type ignoreRule struct {
	segments []string // the pattern between its slashes; "**" is a segment
	literal  bool     // no segment needs more than a comparison
	negate   bool
	dirOnly  bool
	anchored bool
}

// maxIgnoreRules bounds what one .gitignore may cost each name.
const maxIgnoreRules = 5000

func parseIgnore(dir string, data []byte) *ignoreFile {
	f := &ignoreFile{dir: dir}
	text := strings.TrimPrefix(string(data), "\ufeff")
	for line := range strings.SplitSeq(text, "\n") {
		if len(f.rules) == maxIgnoreRules {
			break
		}
		if rule, ok := parseIgnoreRule(strings.TrimSuffix(line, "\r")); ok {
			f.rules = append(f.rules, rule)
		}
	}
	return f
}

func parseIgnoreRule(line string) (ignoreRule, bool) {
	var rule ignoreRule
	if strings.HasPrefix(line, "#") {
		return rule, false
	}
	line = trimIgnoreSpace(line)
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		rule.negate, line = true, rest
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		rule.dirOnly, line = true, rest
	}
	if strings.Contains(line, "/") {
		rule.anchored = true
		line = strings.TrimPrefix(line, "/")
	}
	if line == "" {
		return rule, false
	}
	rule.segments = strings.Split(line, "/")
	rule.literal = !strings.ContainsAny(line, `*?[\`)
	return rule, true
}

// trimIgnoreSpace drops trailing spaces but for an escaped one.
func trimIgnoreSpace(line string) string {
	end := len(line)
	for end > 0 && line[end-1] == ' ' {
		backslashes := 0
		for i := end - 2; i >= 0 && line[i] == '\\'; i-- {
			backslashes++
		}
		if backslashes%2 == 1 {
			break
		}
		end--
	}
	return line[:end]
}

// match says what the file decides about a name below its directory: ignored,
// taken back in, or (decided false) nothing.
func (f *ignoreFile) match(name string, isDir bool) (ignored, decided bool) {
	rel := relTo(f.dir, name)
	base := rel[strings.LastIndexByte(rel, '/')+1:]
	for i := len(f.rules) - 1; i >= 0; i-- {
		r := &f.rules[i]
		if r.dirOnly && !isDir {
			continue
		}
		var hit bool
		switch {
		case !r.anchored && r.literal:
			hit = r.segments[0] == base
		case !r.anchored:
			hit = matchSegment(r.segments[0], base)
		default:
			hit = matchSegments(r.segments, rel)
		}
		if hit {
			return !r.negate, true
		}
	}
	return false, false
}

// matchSegments matches a whole relative path. "**" stands for any number of
// directories; as the last segment it stands for anything below. The last "**"
// seen is the only one worth going back to, so the time is at most the product
// of both lengths.
func matchSegments(pattern []string, name string) bool {
	rest, more := name, true // what of the name is left; more: at least one segment
	var star []string        // the pattern behind the last "**"
	starRest := ""
	for {
		switch {
		case len(pattern) > 0 && pattern[0] == "**":
			if len(pattern) == 1 {
				return more
			}
			star, starRest = pattern[1:], rest
			pattern = star
			continue
		case len(pattern) == 0 && !more:
			return true
		case len(pattern) > 0 && more:
			seg, after, cut := strings.Cut(rest, "/")
			if matchSegment(pattern[0], seg) {
				pattern, rest, more = pattern[1:], after, cut
				continue
			}
		}
		// No match here: let the last "**" take one more directory.
		if star == nil {
			return false
		}
		_, after, cut := strings.Cut(starRest, "/")
		if !cut {
			return false
		}
		pattern, rest, starRest, more = star, after, after, true
	}
}

// matchSegment matches one path element, byte by byte as git does: "*" any run, "?" one byte,
// "[...]" one of a set, "\" takes the next character as it is.
func matchSegment(pattern, name string) bool {
	p, n := 0, 0
	starP, starN := -1, 0
	for n < len(name) || p < len(pattern) {
		if p < len(pattern) && pattern[p] == '*' {
			starP, starN = p, n
			p++
			continue
		}
		if p < len(pattern) && n < len(name) {
			if dp, dn, ok := matchOne(pattern[p:], name[n:]); ok {
				p, n = p+dp, n+dn
				continue
			}
		}
		if starP < 0 || starN >= len(name) {
			return false
		}
		starN++
		p, n = starP+1, starN
	}
	return true
}

// matchOne matches the first element of a pattern with the first character of
// a name and gives the lengths of both.
func matchOne(pattern, name string) (dp, dn int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, 1, true
	case '[':
		return matchSet(pattern, name)
	case '\\':
		if len(pattern) == 1 {
			return 0, 0, false // a trailing backslash matches nothing, as in git
		}
		return 2, 1, pattern[1] == name[0]
	}
	return 1, 1, pattern[0] == name[0]
}

// matchSet matches a bracket expression: ranges, "!" or "^" as negation, "]" as
// first member, and the classes that git knows, as [[:digit:]].
func matchSet(pattern, name string) (dp, dn int, ok bool) {
	r := name[0]
	i := 1
	negate := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negate {
		i++
	}
	found := false
	for first := true; ; first = false {
		if i >= len(pattern) {
			return 0, 0, false // never closed: matches nothing
		}
		if pattern[i] == ']' && !first {
			break
		}
		if class, rest, is := setClass(pattern[i:]); is {
			in, known := inClass(class, r)
			if !known {
				return 0, 0, false
			}
			found = found || in
			i = len(pattern) - len(rest)
			continue
		}
		lo, n := setByte(pattern[i:])
		i += n
		hi := lo
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			hi, n = setByte(pattern[i+1:])
			i += 1 + n
		}
		found = found || lo <= r && r <= hi
	}
	return i + 1, 1, found != negate
}

func setByte(s string) (c byte, length int) {
	if s[0] == '\\' && len(s) > 1 {
		return s[1], 2
	}
	return s[0], 1
}

func setClass(s string) (class, rest string, ok bool) {
	if !strings.HasPrefix(s, "[:") {
		return "", s, false
	}
	class, rest, ok = strings.Cut(s[2:], ":]")
	if !ok || strings.Contains(class, "]") {
		return "", s, false
	}
	return class, rest, true
}

func inClass(class string, r byte) (in, known bool) {
	digit := r >= '0' && r <= '9'
	upper := r >= 'A' && r <= 'Z'
	lower := r >= 'a' && r <= 'z'
	switch class {
	case "digit":
		return digit, true
	case "upper":
		return upper, true
	case "lower":
		return lower, true
	case "alpha":
		return upper || lower, true
	case "alnum":
		return digit || upper || lower, true
	case "xdigit":
		return digit || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F', true
	case "space":
		return r == ' ' || r >= '\t' && r <= '\r', true
	case "blank":
		return r == ' ' || r == '\t', true
	case "punct":
		return r > ' ' && r < 0x7f && !digit && !upper && !lower, true
	case "cntrl":
		return r < ' ' || r == 0x7f, true
	case "print":
		return r >= ' ' && r < 0x7f, true
	case "graph":
		return r > ' ' && r < 0x7f, true
	}
	return false, false
}

// ignores is the chain of .gitignore files that hold for a directory, the
// innermost first.
type ignores struct {
	file  *ignoreFile
	outer *ignores
}

// ignored says whether a name is ignored; its parents are known not to be.
func (c *ignores) ignored(name string, isDir bool) bool {
	for ; c != nil; c = c.outer {
		if ignored, decided := c.file.match(name, isDir); decided {
			return ignored
		}
	}
	return false
}
