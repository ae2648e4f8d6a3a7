package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
)

// name is what a layer is called in messages: its class, or the dotted path
// where another layer of the stack has a class of that name.
func (p *Pass) name(path string) string {
	short := catalog.ShortName(path)
	n := p.names[short]
	if n > 1 || (n == 1 && !p.lists(path)) {
		return strconv.Quote(path)
	}
	return strconv.Quote(short)
}

// at is a layer with its place: its number, or its line where something unknown
// stands before it.
func (p *Pass) at(i int) string {
	e := &p.Stack.Entries[i]
	for j := range i {
		if p.Stack.Entries[j].Unknown {
			return fmt.Sprintf("%s on line %d", p.name(e.Path), e.Span.Line)
		}
	}
	return fmt.Sprintf("%s at %d", p.name(e.Path), i+1)
}

// list is some layers with their places, at most five of them.
func (p *Pass) list(indices []int) string {
	const most = 5
	var parts []string
	for k, i := range indices {
		if k == most-1 && len(indices) > most {
			parts = append(parts, fmt.Sprintf("%d more", len(indices)-k))
			break
		}
		parts = append(parts, p.at(i))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// clause makes a sentence, or several, part of a message: no capital at the
// start unless the first word is a name, no period and no semicolon.
func clause(sentence string) string {
	s := strings.TrimSuffix(strings.TrimSpace(sentence), ".")
	s = strings.ReplaceAll(strings.ReplaceAll(s, ". ", ", "), "; ", ", ")
	word, _, _ := strings.Cut(s, " ")
	word = strings.TrimRight(word, ",:")
	if word == "" || word == "Django" || strings.ToLower(word[1:]) != word[1:] || strings.ContainsAny(word, "_.") {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// compareText orders versions of packages by their numbers: "0.56.0" < "0.100".
func compareText(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if d := leadingNumber(x) - leadingNumber(y); d != 0 {
			return d
		}
	}
	return 0
}

func leadingNumber(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9 && s[i] >= '0' && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
