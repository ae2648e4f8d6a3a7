package django

import (
	"fmt"
	"slices"

	"github.com/mwcheck/mwcheck/internal/python"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// stacks turns the evaluator's variants into stacks and says what is no list.
func (m *SettingsModule) stacks() []stack.Note {
	var notes []stack.Note
	b := &stackBuilder{m: m, ids: map[string]int{}, damaged: m.damaged()}
	b.variants(m.Module, m.Result.Variants)
	for _, sub := range m.Result.Subs {
		b.variants(m.Module+"."+sub.Name, sub.Variants)
	}
	notes = append(notes, b.notes...)
	if len(m.Stacks) == 0 && len(b.notes) == 0 {
		text := "assigns neither MIDDLEWARE nor MIDDLEWARE_CLASSES; Django's default holds, nothing to check"
		if m.unset = !m.open(); !m.unset {
			text = "MIDDLEWARE may come from code that cannot be followed; not checked"
		}
		if m.Checked {
			notes = append(notes, stack.Note{Span: stack.Span{File: m.File}, Message: text})
		}
	}
	return notes
}

// tells says whether anything is known of either setting.
func (r *Result) tells() bool {
	known := func(v Variant) bool {
		_, modern := v.Stack("MIDDLEWARE")
		_, classic := v.Stack("MIDDLEWARE_CLASSES")
		return modern || classic
	}
	return slices.ContainsFunc(r.Variants, known) ||
		slices.ContainsFunc(r.Subs, func(s Sub) bool { return slices.ContainsFunc(s.Variants, known) })
}

// open says that names may have come from code that was not read.
func (m *SettingsModule) open() bool {
	isOpen := func(v Variant) bool { return v.Open }
	return slices.ContainsFunc(m.Result.Variants, isOpen) ||
		slices.ContainsFunc(m.Result.Subs, func(s Sub) bool { return slices.ContainsFunc(s.Variants, isOpen) })
}

// damaged says that a file behind the settings could not be read whole. What
// the list holds as far as it was read is shown, and never called complete:
// Python would not load that file, and a change of the list may be among what
// was not read.
func (m *SettingsModule) damaged() bool {
	if m.loader == nil {
		return false
	}
	return slices.ContainsFunc(m.Result.Files, func(file string) bool {
		src, ok := m.loader.Source(file)
		return ok && src != nil && slices.ContainsFunc(src.Errors, func(e python.Error) bool {
			return e.Kind == python.ErrorSyntax || e.Kind == python.ErrorLimit
		})
	})
}

type stackBuilder struct {
	m       *SettingsModule
	ids     map[string]int
	notes   []stack.Note
	damaged bool
}

// variants adds the stacks of one set of settings. Variants that differ in
// other settings only share a stack, under the conditions they have in common.
func (b *stackBuilder) variants(module string, variants []Variant) {
	for _, model := range []stack.Model{stack.Modern, stack.Classic} {
		setting := model.Setting()
		first := len(b.m.Stacks)
		for _, v := range variants {
			list, ok := v.Stack(setting)
			if !ok {
				continue
			}
			s := stack.Stack{
				Module: module, File: b.m.File, Setting: setting, Model: model,
				Complete: list.Complete && !b.damaged, Conditions: slices.Clone(v.Conditions), Entries: list.Entries, Span: list.Span,
				Effective: b.m.effective(model, v),
			}
			switch list.Kind {
			case KindNone:
				b.noneNote(setting, list, v)
				continue
			case KindUnknown:
				if len(s.Entries) == 0 {
					s.Entries = []stack.Entry{{Unknown: true, Text: unknownText(v, setting), Span: list.Span}}
				}
				s.Complete = false
			case KindList, KindTuple:
			default:
				b.kindNote(setting, list)
				continue
			}
			b.add(s, v, first)
		}
	}
}

func unknownText(v Variant, setting string) string {
	if val, ok := v.Value(setting); ok && val.Text != "" {
		return val.Text
	}
	return setting
}

// add appends a stack or joins it to an equal one of the same settings.
func (b *stackBuilder) add(s stack.Stack, v Variant, first int) {
	for i := first; i < len(b.m.Stacks); i++ {
		if o := &b.m.Stacks[i]; sameStack(o, &s) {
			o.Conditions = common(o.Conditions, s.Conditions)
			b.m.Variants[i] = append(b.m.Variants[i], v)
			return
		}
	}
	s.ID = s.Module + ":" + s.Setting
	if b.m.loader != nil && b.m.loader.shown != "" {
		s.ID = b.m.loader.shown + "/" + s.ID
	}
	if b.ids[s.ID]++; b.ids[s.ID] > 1 {
		s.ID += fmt.Sprintf("#%d", b.ids[s.ID])
	}
	b.m.Stacks = append(b.m.Stacks, s)
	b.m.Variants = append(b.m.Variants, []Variant{v})
}

func sameStack(a, b *stack.Stack) bool {
	return a.Module == b.Module && a.Setting == b.Setting && a.Complete == b.Complete && a.Effective == b.Effective &&
		a.Span == b.Span && slices.Equal(a.Entries, b.Entries)
}

// common keeps the conditions that both variants have.
func common(a, b []stack.Condition) []stack.Condition {
	return slices.DeleteFunc(a, func(c stack.Condition) bool { return !slices.Contains(b, c) })
}

// effective says whether Django reads the setting: up to 1.9 only
// MIDDLEWARE_CLASSES, in 1.10 and 1.11 MIDDLEWARE unless it is None, from 2.0
// on only MIDDLEWARE (django/core/handlers/base.py, load_middleware). Where
// several releases are possible, one that reads it is enough. For an unknown
// release MIDDLEWARE is taken to win where both are there.
func (m *SettingsModule) effective(model stack.Model, v Variant) bool {
	modern, ok := v.Stack("MIDDLEWARE")
	hasModern := ok && modern.Kind != KindNone
	between := atLeast(1, 10) & below(2, 0)
	possible := m.Django.set
	switch {
	case m.Django.Lint.IsZero():
		return model == stack.Modern || !hasModern
	case possible == 0:
		// A release of the user's that is not among those we know of.
		possible = atLeast(2, 0)
	}
	if model == stack.Modern {
		return possible&atLeast(2, 0) != 0 || hasModern && possible&between != 0
	}
	return possible&below(1, 10) != 0 || !hasModern && possible&between != 0
}

// noneNote speaks of None: for MIDDLEWARE the default of 1.10 and 1.11, which
// leaves the choice to MIDDLEWARE_CLASSES, and a TypeError later.
func (b *stackBuilder) noneNote(setting string, list List, v Variant) {
	two := stack.Version{Major: 2}
	classic, ok := v.Stack("MIDDLEWARE_CLASSES")
	switch {
	case setting != "MIDDLEWARE":
		b.note(list.Span, setting+" is None; Django iterates over it and fails, give a list")
	case b.m.Django.Low.AtLeast(two):
		b.note(list.Span, setting+" is None; Django 2.0 and later iterate over it and fail, give a list")
	case !ok || classic.Kind == KindNone:
		b.note(list.Span, setting+" is None, which Django 1.10 and 1.11 take for unset and later ones fail on; nothing to check")
	}
}

// kindNote speaks of a value that is no list.
func (b *stackBuilder) kindNote(setting string, list List) {
	text := ""
	switch list.Kind {
	case KindString:
		text = "a string; Django takes every character for a layer, a comma behind the only entry may be missing"
	case KindBool:
		text = "a boolean; Django expects a list of dotted paths"
	case KindInt:
		text = "a number; Django expects a list of dotted paths"
	case KindSet:
		text = "a set, which has no order; Django expects a list"
	case KindDict:
		text = "a dictionary; Django expects a list of dotted paths"
	default:
		text = "not a list or tuple; Django expects a list of dotted paths"
	}
	b.note(list.Span, setting+" is "+text)
}

func (b *stackBuilder) note(span stack.Span, message string) {
	if span.IsZero() {
		span.File = b.m.File
	}
	n := stack.Note{Span: span, Message: message}
	if !slices.Contains(b.notes, n) {
		b.notes = append(b.notes, n)
	}
}
