package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mwcheck/mwcheck/internal/cli"
)

const root = "../.."

func readRoot(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

// readYAML reads a file of the repository into a struct that names all that
// may be in it.
func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	dec := yaml.NewDecoder(strings.NewReader(readRoot(t, name)))
	dec.KnownFields(true)
	require.NoError(t, dec.Decode(into), name)
}

// help is what the command says of itself, to look flags and commands up in.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := cli.System()
	env.Stdout, env.Stderr = &stdout, &stderr
	require.Equal(t, cli.ExitOK, cli.Main(append(args, "--help"), env), stderr.String())
	return stdout.String()
}

// requireLint checks that words are a "mwcheck lint" with flags that it has.
func requireLint(t *testing.T, words []string) {
	t.Helper()
	require.Equal(t, "lint", words[0])
	text := help(t, "lint")
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "--") && w != "--" {
			require.Regexp(t, `(?m)^ +`+regexp.QuoteMeta(w)+` `, text)
		}
	}
}

// build makes the program as a release does: without cgo, with a version.
func build(t *testing.T, dir string) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command to build the program")
	}
	out := filepath.Join(dir, "mwcheck")
	var goreleaser struct {
		Builds []struct {
			Ldflags []string
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(readRoot(t, ".goreleaser.yaml")), &goreleaser))
	flags := strings.ReplaceAll(goreleaser.Builds[0].Ldflags[0], "{{ .Version }}", "9.8.7")
	// Without -trimpath, which would compile everything anew.
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags", flags, "-o", out, "./cmd/mwcheck")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, string(text))
	return out
}

func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Description, Entry, Language, Files string
		PassFilenames                                 *bool  `yaml:"pass_filenames"`
		RequireSerial                                 bool   `yaml:"require_serial"`
		MinimumVersion                                string `yaml:"minimum_pre_commit_version"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	var languages []string
	for _, h := range hooks {
		languages = append(languages, h.Language)
		require.NotNil(t, h.PassFilenames, h.ID)
		require.False(t, *h.PassFilenames, "a project is checked as a whole")
		words := strings.Fields(h.Entry)
		if h.Language == "docker_image" {
			require.Regexp(t, `^ghcr\.io/mwcheck/mwcheck:\d+\.\d+\.\d+$`, words[0])
		} else {
			require.Equal(t, "mwcheck", words[0])
			// "go install ./..." gives this name to the program of this folder.
			require.FileExists(t, filepath.Join(root, "cmd", words[0], "main.go"))
		}
		requireLint(t, words[1:])

		pattern, err := regexp.Compile(h.Files)
		require.NoError(t, err)
		for _, name := range []string{"settings.py", "shop/settings/base.py", "pyproject.toml", "a/mwcheck.toml", "requirements-dev.txt", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock"} {
			require.True(t, pattern.MatchString(name), name)
		}
		for _, name := range []string{"README.md", "templates/base.html", "notes.txt", "static/x.js", "my-pyproject.toml", "Pipfile.locked"} {
			require.False(t, pattern.MatchString(name), name)
		}
	}
	require.Equal(t, []string{"golang", "docker_image", "system"}, languages)
}

// action is what action.yml may hold.
type action struct {
	Name, Description, Author string
	Branding                  map[string]string
	Inputs                    map[string]struct {
		Description string
		Default     *string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []struct {
			Name, ID, If, Uses, Shell, Run string
			WorkingDirectory               string `yaml:"working-directory"`
			With, Env                      map[string]string
		}
	}
}

var (
	inputUse  = regexp.MustCompile(`\binputs\.([a-z-]+)`)
	outputUse = regexp.MustCompile(`\bsteps\.([a-z-]+)\.outputs\.([a-z-]+)`)
	pinned    = regexp.MustCompile(`(?m)^\s+uses: ([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$`)
)

func TestAction(t *testing.T) {
	var a action
	readYAML(t, "action.yml", &a)
	text := readRoot(t, "action.yml")
	require.Equal(t, "composite", a.Runs.Using)
	for name, in := range a.Inputs {
		require.NotEmpty(t, in.Description, name)
		require.NotNil(t, in.Default, "%s: every input has a default", name)
		require.Contains(t, text, "inputs."+name+" ", "%s is never used", name)
	}
	uses := 0
	outputs := map[string]bool{}
	for _, s := range a.Runs.Steps {
		require.NotContains(t, s.Run, "${{", "%s: values come through the environment alone", s.Name)
		if s.Run != "" {
			require.Equal(t, "bash", s.Shell, s.Name)
		}
		if s.Uses != "" {
			uses++
		}
		if s.ID != "" {
			outputs[s.ID] = true
		}
		// A script that is run here asks for what it is given.
		if _, script, ok := strings.Cut(s.Run, "$MWCHECK_SOURCE/"); ok {
			source := readRoot(t, strings.TrimSuffix(script, `"`))
			for name := range s.Env {
				if name != "MWCHECK_SOURCE" {
					require.Contains(t, source, name, s.Name)
				}
			}
			for _, m := range regexp.MustCompile(`\bMWCHECK_[A-Z_]+`).FindAllString(source, -1) {
				if m != "MWCHECK_RELEASES" { // for tests alone
					require.Contains(t, s.Env, m, "%s: %s is not set", s.Name, m)
				}
			}
		}
	}
	require.Len(t, pinned.FindAllString(text, -1), uses, "every action is pinned by its commit")
	for _, m := range inputUse.FindAllStringSubmatch(text, -1) {
		require.Contains(t, a.Inputs, m[1])
	}
	script := readRoot(t, "scripts/action/lint.sh")
	for _, m := range outputUse.FindAllStringSubmatch(text, -1) {
		require.True(t, outputs[m[1]], m[0])
		require.Contains(t, script, m[2]+"=", m[0])
	}
	requireLint(t, append([]string{"lint"}, regexp.MustCompile(`--[a-z-]+`).FindAllString(script[strings.Index(script, "mwcheck\" lint"):strings.Index(script, "\"${paths")], -1)...))
}

