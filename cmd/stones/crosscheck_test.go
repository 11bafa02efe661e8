package main

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/report"
	"stones/lab/stone"
)

func TestMargin(t *testing.T) {
	for _, tt := range []struct {
		name        string
		margin      margin
		sim         float64
		n           int
		least, most float64
	}{
		{"ten ms", tenMs, 150, 1, -10, 10},
		{"equal", equal, 61, 60, 0, 0},
		{"chance", sigmas, 10, 200, -12.33, 12.33}, // 4 sqrt(200 x 5% x 95%)
		{"no chance", sigmas, 0, 200, 0, 0},
		{"queue", nearQueue, 118, 500, -2.5, 2.5},
		{"known", margin{least: -110, most: -50}, 450, 3, -110, -50},
	} {
		m := tt.margin.around(tt.sim, tt.n)
		if math.Abs(m.least-tt.least) > 0.01 || math.Abs(m.most-tt.most) > 0.01 {
			t.Errorf("%s: %v around %v of %d = %v to %v, want %v to %v", tt.name, tt.margin, tt.sim, tt.n, m.least, m.most, tt.least, tt.most)
		}
		for apart, want := range map[float64]bool{m.least: true, m.most: true, m.least - 0.1: false, m.most + 0.1: false} {
			if got := m.holds(apart); got != want {
				t.Errorf("%s: %v to %v holds %v: %t, want %t", tt.name, m.least, m.most, apart, got, want)
			}
		}
	}
}

