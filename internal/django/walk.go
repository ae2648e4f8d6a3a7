package django

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Skipped is a directory or file that discovery did not look into.
type Skipped struct {
	Path   string // relative to the working directory
	Reason string // as "virtual environment"
}

// The reasons for leaving something out, worded to stand behind a number.
const (
	skipVenv       = "virtual environment"
	skipInstalled  = "installed packages"
	skipNode       = "JavaScript packages"
	skipMigrations = "migrations"
	skipVendored   = "vendored code"
	skipIgnored    = "ignored by .gitignore"
	skipBuild      = "build output"
	skipLink       = "symbolic link to a directory"
	skipHidden     = "hidden directory"
)

// fileKind says what a file may tell; the bits combine.
type fileKind uint8

const (
	pythonFile  fileKind = 1 << iota // Python source
	scriptFile                       // Python source if its first line says so
	namingFile                       // may name a settings module: tox.ini, Dockerfile, …
	versionFile                      // may name a Django version
)

// walker lists the files of one directory tree.
type walker struct {
	t       *tree
	emit    func(name string, kind fileKind)
	skipped []Skipped
	seen    int
	full    bool // the limit on files was reached
	every   bool // also emit the files that tell nothing by their name
}

// walk lists everything below top in a fixed order.
func (w *walker) walk(ctx context.Context, top string) error {
	var chain *ignores
	if !w.insideInstalled(top) {
		chain = w.outerIgnores(top)
	}
	return w.dir(ctx, top, chain, 0)
}

// insideInstalled says that the path given lies in installed packages, where
// the .gitignore files of a project further up do not count.
func (w *walker) insideInstalled(top string) bool {
	return strings.Contains(top+"/", "/site-packages/") || strings.Contains(top+"/", "/dist-packages/")
}

// outerIgnores collects the .gitignore files from the repository's top down to
// the directory above top. Where they ignore top itself, whoever named it
// wants it read: then none of them counts.
func (w *walker) outerIgnores(top string) *ignores {
	var dirs []string
	found := w.isRepository(top)
	for dir := top; !found; {
		up, ok := parentDir(dir)
		if !ok {
			return nil
		}
		dirs = append(dirs, up)
		found = w.isRepository(up)
		dir = up
	}
	slices.Reverse(dirs)
	var chain *ignores
	for i, dir := range dirs {
		chain = w.extendIgnores(chain, dir)
		below := top
		if i+1 < len(dirs) {
			below = dirs[i+1]
		}
		if chain.ignored(below, true) {
			return nil
		}
	}
	return chain
}

func (w *walker) isRepository(dir string) bool {
	l := w.t.list(dir)
	return l.find(".git") != kindOther || l.find(".hg") != kindOther
}

func (w *walker) extendIgnores(chain *ignores, dir string) *ignores {
	if w.t.list(dir).find(".git") == kindDir {
		if data, err := w.t.read(joinName(dir, ".git/info/exclude")); err == nil {
			chain = &ignores{file: parseIgnore(dir, data), outer: chain}
		}
	}
	if w.t.list(dir).find(".gitignore") == kindFile {
		data, err := w.t.read(joinName(dir, ".gitignore"))
		if err != nil {
			w.t.note(joinName(dir, ".gitignore"), "cannot read: "+errText(err))
			return chain
		}
		chain = &ignores{file: parseIgnore(dir, data), outer: chain}
	}
	return chain
}

