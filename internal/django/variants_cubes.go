package django

import (
	"sort"
	"strconv"
	"strings"

	"github.com/mwcheck/mwcheck/internal/stack"
)

// cube is a conjunction of decisions, by the key of the condition.
type cube map[string]bool

// condTable holds the conditions by key, in the order they were first met.
type condTable struct {
	by    map[string]testRecord
	order []string
}

// overlap says that the decisions of two groups may hold at once: a decision
// followed from others and was not recorded as one.
func overlap(groups []*variantGroup) bool {
	for i, a := range groups {
		for _, b := range groups[i+1:] {
			for _, x := range a.cubes {
				for _, y := range b.cubes {
					if !x.excludes(y) {
						return true
					}
				}
			}
		}
	}
	return false
}

func (c cube) excludes(o cube) bool {
	for k, v := range c {
		if w, ok := o[k]; ok && w != v {
			return true
		}
	}
	return false
}

func (c cube) String() string {
	var sb strings.Builder
	for _, k := range cubeKeys(c) {
		sb.WriteString(k + "=" + strconv.FormatBool(c[k]) + ";")
	}
	return sb.String()
}

// simplify brings a disjunction of cubes into fewer and shorter ones that say
// the same: pairs that differ in one decision become one cube without it, a
// cube is shortened where another covers the difference, covered ones go.
func simplify(cubes []cube) []cube {
	for changed := true; changed; {
		changed = false
		for i := 0; i < len(cubes) && !changed; i++ {
			for j := 0; j < len(cubes) && !changed; j++ {
				if i == j {
					continue
				}
				if covers(cubes[i], cubes[j]) {
					cubes = append(cubes[:j:j], cubes[j+1:]...)
					changed = true
					break
				}
				// If j without k is covered by i with k turned round, k is
				// not needed in j.
				for _, k := range cubeKeys(cubes[j]) {
					if v, ok := cubes[i][k]; !ok || v == cubes[j][k] {
						continue
					}
					if without(cubes[i], k, cubes[j]) {
						short := cube{}
						for kk, vv := range cubes[j] {
							if kk != k {
								short[kk] = vv
							}
						}
						next := append([]cube(nil), cubes...)
						next[j] = short
						cubes = next
						changed = true
						break
					}
				}
			}
		}
	}
	return cubes
}

// covers says that every decision of a holds in b.
func covers(a, b cube) bool {
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// without says that a without k covers b.
func without(a cube, k string, b cube) bool {
	for kk, v := range a {
		if kk == k {
			continue
		}
		if w, ok := b[kk]; !ok || w != v {
			return false
		}
	}
	return true
}

// describe writes a disjunction of cubes as conditions that must all hold.
func (t *condTable) describe(cubes []cube) []stack.Condition {
	if len(cubes) == 0 {
		return nil
	}
	var out []stack.Condition
	common := cube{}
	for k, v := range cubes[0] {
		in := true
		for _, c := range cubes[1:] {
			if w, ok := c[k]; !ok || w != v {
				in = false
			}
		}
		if in {
			common[k] = v
		}
	}
	for _, k := range t.order {
		if v, ok := common[k]; ok {
			r := t.by[k]
			out = append(out, stack.Condition{Text: r.text, Span: r.at.span(), Value: v})
		}
	}
	if len(cubes) == 1 {
		return out
	}
	var rest []cube
	single := true
	for _, c := range cubes {
		r := cube{}
		for k, v := range c {
			if _, ok := common[k]; !ok {
				r[k] = v
			}
		}
		if len(r) == 0 {
			return out
		}
		single = single && len(r) == 1
		rest = append(rest, r)
	}
	return append(out, t.disjunction(rest, single))
}

// disjunction is one condition that stands for "one of these cubes".
func (t *condTable) disjunction(cubes []cube, single bool) stack.Condition {
	pos := map[string]int{}
	for i, k := range t.order {
		pos[k] = i
	}
	first := len(t.order)
	var parts []string
	write := func(c cube, flip bool) string {
		keys := cubeKeys(c)
		sort.SliceStable(keys, func(i, j int) bool { return pos[keys[i]] < pos[keys[j]] })
		var lits []string
		for _, k := range keys {
			first = min(first, pos[k])
			text := t.by[k].text
			if strings.Contains(text, " or ") || strings.Contains(text, " and ") || strings.Contains(text, " if ") {
				text = "(" + text + ")"
			}
			if c[k] == flip {
				text = "not " + text
			}
			lits = append(lits, text)
		}
		return strings.Join(lits, " and ")
	}
	// not (a and b) reads better than (not a or not b).
	for _, c := range cubes {
		p := write(c, single)
		if !single && len(c) > 1 {
			p = "(" + p + ")"
		}
		parts = append(parts, p)
	}
	cond := stack.Condition{Value: !single}
	if single {
		cond.Text = strings.Join(parts, " and ")
	} else {
		cond.Text = strings.Join(parts, " or ")
	}
	if first < len(t.order) {
		cond.Span = t.by[t.order[first]].at.span()
	}
	return cond
}
