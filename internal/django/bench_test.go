package django_test

import (
	"context"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/testenv"
)

// BenchmarkLoad reads Django's own sources and one project; BenchmarkGrep has
// grep look for one word in the same files. The aim is at most three times
// grep's time for everything that the command does.
func BenchmarkLoad(b *testing.B) {
	paths := []string{osfiles.Name(testenv.Corpus(b, "python3-django")), osfiles.Name(testenv.Corpus(b, "graphite-web"))}
	workDir, err := osfiles.Files{}.WorkDir()
	require.NoError(b, err)
	for b.Loop() {
		p, err := django.Load(context.Background(), osfiles.Files{}, django.Options{Paths: paths, WorkDir: workDir})
		require.NoError(b, err)
		require.NotEmpty(b, p.Stacks)
	}
}

// BenchmarkLoadFind is the part of BenchmarkLoad without the project, whose
// evaluation takes most of the time.
func BenchmarkLoadFind(b *testing.B) {
	paths := []string{osfiles.Name(testenv.Corpus(b, "python3-django"))}
	workDir, err := osfiles.Files{}.WorkDir()
	require.NoError(b, err)
	for b.Loop() {
		_, err := django.Load(context.Background(), osfiles.Files{}, django.Options{Paths: paths, WorkDir: workDir})
		require.ErrorIs(b, err, django.ErrNothing)
	}
}

func BenchmarkGrep(b *testing.B) {
	grep, err := exec.LookPath("grep")
	if err != nil {
		b.Skip("grep is not installed")
	}
	args := []string{"-r", "MIDDLEWARE", testenv.Corpus(b, "python3-django"), testenv.Corpus(b, "graphite-web")}
	for b.Loop() {
		out, err := exec.Command(grep, args...).Output()
		require.NoError(b, err)
		require.NotEmpty(b, out)
	}
}
