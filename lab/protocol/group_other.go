//go:build !unix

package protocol

import "os/exec"

// alone does nothing: here a program's children cannot be told from others.
func alone(*exec.Cmd) {}

// killAll kills the program.
func killAll(command *exec.Cmd) { _ = command.Process.Kill() }
