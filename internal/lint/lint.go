// Package lint finds what is wrong with middleware stacks. A rule is a value in
// a file of its own; it gets a stack, and all that is known about its layers
// and settings, through a [Pass], and reports findings. The package touches
// neither files nor the reader of Django projects: what it needs of a project
// comes in through the functions of [Config].
package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// Rule is one check.
type Rule struct {
	ID    string // "MW101"; never reused
	Name  string // "wrong-order": reads well behind "allow"
	Title string // one line, no final period
	// Doc is what the rule reports and why, in Markdown, with the Django
	// sources behind it.
	Doc string
	// Bad yields exactly one finding, of this rule; Good yields none.
	Bad, Good Example
	// Fixes says how "mwcheck lint --fix" puts right what the rule reports; zero:
	// it does not.
	Fixes Fixes
	// Since is the version of mwcheck that brought the rule.
	Since string
	// Severity is the worst that it reports.
	Severity finding.Severity
	// Models are the models it looks at; empty means both.
	Models []stack.Model
	// Ignored says that it also looks at stacks that Django would not load.
	Ignored bool
	// Order says that it is about the order of the list and nothing else.
	Order bool
	// Late says that it looks at what the other rules found: it is run behind
	// them, also on stacks that Django would not load.
	Late bool
	Run  func(*Pass)
}

// Fixes are the fixes of a rule that can be carried out, for its page.
type Fixes struct {
	Safe, Unsafe bool   // the kinds there are
	Text         string // what they do and which are safe; Markdown
}

// String names the kinds: "safe", "unsafe", "safe or unsafe", "" for none.
func (f Fixes) String() string {
	switch {
	case f.Safe && f.Unsafe:
		return "safe or unsafe"
	case f.Safe:
		return "safe"
	case f.Unsafe:
		return "unsafe"
	}
	return ""
}

// docsURL is where the page of a rule is, followed by its name and ".md".
const docsURL = "https://github.com/mwcheck/mwcheck/blob/main/docs/rules/"

// URL is the address of the rule's page.
func (r *Rule) URL() string { return docsURL + r.Name + ".md" }

// State says how much is known of a setting.
type State int

const (
	// Unset: the settings module does not assign it, Django's default holds.
	Unset State = iota
	// Unknown: it is assigned, or may be, and its value cannot be told.
	Unknown
	// Known: Value is the value.
	Known
)

// Value is what is known of a setting in one variant of a settings module.
type Value struct {
	State State
	// Value is a bool, string, int, []string or nil (None). For a tuple or
	// list the known strings in order.
	Value any
	// Partial says that a list may hold more than is shown.
	Partial bool
	// Span is where it is assigned; zero where that is not known.
	Span stack.Span
}

// Resolution says whether a dotted path leads to something.
type Resolution int

const (
	// Unresolved: not looked up, or it cannot be told.
	Unresolved Resolution = iota
	// InProject: defined in the files of the project.
	InProject
	// Outside: its top package is not part of the project.
	Outside
	// Missing: its top package is part of the project, the path is not in it.
	Missing
)

// Django is what is known of the release a stack runs under.
type Django struct {
	// At is the release to check for; zero where it is not known.
	At stack.Version
	// Low and High bound what the project allows; zero is open. They only
	// make findings more careful.
	Low, High stack.Version
}

// Config is what a run knows besides the stacks. The zero value lints stacks
// that stand alone: an unknown Django version, no project, Django's default
// settings.
type Config struct {
	// Django returns the release a stack runs under; nil: unknown.
	Django func(s *stack.Stack) Django
	// Setting returns what is known of a setting in the variant that a stack
	// belongs to. Nil: there is no project; settings have their defaults, and
	// nothing is said on INSTALLED_APPS and on settings a layer needs.
	Setting func(s *stack.Stack, name string) Value
	// Bases returns the base classes of a layer of the project in the order of
	// Python's method resolution, without itself, as dotted paths; complete is
	// false where some may be missing. Nil: nothing is known.
	Bases func(path string) (bases []string, complete bool)
	// Writes returns the request attributes a layer of the project sets, as
	// "session"; known is false where they cannot be told. Nil: not known.
	Writes func(path string) (attrs []string, known bool)
	// Layer returns what reading the source of a layer gave, as the settings
	// module of a stack sees it. Nil: no source is read.
	Layer func(s *stack.Stack, path string) *layers.Layer
	// Resolve says where a dotted path leads. Nil: nothing is known.
	Resolve func(path string) Resolution
	// PackageVersion returns the version of a distribution, as "2.0.1", or "".
	// Nil: not known.
	PackageVersion func(distribution string) string

	// Order is what the configuration asks of the order of layers.
	Order []OwnOrder
	// Providers are attributes of the request with who sets them: the dotted
	// path of a layer, or [OutsideProvider].
	Providers map[string]string
	// Policy decides what is reported and how severe it is.
	Policy Policy

	// Comments are those that accept findings, in the files that a stack depends
	// on. Nil: there are none.
	Comments func(s *stack.Stack) []Comment
	// Beside returns the stacks that are not to be checked but may depend on the
	// same files, with what is known of them; Policy, Order, Providers and Catalog
	// are those of this Config. It is asked where a comment would be called unused
	// otherwise. Nil: there are none.
	Beside func() ([]*stack.Stack, Config)

	// Editing is what fixes are made with. Nil: findings come without edits.
	Editing *Editing

	// Catalog and Rules replace the embedded facts and the whole list of rules.
	Catalog *catalog.Catalog
	Rules   []*Rule

	named *catalog.Catalog // with the facts that the policy leaves out
}

