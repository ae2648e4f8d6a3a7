package overlay

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/edit"
)

// absolute is a file system whose names begin with "/".
type absolute struct{ django.FS }

func (a absolute) ReadFile(name string, limit int64) ([]byte, error) {
	return a.FS.ReadFile(name[1:], limit)
}

func TestFiles(t *testing.T) {
	disk := fstest.MapFS{"src/shop/a.py": {Data: []byte("a")}, "b.py": {Data: []byte("b")}}
	for _, tc := range []struct {
		files      django.Files
		dir        string
		a, b, name string
	}{
		{django.FS{FS: disk}, "", "src/shop/a.py", "b.py", "src/shop/a.py"},
		{absolute{django.FS{FS: disk}}, "/src", "shop/a.py", "../b.py", "/src/shop/a.py"},
	} {
		first := New(tc.files, tc.dir)
		second := first.With([]edit.Change{{File: tc.a, After: []byte("A")}})
		third := second.With([]edit.Change{{File: tc.b, After: []byte("B")}, {File: tc.a, After: []byte("AA")}})
		for i, want := range []struct{ a, b string }{{"a", "b"}, {"A", "b"}, {"AA", "B"}} {
			f := []*Files{first, second, third}[i]
			got, err := f.Read(tc.a)
			require.NoError(t, err)
			require.Equal(t, want.a, string(got))
			got, err = f.ReadFile(tc.name, 10)
			require.NoError(t, err)
			require.Equal(t, want.a, string(got))
			got, err = f.Read(tc.b)
			require.NoError(t, err)
			require.Equal(t, want.b, string(got))
		}
		_, err := third.Read("absent")
		require.Error(t, err)
	}
}
