//go:build unix

package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// interrupts are the signals that end the work; the results so far are shown. Signals
// that the program was started to ignore, as by nohup, stay ignored.
func interrupts() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
}

// apart returns the same file under another descriptor. A write to standard output or
// standard error without a reader ends a Go program (package os/signal). With another
// descriptor it is an error, and the work goes on.
func apart(f *os.File) *os.File {
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return f
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), f.Name())
}