// TestActionInstallsARelease runs install.sh on a release made here, for the
// archive names that .goreleaser.yaml gives.
func TestActionInstallsARelease(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "tar", "grep", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s", tool)
		}
	}
	if runtime.GOOS == "windows" {
		t.Skip("the release is read from a file address, which curl takes in another form on Windows")
	}
	var release struct {
		Archives []struct {
			NameTemplate string `yaml:"name_template"`
			Formats      []string
		}
		Checksum struct {
			NameTemplate string `yaml:"name_template"`
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(readRoot(t, ".goreleaser.yaml")), &release))
	dir := t.TempDir()
	tag := filepath.Join(dir, "releases", "v9.8.7")
	require.NoError(t, os.MkdirAll(tag, 0o755))
	var sums strings.Builder
	for _, system := range []string{"linux", "darwin"} {
		for _, arch := range []string{"amd64", "arm64"} {
			name := strings.NewReplacer("{{ .Version }}", "9.8.7", "{{ .Os }}", system, "{{ .Arch }}", arch).Replace(release.Archives[0].NameTemplate) + "." + release.Archives[0].Formats[0]
			data := archive(t, "mwcheck", "#!/bin/sh\necho "+system+" "+arch+"\n")
			require.NoError(t, os.WriteFile(filepath.Join(tag, name), data, 0o644))
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
		}
	}
	checksums := filepath.Join(tag, release.Checksum.NameTemplate)
	require.NoError(t, os.WriteFile(checksums, []byte(sums.String()), 0o644))

	install := func(version, system, arch string) (program, output string, err error) {
		bin := filepath.Join(t.TempDir(), "bin")
		cmd := exec.Command("bash", filepath.Join(root, "scripts/action/install.sh"))
		cmd.Env = append(os.Environ(), "MWCHECK_BIN="+bin, "MWCHECK_SOURCE=/nowhere", "MWCHECK_VERSION="+version,
			"MWCHECK_RELEASES=file://"+filepath.Join(dir, "releases"), "RUNNER_OS="+system, "RUNNER_ARCH="+arch)
		text, err := cmd.CombinedOutput()
		return filepath.Join(bin, "mwcheck"), string(text), err
	}
	for _, row := range [][3]string{{"Linux", "X64", "linux amd64"}, {"Linux", "ARM64", "linux arm64"}, {"macOS", "ARM64", "darwin arm64"}} {
		program, output, err := install("v9.8.7", row[0], row[1])
		require.NoError(t, err, output)
		got, err := exec.Command(program).Output()
		require.NoError(t, err)
		require.Equal(t, row[2]+"\n", string(got))
	}
	for _, row := range [][4]string{
		{"9.8", "Linux", "X64", "malformed version"},
		{"$(touch x)", "Linux", "X64", "malformed version"},
		{"../9.8.7", "Linux", "X64", "malformed version"},
		{"9.8.6", "Linux", "X64", "curl"},
		{"9.8.7", "Plan9", "X64", "no release for the system"},
		{"9.8.7", "Linux", "S390X", "no release for the processor"},
	} {
		program, output, err := install(row[0], row[1], row[2])
		require.Error(t, err, row)
		require.Contains(t, output, row[3])
		require.NoFileExists(t, program)
	}
	// A file that is not the one of the list, and a list without it.
	require.NoError(t, os.WriteFile(checksums, []byte(strings.ReplaceAll(sums.String(), "0", "1")), 0o644))
	program, _, err := install("9.8.7", "Linux", "X64")
	require.Error(t, err)
	require.NoFileExists(t, program)
	require.NoError(t, os.WriteFile(checksums, []byte(strings.ReplaceAll(sums.String(), "linux_amd64", "linux_amd65")), 0o644))
	program, output, err := install("9.8.7", "Linux", "X64")
	require.Error(t, err)
	require.Contains(t, output, "no line for")
	require.NoFileExists(t, program)
}

