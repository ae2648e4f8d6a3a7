package mixin_test

import (
	"net/http/httptest"
	"strings"

	"github.com/mwcheck/mwcheck/web"
)

// log notes what happened.
type log []string

func (l *log) add(s string) { *l = append(*l, s) }

func (l *log) String() string { return strings.Join(*l, " ") }

// old is a layer of the classic model.
type old struct {
	name    string
	log     *log
	request func(*web.Request) (*web.Response, error)
}

func (o *old) LayerName() string { return o.name }

func (o *old) ProcessRequest(r *web.Request) (*web.Response, error) {
	o.log.add(o.name + ".in")
	if o.request != nil {
		return o.request(r)
	}
	return nil, nil
}

func (o *old) ProcessResponse(_ *web.Request, res *web.Response) (*web.Response, error) {
	o.log.add(o.name + ".out")
	return res, nil
}

// hello is an App whose one view says so.
func hello(l *log) web.App {
	return web.App{Router: web.Paths{"/": func(*web.Request) (*web.Response, error) {
		l.add("view")
		return web.Text(200, "hello"), nil
	}}}
}

func get(path string) *web.Request { return web.NewRequest(httptest.NewRequest("GET", path, nil)) }
