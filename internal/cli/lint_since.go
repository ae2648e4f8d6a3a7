package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mwcheck/mwcheck/internal/django"
	"github.com/mwcheck/mwcheck/internal/django/osfiles"
	"github.com/mwcheck/mwcheck/internal/finding"
	"github.com/mwcheck/mwcheck/internal/gitdiff"
	"github.com/mwcheck/mwcheck/internal/lint"
	"github.com/mwcheck/mwcheck/internal/stack"
)

// changedFiles are files that differ from a revision.
type changedFiles struct {
	all  map[string]bool // by the name that positions have
	gone []string        // of these, those that are not there any more
}

// touches says that one of some files has changed, or lies in a directory that
// has changed as a whole.
func (c *changedFiles) touches(files []string) bool {
	return slices.ContainsFunc(files, func(file string) bool {
		for name := file; name != "." && name != "/"; name = path.Dir(name) {
			if c.all[name] {
				return true
			}
			if path.Dir(name) == name {
				break
			}
		}
		return false
	})
}

// changedSince asks git what has changed in the working trees of some paths.
func (a *app) changedSince(ctx context.Context, paths []string, rev string) (*changedFiles, error) {
	if err := gitdiff.CheckRevision(rev); err != nil {
		return nil, &problem{text: "--since: " + err.Error(), hint: "give a commit, a branch or a tag"}
	}
	if a.env.Git == nil {
		return nil, &problem{text: "--since needs git, and there is none here"}
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	names := django.Names{WorkDir: a.env.WorkDir}
	out := &changedFiles{all: map[string]bool{}}
	seen := map[string]bool{}
	for _, p := range paths {
		dir := names.Abs(osfiles.Name(p))
		info, err := a.env.Files.Stat(names.Access(dir))
		if err == nil && !info.IsDir() {
			dir = path.Dir(dir)
		}
		if err != nil || seen[dir] {
			continue // that a path is not there is said when it is read
		}
		seen[dir] = true
		changed, err := gitdiff.Changed(ctx, a.env.Git, dir, rev)
		var exit *gitdiff.ExitError
		switch {
		case errors.Is(err, gitdiff.ErrNoGit):
			return nil, &problem{text: "--since needs git: " + err.Error(), hint: "install git, or leave --since out"}
		case errors.As(err, &exit):
			return nil, &problem{text: fmt.Sprintf("--since: git in %s: %s", names.Show(dir), err), hint: "--since compares the files of a git repository with a commit of it"}
		case err != nil:
			return nil, &problem{text: fmt.Sprintf("--since: %s", err), hint: "a shallow clone lacks older commits; git fetch brings them"}
		}
		for _, abs := range changed {
			out.add(a.env.Files, names, strings.TrimSuffix(abs, "/"))
		}
	}
	slices.Sort(out.gone)
	return out, nil
}

// maxLinks bounds a chain of symbolic links.
const maxLinks = 20

// add adds a file, and where it is a link now what it leads to, by which
// positions name it.
func (c *changedFiles) add(files django.Files, names django.Names, abs string) {
	for range maxLinks {
		name := names.Show(abs)
		if c.all[name] {
			return
		}
		c.all[name] = true
		target, err := files.ReadLink(names.Access(abs))
		if err != nil {
			if _, err := files.Stat(names.Access(abs)); err != nil {
				c.gone = append(c.gone, name)
			}
			return
		}
		if target = osfiles.Name(target); !path.IsAbs(target) {
			target = path.Join(path.Dir(abs), target)
		}
		abs = names.Abs(target)
	}
}

// touched are the stacks of a job that a change concerns, in order.
func (c *changedFiles) touched(j *jobFindings) []*stack.Stack {
	if c.touches([]string{j.job.config.File}) {
		return j.stacks
	}
	all := slices.Collect(maps.Keys(c.all))
	return slices.DeleteFunc(slices.Clone(j.stacks), func(s *stack.Stack) bool {
		m := j.project.Of(s.ID)
		return !c.touches(j.facts.Files(s)) && !slices.ContainsFunc(c.gone, m.Looked) && !slices.ContainsFunc(all, m.TellsDjango)
	})
}

// keep leaves of a job what a change concerns: its stacks, their findings and
// notes. It returns how many stacks are left out.
func (c *changedFiles) keep(j *jobFindings) int {
	if j.project == nil {
		return 0
	}
	all := len(j.stacks)
	j.stacks = c.touched(j)
	ids, files := map[string]bool{}, map[string]bool{}
	for _, s := range j.stacks {
		ids[s.ID] = true
		for _, file := range j.facts.Files(s) {
			files[file] = true
		}
	}
	j.findings = slices.DeleteFunc(j.findings, func(f finding.Finding) bool {
		if rule := lint.Find(f.Rule); rule != nil && rule.Late && files[f.Span.File] {
			return false // a comment belongs to all stacks that depend on its file
		}
		return !slices.ContainsFunc(f.Stacks, func(id string) bool { return ids[id] })
	})
	j.notes = slices.DeleteFunc(j.notes, func(n stack.Note) bool {
		return n.Span.File != "" && !files[n.Span.File] && !c.touches([]string{n.Span.File})
	})
	return all - len(j.stacks)
}
