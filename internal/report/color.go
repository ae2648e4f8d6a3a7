package report

import "github.com/mwcheck/mwcheck/internal/finding"

// palette wraps text in terminal colours, or leaves it as it is.
type palette struct{ on bool }

const (
	reset   = "\x1b[0m"
	bold    = "\x1b[1m"
	red     = "\x1b[1;31m"
	yellow  = "\x1b[1;33m"
	blue    = "\x1b[1;34m"
	cyan    = "\x1b[1;36m"
	magenta = "\x1b[35m"
)

func (p palette) wrap(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return code + s + reset
}

func (p palette) severity(s finding.Severity, text string) string {
	switch s {
	case finding.Error:
		return p.wrap(red, text)
	case finding.Warning:
		return p.wrap(yellow, text)
	}
	return p.wrap(cyan, text)
}

func (p palette) sign(sign byte, text string) string {
	if sign == '^' {
		return p.wrap(red, text)
	}
	return p.wrap(blue, text)
}

func (p palette) place(s string) string   { return p.wrap(bold, s) }
func (p palette) gutter(s string) string  { return p.wrap(blue, s) }
func (p palette) help(s string) string    { return p.wrap(cyan, s) }
func (p palette) unknown(s string) string { return p.wrap(magenta, s) }