// archive is a gzipped tar file with one program.
func archive(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}))
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return b.Bytes()
}

// fileInfo is what .goreleaser.yaml fixes of a file in an archive.
type fileInfo struct {
	Mtime, Owner, Group string
	Mode                int
}

func TestReleaseConfiguration(t *testing.T) {
	var c struct {
		Version     int
		ProjectName string `yaml:"project_name"`
		Before      struct{ Hooks []string }
		Builds      []struct {
			Main, Binary                      string
			Env, Goos, Goarch, Flags, Ldflags []string
			ModTimestamp                      string `yaml:"mod_timestamp"`
		}
		Archives []struct {
			Formats         []string
			NameTemplate    string `yaml:"name_template"`
			FormatOverrides []struct {
				Goos    string
				Formats []string
			} `yaml:"format_overrides"`
			BuildsInfo fileInfo `yaml:"builds_info"`
			Files      []struct {
				Src, Dst    string
				StripParent bool `yaml:"strip_parent"`
				Info        fileInfo
			}
		}
		Checksum struct {
			NameTemplate string `yaml:"name_template"`
			Algorithm    string
		}
		Sboms     []struct{ Artifacts string }
		Changelog struct{ Disable bool }
		Release   struct {
			Draft      bool
			Prerelease string
		}
	}
	readYAML(t, ".goreleaser.yaml", &c)
	require.Len(t, c.Builds, 1)
	b := c.Builds[0]
	require.DirExists(t, filepath.Join(root, b.Main))
	require.Equal(t, []string{"linux", "darwin", "windows"}, b.Goos)
	require.Equal(t, []string{"amd64", "arm64"}, b.Goarch)
	require.Contains(t, b.Env, "CGO_ENABLED=0")
	require.NotEmpty(t, c.Sboms)
	require.Equal(t, "sha256", c.Checksum.Algorithm)
	// What depends on the machine is fixed for every file, so that equal
	// sources give equal archives.
	info := fileInfo{Mtime: "{{ .CommitDate }}", Owner: "root", Group: "root", Mode: 0o755}
	require.Equal(t, info, c.Archives[0].BuildsInfo)
	info.Mode = 0o644
	for _, file := range c.Archives[0].Files {
		require.Equal(t, info, file.Info, file.Src)
		if !strings.HasPrefix(file.Src, "dist-extra/") {
			require.FileExists(t, filepath.Join(root, file.Src))
		}
	}
	require.Contains(t, c.Before.Hooks[0], "./cmd/mwcheck man ")
	require.Contains(t, c.Before.Hooks[1], "./cmd/mwcheck completion ")
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		require.Contains(t, c.Before.Hooks[1], " "+shell)
		help(t, "completion", shell)
	}
	// The variable that the linker sets is there, in the image too.
	out, err := exec.Command(build(t, t.TempDir()), "version").Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "mwcheck v9.8.7\n")
	variable := regexp.MustCompile(`-X ([\w./]+)=`)
	require.Equal(t, variable.FindStringSubmatch(b.Ldflags[0])[1], variable.FindStringSubmatch(readRoot(t, "Dockerfile"))[1])
}

