package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/document"
	"stones/lab/run"
)

// manyCells are the flags of a sweep of 100,000 cells of 100 stones.
func manyCells() []string {
	list := func(n int, format string, from, step float64) string {
		values := make([]string, n)
		for i := range values {
			values[i] = fmt.Sprintf(format, from+float64(i)*step)
		}
		return strings.Join(values, ",")
	}
	return []string{"throw", "--count", "100", "--loss", list(10, "%.1f%%", 0, 0.5), "--delay", list(50, "%.0fms", 1, 2), "--rate", list(20, "%.0f", 100, 50), "--size", list(10, "%.0f", 100, 50)}
}

// A sweep of very many cells needs no more memory than a short one, and a table of them
// holds little of each.
func TestManyCells(t *testing.T) {
	inFull(t)
	s := withProgram(t)
	cells, lines := 100_000, filepath.Join(s.dir, "cells.jsonl")
	peak, cpu := s.peak(exec.Command(filepath.Join(s.dir, "stones"), append(manyCells(), "--out", lines)...))
	info, err := os.Stat(lines)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cells: %.1f MiB at most, %v of CPU, %d bytes a line", cells, peak, cpu, info.Size()/int64(cells))
	if peak > 64 {
		t.Errorf("throwing takes %.1f MiB; want at most 64", peak)
	}
	// A million take ten times as much, in addition to what the program always takes.
	short := filepath.Join(s.dir, "short.jsonl")
	s.run(exec.Command(filepath.Join(s.dir, "stones"), "throw", "--count", "20", "--runs", "10000", "--out", short))
	least, _ := s.peak(exec.Command(filepath.Join(s.dir, "stones"), "report", short))
	for _, more := range [][]string{{"--theory"}, {short, "--compare"}} {
		if peak, _ := s.peak(exec.Command(filepath.Join(s.dir, "stones"), append([]string{"report", short}, more...)...)); peak > least+40 {
			t.Errorf("%v: %.1f MiB beside %.1f without it; what is held of 10,000 results is a few MiB", more, peak, least)
		}
	}
	peak, cpu = s.peak(exec.Command(filepath.Join(s.dir, "stones"), "report", lines, "--out", filepath.Join(s.dir, "table.txt"), "--format", "table"))
	t.Logf("a table of them: %.1f MiB at most, %v of CPU; of 10,000 runs %.1f MiB", peak, cpu, least)
	if peak > 100 {
		t.Errorf("a table of them takes %.1f MiB; want at most 100", peak)
	}
}

// peak runs a command, and returns its peak of resident memory in MiB, and its
// processor time. The kernel's figures of a child include at least what its parent had.
func (s scaled) peak(cmd *exec.Cmd) (mib float64, cpu time.Duration) {
	s.Helper()
	var out strings.Builder
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	most := regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
	for {
		select {
		case err := <-ended:
			if err != nil {
				s.Fatalf("%v: %v\n%s", cmd.Args, err, out.String())
			}
			return mib, cmd.ProcessState.SystemTime() + cmd.ProcessState.UserTime()
		case <-time.After(20 * time.Millisecond):
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			if m := most.FindSubmatch(status); m != nil {
				kib, _ := strconv.Atoi(string(m[1]))
				mib = max(mib, float64(kib)/1024)
			}
		}
	}
}

// A sweep takes the processor time of its experiments alone, and a compact record of
// the default one is short.
func TestSweepCost(t *testing.T) {
	inFull(t)
	s := withProgram(t)
	var ratios []float64
	for part := range 9 {
		file := filepath.Join(s.dir, fmt.Sprintf("part-%d.jsonl", part))
		_, sweep := s.peak(exec.Command(filepath.Join(s.dir, "stones"), append(manyCells(), "--shard", fmt.Sprintf("%d/200", part+1), "--out", file)...))
		experiments := experimentsOf(t, file)
		before := busy(t)
		for _, e := range experiments {
			r, err := run.Run(context.Background(), e, paths()[lab.Sim])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := document.MarshalLine(document.Line{Version: version, Place: 1, Of: 1, Result: r}); err != nil {
				t.Fatal(err)
			}
		}
		ratios = append(ratios, float64(sweep)/float64(busy(t)-before))
	}
	slices.Sort(ratios)
	t.Logf("a sweep takes %.2f of what its experiments take alone (%.2f to %.2f)", ratios[4], ratios[0], ratios[8])
	if ratios[4] > 1.1 {
		t.Errorf("a sweep takes %.2f of the CPU that its experiments take alone; want at most 1.1", ratios[4])
	}
	line, err := exec.Command(filepath.Join(s.dir, "stones"), "throw", "--format", jsonl).Output()
	if err != nil || len(line) > 4000 {
		t.Errorf("%v: a record of the default run has %d bytes; want at most 4000", err, len(line))
	}
}

// A sweep in one process takes as long as its parts in as many processes of one core
// each, and as much processor time as on one core.
func TestAllCores(t *testing.T) {
	inFull(t)
	s := withProgram(t)
	cores := runtime.GOMAXPROCS(0)
	began := func(procs int, more ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.dir, "stones"), append(manyCells(), more...)...)
		cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs))
		return cmd
	}
	type cost struct{ wall, cpu time.Duration }
	together := func(cmds ...*exec.Cmd) (c cost) {
		start := time.Now()
		for _, cmd := range cmds {
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
		}
		for _, cmd := range cmds {
			if err := cmd.Wait(); err != nil {
				t.Fatal(err)
			}
			c.cpu += cmd.ProcessState.SystemTime() + cmd.ProcessState.UserTime()
		}
		c.wall = time.Since(start)
		return c
	}
	part := func(number, of int) string { return fmt.Sprintf("--shard=%d/%d", number, of) }
	var wall, cpu []float64
	for pair := range 9 {
		n := 1 + pair // the same experiments, in one piece and in as many as there are cores
		var apart []*exec.Cmd
		for core := range cores {
			apart = append(apart, began(1, "--format", jsonl, part(n+100*core, 100*cores)))
		}
		one := together(began(cores, "--format", jsonl, part(n, 100)))
		many := together(apart...)
		single := together(began(1, "--format", jsonl, part(n, 100)))
		wall = append(wall, float64(one.wall)/float64(many.wall))
		cpu = append(cpu, float64(one.cpu)/float64(single.cpu))
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	t.Logf("on %d cores: %.2f of the time of as many processes (%.2f to %.2f), %.2f of the CPU on one core (%.2f to %.2f)", cores, wall[4], wall[0], wall[8], cpu[4], cpu[0], cpu[8])
	if wall[4] > 1.1 {
		t.Errorf("a sweep in one process takes %.2f of the time of one process a core; want at most 1.1", wall[4])
	}
	if cpu[4] > 1.08 {
		t.Errorf("a sweep on all cores takes %.2f of the CPU on one; want at most 1.08", cpu[4])
	}
}

// experimentsOf are those of the results in a file.
func experimentsOf(t *testing.T, name string) (experiments []lab.Experiment) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = document.Lines(f,
		func(l document.Line, _ document.Span) error {
			experiments = append(experiments, l.Result.Experiment)
			return nil
		},
		func(bad *document.LineError) error { return bad })
	if err != nil || len(experiments) == 0 {
		t.Fatalf("%d experiments: %v", len(experiments), err)
	}
	return experiments
}

// busy is the processor time of this process.
func busy(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
