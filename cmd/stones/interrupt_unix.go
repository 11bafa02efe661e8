//go:build unix

package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// interrupts are the signals after which what is known is shown, and no more done. What
// the program was started to ignore, as by nohup, it goes on to ignore.
func interrupts() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
}

// apart is the same file under another number. A write to standard output or
// standard error whose reader is gone ends a program of Go (package os/signal);
// with another number it is an error, and the work goes on.
func apart(f *os.File) *os.File {
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return f
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), f.Name())
}
