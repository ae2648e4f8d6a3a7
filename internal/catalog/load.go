package catalog

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/mwcheck/mwcheck/internal/stack"
)

//go:embed data/*.json
var data embed.FS

// Default returns the embedded catalog. It is parsed at the first call (some
// milliseconds) and shared by all callers; a program that knows it will need it
// may call Default early from a goroutine of its own. The data is part of the
// program and tested, so that an error in it is a defect of the build: Default
// panics then.
func Default() *Catalog { return loadDefault() }

var loadDefault = sync.OnceValue(func() *Catalog {
	sub, err := fs.Sub(data, "data")
	if err == nil {
		var c *Catalog
		if c, err = Load(sub); err == nil {
			return c
		}
	}
	panic("catalog: embedded data: " + err.Error())
})

type header struct {
	Schema int `json:"schema"`
}

type djangoFile struct {
	header
	Generated struct {
		Current      string            `json:"current"`
		Old          string            `json:"old"`
		Date         string            `json:"date"`
		BranchPoints map[string]string `json:"branch_points"`
	} `json:"generated_from"`
	Versions   []Version         `json:"versions"`
	Tags       map[string]string `json:"tags"`
	Middleware []*Middleware     `json:"middleware"`
	Facts      []*Fact           `json:"facts"`
}

type packageEntry struct {
	Package  string `json:"package"`
	Repo     string `json:"repo"`
	Snapshot struct {
		Commit *string `json:"commit"`
		Date   *string `json:"date"`
	} `json:"snapshot"`
	Category   string        `json:"category"`
	Middleware []*Middleware `json:"middleware"`
	Notes      string        `json:"notes,omitempty"`
}

type thirdPartyFile struct {
	header
	Packages       []packageEntry  `json:"packages"`
	Facts          []*Fact         `json:"facts"`
	Contradictions []Contradiction `json:"contradictions"`
}

type derivedFile struct {
	header
	Note  string  `json:"note"`
	Date  string  `json:"date"`
	Facts []*Fact `json:"facts"`
}

// Load reads a catalog from django.json, thirdparty.json and derived.json in
// fsys. Unknown fields, a wrong schema number and malformed versions are
// errors; what the statements mean together is left to [Validate].
func Load(fsys fs.FS) (*Catalog, error) {
	var dj djangoFile
	var tp thirdPartyFile
	var dv derivedFile
	for _, f := range []struct {
		name string
		into any
		head *header
	}{
		{"django.json", &dj, &dj.header},
		{"thirdparty.json", &tp, &tp.header},
		{"derived.json", &dv, &dv.header},
	} {
		if err := decode(fsys, f.name, f.into); err != nil {
			return nil, err
		}
		if f.head.Schema != 1 {
			return nil, fmt.Errorf("%s: schema %d, want 1", f.name, f.head.Schema)
		}
	}
	c := &Catalog{Tags: dj.Tags, Contradictions: tp.Contradictions}
	for _, v := range dj.Versions {
		c.Versions = append(c.Versions, v.Version)
		if v.Dev {
			c.Development = v.Version
		}
	}
	for _, m := range dj.Middleware {
		m.Package = "django"
		c.Middleware = append(c.Middleware, m)
	}
	for _, p := range tp.Packages {
		for _, m := range p.Middleware {
			m.Package = p.Package
			c.Middleware = append(c.Middleware, m)
		}
	}
	c.Facts = append(append(append(c.Facts, dj.Facts...), dv.Facts...), tp.Facts...)
	c.index()
	return c, nil
}

func decode(fsys fs.FS, name string, into any) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%s: data after the end", name)
	}
	return nil
}

func (c *Catalog) index() {
	c.byPath = make(map[string]*Middleware, len(c.Middleware))
	c.former = map[string]string{}
	for _, m := range c.Middleware {
		c.byPath[m.Path] = m
		for _, old := range m.MovedFrom {
			c.former[old.Path] = m.Path
		}
	}
	c.byID = make(map[string]*Fact, len(c.Facts))
	for _, f := range c.Facts {
		c.byID[f.ID] = f
	}
	c.groups = map[string][]int{}
	for i, g := range c.Contradictions {
		for _, id := range g.Facts {
			c.groups[id] = append(c.groups[id], i)
		}
	}
}

// Defaults is what startproject writes in one Django version.
type Defaults struct {
	Django         Version         `json:"django"`
	Setting        string          `json:"setting"` // MIDDLEWARE or MIDDLEWARE_CLASSES
	Middleware     []string        `json:"middleware"`
	CommentedOut   []string        `json:"commented_out"`
	Template       string          `json:"template"` // the file in Django's repository
	Commit         string          `json:"commit"`
	GlobalSettings []GlobalSetting `json:"global_settings"`
}

// GlobalSetting is a fallback of django/conf/global_settings.py; Value is nil
// where it is None.
type GlobalSetting struct {
	Setting string   `json:"setting"`
	Value   []string `json:"value"`
}

// Model is the model that the template's setting selects.
func (d Defaults) Model() stack.Model {
	if d.Setting == stack.Classic.Setting() {
		return stack.Classic
	}
	return stack.Modern
}

// StartprojectDefaults returns the lists that startproject writes, oldest
// version first. It is parsed at the first call and must not be changed.
func StartprojectDefaults() []Defaults { return loadDefaults() }

var loadDefaults = sync.OnceValue(func() []Defaults {
	var file struct {
		header
		Note     string     `json:"note"`
		Versions []Defaults `json:"versions"`
	}
	if err := decode(data, "data/defaults.json", &file); err != nil {
		panic("catalog: embedded data: " + err.Error())
	}
	return file.Versions
})

// Check is a check of Django or of a package that concerns middleware.
type Check struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Level   string `json:"level"`
	Package string `json:"package"`
	// Versions are Django versions, or the snapshot of the package.
	Versions struct {
		From     Version `json:"from"`
		To       Version `json:"to"`
		Snapshot string  `json:"snapshot,omitempty"`
	} `json:"versions"`
	DeployOnly bool     `json:"deploy_only"` // runs only under "check --deploy"
	Condition  string   `json:"condition"`
	PathMatch  string   `json:"path_match"`
	Gist       string   `json:"gist"`
	Middleware []string `json:"middleware"`
	Sources    []Source `json:"sources"`
}

// Checks returns the known checks. It is parsed at the first call and must not
// be changed.
func Checks() []Check { return loadChecks() }

var loadChecks = sync.OnceValue(func() []Check {
	var file struct {
		header
		Checks []Check `json:"checks"`
	}
	if err := decode(data, "data/checks.json", &file); err != nil {
		panic("catalog: embedded data: " + err.Error())
	}
	return file.Checks
})
