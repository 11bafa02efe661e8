//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkProgram reports the least processor time of a run: of the lab and of both
// ends, which are Python programs.
func BenchmarkProgram(b *testing.B) {
	args := forty(b)
	python, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Dir(string(python)) // and not a script of pyenv's, which takes longer than all else
	b.Setenv("PATH", path+string(filepath.ListSeparator)+os.Getenv("PATH"))
	least := time.Hour
	for b.Loop() {
		c := exec.Command("stones", args...)
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		used := c.ProcessState.SysUsage().(*syscall.Rusage) // what its own programs used is in it
		least = min(least, time.Duration(used.Utime.Nano()+used.Stime.Nano()))
	}
	b.ReportMetric(least.Seconds(), "least-cpu-s/run")
}
