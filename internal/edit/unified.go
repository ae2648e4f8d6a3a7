package edit

import (
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
		b.WriteString(udiff.Unified(label("a/", c.File), label("b/", c.File), string(c.Before), string(c.After)))
	}
	return b.String()
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
