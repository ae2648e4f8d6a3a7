package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

const (
	citeStream = "Django docs, topics/http/middleware, \"Dealing with streaming responses\""
	citeLint   = "Rack::Lint (rack 3, lib/rack/lint.rb)"
	citeHTTP   = "RFC 9110"
)

func engines() []string { return []string{inClassic, inModern, inAsync} }

func streamOf(chunks ...string) drive {
	return get("a stream", reply{status: http.StatusOK, chunks: chunks})
}

func streamChecks() []LayerCheck {
	return []LayerCheck{
		{"stream-unconsumed", SeverityError, "a layer wraps a stream; it does not consume it", citeStream, checkUnconsumed},
		{"stream-chunks", SeverityError, "each chunk of a stream goes out before the next one is asked for; none is held back or merged", citeLint + ": a new body yields at least once per iteration of the old", checkChunks},
		{"stream-whole", SeverityError, "a stream goes out to its end", citeStream, checkWhole},
		{"stream-errors", SeverityError, "the error that ends a stream goes on to the server, so that the client learns that the body is not whole", "net/http, ErrAbortHandler; PEP 3333, error handling", checkStreamErrors},
		{"stream-stops", SeverityError, "when the client goes away a wrapped stream stops and ends the one it wraps", "package iter: yield must not be called after it returned false", checkStreamStops},
		{"old-stream-closed", SeverityError, "a layer that replaces a response, or its stream, closes the old one", "Django 5.2: engines close only the final response", checkOldClosed},
		{"open-until-sent", SeverityError, "a response is not closed before it is sent, and its body is not read after it is closed", citeLint + ": close, not after close", checkOpen},
	}
}

func checkUnconsumed(b *bench) {
	b.drive(streamOf("a", "b"), func(s *seen) {
		if !b.through(s) {
			return
		}
		if s.consumed() {
			b.problem(s, "consumed the stream before it was sent")
		}
	}, engines()...)
}

// consumed says that the layer took the whole stream while it was at work. A
// look at the first chunk is none of that: net/http middleware as a layer
// (web.Around) has to take it to know that there is a stream.
func (s *seen) consumed() bool {
	return len(s.pulls) > 0 && !slices.Contains(s.pulls, false)
}

func checkChunks(b *bench) {
	b.drive(streamOf("first chunk ", "second chunk ", "third chunk"), func(s *seen) {
		if len(s.pulls) == 0 || s.inner == nil {
			b.why = "the layer does not let the stream through"
			return
		}
		if s.consumed() {
			b.why = "the layer consumes the stream"
			return
		}
		if s.flushErr != nil {
			b.why = "the layer does not let flushes through"
			return
		}
		b.reached = true
		for i := 1; i < len(s.order); i++ {
			if s.order[i] == 'i' && s.order[i-1] == 'i' {
				b.problem(s, "asked for the next chunk before anything of the last one was sent")
				return
			}
		}
		if n := len(s.order); n > 0 && s.order[n-1] == 'i' && s.ended {
			b.problem(s, "the last chunk was not sent")
		}
	})
}

func checkWhole(b *bench) {
	b.drive(streamOf("a", "b", "c"), func(s *seen) {
		if len(s.pulls) == 0 {
			b.why = "the layer does not let the stream through"
			return
		}
		b.reached = true
		if !s.ended {
			b.problem(s, "only %d of 3 chunks were asked for", len(s.pulls))
		}
	}, engines()...)
}

func checkStreamErrors(b *bench) {
	d := get("a stream that fails after its first chunk", reply{status: http.StatusOK, chunks: []string{"a"}, streamErr: errors.New("the source broke")})
	b.drive(d, func(s *seen) {
		switch {
		case len(s.pulls) == 0:
			b.why = "the layer does not let the stream through"
		case s.out.streaming:
			b.reached = true
			if s.left == nil {
				b.problem(s, "the response ended as if it were whole")
			}
		}
	}, engines()...)
}

