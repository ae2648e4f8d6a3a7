package mixin_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/mwcheck/mwcheck/classic"
	"github.com/mwcheck/mwcheck/mixin"
	"github.com/mwcheck/mwcheck/modern"
	"github.com/mwcheck/mwcheck/web"
)

// gate answers before anybody further in sees the request.
type gate struct{}

func (*gate) ProcessRequest(r *web.Request) (*web.Response, error) {
	if r.URL.Path == "/closed" {
		return web.Text(403, "closed"), nil
	}
	return nil, nil
}

// stamp marks every response.
type stamp struct{}

func (*stamp) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	res.Header().Set("X-Stamp", "yes")
	return res, nil
}

var site = web.App{Router: web.Paths{
	"/": func(*web.Request) (*web.Response, error) { return web.Text(200, "home"), nil },
}}

func show(h interface {
	Respond(*web.Request) (*web.Response, error)
}, path string) {
	r := web.NewRequest(httptest.NewRequest("GET", path, nil))
	res, err := h.Respond(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := res.Body()
	fmt.Printf("%d %s, stamp %q\n", res.StatusCode(), body, res.Header().Get("X-Stamp"))
	res.Close()
	r.RunClosers()
}

// In the modern model a short-circuit hides the response from the layers
// further in.
func ExampleUpgrade() {
	chain, err := modern.New(modern.Config{App: site}, mixin.Upgrade(&gate{}), mixin.Upgrade(&stamp{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	show(chain, "/")
	show(chain, "/closed")
	// Output:
	// 200 home, stamp "yes"
	// 403 closed, stamp ""
}

// An island keeps the old behaviour inside the group.
func ExampleIsland() {
	chain, err := modern.New(modern.Config{App: site}, mixin.Island(&gate{}, &stamp{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	show(chain, "/")
	show(chain, "/closed")
	// Output:
	// 200 home, stamp "yes"
	// 403 closed, stamp "yes"
}

// A group can keep to a release of the classic model of its own.
func ExampleGroup() {
	old := web.Django18()
	group := mixin.Group{Name: "old layers", Profile: &old, Layers: []any{&gate{}, &stamp{}}}
	chain, err := modern.New(modern.Config{Profile: web.Django52(), App: site}, group.Factory())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(chain.Plan())
	show(chain, "/closed")
	// Output:
	// sync old layers
	// sync handler
	// 403 closed, stamp "yes"
}

// A modern layer in an old stack: what is before next is its process_request,
// what is after is its process_response.
func ExampleDowngrade() {
	layer := modern.Func("loud", func(r *web.Request, next modern.Next) (*web.Response, error) {
		fmt.Println("in")
		res := next(r)
		fmt.Println("out")
		return res, nil
	})
	stack, err := classic.New(classic.Config{App: site}, mixin.Downgrade(layer), &gate{}, &stamp{})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(stack, "/closed")
	// Output:
	// in
	// out
	// 403 closed, stamp "yes"
}

func ExampleExplain() {
	for _, advice := range mixin.Explain(mixin.ModelModern, &gate{}, &stamp{}) {
		fmt.Print(advice)
	}
	// Output:
	// *mixin_test.gate: upgrade
	//   if process_request answers: process_response of *mixin_test.stamp no longer runs; an island of *mixin_test.gate, *mixin_test.stamp keeps that
	//   if process_request raises: process_response of *mixin_test.stamp no longer runs; an island of *mixin_test.gate, *mixin_test.stamp keeps that
	// *mixin_test.stamp: upgrade
	//   if process_response raises: the status of the error page is no longer the same for every kind of error
}
