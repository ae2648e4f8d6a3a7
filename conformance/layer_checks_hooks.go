package conformance

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/mwcheck/mwcheck/modern"
)

func hookChecks() []LayerCheck {
	return []LayerCheck{
		{"response-hook-alone", SeverityError, "a response hook does not rely on what the layer's request hook set: under the classic model it runs without it when a layer further out answers", "Django 1.11 django/core/handlers/base.py _legacy_get_response; django-globals#22, cors-headers#164", checkAlone},
		{"attribute-missing", SeverityWarning, "a layer does not fail for want of an attribute that no outer layer wrote (LayerOptions.Outer supplies those that it is documented to need)", "sentry#26193; Django 5.2 django/contrib/auth/middleware.py: ImproperlyConfigured", checkAttr},
		{"template-not-early", SeverityError, "a template response hook does not render: layers further out may still change the context", "Django docs, topics/http/middleware, process_template_response", checkEarlyRender},
		{"template-once", SeverityError, "a template is rendered once", "Django PR 6933", checkRenderOnce},
		{"template-kept", SeverityError, "a template response hook returns a response with a template", "Django 5.2 django/core/handlers/base.py _get_response: response.render()", checkTemplateKept},
	}
}

func templated() drive {
	return get("a template", reply{status: http.StatusOK, body: "rendered", template: true})
}

func checkAlone(b *bench) {
	b.each(func(g *rig) {
		if s := g.serve(get("a page", page("hello"))); s.err != nil {
			b.why = "the layer fails in any case"
			return
		}
		d := get("an answer of an outer layer", page("hello"))
		d.stopped = true
		s := g.serve(d)
		b.reached = true
		if s.err != nil {
			b.problem(s, "process_response failed without its process_request: %v", s.err)
		}
	}, inClassic)
}

func checkAttr(b *bench) {
	b.each(func(g *rig) {
		s := g.serve(get("a page", page("hello")))
		b.reached = true
		if s.needsAttr() {
			b.problem(s, "failed after it had looked for the attribute %q, which no outer layer wrote: %v", s.missing(), s.err)
		}
	}, engines()...)
}

// rendered asks of each request whose template was rendered.
func (b *bench) rendered(judge func(s *seen)) {
	b.each(func(g *rig) {
		s := g.serve(templated())
		if s.rendered == 0 {
			b.why = "nothing was rendered"
			return
		}
		b.reached = true
		judge(s)
	}, engines()...)
}

func checkEarlyRender(b *bench) {
	b.rendered(func(s *seen) {
		if s.renderedIn != "" && s.rendered == 1 {
			b.problem(s, "the template was rendered in %s", s.renderedIn)
		}
	})
}

func checkRenderOnce(b *bench) {
	b.rendered(func(s *seen) {
		if s.rendered > 1 {
			b.problem(s, "the template was rendered %d times", s.rendered)
		}
	})
}

func checkTemplateKept(b *bench) {
	b.each(func(g *rig) {
		s := g.serve(templated())
		b.reached = b.reached || s.rendered > 0 || len(s.innerBad) > 0
		if len(s.innerBad) > 0 {
			b.problem(s, "%s returned a response without a template", s.innerBad[0])
		}
	}, engines()...)
}

func modeChecks() []LayerCheck {
	return []LayerCheck{
		{"async-does-not-block", SeverityError, "an asynchronous layer returns its Future at once; it does not wait for what is further in before", "Django docs, topics/async; package modern, AsyncLayer", checkBlocks},
		{"modes-agree", SeverityError, "a layer does the same in a synchronous and in an asynchronous stack", "Django docs, topics/http/middleware, \"Asynchronous support\"", checkModes},
	}
}

func checkBlocks(b *bench) {
	b.each(func(g *rig) {
		layer, _ := b.make()
		if f, ok := layer.(modern.Factory); !ok || f.NewAsync == nil {
			b.why = "the layer has no asynchronous form of its own"
			return
		}
		started := make(chan struct{})
		waited := false
		d := get("a page", page("hello"))
		d.afterStart = func() { close(started) }
		d.inView = func(*http.Request) {
			timer := time.NewTimer(b.opts.timeout() / 2)
			defer timer.Stop()
			select {
			case <-started:
			case <-timer.C:
				waited = true
			}
		}
		s := g.serve(d)
		switch {
		case s.hung:
			b.problem(s, "did not answer within %v", b.opts.timeout())
		case s.viewCtx == nil:
			b.why = "the layer answered itself"
		default:
			b.reached = true
			if waited {
				b.problem(s, "HandleAsync waited for what is further in before it returned")
			}
		}
	}, inAsync)
}

// answer is what a client got, field by field.
func (s *seen) answer() map[string]string {
	a := map[string]string{"status": fmt.Sprint(s.client.status), "body": s.client.body.String()}
	for key, values := range s.client.header {
		a["header "+key] = fmt.Sprint(values)
	}
	return a
}

// checkModes also runs a layer where it has to be adapted. What differs between
// two runs in the same stack (a time, a random number) is not compared; as two of
// them may be the same by chance, what looks like a problem is run again.
func checkModes(b *bench) {
	if slices.Equal(b.stacks, []string{inHTTP}) {
		b.why = "net/http middleware has no modes"
		return
	}
	const again = 4
	drives := append(zoo(), streamOf("a", "b"), templated(), get("a missing page", reply{err: errors.New("gone")}))
	for _, d := range drives {
		sync, async := make([]*seen, 0, again), make([]*seen, 0, again)
		apart := []string(nil) // what is the same in each mode and differs between them
		for range again {
			for _, m := range []struct {
				in   string
				runs *[]*seen
			}{{inModern, &sync}, {inAsync, &async}} {
				g := b.rig(m.in)
				if g == nil {
					return
				}
				*m.runs = append(*m.runs, g.serve(d))
			}
			if slices.ContainsFunc(sync, unanswered) || async[len(async)-1].hung {
				break
			}
			if apart = differ(sync, async); len(apart) == 0 {
				break
			}
		}
		if slices.ContainsFunc(sync, unanswered) {
			b.why = "the layer gave no answer"
			continue
		}
		b.reached = true
		if i := slices.IndexFunc(async, func(s *seen) bool { return s.hung }); i >= 0 {
			b.problem(async[i], "did not answer within %v", b.opts.timeout())
			continue
		}
		for _, field := range apart {
			b.problem(async[0], "%s is %q in a synchronous stack and %q in an asynchronous one", field, sync[0].answer()[field], async[0].answer()[field])
		}
	}
}

func unanswered(s *seen) bool { return s.hung || s.err != nil || s.nothing != "" }

// differ lists the fields of answers that are the same in all runs of a mode
// and not the same in both.
func differ(sync, async []*seen) []string {
	fields := map[string]bool{}
	answers := [2][]map[string]string{}
	for mode, runs := range [][]*seen{sync, async} {
		for _, s := range runs {
			a := s.answer()
			answers[mode] = append(answers[mode], a)
			for field := range a {
				fields[field] = true
			}
		}
	}
	steady := func(field string, runs []map[string]string) bool {
		return !slices.ContainsFunc(runs, func(a map[string]string) bool { return a[field] != runs[0][field] })
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if answers[0][0][field] != answers[1][0][field] && steady(field, answers[0]) && steady(field, answers[1]) {
			out = append(out, field)
		}
	}
	return out
}
