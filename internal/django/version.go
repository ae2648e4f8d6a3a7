package django

import (
	"math/bits"
	"slices"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// VersionRange is what is known of the Django release that a settings module
// runs under. The zero value means nothing is known.
type VersionRange struct {
	// Low and High are the lowest and the highest feature release possible;
	// a zero Low or High is open.
	Low, High stack.Version
	// Lint is the one release to check for: the highest that an upper bound
	// allows, since an installer takes it; without an upper bound the lowest,
	// since what holds there has been decided; zero where both are open.
	Lint stack.Version
	// Evidence says where it comes from, the deciding piece first.
	Evidence []Evidence

	set releaseSet // 0 where nothing is known
}

// IsZero says that nothing is known.
func (r VersionRange) IsZero() bool { return r.Low.IsZero() && r.High.IsZero() }

// Evidence is one place that tells of the Django release.
type Evidence struct {
	Span stack.Span
	// Text is what is written there, as "Django>=3.2,<4.0".
	Text string
	// Source says what kind of place it is, as "lock file" or "code".
	Source string

	class evidenceClass
	set   releaseSet
}

// evidenceClass ranks evidence, the strongest first.
type evidenceClass int

const (
	fromOption     evidenceClass = iota // --django
	fromSource                          // Django itself lies in the tree
	fromLock                            // poetry.lock, uv.lock, …
	fromPin                             // requirements
	fromInstalled                       // a virtual environment beside the project
	fromMetadata                        // pyproject.toml, setup.py, Pipfile, …
	fromTox                             // tox.ini
	fromClassifier                      // Framework :: Django :: 4.2
	fromCode                            // what the code uses
)

func (c evidenceClass) String() string {
	switch c {
	case fromOption:
		return "option"
	case fromSource:
		return "Django's own source"
	case fromLock:
		return "lock file"
	case fromPin:
		return "requirements"
	case fromInstalled:
		return "installed"
	case fromMetadata:
		return "package metadata"
	case fromTox:
		return "test environments"
	case fromClassifier:
		return "classifiers"
	}
	return "code"
}

// releaseSet is a set of feature releases, one bit for each of them in order.
type releaseSet uint64

// releaseCount is the number of feature releases: 1.0 to 1.11, then three of
// each major version (django/docs/internals/release-process.txt). The last
// ones are not out yet; a set that holds the very last one is open above.
const releaseCount = 12 + 3*8

func releaseAt(i int) stack.Version {
	if i < 12 {
		return stack.Version{Major: 1, Minor: i}
	}
	return stack.Version{Major: 2 + (i-12)/3, Minor: (i - 12) % 3}
}

const allReleases releaseSet = 1<<releaseCount - 1

// releases gives the set of those feature releases that keep says yes to.
func releases(keep func(v stack.Version) bool) releaseSet {
	var s releaseSet
	for i := range releaseCount {
		if keep(releaseAt(i)) {
			s |= 1 << i
		}
	}
	return s
}

func atLeast(major, minor int) releaseSet {
	from := stack.Version{Major: major, Minor: minor}
	return releases(func(v stack.Version) bool { return v.Compare(from) >= 0 })
}

func below(major, minor int) releaseSet { return allReleases &^ atLeast(major, minor) }

func (s releaseSet) low() stack.Version {
	if s == 0 || s&1 != 0 {
		return stack.Version{}
	}
	return releaseAt(bits.TrailingZeros64(uint64(s)))
}

func (s releaseSet) high() stack.Version {
	if s == 0 || s>>(releaseCount-1)&1 != 0 {
		return stack.Version{}
	}
	return releaseAt(bits.Len64(uint64(s)) - 1)
}

// rangeOf turns a set and its evidence into the published form.
func rangeOf(s releaseSet, evidence []Evidence) VersionRange {
	if s == 0 || s == allReleases {
		return VersionRange{Evidence: evidence}
	}
	r := VersionRange{Low: s.low(), High: s.high(), Evidence: evidence, set: s}
	r.Lint = r.High
	if r.Lint.IsZero() {
		r.Lint = r.Low
	}
	return r
}

// fixedVersion is the range of one release that the user names.
func fixedVersion(v stack.Version) VersionRange {
	return VersionRange{Low: v, High: v, Lint: v, set: releases(func(w stack.Version) bool { return v == w }), Evidence: []Evidence{{
		Text: "--django " + v.String(), Source: fromOption.String(),
	}}}
}

// decideVersion weighs evidence. The strongest class decides; several pieces of
// one class must all hold where they can (a requirement and a constraint), else
// any of them may (one file for each environment). What the code uses narrows
// the result as long as anything is left.
func decideVersion(evidence []Evidence) VersionRange {
	slices.SortStableFunc(evidence, func(a, b Evidence) int { return int(a.class - b.class) })
	set := allReleases
	var used []Evidence
	var code []Evidence
	for _, e := range evidence {
		if e.class == fromCode {
			code = append(code, e)
			continue
		}
		if e.set == 0 || e.set == allReleases || len(used) > 0 && used[0].class != e.class {
			continue
		}
		used = append(used, e)
	}
	if len(used) > 0 {
		all, some := allReleases, releaseSet(0)
		for _, e := range used {
			all &= e.set
			some |= e.set
		}
		if set = all; set == 0 {
			set = some
		}
	}
	if set&(set-1) == 0 {
		return rangeOf(set, used) // one release: the code has nothing to add
	}
	narrowed := set
	for _, e := range code {
		narrowed &= e.set
	}
	if narrowed != 0 {
		for i, e := range code {
			// Only the pieces that tell more than what is known already.
			if set&^e.set != 0 && !impliedBy(i, code) {
				used = append(used, e)
			}
		}
		set = narrowed
	}
	return rangeOf(set, used)
}

// impliedBy says that another piece of evidence tells all this one does, and
// more or earlier, so that one piece alone is shown for each bound.
func impliedBy(i int, all []Evidence) bool {
	for j, o := range all {
		if o.set&^all[i].set == 0 && (o.set != all[i].set || j < i) {
			return true
		}
	}
	return false
}
