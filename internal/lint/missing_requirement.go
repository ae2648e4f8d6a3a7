package lint

import (
	"fmt"
	"strings"

	"github.com/mwcheck/mwcheck/internal/catalog"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// missingRequirement reports layers whose app is not installed or whose setting
// is not set.
var missingRequirement = Rule{
	ID: "MW109", Name: "missing-requirement", Since: "0.1.0", Severity: finding.Error,
	Title: "A layer needs an app or a setting that is not there",
	Doc: `The layer is listed, but the app it belongs to is not in INSTALLED_APPS, or a
setting it cannot do without is not assigned. Nothing is reported where
INSTALLED_APPS is not known entirely, or where an AppConfig in it may stand for
the app.

## Why

RedirectFallbackMiddleware raises ImproperlyConfigured in its constructor when
django.contrib.sites is not installed (django/contrib/redirects/middleware.py,
Django 1.5 and later). A model cannot be imported when its app is not installed
(django/db/models/base.py, ModelBase.__new__, RuntimeError from Django 1.9 on;
docs/releases/1.9.txt), and some layers import one.`,
	Bad: Example{Django: "4.2", Layers: []string{
		"django.middleware.common.CommonMiddleware",
		"django.contrib.redirects.middleware.RedirectFallbackMiddleware",
	}, Apps: []string{"django.contrib.redirects"}},
	Good: Example{Django: "4.2", Layers: []string{
		"django.middleware.common.CommonMiddleware",
		"django.contrib.redirects.middleware.RedirectFallbackMiddleware",
	}, Apps: []string{"django.contrib.sites", "django.contrib.redirects"}},
	Run: runMissingRequirement,
}

func runMissingRequirement(p *Pass) {
	apps := p.apps()
	for _, f := range p.relation(catalog.RequiresApp, catalog.RequiresSet) {
		for _, s := range p.players[f.Subject] {
			e := p.Layers[s].Entry
			out := Problem{Fact: f.Fact, Severity: f.severity, Span: e.Span, Subject: []string{e.Path}, Why: f.why()}
			name := f.Targets[0]
			switch {
			case f.Relation == catalog.RequiresApp:
				if installed, known := apps.has(name); installed || !known {
					continue
				}
				out.What = fmt.Sprintf("%s is listed, and the app %q is not installed", p.at(s), name)
				out.Action = fmt.Sprintf("add %q to INSTALLED_APPS", name)
				out.Label = fmt.Sprintf("needs the app %q", name)
				if !apps.span.IsZero() {
					out.Related = []finding.Related{{Span: apps.span, Message: "not installed here"}}
				}
			case name == stack.Modern.Setting():
				if p.Stack.Model == stack.Modern {
					continue
				}
				out.What = fmt.Sprintf("%s is listed in %s", p.at(s), p.Stack.Setting)
				out.Action = "list it in MIDDLEWARE or take an older release"
				out.Label = "works only in MIDDLEWARE"
			default:
				if p.config.Setting == nil || p.setting(name).State != Unset {
					continue
				}
				out.What = fmt.Sprintf("%s is listed, and %s is not set", p.at(s), name)
				out.Action = "set " + name
				out.Label = "needs the setting " + name
			}
			if f.unsure != "" {
				p.Note(e.Span, "the fact %s was not checked: the value of %s is not known", f.ID, f.unsure)
				continue
			}
			p.Report(out)
		}
	}
}

// installedApps is what is known of INSTALLED_APPS.
type installedApps struct {
	names []string
	// all says that names is everything.
	all  bool
	span stack.Span
}

func (p *Pass) apps() installedApps {
	if p.config.Setting == nil {
		return installedApps{}
	}
	v := p.setting("INSTALLED_APPS")
	names, ok := v.Value.([]string)
	if v.State != Known || !ok {
		// A settings module that sets no apps at all is one half of something.
		return installedApps{}
	}
	return installedApps{names: names, all: !v.Partial, span: v.Span}
}

// has says whether an app is installed, by name or by an AppConfig in its apps
// module; known is false where it may be installed in a way that cannot be
// told, as by an AppConfig somewhere else.
func (a installedApps) has(app string) (installed, known bool) {
	for _, n := range a.names {
		if n == app || strings.HasPrefix(n, app+".apps.") {
			return true, true
		}
	}
	known = a.all
	for _, n := range a.names {
		if short := catalog.ShortName(n); strings.Contains(n, ".") && short != "" && short[0] >= 'A' && short[0] <= 'Z' && strings.HasSuffix(short, catalogConfig) {
			known = known && !mayStandFor(n, app)
		}
	}
	return false, known
}

// catalogConfig ends the name of nearly every AppConfig class.
const catalogConfig = "Config"

// mayStandFor says that an AppConfig may be one for an app of another package:
// its name holds the app's last part, as "shop.apps.MySitesConfig" for
// "django.contrib.sites".
func mayStandFor(config, app string) bool {
	last := strings.ReplaceAll(catalog.ShortName(app), "_", "")
	return strings.Contains(strings.ToLower(catalog.ShortName(config)), strings.ToLower(last))
}
