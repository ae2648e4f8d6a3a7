package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Pattern says that a text stands for several dotted paths.
func Pattern(text string) bool { return strings.ContainsAny(text, "*?[") }

// CheckPattern returns what is wrong with a dotted path or a pattern of dotted
// paths, or nil.
func CheckPattern(text string) error {
	parts := strings.Split(text, ".")
	if len(parts) < 2 && text != "**" {
		return fmt.Errorf("%q is no dotted path: it has no dot", text)
	}
	for _, part := range parts {
		if part == "" {
			return fmt.Errorf("%q is no dotted path: a part is empty", text)
		}
		if strings.ContainsAny(part, "/ \t\"'\\,") {
			return fmt.Errorf("%q is no dotted path", text)
		}
		if _, err := path.Match(part, "x"); err != nil {
			return fmt.Errorf("malformed pattern %q", text)
		}
		if strings.Contains(part, "**") && part != "**" {
			return fmt.Errorf("malformed pattern %q: ** stands for whole parts", text)
		}
	}
	return nil
}

// MatchPattern says that a dotted path fits a pattern: "*" stands for anything
// inside one part, "**" for any number of parts. Time grows with the product of
// their lengths.
func MatchPattern(pattern, dotted string) bool {
	if !Pattern(pattern) {
		return pattern == dotted
	}
	want, have := strings.Split(pattern, "."), strings.Split(dotted, ".")
	// fits[j]: the parts of the pattern so far fit the first j parts of the path.
	fits := make([]bool, len(have)+1)
	fits[0] = true
	for _, w := range want {
		next := make([]bool, len(fits))
		if w == "**" {
			any := false
			for j := range fits {
				any = any || fits[j]
				next[j] = any
			}
		} else {
			for j, h := range have {
				if fits[j] {
					ok, err := path.Match(w, h)
					next[j+1] = ok && err == nil
				}
			}
		}
		fits = next
		if !slices.Contains(fits, true) {
			return false
		}
	}
	return fits[len(have)]
}
