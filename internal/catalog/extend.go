package catalog

import "slices"

// Extend returns a catalog that also has the layers and facts given, which are
// marked as own; c stays as it is. A class whose base an own fact names plays
// the part of that base, whether the catalog describes it or not. What they mean together is left to
// [Validate].
func (c *Catalog) Extend(layers []*Middleware, facts []*Fact) *Catalog {
	out := &Catalog{
		Versions: c.Versions, Development: c.Development, Tags: c.Tags, Contradictions: c.Contradictions,
		Middleware: slices.Clone(c.Middleware), Facts: slices.Clone(c.Facts),
	}
	for _, m := range layers {
		own := *m
		own.Own = true
		out.Middleware = append(out.Middleware, &own)
	}
	for _, f := range facts {
		own := *f
		own.Own = true
		out.Facts = append(out.Facts, &own)
	}
	out.named = map[string]bool{}
	for _, f := range out.Facts {
		if !f.Own {
			continue
		}
		for _, ref := range append(append([]string{f.Subject}, f.Targets...), f.Exceptions...) {
			out.named[ref] = true
		}
	}
	out.index()
	return out
}

// Without returns a catalog that lacks the facts with the ids given; c stays as
// it is.
func (c *Catalog) Without(ids ...string) *Catalog {
	out := &Catalog{
		Versions: c.Versions, Development: c.Development, Tags: c.Tags, Contradictions: c.Contradictions, Middleware: c.Middleware, named: c.named,
		Facts: slices.DeleteFunc(slices.Clone(c.Facts), func(f *Fact) bool { return slices.Contains(ids, f.ID) }),
	}
	out.index()
	return out
}
