package diff

import (
	"github.com/mwcheck/mwcheck/conformance"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// EngineFor is the engine of a model whose release is the nearest one up to a
// version; exact says that it is that release. Of an unknown version it is
// classic@1.9 or modern@1.11.
func EngineFor(model stack.Model, v stack.Version) (e conformance.Engine, exact bool) {
	family := conformance.FamilyModern
	if model == stack.Classic {
		family = conformance.FamilyClassic
	}
	if v.IsZero() {
		v = stack.Version{Major: 1, Minor: 11}
		if model == stack.Classic {
			v.Minor = 9
		}
	}
	for _, candidate := range conformance.Engines() {
		if candidate.Family == family && (e.Build == nil || standsFor(candidate, v)) {
			e = candidate
		}
	}
	return e, Version(e) == v
}

// EngineAt is the engine of a family that stands for a release of Django, and
// whether it is that release; ok is false where Django has had no such release,
// or none in this family.
func EngineAt(family string, v stack.Version) (e conformance.Engine, exact, ok bool) {
	if !released(v) || family == conformance.FamilyClassic && v.AtLeast(stack.Version{Major: 2}) {
		return e, false, false
	}
	for _, candidate := range conformance.Engines() {
		if candidate.Family == family && standsFor(candidate, v) {
			e = candidate
		}
	}
	return e, Version(e) == v, e.Build != nil
}

// standsFor says that an engine's release is the version, or one before it that
// was recorded. 4.0 and 4.1 stand with 4.2, as the constructor of
// MiddlewareMixin asks for get_response since 4.0 (release notes of 4.0, removed
// features), and nothing else was found to differ between 3.2 and 4.2 for layers
// that work.
func standsFor(e conformance.Engine, v stack.Version) bool {
	release := Version(e)
	return v.AtLeast(release) || v.Major == 4 && release == stack.Version{Major: 4, Minor: 2}
}

// released says that Django has had a feature release, of those from 1.8 to the
// latest that was recorded.
func released(v stack.Version) bool {
	last := map[int]int{1: 11, 2: 2, 3: 2, 4: 2, 5: 2, 6: 1}
	minor, ok := last[v.Major]
	return ok && v.Minor <= minor && v.AtLeast(stack.Version{Major: 1, Minor: 8})
}
