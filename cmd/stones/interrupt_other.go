//go:build !unix

package main

import (
	"os"
	"syscall"
)

// interrupts are the signals that end the work; the results so far are shown.
func interrupts() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// apart returns f: here a write without a reader does not end a program.
func apart(f *os.File) *os.File { return f }
