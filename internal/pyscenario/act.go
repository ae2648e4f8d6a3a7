package pyscenario

import (
	"fmt"
	"strings"
)

// answer writes the statements that make a response and return it.
func (p *project) answer(w *page, im *imports, event, behaviour string, status int) {
	head, kind, _ := strings.Cut(behaviour, ":")
	code := ""
	if status != 200 {
		code = fmt.Sprintf(", status=%d", status)
	}
	switch head {
	case "respond_template", "replace_template", "respond_template_raises":
		fails := ""
		if head == "respond_template_raises" {
			if fails = kind; fails == "" {
				fails = "value_error"
			}
		}
		im.from("django.template.response", "TemplateResponse")
		w.line("page = TemplateResponse(request, %q, {%q: %q, %q: %q}%s)", "page.html", "name", event, "fails", fails, code)
	case "respond_stream":
		w.line("page = %s(recorder.Chunks(%q)%s)", text(p.http(im, "StreamingHttpResponse")), event, code)
	default:
		w.line("page = %s(%q%s)", text(p.http(im, "HttpResponse")), event, code)
	}
	w.line("page.made_by = %q", event)
	w.line("page[%q] = %q", "X-Trace", event)
	w.line("return page")
}

// http is a name of django.http as the project writes it.
func (p *project) http(im *imports, name string) string {
	switch p.opts.Style.Http {
	case 1:
		im.from("django", "http")
		return "http." + name
	case 2:
		im.plain["django.http"] = true
		return "django.http." + name
	}
	im.from("django.http", name)
	return name
}

// raise writes a raise statement.
func (p *project) raise(w *page, im *imports, kind, event string) {
	name := ""
	switch kind {
	case "value_error":
		name = "ValueError"
	case "system_exit":
		name = "SystemExit"
	case "keyboard_interrupt":
		name = "KeyboardInterrupt"
	case "http404":
		name = p.http(im, "Http404")
	case "multipart_error":
		name = "MultiPartParserError"
		im.from("django.http.multipartparser", name)
	default:
		name = map[string]string{
			"permission_denied": "PermissionDenied", "suspicious_operation": "SuspiciousOperation", "bad_request": "BadRequest",
			"too_many_fields": "TooManyFieldsSent", "data_too_big": "RequestDataTooBig",
		}[kind]
		im.from("django.core.exceptions", name)
	}
	if p.opts.Python2 && w.depth > 1 {
		w.line("raise %s, %q", name, event)
		return
	}
	w.line("raise %s(%q)", name, event)
}

// ordinary says that a behaviour is what most layers do.
func ordinary(behaviour string) bool {
	return behaviour == "pass" || behaviour == "touch" || behaviour == ""
}

// act writes the statements of a behaviour that ends the function. given is the
// variable with the response, "" where there is none.
func (p *project) act(w *page, im *imports, event, behaviour, given string) {
	head, kind, _ := strings.Cut(behaviour, ":")
	switch head {
	case "", "pass":
		if given == "" {
			given = "None"
		}
		w.line("return %s", given)
	case "touch":
		if len(event)%2 == 0 {
			w.line("recorder.touch(%s, %q)", given, event)
		} else {
			w.line("%s[%q] = recorder.trail(%s.get(%q, %q), %q)", given, "X-Trace", given, "X-Trace", "", event)
		}
		w.line("return %s", given)
	case "return_none":
		w.line("return None")
	case "return_false":
		w.line("return False")
	case "raise":
		p.raise(w, im, kind, event)
	case "reraise":
		w.line("raise exception")
	case "set_urlconf":
		w.line("request.urlconf = %q", pkg+".urls2")
		w.line("return None")
	default:
		p.answer(w, im, event, behaviour, 200)
	}
}

// conditions hold for every request that is served here; a reader cannot know.
var conditions = []string{
	`request.method == "GET"`,
	`request.path.startswith("/")`,
	`not request.META.get("HTTP_X_QUIET")`,
	`settings.SHOP_IS_OPEN`,
	`"quiet" not in request.GET`,
}
