package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

func requestChecks() []LayerCheck {
	return []LayerCheck{
		{"request-body", SeverityError, "the body of the request arrives further in as the client sent it", "DRF#7642, request-logging#67: the body was read and not put back", checkRequestBody},
		{"context-kept", SeverityError, "the request goes on with the context it came with, so that it is cancelled and keeps its values", "net/http, Request.WithContext", checkContext},
	}
}

func checkRequestBody(b *bench) {
	for _, d := range []drive{
		{name: "a form", method: http.MethodPost, body: "a=1&b=2", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, reply: page("done")},
		{name: "a JSON request", method: http.MethodPut, body: `{"a": 1}`, header: http.Header{"Content-Type": {"application/json"}}, reply: page("done")},
		{name: "a long body", method: http.MethodPost, body: strings.Repeat("0123456789", 10_000), header: http.Header{"Content-Type": {"application/octet-stream"}}, reply: page("done")},
	} {
		b.drive(d, func(s *seen) {
			if !b.through(s) {
				return
			}
			switch {
			case s.readErr != nil:
				b.problem(s, "reading the body further in failed: %v", s.readErr)
			case s.readBody != d.body:
				b.problem(s, "%d of %d bytes arrived further in", len(s.readBody), len(d.body))
			}
		})
	}
}

func checkContext(b *bench) {
	b.each(func(g *rig) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		cancelled := false
		d := get("a request that is cancelled", page("hello"))
		d.inView = func(r *http.Request) {
			cancel()
			timer := time.NewTimer(b.opts.timeout() / 4)
			defer timer.Stop()
			select {
			case <-r.Context().Done():
				cancelled = true
			case <-timer.C:
			}
		}
		s := g.serveContext(ctx, d)
		switch {
		case s.hung || s.viewCtx == nil:
			b.why = "the layer answered itself"
		case s.lost:
			b.reached = true
			b.problem(s, "the values of the context are gone further in")
		case !cancelled:
			b.reached = true
			b.problem(s, "the context further in is not cancelled with the request's")
		default:
			b.reached = true
		}
	})
}

func stateChecks() []LayerCheck {
	return []LayerCheck{
		{"no-state", SeverityError, "a layer keeps nothing of one request for another, be they interleaved, one after the other, or at once (run with -race)", "Django docs, topics/http/middleware: __init__ is called only once; zulip#16263, django-tools#7", checkState},
		{"no-goroutines", SeverityError, "when a request is over nothing of it is still running", "net/http, Handler: the request is finished when ServeHTTP returns", checkGoroutines},
	}
}

// marked makes a drive full of a marker.
func markedDrive(marker string) drive {
	return drive{
		name: "request " + marker, target: "/" + marker + "?q=" + marker + "&next=/" + marker,
		header: http.Header{
			"X-Request-Id": {marker}, "Cookie": {"session=" + marker}, "User-Agent": {marker}, "Origin": {"https://" + marker + ".example"},
			"Accept-Language": {marker}, "Authorization": {"Bearer " + marker}, "X-User": {marker},
		},
		reply: reply{status: http.StatusOK, body: "page for " + marker, header: http.Header{"X-Page": {marker}}},
	}
}

// holds says where a marker of another request is in an answer.
func (s *seen) holds(marker string) string {
	if s.out == nil {
		return ""
	}
	if strings.Contains(s.client.body.String(), marker) {
		return "the body"
	}
	for key, values := range s.client.header {
		if strings.Contains(strings.Join(values, "\n"), marker) {
			return "the header " + key
		}
	}
	return ""
}

const markerA, markerB = "aaaa1111", "bbbb2222"

func checkState(b *bench) {
	b.each(func(g *rig) {
		s := g.serve(markedDrive("warm0000"))
		if !b.usable(s) {
			return
		}
		if s.lost {
			b.why = "the layer drops the context, by which requests are told apart"
			return
		}
		b.reached = true
		b.interleaved(g)
		b.inTurn(g)
		b.atOnce(g)
	})
}

// interleaved holds one request in the view while another is served.
func (b *bench) interleaved(g *rig) {
	inside, resume := make(chan struct{}), make(chan struct{})
	var once sync.Once
	a := markedDrive(markerA)
	a.inView = func(*http.Request) {
		once.Do(func() { close(inside) })
		<-resume
	}
	first, wait := g.start(context.Background(), a)
	timer := time.NewTimer(b.opts.timeout())
	defer timer.Stop()
	ended := make(chan struct{})
	go func() { wait(); close(ended) }()
	select {
	case <-inside:
	case <-ended: // the layer answered itself
	case <-timer.C:
	}
	second := g.serve(markedDrive(markerB))
	close(resume)
	<-ended
	if second.hung {
		b.problem(second, "waits for another request to end")
		return
	}
	b.leak(first, markerB)
	b.leak(second, markerA)
}

func (b *bench) leak(s *seen, marker string) {
	if s.hung {
		b.problem(s, "did not answer within %v", b.opts.timeout())
		return
	}
	if where := s.holds(marker); where != "" {
		b.problem(s, "%s holds what belongs to another request", where)
	}
}

// inTurn serves a bare request after a marked one.
func (b *bench) inTurn(g *rig) {
	g.serve(markedDrive(markerA))
	b.leak(g.serve(get("the request after request "+markerA, page("hello"))), markerA)
}

// atOnce is there for the race detector.
func (b *bench) atOnce(g *rig) {
	const n = 8
	all := make([]*seen, n)
	var waits []func()
	for i := range n {
		s, wait := g.start(context.Background(), markedDrive(fmt.Sprintf("mark%04d", i)))
		all[i] = s
		waits = append(waits, wait)
	}
	for i, wait := range waits {
		wait()
		for j := range n {
			if j != i {
				b.leak(all[i], fmt.Sprintf("mark%04d", j))
			}
		}
	}
}

func checkGoroutines(b *bench) {
	gone := streamOf("a", "b", "c", "d")
	gone.name, gone.goneAfter = "a client that goes away", 1
	drives := []drive{
		get("a page", page("hello")), streamOf("a", "b"), gone,
		get("an error of the view", reply{err: errors.New("the view failed")}), get("an aborted request", reply{abort: true}),
	}
	for i, d := range drives {
		b.each(func(g *rig) {
			d.label = fmt.Sprintf("%s %d %x", g.in, i, rand.Uint64())
			s := g.serve(d)
			if s.hung {
				b.why = "the layer gave no answer"
				return
			}
			b.reached = true
			if n := settle(d.label, b.opts.timeout()/4); n > 0 {
				b.problem(s, "%d goroutines are left", n)
			}
		})
	}
}

// settle waits until no goroutine has the label and gives how many are left
// when patience is over.
func settle(label string, patience time.Duration) int {
	deadline := time.Now().Add(patience)
	pause := time.NewTicker(time.Millisecond)
	defer pause.Stop()
	for {
		n := labelled(label)
		if n == 0 || time.Now().After(deadline) {
			return n
		}
		<-pause.C
	}
}

const labelKey = "mwcheck-drive"

// labelled counts the goroutines that a drive has started and that are still
// there: goroutines inherit the labels of who starts them.
func labelled(label string) int {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		return 0
	}
	n, here := 0, 0
	for line := range strings.SplitSeq(text.String(), "\n") {
		if count, _, ok := strings.Cut(line, " @ "); ok {
			if _, err := fmt.Sscanf(count, "%d", &here); err != nil {
				here = 0
			}
		} else if strings.HasPrefix(line, "# labels:") && strings.Contains(line, fmt.Sprintf("%q:%q", labelKey, label)) {
			n += here
		}
	}
	return n
}
