//go:build !unix

package main

import (
	"os"
	"syscall"
)

// interrupts are the signals after which what is known is shown, and no more done.
func interrupts() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
