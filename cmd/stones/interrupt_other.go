//go:build !unix

package main

import (
	"os"
	"syscall"
)

// interrupts are the signals after which what is known is shown, and no more done.
func interrupts() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// apart is the same file: nothing ends a program here whose reader is gone.
func apart(f *os.File) *os.File { return f }