// simTwice is all bouts, with sim in the place of netns.
func simTwice(t *testing.T) []bout {
	t.Helper()
	bouts, es := (&crosscheck{seed: 1}).bouts()
	for i := range es {
		es[i].Path = lab.Sim
	}
	results, err := runLight(t.Context(), es, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range bouts {
		bouts[i].sim, bouts[i].netns = results[2*i], results[2*i+1]
	}
	return bouts
}

// Compared with itself, sim does not differ in anything.
func TestCrosscheckOfSim(t *testing.T) {
	for _, b := range simTwice(t) {
		if n := b.outside(); n > 0 {
			t.Errorf("%s %s, %s: %d figures are outside: %+v", b.lesson, b.label(), b.transport, n, b.comparisons())
		}
		for _, x := range b.comparisons() {
			if x.Known != "" {
				t.Errorf("%s %s, %s: %s is the same, but a known difference: %s", b.lesson, b.label(), b.transport, x.Key, x.Known)
			}
		}
		for _, r := range []*lab.Result{b.sim, b.netns} {
			if err := outcome([]lab.Result{*r}, nil); err != nil {
				t.Errorf("%s %s: %v", b.lesson, b.label(), err)
			}
		}
	}
}

// The checks are about what the lessons are about: their figures are those of theory.
func TestChecks(t *testing.T) {
	want := map[string]float64{ // of sim
		"first-stone delay 50ms tcp done_ms":         150,
		"missing-stone rate 20/s tcp delay_max_ms":   200,
		"missing-stone rate 20/s tcp late":           3,
		"missing-stone rate 50/s tcp delay_max_ms":   177,
		"missing-stone rate 20/s udp lost":           1,
		"lonely-stone rate 2/s tcp delay_max_ms":     350,
		"lost-hello drop-packets 1 tcp connect_ms":   1100,
		"lost-hello drop-packets 1,2 tcp connect_ms": 2100,
		"late-not-lost hold 30:2 tcp retransmitted":  0,
		"late-not-lost hold 30:3 tcp retransmitted":  1,
		"too-fast rate 115/s udp lost":               0,
		"burst pattern burst:50 udp lost":            0,
		"burst pattern burst:60 udp lost":            20,
		"burst pattern burst:60 udp delay_max_ms":    20 + 50*1472*8/1500.0, // 50 wait for each other
		"too-fast rate 140/s udp lost":               0,
		"first-stone delay 150ms udp done_ms":        150,
		"first-stone delay 150ms tcp connect_ms":     300,
		"late-not-lost hold 30:5 udp reordered":      1,
		"late-not-lost hold 30:5 tcp delay_max_ms":   100,
		"missing-stone rate 50/s tcp late":           6,
	}
	seen := 0
	for _, b := range simTwice(t) {
		for _, x := range b.comparisons() {
			name := strings.Join([]string{x.Lesson, x.Turned, x.Transport, x.Key}, " ")
			if v, ok := want[name]; ok {
				seen++
				if math.Abs(x.Sim.Value-v) > 0.01 {
					t.Errorf("%s = %v, want %v", name, x.Sim, v)
				}
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d figures were found", seen, len(want))
	}
}

// A figure that is too far apart, or not known, is outside. One that is known to differ
// may be as far apart as that goes, and no further.
func TestOutside(t *testing.T) {
	result := func(connect lab.Figure) *lab.Result {
		return &lab.Result{Flows: []lab.Outcome{{Name: lab.TCP, Transport: lab.TCP, Complete: true, Counts: stone.Counts{Thrown: 1}, Connect: connect}}}
	}
	plainly, known := figures(tenMs, "tcp connect_ms"), timed(270, "tcp connect_ms")
	for _, tt := range []struct {
		figures []figure
		netns   lab.Figure
		known   report.Difference
		outside int
	}{
		{plainly, lab.Number(2110), "", 0},
		{plainly, lab.Number(2111), "", 1},
		{plainly, lab.Number(2089), "", 1},
		{plainly, lab.NA("never answered"), "", 1},
		{known, lab.Number(2090), "", 0},
		{known, lab.Number(2136), report.CoarseTimer, 0},
		{known, lab.Number(2000), report.CoarseTimer, 1},
		{known, lab.Number(4000), report.CoarseTimer, 1},
	} {
		b := bout{check: check{figures: tt.figures}, transport: lab.TCP, sim: result(lab.Number(2100)), netns: result(tt.netns)}
		x := b.comparisons()[0]
		if x.Known != tt.known || b.outside() != tt.outside {
			t.Errorf("sim %v, netns %v, known %q: known %q, %d outside; want %q, %d", x.Sim, x.Netns, tt.figures[0].known, x.Known, b.outside(), tt.known, tt.outside)
		}
		b.netns = nil
		if n := len(b.comparisons()); n != 0 {
			t.Errorf("without a result of netns there are %d comparisons", n)
		}
	}
}

// The races of one row differ in the seed, and the kernel runs in the same ones.
func TestRaces(t *testing.T) {
	c := &crosscheck{runs: 2, time: lab.MinTime, seed: 7, buffer: 64 << 10}
	es := races(c.seed, c.runs, c.time, c.buffer)
	if want := len(losses) * len(roundTrips) * 2 * (len(recoveries) + 1); len(es) != want {
		t.Errorf("%d races, want %d", len(es), want)
	}
	for i, e := range es {
		if err := e.Validate(); err != nil {
			t.Errorf("race %d: %v", i, err)
		}
		wantPath, wantRecovery := lab.Netns, ""
		if at := i % (len(recoveries) + 1); at < len(recoveries) {
			wantPath, wantRecovery = lab.Sim, recoveries[at]
		}
		if e.Path != wantPath || e.Recovery != wantRecovery || e.Buffer != 64<<10 || e.Has(lab.UDP) || e.Interval != e.Plan(lab.TCP).Time {
			t.Errorf("race %d: %+v", i, e)
		}
		if want := 7 + uint64(i/(len(recoveries)+1)%2); e.Seed != want {
			t.Errorf("race %d has the seed %d, want %d", i, e.Seed, want)
		}
	}
	es = slices.DeleteFunc(es[:6], func(e lab.Experiment) bool { return e.Path == lab.Netns })
	results, err := runLight(t.Context(), es, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c.stdout = &out
	if err := c.finish(results, nil, report.CrosscheckGoodput); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "0.1% 20ms") {
		t.Errorf("goodput:\n%s", &out)
	}
}