func checkStreamStops(b *bench) {
	d := streamOf("a", "b", "c", "d", "e")
	d.name, d.goneAfter = "a client that goes away", 1
	b.drive(d, func(s *seen) {
		if len(s.pulls) == 0 || !s.out.streaming {
			b.why = "the layer does not let the stream through"
			return
		}
		b.reached = true
		switch {
		case s.left != nil:
			b.problem(s, "failed: %v", s.left)
		case s.pulledGone > 0:
			b.problem(s, "asked for %d chunks more", s.pulledGone)
		case !s.released:
			b.problem(s, "the stream it wraps was never ended")
		}
	}, engines()...)
}

func checkOldClosed(b *bench) {
	b.drive(streamOf("a", "b"), func(s *seen) {
		if !b.through(s) || !s.inner.streaming {
			return
		}
		if s.closed == 0 {
			b.problem(s, "the response from further in was given up and never closed")
		}
	}, engines()...)
}

func checkOpen(b *bench) {
	for _, d := range []drive{streamOf("a", "b"), get("a page", page("hello"))} {
		b.drive(d, func(s *seen) {
			if !b.through(s) {
				return
			}
			switch {
			case s.pulledClosed:
				b.problem(s, "the stream was read after the response had been closed")
			case s.closedAtWork && s.out.res == s.inner.res:
				b.problem(s, "the response was closed before it was sent")
			}
		}, engines()...)
	}
}

func bodyChecks() []LayerCheck {
	return []LayerCheck{
		{"content-length", SeverityError, "a Content-Length is that of the body", citeHTTP + ", 8.6", checkLength},
		{"no-body", SeverityError, "an answer of status 204 or 304 has no body, and one of 204 no Content-Length", citeHTTP + ", 6.4.1 and 8.6", checkNoBody},
		{"head-length", SeverityWarning, "the Content-Length of the answer to HEAD is not made from the body that is not there", citeHTTP + ", 9.3.2", checkHead},
	}
}

func checkLength(b *bench) {
	for _, d := range []drive{
		get("a page with a length", reply{status: http.StatusOK, body: "<html><body><p>hello</p></body></html>", header: http.Header{"Content-Length": {"38"}, "Content-Type": {"text/html; charset=utf-8"}}}),
		get("a page", page("hello")),
	} {
		b.drive(d, func(s *seen) {
			b.judge(s, func(p *snap) string {
				text := p.header.Get("Content-Length")
				if text == "" || p.streaming || !bodyAllowed(p.status) {
					return ""
				}
				if n, err := strconv.Atoi(text); err != nil || n != len(p.body) {
					return fmt.Sprintf("Content-Length is %q, the body has %d bytes", text, len(p.body))
				}
				return ""
			})
		})
	}
	d := get("a stream with a length", reply{status: http.StatusOK, chunks: []string{"ab", "cd"}, header: http.Header{"Content-Length": {"4"}}})
	b.drive(d, func(s *seen) {
		b.reached = true
		text := s.out.header.Get("Content-Length")
		if sent := s.client.body.Len(); text != "" && text != strconv.Itoa(sent) && s.left == nil {
			b.problem(s, "Content-Length is %q, %d bytes were sent", text, sent)
		}
	})
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func checkNoBody(b *bench) {
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified} {
		d := get(fmt.Sprintf("an answer of status %d", status), reply{status: status})
		b.drive(d, func(s *seen) {
			b.judge(s, func(p *snap) string {
				switch {
				case bodyAllowed(p.status):
				case p.body != "" || p.streaming:
					return "got a body"
				case p.status == http.StatusNoContent && p.header.Get("Content-Length") != "":
					return "got a Content-Length"
				}
				return ""
			})
		})
	}
}

func checkHead(b *bench) {
	d := drive{name: "a HEAD request", method: http.MethodHead, reply: reply{status: http.StatusOK, header: http.Header{"Content-Length": {"1234"}}}}
	b.drive(d, func(s *seen) {
		if !b.through(s) {
			return
		}
		if text := s.out.header.Get("Content-Length"); text != "" && text != "1234" && text == strconv.Itoa(len(s.out.body)) {
			b.problem(s, "Content-Length became %q", text)
		}
	})
}
