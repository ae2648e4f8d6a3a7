package django

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// FuzzEvaluate: no input makes the evaluator panic, hang or claim more than
// its limits allow.
func FuzzEvaluate(f *testing.F) {
	files, err := filepath.Glob("testdata/eval/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			if strings.HasSuffix(file.Name, ".py") {
				f.Add(string(file.Data), "MIDDLEWARE = ['a']\n")
			}
		}
	}
	f.Fuzz(func(t *testing.T, src, base string) {
		l := newMemLoader(map[string]string{"settings.py": src, "base.py": base, "local.py": src})
		limits := Limits{Steps: 60_000, Length: 200}
		start := time.Now()
		r := Evaluate(l, "settings", limits)
		if d := time.Since(start); d > 20*time.Second {
			t.Fatalf("took %v", d)
		}
		if len(r.Variants) == 0 || len(r.Variants) > 32 {
			t.Fatalf("%d variants", len(r.Variants))
		}
		for _, v := range r.Variants {
			for _, name := range []string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"} {
				l, ok := v.Stack(name)
				if !ok {
					continue
				}
				if len(l.Entries) > limits.Length+1 {
					t.Fatalf("%d entries", len(l.Entries))
				}
				for _, e := range l.Entries {
					if e.Unknown == (e.Path != "") && e.Unknown || e.Unknown && l.Complete {
						t.Fatalf("entry %+v in a stack of complete=%v", e, l.Complete)
					}
				}
			}
		}
	})
}