func TestImage(t *testing.T) {
	lines := strings.Split(readRoot(t, "Dockerfile"), "\n")
	last := func(word string) string {
		for _, line := range slices.Backward(lines) {
			if rest, ok := strings.CutPrefix(line, word+" "); ok {
				return rest
			}
		}
		return ""
	}
	require.Equal(t, "scratch", last("FROM"))
	require.Regexp(t, `^[1-9]\d*:[1-9]\d*$`, last("USER"), "by number: the image has no user database")
	require.Equal(t, `["/mwcheck"]`, last("ENTRYPOINT"))
	require.Contains(t, last("FROM --platform=$BUILDPLATFORM"), "golang:"+strings.Join(strings.Split(regexp.MustCompile(`(?m)^go ([\d.]+)$`).FindStringSubmatch(readRoot(t, "go.mod"))[1], ".")[:2], ".")+"-")

	// The builder is sent all that the program is built from.
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command to list the files")
	}
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}
{{end}}{{end}}{{end}}`, "./cmd/mwcheck")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	files := strings.Fields(string(out))
	require.Greater(t, len(files), 50)
	for _, name := range append(files, top+"/go.mod", top+"/go.sum", top+"/LICENSE") {
		name, err := filepath.Rel(top, name)
		require.NoError(t, err)
		require.False(t, dockerIgnores(t, filepath.ToSlash(name)), "%s is not sent to the builder", name)
	}
	for _, name := range []string{".corpus/x.py", "bench/go.mod", "internal/lint/testdata/a.txtar", "internal/cli/cli_test.go", ".git/config"} {
		require.True(t, dockerIgnores(t, name), name)
	}
}

// dockerIgnores reads .dockerignore as Docker does: the last line that matches
// a file, or a folder above it, decides.
func dockerIgnores(t *testing.T, name string) bool {
	ignored := false
	for line := range strings.Lines(readRoot(t, ".dockerignore")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		pattern, back := strings.CutPrefix(line, "!")
		for part := name; part != "."; part = filepath.ToSlash(filepath.Dir(part)) {
			ok, err := doublestar.Match(pattern, part)
			require.NoError(t, err)
			if ok {
				ignored = !back
				break
			}
		}
	}
	return ignored
}

// TestWorkflows holds the project's own workflows to what the others may trust:
// every action is pinned by its commit, permissions are named, and what is run
// is there.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, file := range files {
		name, err := filepath.Rel(root, file)
		require.NoError(t, err)
		text := readRoot(t, name)
		var w struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Steps []struct{ Uses, Run string }
			}
		}
		require.NoError(t, yaml.Unmarshal([]byte(text), &w), name)
		require.Equal(t, map[string]string{"contents": "read"}, w.Permissions, name)
		uses := 0
		for _, job := range w.Jobs {
			for _, step := range job.Steps {
				if step.Uses != "" {
					uses++
				}
				// Names from outside come through the environment alone.
				require.NotContains(t, step.Run, "${{", name)
				if strings.HasPrefix(step.Run, ".ci/") {
					require.FileExists(t, filepath.Join(root, step.Run))
				}
			}
		}
		require.NotZero(t, uses, name)
		found := pinned.FindAllString(strings.ReplaceAll(text, "- uses", "  uses"), -1)
		require.Len(t, found, uses, "%s: every action is pinned by its commit", name)
	}
}
