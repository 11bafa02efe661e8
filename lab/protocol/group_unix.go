//go:build unix

package protocol

import (
	"os/exec"
	"syscall"
)

// alone gives a program a process group of its own, so that the processes that it
// starts can be killed with it.
func alone(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killAll kills a program's process group.
func killAll(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
