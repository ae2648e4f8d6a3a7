package django

// half is a binding that exists on one path only.
func (m *merger) half(b *pyBinding) any {
	u := m.e.newUnknown(m.e.textAt(b.at), b.at)
	u.unbound = true
	u.deps = m.deps.union(depsOf(b.v))
	u.oneOf = []pv{b.v}
	if old, ok := b.v.(*pUnknown); ok {
		u.oneOf = old.oneOf
	}
	return &pyBinding{m.aliased(u, b.v), b.at}
}

// aliased is the unknown knowing that it may be one of the objects that v may
// be, so that a change of the one is taken as a change of the other.
func (m *merger) aliased(u *pUnknown, v pv) *pUnknown {
	out := u
	for _, r := range aliases(v) {
		switch {
		case out.was == nil:
			c := *out
			c.was = r
			out = &c
		case out.was.id != r.id:
			m.links = append(m.links, [2]int{out.was.id, r.id})
		}
	}
	return out
}

// aliases are the mutable objects that a value may be.
func aliases(v pv) []*pRef {
	switch v := v.(type) {
	case *pRef:
		return []*pRef{v}
	case *pUnknown:
		var out []*pRef
		if v.was != nil {
			out = append(out, v.was)
		}
		for _, o := range v.oneOf {
			if r, ok := o.(*pRef); ok {
				out = append(out, r)
			}
		}
		return out
	}
	return nil
}

// depending is the unknown with the merge's conditions among its own.
func (m *merger) depending(u *pUnknown) *pUnknown {
	deps := u.deps.union(m.deps)
	if len(deps) == len(u.deps) {
		return u
	}
	out := *u
	out.deps = deps
	return &out
}

func maybeUnbound(v pv) bool { u, ok := v.(*pUnknown); return ok && u.unbound }

// subsumes says that the unknown already stands for v, so that merging once
// more changes nothing.
func subsumes(u *pUnknown, v pv) bool {
	w, ok := v.(*pUnknown)
	if ok && (w.unbound && !u.unbound || len(w.deps.union(u.deps)) > len(u.deps)) {
		return false
	}
	if len(u.oneOf) == 0 {
		return u.ext == "" && u.sym == ""
	}
	if ok {
		if len(w.oneOf) == 0 {
			return false
		}
		for _, o := range w.oneOf {
			if !holds(u.oneOf, o) {
				return false
			}
		}
		return true
	}
	return holds(u.oneOf, v)
}

func holds(list []pv, v pv) bool {
	k, ok := keyOf(v)
	for _, o := range list {
		if o == v {
			return true
		}
		if ko, oko := keyOf(o); ok && oko && k == ko {
			return true
		}
	}
	return false
}

// options are the values two values may have together, nil for "any".
func options(a, b pv) []pv {
	var out []pv
	for _, v := range []pv{a, b} {
		if u, ok := v.(*pUnknown); ok {
			if len(u.oneOf) == 0 {
				return nil
			}
			for _, o := range u.oneOf {
				if !holds(out, o) {
					out = append(out, o)
				}
			}
			continue
		}
		if !holds(out, v) {
			out = append(out, v)
		}
	}
	if len(out) > 8 {
		return nil
	}
	return out
}
