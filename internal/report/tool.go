package report

// Tool is what the formats for machines say of the program behind a report.
type Tool struct {
	Version string // as "v0.3.0"; "" where it is not known
	Catalog string // the date of the data on known middleware, or ""
	Rules   []Rule // the rules that findings may name, in the order of their ids
}

// Rule is what a report tells of a rule.
type Rule struct {
	ID, Name string
	Title    string // one line without a final period
	Doc      string // Markdown
	URL      string // where its page is
	Severity string // the worst it reports: "error", "warning" or "note"
}

const (
	toolName = "mwcheck"
	toolURL  = "https://github.com/mwcheck/mwcheck"
)
