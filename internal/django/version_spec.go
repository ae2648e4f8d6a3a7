package django

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// requirementText finds a requirement on Django itself: the name, extras, then
// the specifier up to a marker, comment, option or the end.
var requirementText = regexp.MustCompile(`(?i)^django[ \t]*(?:\[[^\]]*\])?[ \t]*(?:\(([^)]*)\)|((?:[<>=!~^]=?=?|@)[^;#]*)|)[ \t]*(?:;.*|#.*)?$`)

// branchText finds the release in the address of Django's repository or of an
// archive of it: "@stable/4.2.x", "Django-4.2.7.tar.gz", "@4.2.7".
var branchText = regexp.MustCompile(`(?i)(?:stable/|@|django-|archive/(?:refs/tags/)?)v?(\d+\.\d+)`)

// parseRequirement reads one requirement in the form of PEP 508. ok is false
// where it is not about Django; a set of all releases says that it is, without
// a bound.
func parseRequirement(text string) (set releaseSet, ok bool) {
	text = strings.TrimSpace(text)
	if i := strings.Index(text, " --"); i >= 0 {
		text = text[:i] // hashes and other options of pip
	}
	m := requirementText.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	spec := m[1] + m[2]
	if strings.HasPrefix(spec, "@") {
		return parseAddress(spec), true
	}
	return parseSpecifier(spec, false), true
}

// parseAddress reads the release out of a link to Django.
func parseAddress(text string) releaseSet {
	m := branchText.FindStringSubmatch(text)
	if m == nil {
		return allReleases
	}
	return exactly(m[1])
}

func exactly(text string) releaseSet {
	v, err := stack.ParseVersion(text)
	if err != nil {
		return allReleases
	}
	return releases(func(w stack.Version) bool { return w == v })
}

// parseSpecifier reads a version specifier: PEP 440's, and the "^" and "~"
// and "||" of Poetry. A feature release is in the set if any of its patch
// releases fits. bare says what a version without an operator means: in Poetry
// and Pipfile that very version, else nothing at all.
func parseSpecifier(spec string, bare bool) releaseSet {
	var union releaseSet
	for alternative := range strings.SplitSeq(strings.ReplaceAll(spec, "||", "|"), "|") {
		set := allReleases
		for part := range strings.FieldsFuncSeq(joinOperators(alternative), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			set &= parseClause(part, bare)
		}
		union |= set
	}
	return union
}

var spaceAfterOperator = regexp.MustCompile(`([<>=!~^])\s+`)

func joinOperators(s string) string { return spaceAfterOperator.ReplaceAllString(s, "$1") }

var clauseText = regexp.MustCompile(`^(===|==|~=|!=|<=|>=|<|>|\^|~|=|)v?(\d+)((?:\.\d+)*)(\.\*)?`)

func parseClause(text string, bare bool) releaseSet {
	m := clauseText.FindStringSubmatch(text)
	if m == nil {
		return allReleases // "*", or a form nobody has told us about
	}
	op := m[1]
	numbers := []int{atoi(m[2])}
	for n := range strings.SplitSeq(strings.TrimPrefix(m[3], "."), ".") {
		if n != "" {
			numbers = append(numbers, atoi(n))
		}
	}
	wildcard := m[4] != ""
	v := stack.Version{Major: numbers[0]}
	if len(numbers) > 1 {
		v.Minor = numbers[1]
	}
	major := releases(func(w stack.Version) bool { return w.Major == v.Major })
	minor := releases(func(w stack.Version) bool { return w == v })
	from := releases(func(w stack.Version) bool { return w.Compare(v) >= 0 })
	after := from &^ minor
	patch := false // the version names a patch release other than .0
	for _, n := range numbers[min(2, len(numbers)):] {
		patch = patch || n != 0
	}
	switch op {
	case "==", "===", "=", "":
		switch {
		case op == "" && !bare:
			return allReleases
		case wildcard && len(numbers) == 1:
			return major
		case op == "=" && len(numbers) == 1: // conda: a prefix
			return major
		}
		return minor
	case "!=":
		if wildcard && len(numbers) == 1 {
			return allReleases &^ major
		}
		if wildcard && len(numbers) == 2 {
			return allReleases &^ minor
		}
		return allReleases
	case ">=", ">":
		return from
	case "<":
		if patch {
			return allReleases &^ after
		}
		return allReleases &^ from
	case "<=":
		return allReleases &^ after
	case "~=":
		if len(numbers) <= 2 {
			return from & major
		}
		return minor
	case "^":
		return from & major
	case "~":
		if len(numbers) == 1 {
			return major
		}
		return minor
	}
	return allReleases
}

// atoi reads a number that a pattern has found; an absurd one is as good as
// any other that no release has.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > 9999 {
		return 9999
	}
	return n
}
