package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"stones/lab"
)

// Two worlds that run at once, each on a core, end as they do one after the other.
func TestTwoWorldsAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	worlds := []lab.Experiment{exchange(t, lab.TCP), both(lossy(t), steady(1000, 1000, 5*ms))}
	worlds[1].Seed++
	var alone, atOnce [2][]byte
	for i, e := range worlds {
		alone[i] = printed(t, e, paths()["sim"])
	}
	if bytes.Equal(alone[0], alone[1]) {
		t.Fatal("the two worlds are the same")
	}
	for range 5 {
		var both errgroup.Group
		for i, e := range worlds {
			both.Go(func() error {
				atOnce[i] = printed(t, e, paths()["sim"])
				return nil
			})
		}
		_ = both.Wait()
		for i := range worlds {
			if !bytes.Equal(atOnce[i], alone[i]) {
				t.Errorf("world %d ends otherwise beside another one", i)
			}
		}
	}
}

// BenchmarkWorld is one world on one core.
func BenchmarkWorld(b *testing.B) {
	e := exchange(b, lab.TCP)
	for b.Loop() {
		ran(b, e)
	}
}

// BenchmarkTwoWorlds reports what two worlds in one process on two cores take, beside what
// they take as two processes of one core each: the median of pairs, one after the other.
func BenchmarkTwoWorlds(b *testing.B) {
	if runtime.NumCPU() < 2 {
		b.Skip("it needs two processors")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var ratios []float64
	for b.Loop() {
		apart := twoProcesses(b)
		ratios = append(ratios, float64(twoTasks(b))/float64(apart))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "times")
}

// inTurn is how many worlds each core runs, one after the other.
const inTurn = 20

// twoTasks returns how long a world takes beside another one in this process.
func twoTasks(b *testing.B) time.Duration {
	b.Helper()
	e := exchange(b, lab.TCP)
	var both errgroup.Group
	began := time.Now()
	for range 2 {
		both.Go(func() error {
			for range inTurn {
				ran(b, e)
			}
			return nil
		})
	}
	_ = both.Wait()
	return time.Since(began) / inTurn
}

// twoProcesses returns how long a world takes beside another process that runs one: the
// slower one of both.
func twoProcesses(b *testing.B) time.Duration {
	b.Helper()
	var both errgroup.Group
	var took [2]time.Duration
	for i := range took {
		both.Go(func() (err error) {
			took[i], err = oneProcess(b.Context())
			return err
		})
	}
	if err := both.Wait(); err != nil {
		b.Fatal(err)
	}
	return max(took[0], took[1])
}

var perWorld = regexp.MustCompile(`BenchmarkWorld\s+\d+\s+(\d+) ns/op`)

// oneProcess runs BenchmarkWorld in a process of its own.
func oneProcess(ctx context.Context) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkWorld$", "-test.cpu=1", fmt.Sprintf("-test.benchtime=%dx", inTurn))
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	m := perWorld.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("no time of a world in %q", out)
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	return time.Duration(n), err
}
