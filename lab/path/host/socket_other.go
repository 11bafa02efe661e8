//go:build !linux

package host

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
)

// drops cannot be read here.
func drops(syscall.RawConn) (int, error) {
	return 0, errors.New(runtime.GOOS + " does not tell")
}

// set refuses what cannot be set here.
func set(_ uintptr, _ string, cfg Config) error {
	if cfg.Congestion != "" {
		return fmt.Errorf("congestion control %q: cannot be chosen on %s", cfg.Congestion, runtime.GOOS)
	}
	return nil
}

// defaultCongestion is not told.
func defaultCongestion() string { return "as the system has it" }
