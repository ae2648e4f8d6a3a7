package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/report"
	"github.com/mwcheck/mwcheck/internal/stack"
)

func exampleStacks() report.Stacks {
	span := func(file string, line, column, end int) stack.Span {
		return stack.Span{File: file, Line: line, Column: column, EndLine: line, EndColumn: end}
	}
	return report.Stacks{
		Settings: 1,
		Stacks: []stack.Stack{
			{
				ID: "shop.settings:MIDDLEWARE", Module: "shop.settings", File: "shop/settings.py", Setting: "MIDDLEWARE",
				Model: stack.Modern, Complete: true, Effective: true, Span: span("shop/settings.py", 3, 1, 11),
				Conditions: []stack.Condition{
					{Text: "DEBUG", Span: span("shop/base.py", 40, 4, 9), Value: false},
					{Text: "env.bool(\n    'X')", Span: span("shop/base.py", 44, 4, 9), Value: true},
				},
				Entries: []stack.Entry{
					{Path: "a.A", Span: span("shop/settings.py", 4, 5, 10)},
					{Path: "some.longer.Path", Span: span("shop/base.py", 12, 5, 23)},
				},
			},
			{
				ID: "shop.settings:MIDDLEWARE#2", Module: "shop.settings", File: "shop/settings.py", Setting: "MIDDLEWARE",
				Model: stack.Modern, Complete: false, Effective: true,
				Entries: []stack.Entry{
					{Path: "a.A", Span: span("shop/settings.py", 4, 5, 10)},
					{Unknown: true, Text: "load(\n   'x')", Span: span("shop/settings.py", 5, 5, 10)},
					{Unknown: true},
				},
			},
			{ID: "old:MIDDLEWARE_CLASSES", Setting: "MIDDLEWARE_CLASSES", Model: stack.Classic, Complete: true},
		},
		Notes: []stack.Note{{Span: span("shop/local.py", 7, 1, 2), Message: "the file is not there"}},
	}
}

func TestStacksText(t *testing.T) {
	var b strings.Builder
	require.NoError(t, report.StacksText(&b, exampleStacks(), report.TextOptions{}))
	want := `shop.settings:MIDDLEWARE (modern model, 2 layers)
  assigned at shop/settings.py:3:1
  when DEBUG is false (shop/base.py:40)
  when env.bool( 'X') is true (shop/base.py:44)
  1. a.A               shop/settings.py:4
  2. some.longer.Path  shop/base.py:12

shop.settings:MIDDLEWARE#2 (modern model, incomplete)
  the list may hold more than is shown, or other layers where it says unknown
  1. a.A                  shop/settings.py:4
  2. unknown: load( 'x')  shop/settings.py:5
  3. unknown

old:MIDDLEWARE_CLASSES (classic model, 0 layers, not in effect)
  Django does not read this setting here
  (empty)

shop/local.py:7:1: note: the file is not there

3 stacks in 1 settings module; 2 of 3 stacks understood entirely
`
	require.Empty(t, cmp.Diff(want, b.String()))
}
