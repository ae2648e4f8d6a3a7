package conformance

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func headerChecks() []LayerCheck {
	return []LayerCheck{
		{"header-names", SeverityError, "the names of header fields are tokens", citeHTTP + ", 5.1", func(b *bench) { checkHeader(b, badName) }},
		{"header-values", SeverityError, "header values hold no CR, LF or NUL, whatever the request says", citeHTTP + ", 5.5; CWE-113", func(b *bench) { checkHeader(b, badValue) }},
		{"vary-kept", SeverityError, "a layer adds to Vary; what further in put there stays", "Django 5.2 django/utils/cache.py patch_vary_headers", checkVary},
		{"cookies-kept", SeverityError, "the cookies that further in set stay", "RFC 6265, 3: several Set-Cookie fields", checkCookies},
		{"status-range", SeverityError, "a status is 200 to 599 (or 101)", citeHTTP + ", 15", checkStatus},
		{"etag-quoted", SeverityWarning, "an ETag is quoted", citeHTTP + ", 8.8.3; werkzeug LintMiddleware", checkETag},
		{"header-before-body", SeverityError, "headers are set before the response is under way; what comes later is lost", "net/http, ResponseWriter.Header", checkLateHeader},
		{"status-once", SeverityError, "the status is written once", "net/http, \"superfluous response.WriteHeader call\"", checkStatusOnce},
		{"flush-kept", SeverityWarning, "a ResponseWriter that wraps another lets flushes through (Flush, or Unwrap)", "net/http, ResponseController", checkFlush},
	}
}

// hostile are requests whose parts must not end up in a header as they are.
func hostile() []drive {
	const text = "a%0d%0aX-Evil:%201%00"
	var list []drive
	for _, key := range []string{"next", "q", "url", "return", "redirect_to", "name", "id", "lang"} {
		list = append(list, drive{name: "a request with " + key + "=CR LF", target: "/?" + key + "=" + text, reply: page("hello")})
	}
	return append(list,
		drive{name: "a path with CR LF", target: "/" + text, reply: page("hello")},
		drive{name: "a path with CR LF that is not found", target: "/" + text, reply: reply{status: http.StatusNotFound, body: "no"}})
}

func checkHeader(b *bench, bad func(http.Header) string) {
	for _, d := range append(hostile(), zoo()...) {
		b.drive(d, func(s *seen) {
			b.judge(s, func(p *snap) string { return bad(p.header) })
		})
	}
}

func badName(h http.Header) string {
	for _, key := range slices.Sorted(maps.Keys(h)) {
		if key == "" || strings.ContainsFunc(key, func(r rune) bool {
			return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
		}) {
			return fmt.Sprintf("%q is no name for a header field", key)
		}
	}
	return ""
}

func badValue(h http.Header) string {
	for _, key := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[key] {
			if strings.ContainsAny(value, "\r\n\x00") {
				return fmt.Sprintf("the value of %s is %q", key, value)
			}
		}
	}
	return ""
}

// rich is a request that layers add to Vary for.
func rich(r reply) drive {
	return drive{name: "a page that varies", header: http.Header{
		"Origin": {"https://example.org"}, "Accept-Encoding": {"gzip"}, "Cookie": {"sessionid=x"}, "Accept-Language": {"de"},
	}, reply: r}
}

func checkVary(b *bench) {
	d := rich(reply{status: http.StatusOK, body: strings.Repeat("hello ", 100), header: http.Header{"Vary": {"X-Suite"}, "Content-Type": {"text/html"}}})
	b.drive(d, func(s *seen) {
		if !b.through(s) {
			return
		}
		vary := strings.ToLower(strings.Join(s.out.header.Values("Vary"), ","))
		for field := range strings.SplitSeq(vary, ",") {
			if field = strings.TrimSpace(field); field == "x-suite" || field == "*" {
				return
			}
		}
		b.problem(s, "Vary was \"X-Suite\" and is %q", vary)
	})
}

func checkCookies(b *bench) {
	d := rich(reply{status: http.StatusOK, body: "hello", header: http.Header{"Set-Cookie": {"suite=1; Path=/", "other=2"}}})
	d.name = "a page that sets cookies"
	b.drive(d, func(s *seen) {
		if !b.through(s) {
			return
		}
		for _, cookie := range []string{"suite=1", "other=2"} {
			if !slices.ContainsFunc(s.out.header["Set-Cookie"], func(v string) bool { return strings.HasPrefix(v, cookie) }) {
				b.problem(s, "the cookie %s is gone", cookie)
			}
		}
	})
}

func checkStatus(b *bench) {
	for _, d := range zoo() {
		b.drive(d, func(s *seen) {
			b.judge(s, func(p *snap) string {
				if p.status >= 200 && p.status <= 599 || p.status == http.StatusSwitchingProtocols {
					return ""
				}
				return fmt.Sprintf("the status is %d", p.status)
			})
		})
	}
}

func checkETag(b *bench) {
	quoted := regexp.MustCompile(`^(W/)?"[^"]*"$`)
	for _, d := range zoo() {
		b.drive(d, func(s *seen) {
			b.judge(s, func(p *snap) string {
				if tag := p.header.Get("ETag"); tag != "" && !quoted.MatchString(tag) {
					return fmt.Sprintf("ETag is %s", tag)
				}
				return ""
			})
		})
	}
}

func checkLateHeader(b *bench) {
	if len(b.opts.Outer) > 0 {
		b.why = "not checked under LayerOptions.Outer"
		return
	}
	for _, d := range append(zoo(), streamOf("a", "b")) {
		b.drive(d, func(s *seen) {
			b.reached = true
			before, after := s.out.header, s.client.header
			if s.out.res != nil {
				after = s.out.res.Header()
			} else if s.client.sent == nil {
				return
			}
			if key := changed(before, after); key != "" {
				b.problem(s, "%s was set after the header had gone out", key)
			}
		})
	}
}

// changed is the first field that differs, trailers aside.
func changed(before, after http.Header) string {
	trailers := strings.Join(before.Values("Trailer"), ",")
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if !slices.Equal(before[key], after[key]) && !strings.HasPrefix(key, http.TrailerPrefix) && !strings.Contains(trailers, key) {
			return key
		}
	}
	return ""
}

func checkStatusOnce(b *bench) {
	for _, d := range zoo() {
		b.drive(d, func(s *seen) {
			b.reached = true
			if len(s.client.again) > 0 {
				b.problem(s, "status %d was written after %d", s.client.again[0], s.client.status)
			}
		}, inHTTP)
	}
}

func checkFlush(b *bench) {
	b.drive(streamOf("a", "b"), func(s *seen) {
		if s.calls == 0 {
			b.why = "the layer answered itself"
			return
		}
		b.reached = true
		if s.flushErr != nil {
			b.problem(s, "a flush from further in failed: %v", s.flushErr)
		}
	}, inHTTP)
}
