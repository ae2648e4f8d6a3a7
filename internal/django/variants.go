package django

import (
	"strconv"
	"strings"
)

// assemble makes the result of the leaves: one variant for each different set
// of stacks, by the conditions that lead to it.
func (e *evaluator) assemble(res *Result, base *outcome, leaves []*outcome, overflow bool) {
	if base.aborted != "" {
		res.Variants = []Variant{{Open: true, settings: map[string]Value{}}}
		return
	}
	if len(leaves) == 0 { // the limit came before the first decision
		res.Merged = true
		res.Variants = []Variant{{Merged: true, Open: base.open, settings: incomplete(base.settings), order: base.order}}
		return
	}
	live := leaves[:0:0]
	for _, l := range leaves {
		if l.dead == nil {
			live = append(live, l)
		}
	}
	if len(live) == 0 {
		if dead := leaves[0].dead; dead != nil {
			e.noteOnce("loading the settings would end in "+dead.name+": "+dead.text, dead.at)
		}
		res.Variants = []Variant{{Open: true, settings: map[string]Value{}}}
		return
	}
	g := grouper{e: e, limit: e.limits.Variants, overflow: overflow}
	res.Variants, res.Merged = g.group(live, base, func(o *outcome) *subOutcome {
		return &subOutcome{settings: o.settings, order: o.order, open: o.open}
	})
	for _, key := range subKeys(live) {
		of := func(o *outcome) *subOutcome {
			for i := range o.subs {
				if subKey(o.subs[i], i) == key {
					return &o.subs[i]
				}
			}
			return nil
		}
		var with []*outcome
		for _, l := range live {
			if of(l) != nil {
				with = append(with, l)
			}
		}
		first := of(with[0])
		sub := Sub{Kind: first.kind, Name: first.name, Span: first.at.span()}
		sub.Variants, sub.Merged = g.group(with, base, of)
		res.Subs = append(res.Subs, sub)
	}
	if res.Merged {
		e.noteOnce("more than "+strconv.Itoa(e.limits.Variants)+" variants; the rest is merged into one incomplete stack", place{file: res.File})
	}
}

func subKey(s subOutcome, i int) string {
	return string(s.kind) + " " + s.name + " " + s.at.file + ":" + strconv.Itoa(s.at.start)
}

