//go:build unix

package main

import (
	"math"
	"syscall"
)

// openFiles is how many files, sockets included, the program may have open; 0 if there
// is no limit that matters. (Package os has raised the limit as far as possible.)
func openFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
