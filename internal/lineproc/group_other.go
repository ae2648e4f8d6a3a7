//go:build !unix

package lineproc

import "os/exec"

// ownGroup does nothing: there are no process groups of this kind.
func ownGroup(*exec.Cmd) {}

// killGroup ends the child alone.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
