package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"stones/lab"
	"stones/lab/clock"
	"stones/lab/knob"
	"stones/lab/pace"
	"stones/lab/path/remote"
	"stones/lab/run"
)

// A pupil's sockets are plain ones: 64 pupils on one computer cannot each have a
// processor of its own to be in time.
type pupil struct {
	*clock.Real
	net.Dialer
}

// Run runs the tasks and waits for all.
func (*pupil) Run(_ context.Context, tasks ...func()) error {
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(task)
	}
	wg.Wait()
	return nil
}

// class has so many pupils throw at once, each over TCP and then over UDP, and returns
// the results. If full, one more is rejected.
func class(t *testing.T, address string, pupils int, full bool, e lab.Experiment) []lab.Result {
	t.Helper()
	sessions := make([]*remote.Session, pupils)
	for i := range sessions {
		s, err := remote.Open(t.Context(), remote.Config{Net: &pupil{Real: clock.NewReal()}, Address: address})
		if err != nil {
			t.Fatalf("pupil %d: %v", i+1, err)
		}
		defer s.Close()
		sessions[i] = s
	}
	results := make([]lab.Result, pupils)
	var tasks errgroup.Group
	for i, s := range sessions {
		tasks.Go(func() (err error) {
			results[i], err = run.Run(t.Context(), e, run.Path{Open: func(lab.Experiment) (run.World, error) { return s.World(nil), nil }})
			return err
		})
	}
	if full {
		time.Sleep(e.Plan(lab.TCP).Time / 2)
		_, err := remote.Open(t.Context(), remote.Config{Net: &pupil{Real: clock.NewReal()}, Address: address})
		if want := regexp.MustCompile(fmt.Sprintf(`room: %d of %d sessions( from one address)?; come back in [0-9]+ s`, pupils, pupils)); err == nil || !want.MatchString(err.Error()) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("pupil %d: %v", pupils+1, err)
		}
	}
	if err := tasks.Wait(); err != nil {
		t.Error(err)
	}
	return results
}

// classroomPlan is what each pupil throws.
func classroomPlan(rate int, long time.Duration) lab.Experiment {
	e := knob.Start(lab.Remote)
	e.To = "teacher.example"
	plan := pace.Plan{Time: long, Size: 200, Rate: pace.StonesPerSecond(int64(rate))}
	set(&plan.Pattern, "burst:10") // no computer wakes up 64,000 times a second
	tcp, udp := plan, plan
	e.Flows = []lab.Flow{lab.Over(lab.TCP, tcp), lab.Over(lab.UDP, udp)}
	return e
}

// exact expects that every count is exact, on both sides, and returns how far
// the rate was from what was asked for, at worst.
func exact(t *testing.T, results []lab.Result, count int, told string) (off float64) {
	t.Helper()
	lost := 0
	for i, r := range results {
		for _, x := range r.Flows {
			if !x.Complete || x.Broken != "" || x.Thrown != count || x.Delivered+x.Lost != count || x.Unknown != 0 || x.Duplicated != 0 {
				t.Errorf("pupil %d, %s: complete %t (%s%s), %d thrown, %d delivered, %d lost, %d unknown", i+1, x.Transport, x.Complete, x.Error, x.Broken, x.Thrown, x.Delivered, x.Lost, x.Unknown)
			}
			if x.Transport == lab.TCP && x.Lost > 0 {
				t.Errorf("pupil %d lost %d over TCP", i+1, x.Lost)
			}
			lost += x.Lost
			asked, offered := x.Pacing.Asked.Value, x.Pacing.Offered.Value
			off = max(off, (asked-offered)/asked, (offered-asked)/asked)
		}
	}
	for _, transport := range []string{"TCP", "UDP"} {
		row := regexp.MustCompile(fmt.Sprintf(`(?m)^[0-9]+ +\S+ +%s +%d +%d +([0-9]+) +([0-9]+)`, transport, count, count))
		rows := row.FindAllStringSubmatch(told, -1)
		if len(rows) != len(results) {
			t.Errorf("stones catch tells of %d flows over %s, want %d:\n%s", len(rows), transport, len(results), told)
		}
		for _, r := range rows {
			caught, _ := strconv.Atoi(r[1])
			missing, _ := strconv.Atoi(r[2])
			if caught+missing != count {
				t.Errorf("stones catch tells of %s", r[0])
			}
			if transport == "UDP" {
				lost -= missing
			}
		}
	}
	if lost != 0 {
		t.Errorf("the two ends differ by %d in what was lost", lost)
	}
	return off
}

// A class throws, and all is counted; one more has no room.
func TestClass(t *testing.T) {
	t.Parallel()
	const pupils, rate = 8, 200
	c, _ := catchHere(t, "--sessions", strconv.Itoa(pupils))
	results := class(t, c.address, pupils, true, classroomPlan(rate, time.Second))
	told, _ := c.stop()
	off := exact(t, results, rate, told)
	t.Logf("rates within %.1f%%", 100*off)
}

// Eight throw at once, 5,000 stones a second each, evenly and in bursts of 500, again
// and again: no report is rejected, and every count is exact.
func TestClassAtOnce(t *testing.T) {
	rounds := 2
	if long() {
		rounds = 50
	}
	const pupils, rate = 8, 5000
	for _, pattern := range []string{"steady", "burst:500"} {
		t.Run(pattern, func(t *testing.T) {
			c, _ := catchHere(t)
			e := classroomPlan(rate, 200*time.Millisecond)
			for i := range e.Flows {
				set(&e.Flows[i].Plan.Pattern, pattern)
			}
			var results []lab.Result
			for range rounds {
				results = append(results, class(t, c.address, pupils, false, e)...)
			}
			told, _ := c.stop()
			exact(t, results, rate/5, told)
			lost := 0
			for _, r := range results {
				lost += pick(t, r, lab.UDP).Lost
			}
			t.Logf("%d of %d lost over UDP", lost, len(results)*rate/5)
		})
	}
}

// 64 pupils, each with 1,000 stones a second for ten seconds over both
// transports, and how much memory that takes.
func TestClassLong(t *testing.T) {
	if !long() {
		t.Skip("takes half a minute and both processors; STONES_LONG=1 runs it")
	}
	const pupils, rate, seconds = 64, 1000, 10
	cmd := exec.Command("stones", "catch", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	told := new(record)
	var wg sync.WaitGroup
	wg.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(told, lines.Text())
		}
	})
	told.wait(t, "Ctrl-C ends it.\n")
	before := resident(cmd.Process.Pid, "VmRSS")
	results := class(t, catchingAt.FindStringSubmatch(told.String())[1], pupils, true, classroomPlan(rate, seconds*time.Second))
	most := resident(cmd.Process.Pid, "VmHWM")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	off := exact(t, results, rate*seconds, told.String())
	if off > 0.05 {
		t.Errorf("a rate was off by %.1f%%; want at most 5%%", 100*off)
	}
	lost := 0
	for _, r := range results {
		lost += pick(t, r, lab.UDP).Lost
	}
	t.Logf("rates within %.2f%%, %d of %d lost over UDP, at most %d KiB resident beyond the %d KiB before: %d KiB a session",
		100*off, lost, pupils*rate*seconds, most-before, before, (most-before)/pupils)
	if each := (most - before) / pupils; each > 320 {
		t.Errorf("%d KiB a session; want at most 320", each)
	}
}

// resident is how many KiB of memory a process has, by the name of the figure in
// proc(5); 0 if the system does not tell.
func resident(pid int, name string) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}
