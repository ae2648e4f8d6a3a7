package projectfacts_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/projectfacts"
	"github.com/mwcheck/mwcheck/internal/stack"
)

const commented = `
-- manage.py --
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
-- requirements.txt --
Django==4.2  # mwcheck: ignore[requirements] no
-- settings.py --
from base import *  # mwcheck: ignore[settings] yes
-- base.py --
MIDDLEWARE = ["layers.Named"]  # mwcheck: ignore[base] yes
-- test_settings.py --
MIDDLEWARE = ["layers.Tested"]  # mwcheck: ignore[tests] not a file of the stack
-- layers.py --
# mwcheck: ignore[module] covers the import
from helpers import Base, used

@final  # mwcheck: ignore[decorator] yes
class Named(Base):
    def process_request(self, request):  # mwcheck: ignore[hook] yes
        used(request)

class Other:  # mwcheck: ignore[other] no stack names it
    pass
-- helpers.py --
class Base:
    pass  # mwcheck: ignore[inherited] yes

def used(request):
    request.x = 1  # mwcheck: ignore[helper] only read
`

// comments says of every comment that a stack's files have whether it is settled.
func comments(t *testing.T, opts django.Options, partial bool) []string {
	p := load(t, commented, opts)
	facts := projectfacts.New(p)
	facts.Partial = partial
	config := facts.Config()
	stacks := p.Checked()
	require.Len(t, stacks, 1)
	lint.Run([]*stack.Stack{&stacks[0]}, config)
	var out []string
	for _, c := range config.Comments(&stacks[0]) {
		out = append(out, fmt.Sprintf("%s:%d %s %v", c.Span.File, c.Span.Line, c.Names[0].Text, c.Settled))
	}
	slices.Sort(out)
	return out
}

func TestComments(t *testing.T) {
	want := []string{
		"base.py:1 base true",
		"helpers.py:2 inherited true",
		"helpers.py:5 helper false",
		"layers.py:1 module false",
		"layers.py:4 decorator true",
		"layers.py:6 hook true",
		"layers.py:9 other false",
		"settings.py:1 settings true",
	}
	require.Equal(t, want, comments(t, django.Options{}, false))
	for name, got := range map[string][]string{
		"partial":  comments(t, django.Options{}, true),
		"one file": comments(t, django.Options{Paths: []string{"settings.py"}}, false),
	} {
		require.Len(t, got, len(want), name)
		for _, one := range got {
			require.Regexp(t, " false$", one, name)
		}
	}
	config := projectfacts.New(load(t, commented, django.Options{})).Config()
	require.Nil(t, config.Comments(&stack.Stack{ID: "elsewhere:MIDDLEWARE"}))
	beside, _ := config.Beside()
	require.Len(t, beside, 1)
	require.Equal(t, "test_settings:MIDDLEWARE", beside[0].ID)
}
