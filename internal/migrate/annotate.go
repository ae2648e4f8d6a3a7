package migrate

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/diff"
	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/layers"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/python"
)

// mark is a comment to put above a hook.
type mark struct {
	layer, hook string
	text        string
}

// marksOf are the comments for a difference: above each hook of a layer that
// will not run, and above the hook that is the reason.
func marksOf(d *diff.Difference) []mark {
	var out []mark
	first := d.Trigger[0]
	for _, c := range d.Consequences {
		if c.Grade < diff.Visible {
			continue
		}
		if c.Layer != "" && c.Hook != "" && c.Layer != first.Layer {
			out = append(out, mark{c.Layer, c.Hook, fmt.Sprintf("not as before: where %s, %s", first.Words(), c.Text)})
		}
	}
	if first.Layer != "" {
		out = append(out, mark{first.Layer, first.Hook, fmt.Sprintf("not as before: where this %s, %s", first.Predicate(), follows(d))})
	}
	return out
}

// annotate is the pass that puts comments above the hooks that behave
// differently. The hooks are looked for in the migrated classes.
func (r *run) annotate(ctx context.Context) error {
	if !r.opts.Annotate || len(r.marks) == 0 {
		return nil
	}
	project, err := django.Load(ctx, r.over, r.loadTarget())
	if err != nil {
		return ignoreNothing(err)
	}
	files := map[string]*python.File{}
	texts := map[string][]string{} // by place
	places := map[string]finding.Edit{}
	var order []string
	for _, m := range project.Settings {
		reader := layers.NewReader(projectfacts.Tree{Loader: m.Loader()}, layers.Options{Catalog: catalog.Default(), Django: r.opts.To})
		for _, k := range r.marks {
			h := hookOf(reader, k)
			if h == nil || h.Span.Line == 0 {
				continue
			}
			file := files[h.Span.File]
			if file == nil {
				src, err := r.over.Read(h.Span.File)
				if err != nil {
					continue
				}
				file = python.Parse(src)
				files[h.Span.File] = file
			}
			at, indent, newline, ok := above(file, h.Span.Start)
			if !ok {
				continue
			}
			key := fmt.Sprintf("%s:%d", h.Span.File, at)
			line := "# TODO(mwcheck): " + k.text
			if slices.Contains(texts[key], line) || bytes.Contains(file.Src, []byte(line)) {
				continue
			}
			if texts[key] == nil {
				order = append(order, key)
			}
			texts[key] = append(texts[key], line)
			e := places[key]
			places[key] = finding.Edit{File: h.Span.File, Start: at, End: at, Text: e.Text + indent + line + newline}
		}
	}
	var edits []finding.Edit
	for _, key := range order {
		e := places[key]
		edits = append(edits, e)
		r.done(PassAnnotate, spanOf(e.File, files[e.File], e.Start, e.End), fmt.Sprintf("a comment on what changes (%d lines)", len(texts[key])))
	}
	changes, err := edit.Plan(r.over.Read, edits)
	if err != nil {
		return err
	}
	r.over = r.over.with(changes, edits)
	return nil
}

// hookOf finds the hook that a comment is about, or the __call__ that has taken
// its place; nil where it is not in the project.
func hookOf(reader *layers.Reader, k mark) *layers.Hook {
	l := reader.Layer(k.layer)
	if l.Origin != layers.FromTree {
		return nil
	}
	if h := l.Hook(k.hook); h != nil {
		return h
	}
	return l.Hook("__call__")
}

// above is where a comment above a def goes, whose name stands at an offset.
func above(f *python.File, name int) (at int, indent, newline string, ok bool) {
	for n := range f.Root().Descendants() {
		if n.Kind() != python.KindFunctionDef {
			continue
		}
		if start, _ := n.NameRange(); start != name {
			continue
		}
		first := n.Start()
		if d := n.Field(python.FieldDecorators); !d.IsZero() {
			first = min(first, d.Start())
		}
		line := bytes.LastIndexByte(f.Src[:first], '\n') + 1
		indent := f.Src[line:first]
		if len(bytes.TrimSpace(indent)) > 0 {
			return 0, "", "", false // a class on one line
		}
		return line, string(indent), newlineOf(f.Src), true
	}
	return 0, "", "", false
}

// newlineOf is the line end of a file.
func newlineOf(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
