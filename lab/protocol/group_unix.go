//go:build unix

package protocol

import (
	"os/exec"
	"syscall"
)

// alone lets a program have a process group of its own, so that what it starts can be
// ended with it.
func alone(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killAll kills a program's process group.
func killAll(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
