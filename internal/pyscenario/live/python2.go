package live

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// compile2 compiles each text of a JSON object on stdin and prints what it does
// not take.
const compile2 = `
import json, sys
for name, text in sorted(json.load(sys.stdin).items()):
    try:
        compile(text.encode("utf-8"), name.encode("utf-8"), "exec")
    except SyntaxError as error:
        print("%s: %s" % (name, error))
`

// CompilePython2 gives what a CPython 2.7 says of source texts, by name; "" if
// it takes them all. Where there is none the test is skipped, or fails if
// REQUIRE_PYTHON27 is set.
func CompilePython2(t testing.TB, files map[string]string) string {
	t.Helper()
	candidates := []string{os.Getenv("PYTHON27"), "python2.7"}
	if home, err := os.UserHomeDir(); err == nil {
		found, _ := filepath.Glob(filepath.Join(home, ".pyenv/versions/2.7*/bin/python2.7"))
		candidates = append(candidates, found...)
	}
	for _, c := range candidates {
		if c == "" || exec.Command(c, "-c", "print 1").Run() != nil {
			continue
		}
		in, err := json.Marshal(files)
		require.NoError(t, err)
		cmd := exec.Command(c, "-c", compile2)
		cmd.Stdin = bytes.NewReader(in)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	if os.Getenv("REQUIRE_PYTHON27") == "1" {
		t.Fatal("no python2.7 to compile with")
	}
	t.Skip("no python2.7 to compile with")
	return ""
}
