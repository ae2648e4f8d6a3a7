package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mwcheck/mwcheck/internal/cli"
)

// FuzzLint lints any bytes as a settings module: no panic, one of the three
// exit codes, and a document that decodes strictly whatever is found.
func FuzzLint(f *testing.F) {
	f.Add([]byte(site))
	f.Add([]byte("MIDDLEWARE = ['a.B'"))
	f.Add([]byte("MIDDLEWARE = [x for x in MIDDLEWARE if x]\n"))
	f.Add([]byte("\xff\xfeMIDDLEWARE_CLASSES = 5\r\n"))
	names, err := filepath.Glob(filepath.Join(root, "testdata", "projects", "*", "*", "settings", "*.py"))
	if err != nil || len(names) == 0 {
		f.Fatalf("no sample settings: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, settings []byte) {
		env, stdout, stderr := memory(map[string]string{"settings.py": string(settings), "requirements.txt": "Django==4.2\n"})
		code := cli.Main([]string{"lint", "--format", "json", "settings.py"}, env)
		if code < cli.ExitOK || code > cli.ExitFailure || strings.Contains(stderr.String(), "internal error") {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		if code != cli.ExitFailure || stdout.Len() > 0 {
			var doc findingsDocument
			decodeStrictly(t, stdout.String(), &doc)
		}
		stdout.Reset()
		if text := cli.Main([]string{"lint", "settings.py"}, env); text != code {
			t.Fatalf("the text format exits with %d, JSON with %d", text, code)
		}
	})
}
