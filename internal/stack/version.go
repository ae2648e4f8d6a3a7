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
	text := strings.TrimSpace(s)
	major, rest, _ := strings.Cut(text, ".")
	minor := "0"
	if rest != "" {
		minor, _, _ = strings.Cut(rest, ".")
		if i := strings.IndexFunc(minor, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
			minor = minor[:i]
		}
	}
	a, err := strconv.Atoi(major)
	if err != nil || a < 0 || a > 99 {
		return Version{}, fmt.Errorf("malformed Django version %q: want a form like 4.2", s)
	}
	b, err := strconv.Atoi(minor)
	if err != nil || b < 0 || b > 99 {
		return Version{}, fmt.Errorf("malformed Django version %q: want a form like 4.2", s)
	}
	return Version{a, b}, nil
}

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