func subKeys(leaves []*outcome) []string {
	var keys []string
	seen := map[string]bool{}
	for _, l := range leaves {
		for i, s := range l.subs {
			if k := subKey(s, i); !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// grouper turns leaves into variants.
type grouper struct {
	e        *evaluator
	limit    int
	overflow bool
}

type variantGroup struct {
	sub   *subOutcome
	cubes []cube
	val   map[string]Value
	open  bool
}

func (g *grouper) group(leaves []*outcome, base *outcome, of func(*outcome) *subOutcome) ([]Variant, bool) {
	tests := func(l *outcome) []testRecord { return l.tests }
	groups, conds, clash := g.collect(leaves, of, tests)
	if clash {
		// A condition as it is written does not tell the outcomes apart.
		groups, conds, _ = g.collect(leaves, of, func(l *outcome) []testRecord { return l.atoms })
	}
	merged := g.overflow || len(groups) > g.limit
	if merged && len(groups) > g.limit-1 {
		groups = groups[:g.limit-1]
	}
	var out []Variant
	for _, gr := range groups {
		v := Variant{Open: gr.open, settings: gr.val, order: gr.sub.order}
		if len(groups) > 1 || merged {
			v.Conditions = conds.describe(gr.cubes)
		}
		out = append(out, v)
	}
	if merged {
		rest := of(base)
		if rest == nil {
			rest = &subOutcome{open: true, settings: map[string]Value{}}
		}
		out = append(out, Variant{Merged: true, Open: rest.open, settings: incomplete(rest.settings), order: rest.order})
	}
	return out, merged
}

// incomplete makes sure that the stacks of a merged variant say that they are
// not complete.
func incomplete(settings map[string]Value) map[string]Value {
	out := make(map[string]Value, len(settings))
	for k, v := range settings {
		out[k] = v
	}
	for _, t := range targetSettings {
		v, ok := out[t]
		if ok && v.list().Complete {
			v = Value{Text: t, Span: v.Span, Assigned: v.Assigned}
			out[t] = v
		}
	}
	return out
}

// collect groups the leaves by their stacks. clash says that two leaves of the
// same decisions have different ones.
func (g *grouper) collect(leaves []*outcome, of func(*outcome) *subOutcome, tests func(*outcome) []testRecord) (groups []*variantGroup, conds *condTable, clash bool) {
	conds = &condTable{by: map[string]testRecord{}}
	byKey := map[string]*variantGroup{}
	byCube := map[string]string{}
	for _, l := range leaves {
		s := of(l)
		c := cube{}
		for _, t := range tests(l) {
			key := condKey(t)
			if _, ok := conds.by[key]; !ok {
				conds.by[key] = t
				conds.order = append(conds.order, key)
			}
			if old, ok := c[key]; ok && old != t.value {
				// One text, two outcomes on one path: names changed between.
				key += "#" + strconv.Itoa(len(c))
				if _, ok := conds.by[key]; !ok {
					conds.by[key] = t
					conds.order = append(conds.order, key)
				}
			}
			c[key] = t.value
		}
		key := stacksKey(s)
		if old, ok := byCube[c.String()]; ok && old != key {
			clash = true
		}
		byCube[c.String()] = key
		gr := byKey[key]
		if gr == nil {
			gr = &variantGroup{sub: s, val: s.settings, open: s.open}
			byKey[key] = gr
			groups = append(groups, gr)
		} else {
			gr.val = mergeSettings(gr.val, s.settings)
			gr.open = gr.open || s.open
		}
		gr.cubes = append(gr.cubes, c)
	}
	clash = clash || overlap(groups)
	for _, gr := range groups {
		gr.cubes = simplify(gr.cubes)
	}
	return groups, conds, clash
}

func condKey(t testRecord) string {
	return t.text + "|" + t.key
}

// stacksKey is equal for leaves whose stacks are equal.
func stacksKey(s *subOutcome) string {
	var sb strings.Builder
	for _, t := range targetSettings {
		v, ok := s.settings[t]
		if !ok {
			sb.WriteString("-;")
			continue
		}
		l := v.list()
		sb.WriteString(strconv.Itoa(int(l.Kind)) + strconv.FormatBool(l.Complete))
		for _, en := range l.Entries {
			sb.WriteString("," + strconv.Quote(en.Path) + strconv.Quote(en.Text))
		}
		sb.WriteByte(';')
	}
	sb.WriteString(strconv.FormatBool(s.open))
	return sb.String()
}

// mergeSettings keeps what is equal and makes the rest unknown, with the values
// it may have.
func mergeSettings(a, b map[string]Value) map[string]Value {
	out := make(map[string]Value, len(a))
	for k, v := range a {
		w, ok := b[k]
		if !ok {
			out[k] = Value{Text: v.Text, Span: v.Span, Assigned: v.Assigned}
			continue
		}
		out[k] = mergeValue(v, w)
	}
	for k, w := range b {
		if _, ok := a[k]; !ok {
			out[k] = Value{Text: w.Text, Span: w.Span, Assigned: w.Assigned}
		}
	}
	return out
}

func mergeValue(a, b Value) Value {
	if sameValue(a, b) {
		return a
	}
	u := Value{Text: a.Text, Span: a.Span, Assigned: a.Assigned}
	for _, v := range []Value{a, b} {
		opts := []Value{v}
		if v.Kind == KindUnknown {
			if len(v.OneOf) == 0 {
				u.OneOf = nil
				return u
			}
			opts = v.OneOf
		}
	next:
		for _, o := range opts {
			for _, have := range u.OneOf {
				if sameValue(have, o) {
					continue next
				}
			}
			u.OneOf = append(u.OneOf, o)
		}
	}
	if len(u.OneOf) > 8 {
		u.OneOf = nil
	}
	return u
}

func sameValue(a, b Value) bool {
	if a.Kind != b.Kind || a.Bool != b.Bool || a.Int != b.Int || a.Str != b.Str || a.Run != b.Run || a.Partial != b.Partial ||
		len(a.Items) != len(b.Items) || len(a.Keys) != len(b.Keys) || a.Kind == KindUnknown && (a.Text != b.Text || len(a.OneOf) != len(b.OneOf)) {
		return false
	}
	for i := range a.Items {
		if !sameValue(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Keys {
		if !sameValue(a.Keys[i], b.Keys[i]) {
			return false
		}
	}
	for i := range a.OneOf {
		if !sameValue(a.OneOf[i], b.OneOf[i]) {
			return false
		}
	}
	return true
}
