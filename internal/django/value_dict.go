package django

func (m *merger) dicts(a, b *dictCell) any {
	m.e.step(1 + (len(a.keys)*len(b.keys))/64)
	out := &dictCell{open: a.open}
	if out.open == nil {
		out.open = b.open
	}
	changed := out.open != a.open
	seen := map[string]bool{}
	for i, k := range a.keys {
		key, _ := keyOf(k)
		seen[key] = true
		v, ok := b.find(key)
		var nv pv
		if ok {
			nv = m.value(a.vals[i], v, place{})
		} else {
			u := m.e.newUnknown("", place{})
			u.unbound = true
			u.deps = m.deps.union(depsOf(a.vals[i]))
			if b.open == nil {
				u.oneOf = options(a.vals[i], a.vals[i])
			}
			nv = u
			if old, ok := a.vals[i].(*pUnknown); ok && old.unbound {
				nv = old
			}
		}
		changed = changed || nv != a.vals[i]
		out.keys = append(out.keys, k)
		out.vals = append(out.vals, nv)
	}
	for i, k := range b.keys {
		if a.open != nil {
			break // the open part of a stands for these keys too
		}
		if key, _ := keyOf(k); !seen[key] {
			u := m.e.newUnknown("", place{})
			u.unbound = true
			u.deps = m.deps.union(depsOf(b.vals[i]))
			u.oneOf = options(b.vals[i], b.vals[i])
			out.keys = append(out.keys, k)
			out.vals = append(out.vals, u)
			changed = true
		}
	}
	if !changed {
		return a
	}
	return out
}

func (d *dictCell) find(key string) (pv, bool) {
	for i, k := range d.keys {
		if kk, ok := keyOf(k); ok && kk == key {
			return d.vals[i], true
		}
	}
	return nil, false
}

// with is a copy in which key is bound to v.
func (d *dictCell) with(k pv, v pv) *dictCell {
	key, _ := keyOf(k)
	out := &dictCell{keys: d.keys, vals: append([]pv(nil), d.vals...), open: d.open}
	for i, have := range d.keys {
		if kk, ok := keyOf(have); ok && kk == key {
			out.vals[i] = v
			return out
		}
	}
	out.keys = append(d.keys[:len(d.keys):len(d.keys)], k)
	out.vals = append(out.vals, v)
	return out
}

func (d *dictCell) without(key string) *dictCell {
	out := &dictCell{open: d.open}
	for i, k := range d.keys {
		if kk, ok := keyOf(k); ok && kk == key {
			continue
		}
		out.keys = append(out.keys, k)
		out.vals = append(out.vals, d.vals[i])
	}
	return out
}
