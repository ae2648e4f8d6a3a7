package pyscenario

import (
	"fmt"
	"strings"
)

// settings writes the settings modules.
func (p *project) settings() {
	name := "MIDDLEWARE"
	if p.classic() {
		name = "MIDDLEWARE_CLASSES"
	}
	half := (len(p.out.Layers) + 1) / 2
	first, rest := p.out.Layers[:half], p.out.Layers[half:]
	w := p.page()
	if p.opts.Style.Comments {
		w.line(`"""Settings of the shop."""`)
	}
	w.line("import os")
	w.line("")
	if p.opts.Style.Settings == Split {
		base := p.page()
		p.commonSettings(base)
		list(base, name+" = ", first, "[", "]")
		p.add("base", base.String())
		w.line("from .base import *")
		w.line("")
		list(w, name+" = "+name+" + ", rest, "[", "]")
		p.add("settings", w.String())
		return
	}
	p.commonSettings(w)
	switch p.opts.Style.Settings {
	case Tuple:
		list(w, name+" = ", p.out.Layers, "(", ")")
	case Sum:
		list(w, "OUTER = ", first, "[", "]")
		list(w, name+" = OUTER + ", rest, "[", "]")
	case Extend:
		list(w, name+" = ", first, "[", "]")
		list(w, name+" += ", rest, "[", "]")
	case Append:
		list(w, name+" = ", first, "[", "]")
		for _, path := range rest {
			w.line("%s.append(%q)", name, path)
		}
	default:
		list(w, name+" = ", p.out.Layers, "[", "]")
	}
	p.add("settings", w.String())
}

// list writes a list, one element a line.
func list(w *page, head string, items []string, open, end string) {
	if len(items) == 0 {
		w.line("%s%s%s", head, open, end)
		return
	}
	w.line("%s%s", head, open)
	for _, item := range items {
		w.line("    %q,", item)
	}
	w.line("%s", end)
}

// commonSettings writes what every project has.
func (p *project) commonSettings(w *page) {
	w.line("DEBUG = False")
	w.line("SECRET_KEY = %q", "not a secret")
	w.line("ALLOWED_HOSTS = [%q]", "*")
	w.line("ROOT_URLCONF = %q", pkg+".urls")
	w.line("INSTALLED_APPS = []")
	w.line("DATABASES = {}")
	w.line("USE_TZ = True")
	w.line("SHOP_IS_OPEN = True")
	if p.scenario.Propagate {
		w.line("DEBUG_PROPAGATE_EXCEPTIONS = True")
	}
	w.line("TEMPLATES = [{")
	w.line("    %q: %q,", "BACKEND", "django.template.backends.django.DjangoTemplates")
	w.line("    %q: {", "OPTIONS")
	w.line("        %q: [(%q, {%q: %q})],", "loaders", "django.template.loaders.locmem.Loader", "page.html", "{% load tags %}{% shown name fails %}")
	w.line("        %q: {%q: %q},", "libraries", "tags", pkg+".tags")
	w.line("    },")
	w.line("}]")
	if p.opts.Style.Comments {
		w.line("# The order matters.")
	}
}

// site writes the URLconfs and the views.
func (p *project) site() {
	p.add("urls", p.urls("views"))
	p.add("views", p.views("", p.scenario.ErrorHandlers))
	p.add("urls2", p.urls("views2"))
	p.add("views2", p.views("urlconf2.", ""))
}

func (p *project) urls(views string) string {
	w := p.page()
	w.line("try:")
	w.line("    from django.urls import re_path")
	w.line("except ImportError:")
	w.line("    from django.conf.urls import url as re_path")
	w.line("")
	w.line("from . import %s", views)
	w.line("")
	for _, status := range []int{400, 403, 404, 500} {
		w.line("handler%d = %q", status, fmt.Sprintf("%s.%s.error_%d", pkg, views, status))
	}
	w.line("")
	w.line("urlpatterns = [re_path(r%q, %s.page)]", "^$", views)
	return w.String()
}

func (p *project) views(prefix, pages string) string {
	w := p.page()
	im := newImports()
	body := p.page()
	p.view(body, im)
	for _, status := range []int{400, 403, 404, 500} {
		p.errorPage(body, im, prefix, pages, status)
	}
	w.line("import sys")
	w.line("")
	im.write(w, "from . import recorder")
	return w.String() + "\n" + body.String()
}

// view writes the one view.
func (p *project) view(w *page, im *imports) {
	w.line("")
	w.block(func() {
		w.line("recorder.note(%q)", "view")
		head, kind, _ := strings.Cut(p.scenario.View, ":")
		switch head {
		case "", "ok":
			p.answer(w, im, "view", "respond", 200)
		case "notfound":
			p.answer(w, im, "view", "respond", 404)
		case "template":
			p.answer(w, im, "view", "respond_template", 200)
		case "template_render_raises":
			p.answer(w, im, "view", "respond_template_raises:"+kind, 200)
		case "stream":
			p.answer(w, im, "view", "respond_stream", 200)
		case "raise":
			p.raise(w, im, kind, "view")
		case "return_none":
			w.line("return None")
		case "return_false":
			w.line("return False")
		}
	}, "def page(request):")
	w.line("")
}

// errorPage writes the view for errors of a status.
func (p *project) errorPage(w *page, im *imports, prefix, pages string, status int) {
	event := fmt.Sprintf("%shandler%d", prefix, status)
	args := "request, exception=None"
	if status == 500 {
		args = "request"
	}
	w.line("")
	w.block(func() {
		cause := "exception or sys.exc_info()[1]"
		if status == 500 {
			cause = "sys.exc_info()[1]"
		}
		w.line("recorder.note_exception(%q, %s)", event, cause)
		switch {
		case pages == "django":
			name := map[int]string{400: "bad_request", 403: "permission_denied", 404: "page_not_found", 500: "server_error"}[status]
			w.line("from django.views import defaults")
			w.line("return defaults.%s(%s)", name, strings.TrimSuffix(args, "=None"))
		case pages == "raise", pages == "raise4xx" && status < 500:
			p.raise(w, im, "value_error", event)
		case pages == "template":
			p.answer(w, im, event, "respond_template", status)
		default:
			p.answer(w, im, event, "respond", status)
		}
	}, "def error_%d(%s):", status, args)
	w.line("")
}