func (w *walker) dir(ctx context.Context, dir string, chain *ignores, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l := w.t.list(dir)
	if l.err != nil && w.t.wanted(dir) {
		w.t.note(dir, "cannot read directory: "+errText(l.err))
	}
	chain = w.extendIgnores(chain, dir)
	inEnvs := path.Base(dir) == ".envs" || path.Base(path.Dir(dir)) == ".envs"
	for _, e := range l.entries {
		if w.seen++; w.seen > w.t.limits.Files {
			if !w.full {
				w.full = true
				w.t.note(dir, fmt.Sprintf("stopped after %d files; what lies behind is not checked", w.t.limits.Files))
			}
			return nil
		}
		switch e.kind {
		case kindFile, kindLink:
			kind := classify(dir, e.name)
			if inEnvs {
				kind |= namingFile
			}
			if kind == 0 && e.kind == kindFile && !w.every {
				continue
			}
			w.file(joinName(dir, e.name), e.kind, kind, chain)
		case kindDir:
			name := joinName(dir, e.name)
			if reason, skip := w.skip(dir, l, e.name); skip {
				if reason != "" && (reason == skipVenv || w.t.holdsPython(name, 3)) {
					w.skipped = append(w.skipped, Skipped{name, reason})
				}
				continue
			}
			if chain.ignored(name, true) {
				if w.t.holdsPython(name, 3) {
					w.skipped = append(w.skipped, Skipped{name, skipIgnored})
				}
				continue
			}
			if depth >= w.t.limits.Depth {
				w.t.note(name, fmt.Sprintf("directory lies more than %d levels deep; not checked", w.t.limits.Depth))
				continue
			}
			if err := w.dir(ctx, name, chain, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// file emits one file, or what a link leads to.
func (w *walker) file(name string, entry entryKind, kind fileKind, chain *ignores) {
	if entry == kindLink {
		target, err := w.t.files.Stat(w.t.access(name))
		if err == nil && target.IsDir() {
			if real, ok := w.t.dir(path.Dir(name), path.Base(name)); !ok || w.t.holdsPython(real, 3) {
				w.skipped = append(w.skipped, Skipped{name, skipLink})
			}
			return
		}
		if kind == 0 {
			return
		}
		if _, ok := w.t.file(path.Dir(name), path.Base(name)); !ok {
			if kind&pythonFile != 0 && settingsLike(path.Base(name)) && w.t.wanted(name) {
				w.t.note(name, "symbolic link leads out of the tree, to nothing or in a circle; not read")
			}
			return
		}
	}
	if chain.ignored(name, false) {
		// A settings file kept out of the repository is still what Django
		// loads on this machine; it is followed when another one imports it.
		if kind&pythonFile != 0 {
			w.skipped = append(w.skipped, Skipped{name, skipIgnored})
		}
		return
	}
	w.emit(name, kind)
}

// skip says whether a directory is left out, and why; no reason means that it
// goes without saying. Only what lies below the path given is judged.
func (w *walker) skip(dir string, siblings *listing, name string) (reason string, skip bool) {
	switch name {
	case "__pycache__", "CVS", "LC_MESSAGES":
		return "", true
	case "node_modules", "bower_components", "jspm_packages":
		return skipNode, true
	case "site-packages":
		return skipInstalled, true
	case "migrations", "south_migrations":
		return skipMigrations, true
	case "vendor", "vendored", "_vendor", "_vendored", "third_party", "third-party", "thirdparty", "3rdparty", "extern", "externals":
		// A shop may well have an app named vendor.
		inner := w.t.list(joinName(dir, name))
		if inner.find("__init__.py") == kindFile && (inner.find("models.py") != kindOther || inner.find("apps.py") != kindOther) {
			return "", false
		}
		return skipVendored, true
	case "build", "dist", "eggs":
		if siblings.find("setup.py") == kindFile || siblings.find("pyproject.toml") == kindFile || siblings.find("buildout.cfg") == kindFile {
			return skipBuild, true
		}
	case ".github", ".circleci", ".envs", ".devcontainer", ".docker", ".config", ".ci":
		return "", false
	case ".venv", ".virtualenv", ".tox", ".nox", ".env":
		return skipVenv, true
	case ".git", ".hg", ".svn", ".bzr", ".eggs", ".cache", ".idea", ".vscode", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints":
		return "", true
	}
	if strings.HasPrefix(name, ".") {
		return skipHidden, true
	}
	inner := w.t.list(joinName(dir, name))
	if inner.find("pyvenv.cfg") == kindFile || inner.find("conda-meta") == kindDir {
		return skipVenv, true
	}
	if inner.find("bin") == kindDir && w.t.list(joinName(joinName(dir, name), "bin")).find("activate_this.py") == kindFile {
		return skipVenv, true
	}
	return "", false
}

// classify says what a file's name promises.
func classify(dir, name string) fileKind {
	ext := ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		ext = name[i:]
	}
	switch ext {
	case ".py":
		if name == "setup.py" {
			return pythonFile | versionFile
		}
		return pythonFile
	case ".wsgi":
		return pythonFile
	case ".txt", ".in", ".pip":
		if isRequirements(dir, name) {
			return versionFile
		}
		return 0
	case ".toml":
		switch name {
		case "pyproject.toml":
			return namingFile | versionFile
		case "fly.toml", "pytest.toml", ".pytest.toml":
			return namingFile
		}
		return 0
	case ".lock":
		switch name {
		case "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock":
			return versionFile
		}
		return 0
	case ".cfg":
		if name == "setup.cfg" {
			return namingFile | versionFile
		}
		return namingFile
	case ".conf":
		return namingFile
	case ".ini":
		if name == "tox.ini" {
			return namingFile | versionFile
		}
		return namingFile
	case ".sh", ".bash", ".service", ".mk", ".env", ".dockerfile":
		return namingFile
	case ".yml", ".yaml":
		if namesSettingsYAML(dir, name) {
			return namingFile
		}
		return 0
	}
	lower := strings.ToLower(name)
	switch {
	case lower == "procfile", lower == "makefile", lower == "justfile", lower == "containerfile", strings.HasPrefix(lower, "dockerfile"):
		return namingFile
	case lower == ".env", strings.HasPrefix(lower, ".env."), lower == "env.example":
		return namingFile
	case name == "Pipfile":
		return versionFile
	case name == "METADATA" && strings.HasSuffix(dir, ".dist-info"), name == "PKG-INFO" && strings.HasSuffix(dir, ".egg-info"):
		return versionFile
	case ext == "":
		return scriptFile
	}
	return 0
}

// namesSettingsYAML says that a YAML file is of a kind that sets environment
// variables: compose files, CI configurations, deployments.
func namesSettingsYAML(dir, name string) bool {
	lower := strings.ToLower(name)
	for _, part := range []string{"compose", "app.", ".travis", ".gitlab-ci", "deploy", "serverless", "render", "config."} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return strings.Contains(dir+"/", "/.github/workflows/") || strings.Contains(dir+"/", "/.circleci/")
}

// isRequirements says that a text file lists requirements.
func isRequirements(dir, name string) bool {
	lower := strings.ToLower(name)
	if strings.Contains(lower, "requirement") || strings.HasPrefix(lower, "constraints") || strings.HasPrefix(lower, "reqs") {
		return true
	}
	base := strings.ToLower(path.Base(dir))
	return base == "requirements" || base == "reqs" || strings.HasSuffix(base, ".egg-info") && lower == "requires.txt"
}
