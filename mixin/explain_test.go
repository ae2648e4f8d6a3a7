package mixin_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

func TestExplain(t *testing.T) {
	l := new(log)
	native := modern.Func("N", func(r *web.Request, next modern.Next) (*web.Response, error) { return next(r), nil })
	stack := []any{
		&old{name: "A", log: l},
		native,
		&failing{},
		noHook{},
		classic.Factory{Name: "U", New: func() (any, error) { return nil, web.ErrNotUsed }},
		classic.Factory{Name: "Z", New: func() (any, error) { return nil, nil }},
	}
	text := func(to mixin.Model) (text string) {
		for _, a := range mixin.Explain(to, stack...) {
			text += a.String()
		}
		return text
	}
	const bad = `mixin_test.noHook: mixin_test.noHook has none of the hooks ProcessRequest, ProcessView, ProcessTemplateResponse, ProcessResponse, ProcessException; the first is func(*web.Request) (*web.Response, error)
U: not used
Z: the constructor returned nil, which only a classic stack takes for a layer that is not used
`
	require.Equal(t, `A: upgrade
  if process_request answers: process_response of *mixin_test.failing no longer runs; an island of A, N, *mixin_test.failing keeps that
  if process_request raises: process_response of *mixin_test.failing no longer runs; an island of A, N, *mixin_test.failing keeps that
  if process_request raises: its own process_response no longer runs
  if process_response raises: the status of the error page is no longer the same for every kind of error
N: needs no bridge
*mixin_test.failing: upgrade
  if process_response raises: process_response of A runs on the error page; an island of A, N, *mixin_test.failing keeps that
  if process_response returns nothing: process_response of A runs on the error page; an island of A, N, *mixin_test.failing keeps that
  if process_response raises: the status of the error page is no longer the same for every kind of error
`+bad, text(mixin.ModelModern))
	require.Equal(t, `A: needs no bridge
N: downgrade
  if answers without calling next: process_response of *mixin_test.failing runs all the same
  if fails before it calls next: process_response of *mixin_test.failing runs all the same
  if a process_response further in fails: what it does after next no longer runs
  if fails after next: process_response of A no longer runs
  if fails after next: the error page is always that of status 500
  if calls next twice: it is an error that names the layer
*mixin_test.failing: needs no bridge
`+bad, text(mixin.ModelClassic))

	advice := mixin.Explain(mixin.ModelModern, stack[0], stack[2])
	require.Equal(t, 2, advice[0].HandOvers)
	require.Equal(t, 1, advice[1].HandOvers)
	data, err := json.Marshal(advice[1])
	require.NoError(t, err)
	require.JSONEq(t, `{"layer":"*mixin_test.failing","index":1,"bridge":"upgrade","hand_overs":1,"differences":[
		{"trigger":"process_response raises","effect":"outer-response-hooks-run","layers":["A"],"island":["A","*mixin_test.failing"],"vector":"n/response-raises-value-error"},
		{"trigger":"process_response returns nothing","effect":"outer-response-hooks-run","layers":["A"],"island":["A","*mixin_test.failing"],"vector":"n/response-returns-none-middle"},
		{"trigger":"process_response raises","effect":"status-changed","island":["*mixin_test.failing"],"vector":"n/response-raises-http404"}]}`, string(data))
}
