package web

import (
	"bytes"
	"io"
)

// Template is a deferred body: what a template response hook may change until
// the engine renders it (Django's SimpleTemplateResponse).
type Template struct {
	// Name and Context are for hooks and for Execute, which alone knows what
	// they mean.
	Name    string
	Context map[string]any
	// Execute writes the body.
	Execute func(w io.Writer, r *Request, t *Template) error

	after []func(*Response)
}

// AfterRender registers f to see the response once it is rendered.
func (t *Template) AfterRender(f func(*Response)) { t.after = append(t.after, f) }

// Deferred is a response whose body is rendered by the engine, after the
// template response hooks.
func Deferred(status int, t *Template) *Response {
	return &Response{Status: status, template: t}
}

// Template gives the deferred template, also after it was rendered; nil if the
// response never had one.
func (res *Response) Template() *Template { return res.template }

// Unrendered says that the response has a template that is not rendered yet.
func (res *Response) Unrendered() bool { return res.template != nil && !res.rendered }

// Render makes the body; on a rendered response it does nothing. A response
// without a template is ErrNotTemplate.
func (res *Response) Render(r *Request) error {
	if res.template == nil {
		return ErrNotTemplate
	}
	if res.rendered {
		return nil
	}
	var body bytes.Buffer
	if res.template.Execute != nil {
		if err := res.template.Execute(&body, r, res.template); err != nil {
			return err
		}
	}
	res.SetBody(body.Bytes())
	for _, f := range res.template.after {
		f(res)
	}
	return nil
}
