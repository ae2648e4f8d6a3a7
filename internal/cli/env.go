package cli

import (
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/edit"
	"github.com/mwcheck/mwcheck/internal/edit/oswrite"
	"github.com/mwcheck/mwcheck/internal/gitdiff"
	"github.com/mwcheck/mwcheck/internal/gitdiff/osgit"
)

// Env is all that the command touches of the world around it.
type Env struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Terminal says that Stdout is a terminal, which turns colour on.
	Terminal bool
	// LookupEnv reads an environment variable.
	LookupEnv func(name string) (string, bool)
	// Files reads the file system, WorkDir is the absolute "/"-separated
	// directory that relative paths start from.
	Files   django.Files
	WorkDir string
	// Write replaces the files of changes, whose names are relative to WorkDir,
	// all of them or none. Nil: nothing can be written.
	Write func(changes []edit.Change) error
	// Put writes one file as a whole, whether or not there is one. Nil: nothing
	// can be written.
	Put func(name string, text []byte) error
	// Git runs git. Nil: there is none.
	Git gitdiff.Run
}

// System is the environment of the process.
func System() Env {
	files := osfiles.Files{}
	dir, err := files.WorkDir()
	if err != nil {
		dir = "" // names stay relative to the process's directory
	}
	return Env{
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Terminal:  term.IsTerminal(int(os.Stdout.Fd())),
		LookupEnv: os.LookupEnv,
		Files:     files,
		WorkDir:   dir,
		Write:     func(changes []edit.Change) error { return oswrite.Write(filepath.FromSlash(dir), changes) },
		Put:       func(name string, text []byte) error { return oswrite.Put(filepath.FromSlash(dir), name, text) },
		Git:       osgit.Run,
	}
}

// color decides whether to colour: --color first, then NO_COLOR and TERM=dumb,
// then whether anybody watches (https://no-color.org).
func (e Env) color(flag string) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	if v, _ := e.LookupEnv("NO_COLOR"); v != "" {
		return false
	}
	if v, _ := e.LookupEnv("TERM"); v == "dumb" {
		return false
	}
	return e.Terminal
}
