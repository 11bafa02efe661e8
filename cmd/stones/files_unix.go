//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles is how many files the system lets this program have open, sockets
// included; 0 if there is no limit that matters. (Package os has raised it as
// far as it may be.)
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
