package edit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Unified writes changes as one unified diff with three lines of context, as
// "git apply" and "patch -p1" read it. Line ends and bytes that are no UTF-8
// are kept. Changes that change nothing leave no trace.
func Unified(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		b.WriteString(renumber(udiff.Unified(label("a/", c.File), label("b/", c.File), string(c.Before), string(c.After))))
	}
	return b.String()
}

// renumber puts the line numbers of the new file right. go-udiff 0.4.1 forgets
// the lines between two changes of one hunk when it counts those before the
// next, and git looks for a hunk where the new file's number says, so that among
// lines that are alike it would take the wrong ones.
func renumber(diff string) string {
	var b strings.Builder
	added := 0               // lines that the hunks so far have added
	oldLeft, newLeft := 0, 0 // lines of the hunk that are still to come
	for line := range strings.Lines(diff) {
		m := hunkHead.FindStringSubmatch(line)
		switch {
		case oldLeft+newLeft > 0:
			switch line[0] {
			case '-':
				oldLeft--
			case '+':
				newLeft--
			case ' ':
				oldLeft--
				newLeft--
			}
		case m != nil:
			start, _ := strconv.Atoi(m[1])
			oldLeft, newLeft = hunkSize(m[2]), hunkSize(m[3])
			if oldLeft > 0 && newLeft > 0 { // an empty file has a number of its own
				line = fmt.Sprintf("@@ -%s%s +%d%s @@\n", m[1], m[2], start+added, m[3])
			}
			added += newLeft - oldLeft
		}
		b.WriteString(line)
	}
	return b.String()
}

var hunkHead = regexp.MustCompile(`^@@ -(\d+)(,\d+)? \+\d+(,\d+)? @@\n$`)

// hunkSize is the number behind the comma, which is left out for 1.
func hunkSize(text string) int {
	if text == "" {
		return 1
	}
	n, _ := strconv.Atoi(text[1:])
	return n
}

// label is a file's name in a header. Git quotes names with control characters,
// quotes or backslashes as C does, and ends a name with a blank in it by a tab
// (git's diff.c, quote_two_c_style and fn_out_diff).
func label(prefix, name string) string {
	name = prefix + strings.TrimPrefix(name, "./")
	special := func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' }
	if !strings.ContainsFunc(name, special) {
		if strings.Contains(name, " ") {
			return name + "\t"
		}
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c == 0x7f:
			octal := strconv.FormatInt(int64(c), 8)
			b.WriteString("\\" + strings.Repeat("0", 3-len(octal)) + octal)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
