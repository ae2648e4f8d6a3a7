package classes

import (
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/python"
)

// Returns is how a function that ends without a value on some path returns one on
// each.
type Returns struct {
	Edits []finding.Edit
	Name  string // what it returns then
	// Mixed says that it returns something else on other paths, so that what is
	// meant on these is not sure.
	Mixed bool
}

// ReturnResponse lets a hook return the response that it was given, or that
// get_response gave it, on each path that returns nothing; at is the offset of its
// name in the def statement, and end says that its end is reached. nil where it is not sure which response is meant: the
// name is bound more than once, or not on every path.
func ReturnResponse(m layers.Module, at int, end bool) *Returns {
	fn := defAt(m.Src, at)
	if fn.IsZero() {
		return nil
	}
	stmts, _ := body(fn)
	var name string
	from := fn.Start()
	switch fn.Name() {
	case "process_response", "process_template_response":
		params := collect(fn.Field(python.FieldParams), python.FieldElts)
		if len(params) != 3 {
			return nil
		}
		for _, p := range params {
			if p.Is(python.FlagStar) || p.Is(python.FlagDoubleStar) || p.Is(python.FlagSlash) || !p.Field(python.FieldValue).IsZero() {
				return nil
			}
		}
		if name = params[2].Name(); name == "" || len(bindings(stmts, name)) > 0 {
			return nil
		}
	default:
		for _, st := range stmts {
			if target := givenNext(st); target != "" {
				if name != "" {
					return nil // it asks twice
				}
				name, from = target, st.End()
			}
		}
		if name == "" || len(bindings(stmts, name)) != 1 {
			return nil
		}
	}
	return returns(newSource(m), fn, stmts, name, from, end)
}

// ReturnInner lets a factory return the one function that it defines; nil where
// there is more in it than that.
func ReturnInner(m layers.Module, at int) *Returns {
	fn := defAt(m.Src, at)
	if fn.IsZero() {
		return nil
	}
	stmts, _ := body(fn)
	name := ""
	for _, st := range stmts {
		if st.Kind() == python.KindFunctionDef {
			params := collect(st.Field(python.FieldParams), python.FieldElts)
			if name != "" || len(params) != 1 || !params[0].Field(python.FieldValue).IsZero() {
				return nil
			}
			name = st.Name()
		}
	}
	if name == "" || len(bindings(stmts, name)) != 1 {
		return nil
	}
	// What it calls itself is no layer for Django.
	for _, st := range stmts {
		if st.Kind() != python.KindFunctionDef && used(st)[name] {
			return nil
		}
	}
	r := returns(newSource(m), fn, stmts, name, fn.Start(), true)
	if r == nil || len(r.Edits) != 1 || r.Mixed {
		return nil
	}
	return r
}

// defAt is the function whose name stands at an offset.
func defAt(f *python.File, at int) python.Node {
	for n := range f.Root().Descendants() {
		if n.Kind() != python.KindFunctionDef {
			continue
		}
		if start, _ := n.NameRange(); start == at {
			return n
		}
	}
	return python.Node{}
}

// givenNext is the name that a statement binds to what get_response gives, as in
// "response = self.get_response(request)"; "" for anything else.
func givenNext(st python.Node) string {
	if st.Kind() != python.KindAssign {
		return ""
	}
	targets := collect(st, python.FieldTargets)
	value := st.Field(python.FieldValue)
	if value.Kind() == python.KindAwait {
		value = value.Field(python.FieldValue)
	}
	if len(targets) != 1 || targets[0].Kind() != python.KindName || value.Kind() != python.KindCall {
		return ""
	}
	f := value.Field(python.FieldFunc)
	if f.Name() != "get_response" || f.Kind() == python.KindAttribute && f.Field(python.FieldObject).Kind() != python.KindName {
		return ""
	}
	return targets[0].Name()
}

// bindings are the places below some statements, those of nested functions among
// them, that give a name a value or delete it.
func bindings(stmts []python.Node, name string) []python.Node {
	var out []python.Node
	for _, st := range stmts {
		for d := range st.Descendants() {
			switch d.Kind() {
			case python.KindName:
				if d.Name() == name && bindsName(d) {
					out = append(out, d)
				}
			case python.KindFunctionDef, python.KindClassDef, python.KindExceptHandler, python.KindAlias, python.KindPatternCapture,
				python.KindPatternAs, python.KindPatternStar:
				as := d.Field(python.FieldAsName)
				if d.Name() == name || !as.IsZero() && as.Name() == name {
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// returns puts "return name" behind a function's last statement, if its end is
// reached, and the name into returns without a value; nil where one of these
// stands before the name is bound.
func returns(s *source, fn python.Node, stmts []python.Node, name string, from int, end bool) *Returns {
	if len(stmts) == 0 || damaged(s, fn) != "" {
		return nil
	}
	r := &Returns{Name: name}
	sure := true
	for _, st := range stmts {
		within(st, func(n python.Node) {
			switch n.Kind() {
			case python.KindYield, python.KindYieldFrom:
				sure = false
			case python.KindReturn:
				value := n.Field(python.FieldValue)
				switch {
				case value.Kind() == python.KindName && value.Name() == name:
				case !value.IsZero() && value.Text() != "None":
					r.Mixed = true
				case n.Start() < from:
					sure = false
				default:
					r.Edits = append(r.Edits, s.replace(n.Start(), n.End(), "return "+name))
				}
			}
		})
	}
	last := stmts[len(stmts)-1]
	indent, own := s.indent(stmts[0])
	if !sure || !own || !s.alone(last.End()) {
		return nil
	}
	switch {
	case !end:
	case len(stmts) == 1 && last.Kind() == python.KindPass:
		r.Edits = append(r.Edits, s.replace(last.Start(), last.End(), "return "+name))
	default:
		at := s.behind(last, indent)
		r.Edits = append(r.Edits, s.insert(at, s.fresh(at, indent+"return "+name)))
	}
	return r
}
