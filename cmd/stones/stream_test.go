package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Whenever a sweep is killed, it has written complete lines, except perhaps for the
// last one. Gone on with, it has the same bytes as a sweep that was not killed.
func TestKilledSweep(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	kills, runs := 4, "100"
	if long() {
		kills, runs = 20, "1667" // 5001 results
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "stones")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	sweep := func(more ...string) *exec.Cmd {
		cmd := exec.Command(program, append([]string{"throw", "--loss", "0%,2%,5%", "--runs", runs, "--count", "100"}, more...)...)
		cmd.Dir = dir
		return cmd
	}
	began := time.Now()
	if out, err := sweep("--out", "whole.jsonl").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want, err := os.ReadFile(filepath.Join(dir, "whole.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	seed := uint64(began.UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("killed at random times of seed %d", seed)
	killed := 0
	for i := range kills {
		file := filepath.Join(dir, "part.jsonl")
		_ = os.Remove(file)
		cmd := sweep("--resume", file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Float64() * 0.8 * float64(took)))
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		part, err := os.ReadFile(file)
		if err == nil && !bytes.HasPrefix(want, part) {
			t.Fatalf("kill %d left %d bytes that do not begin the whole", i, len(part))
		}
		if out, err := sweep("--resume", file).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("kill %d: %v: gone on with, it is not the whole", i, err)
		}
	}
	if killed == 0 {
		t.Error("nothing was killed in time")
	}
}
