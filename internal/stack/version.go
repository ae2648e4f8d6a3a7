package stack

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a Django feature release. The zero value means unknown.
type Version struct{ Major, Minor int }

// ParseVersion reads "1.8", "5.2", "5.2.3", "6.2dev" or "3"; the part behind
// the minor number is ignored.
func ParseVersion(s string) (Version, error) {
	malformed := fmt.Errorf("malformed Django version %q: want a form like 4.2", s)
	major, rest, _ := strings.Cut(strings.TrimSpace(s), ".")
	minor := "0"
	if rest != "" {
		minor, _, _ = strings.Cut(rest, ".")
		if i := strings.IndexFunc(minor, notDigit); i >= 0 {
			minor = minor[:i]
		}
	}
	if strings.ContainsFunc(major, notDigit) {
		return Version{}, malformed
	}
	a, err := strconv.Atoi(major)
	if err != nil || a > 99 {
		return Version{}, malformed
	}
	b, err := strconv.Atoi(minor)
	if err != nil || b > 99 {
		return Version{}, malformed
	}
	v := Version{a, b}
	if v.IsZero() {
		// There was no such release, and it would pass for an unknown one.
		return Version{}, malformed
	}
	return v, nil
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// IsZero says that the version is not known.
func (v Version) IsZero() bool { return v == Version{} }

// Compare orders versions: -1, 0 or 1.
func (v Version) Compare(w Version) int {
	if d := v.Major - w.Major; d != 0 {
		return sign(d)
	}
	return sign(v.Minor - w.Minor)
}

// AtLeast says that v is w or later; false when v is unknown.
func (v Version) AtLeast(w Version) bool { return !v.IsZero() && v.Compare(w) >= 0 }

func (v Version) String() string {
	if v.IsZero() {
		return "unknown"
	}
	return fmt.Sprintf("%d.%d", v.Major, v.Minor)
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
