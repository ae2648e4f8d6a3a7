// Package docblock finds and replaces the generated parts of documents: what
// stands between a line "<!-- figures: NAME -->" and the next line
// "<!-- end of figures -->". Tests use it to hold figures in documents against
// what was measured.
package docblock

import "strings"

const end = "<!-- end of figures -->\n"

// Get is the generated part of a document by name.
func Get(text, name string) (part string, found bool) {
	_, rest, found := strings.Cut(text, "<!-- figures: "+name+" -->\n")
	if !found {
		return "", false
	}
	part, _, found = strings.Cut(rest, end)
	return part, found
}

// Set is the document with another generated part.
func Set(text, name, part string) string {
	head := "<!-- figures: " + name + " -->\n"
	before, rest, found := strings.Cut(text, head)
	if !found {
		return text
	}
	_, after, found := strings.Cut(rest, end)
	if !found {
		return text
	}
	return before + head + part + end + after
}
