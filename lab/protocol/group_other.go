//go:build !unix

package protocol

import "os/exec"

// alone does nothing: there are no process groups here.
func alone(*exec.Cmd) {}

// killAll kills the program.
func killAll(command *exec.Cmd) { _ = command.Process.Kill() }
