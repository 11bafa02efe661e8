//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe without a writer would block for ever.
func TestNoPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o666); err != nil {
		t.Skip(err)
	}
	const want = "not a file; its size must be known beforehand"
	if _, err := readFile(name); err == nil || err.Error() != want {
		t.Errorf("a pipe: %v; want %s", err, want)
	}
}
