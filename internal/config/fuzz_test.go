package config

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"
)

var seeds = []string{
	"", "\ufeff# only a comment\r\n", "select = ['MW101', \"wrong-order\"] # x\n",
	"[order]\n'a.B' = { before = ['c.D'], first = true }\n\"x.**\" = { last = true, reason = \"\"\"a\nb\"\"\" }\n",
	"[[per-path]]\npaths = ['tests/**']\nignore = ['MW1']\n[per-path.severity]\nMW101 = 'off'\n[[per-path]]\npaths = ['x']\n",
	"[[layers]]\npath = 'a.B'\nsync = false\nreads = ['user']\nrequires = ['c.D']\n",
	"[[facts]]\nid = 'f'\nsubject = 'a.B'\nrelation = 'before'\ntargets = ['*']\nreason = 'x'\nwhen = { setting = 'DEBUG', equals = true }\n",
	"[providers]\ntenant = 'outside'\nrequest.region = 'a.B'\n",
	"exclude = [\n  'a', # b ]\n  '''c'd''',\n]\ndjango = \"4.2\"\nsettings = ['a.b']\nfail-on = 'note'\n",
	"a.b.c = 1979-05-27 07:32:00\n[x]\n\"y.z\".w = { p = [ { q = \"\\\"]\" } ] }\n", "k = \"\"\"\\\"\"\"\"\"\n", "[a]\n[[a.b]]\n[[a.b.c]]\n[a.b.d]\n",
}

// FuzzRead: whatever the bytes are, there is a configuration or errors with
// places inside the file, and soon.
func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), true)
		f.Add([]byte("[tool.mwcheck]\n"+s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, own bool) {
		name := PyProject
		if own {
			name = OwnFile
		}
		start := time.Now()
		c, err := Read(name, "", data)
		require.Less(t, time.Since(start), 20*time.Second)
		if err == nil {
			require.NotNil(t, c)
			c.Excluded("a/b.py")
			return
		}
		var errs Errors
		if errors.Is(err, ErrNone) {
			require.False(t, own)
			return
		}
		require.True(t, errors.As(err, &errs))
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range errs {
			require.Equal(t, name, e.Span.File)
			require.LessOrEqual(t, e.Span.Line, lines)
			require.NotEmpty(t, e.Message)
			if e.Span.Line > 0 {
				require.Positive(t, e.Span.Column)
			}
		}
	})
}

// FuzzPlaces holds the places against the reader of TOML: in a document that it
// takes, every value has a place, and at that place stands its key.
func FuzzPlaces(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<14 {
			return
		}
		root, deep := locate(text)
		if deep {
			return
		}
		var doc map[string]any
		if _, err := toml.Decode(text, &doc); err != nil {
			return
		}
		compare(t, text, doc, root)
	})
}

func compare(t *testing.T, text string, v any, p *place) {
	require.NotNil(t, p)
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			at := p.child(key)
			if strings.ContainsAny(text, "\\") && at == nil {
				continue // an escape in a key that Go spells otherwise
			}
			require.NotNil(t, at, "%q", key)
			if written := text[at.key:at.end]; !strings.Contains(written, `\`) {
				require.Contains(t, written, key)
			}
			compare(t, text, inner, at)
		}
	case []any:
		for i, inner := range v {
			compare(t, text, inner, p.element(i))
		}
		require.Len(t, p.array, len(v))
	case []map[string]any:
		for i, inner := range v {
			compare(t, text, inner, p.element(i))
		}
		require.Len(t, p.array, len(v))
	case string:
		require.Contains(t, `"'`, text[p.value:p.value+1])
	case bool:
		require.Contains(t, "truefalse", text[p.value:p.valueEnd])
	}
}