// OutsideProvider says in Config.Providers that no layer sets the attribute: it
// is there before the first one runs, or every view copes without it.
const OutsideProvider = "outside"

// At is a Django function for Config that knows one release for all stacks.
func At(v stack.Version) func(*stack.Stack) Django {
	return func(*stack.Stack) Django { return Django{At: v} }
}

// maxOrder bounds how many entries of a stack are compared with each other;
// what is longer is no list that a person wrote. Time grows with its square.
const maxOrder = 256

// Run checks stacks and returns the findings, sorted and each of them once, and
// notes on what could not be checked. A finding that several variants of a
// settings module share, or several modules that get their list from the same
// lines, is reported once; where it holds in some variants only, the message
// says under which conditions. Stacks are not changed.
func Run(stacks []*stack.Stack, config Config) ([]finding.Finding, []stack.Note) {
	passes := run(stacks, config)
	m := &merger{stacks: stacks}
	for _, p := range passes {
		m.add(p.Stack, p.reports)
		m.notes = append(m.notes, p.notes...)
	}
	findings := config.Policy.apply(m.findings(newFixer(&config, passes)))
	accepted := accept(&config, passes)
	accepted.mark(findings)
	accepted.beside(config)
	if late := config.Policy.apply(accepted.late(stacks, passes).findings(newFixer(&Config{}, nil))); len(late) > 0 {
		findings = append(findings, late...)
		Sort(findings)
	}
	return findings, m.sortedNotes()
}

// run runs the rules on every stack.
func run(stacks []*stack.Stack, config Config) []*Pass {
	if config.Catalog == nil {
		config.Catalog = catalog.Default()
	}
	if config.Rules == nil {
		config.Rules = Rules()
	}
	config.named = config.Catalog
	if ids := config.Policy.without(); len(ids) > 0 {
		config.Catalog = config.Catalog.Without(ids...)
	}
	config.Rules = slices.DeleteFunc(slices.Clone(config.Rules), config.Policy.idle)
	modules := map[string][]*stack.Stack{}
	for _, s := range stacks {
		modules[s.Module+"\x00"+s.File] = append(modules[s.Module+"\x00"+s.File], s)
	}
	out := make([]*Pass, 0, len(stacks))
	for _, s := range stacks {
		p := newPass(&config, s, modules[s.Module+"\x00"+s.File])
		for _, r := range config.Rules {
			if len(r.Models) > 0 && !slices.Contains(r.Models, s.Model) {
				continue
			}
			if p.ignored && !r.Ignored || r.Late {
				continue
			}
			p.rule = r
			r.Run(p)
		}
		out = append(out, p)
	}
	return out
}

// Find returns the rule with an id or a name, or nil; case does not matter.
func Find(idOrName string) *Rule {
	for _, r := range Rules() {
		if strings.EqualFold(r.ID, idOrName) || strings.EqualFold(r.Name, idOrName) {
			return r
		}
	}
	return nil
}

// Validate returns what is wrong with a list of rules: ids and names given
// twice or malformed, and rules without documentation, sources, examples,
// severity or Run.
func Validate(rules []*Rule) []error {
	var errs []error
	seen := map[string]bool{}
	for _, r := range rules {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s %s: %s", r.ID, r.Name, fmt.Sprintf(format, args...)))
		}
		if len(r.ID) != 5 || !strings.HasPrefix(r.ID, "MW") || strings.Trim(r.ID[2:], "0123456789") != "" {
			bad("malformed id")
		}
		if r.Name == "" || strings.Trim(r.Name, "abcdefghijklmnopqrstuvwxyz-") != "" {
			bad("malformed name")
		}
		for _, key := range []string{r.ID, r.Name} {
			if seen[key] {
				bad("%q is given twice", key)
			}
			seen[key] = true
		}
		if r.Title == "" || strings.HasSuffix(r.Title, ".") {
			bad("the title is empty or ends with a period")
		}
		if !strings.Contains(r.Doc, "## Why") || !strings.Contains(r.Doc, "Django") {
			bad("the documentation does not say why, with a Django source")
		}
		if r.Bad.empty() || r.Good.empty() {
			bad("an example is missing")
		}
		if r.Since == "" {
			bad("since when is not said")
		}
		if r.Severity < finding.Note || r.Severity > finding.Error {
			bad("no severity")
		}
		if (r.Fixes.String() == "") != (r.Fixes.Text == "") {
			bad("the fixes are described without a kind, or the other way round")
		}
		if r.Run == nil {
			bad("nothing to run")
		}
	}
	return errs
}
