package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"stones/lab"
	"stones/lab/wire"
)

// An outage and a change affect the kernel's datagrams as those of sim, number by
// number, if none comes near the moment.
func TestNetnsChanges(t *testing.T) {
	inFull(t)
	needsNetns(t)
	e := asked(t, "only", "udp", "loss", "0%", "reorder", "0%", "rate", "100", "count", "300", "outage", "505ms-1.005s", "drop", "7,200-203", "hold", "20:3")
	if err := setChange(&e, "2.005s:loss=100%"); err != nil {
		t.Fatal(err)
	}
	e.PerStone = true
	want := pick(t, ran(t, e), lab.UDP)
	got := pick(t, along(t, lab.Netns, 1, []lab.Experiment{e})[0], lab.UDP)
	if want.Lost < 100 || len(got.Stones) != len(want.Stones) {
		t.Fatalf("%d lost on sim; %d and %d stones", want.Lost, len(want.Stones), len(got.Stones))
	}
	for i, s := range want.Stones {
		if got.Stones[i].Fate != s.Fate {
			t.Errorf("stone %d is %s on netns, %s on sim", i+1, got.Stones[i].Fate, s.Fate)
		}
	}
}

// Through a full queue, along a trace, and through managed queues, as many arrive on
// netns as on sim, and as many are dropped, within 5 %: chance decides when the
// kernel's datagrams come. With STONES_SEEDS it runs twice, to show how far netns is
// from itself.
func TestNetnsTraces(t *testing.T) {
	inFull(t)
	needsNetns(t)
	const seeds = 10
	for _, words := range [][]string{
		{"bandwidth", "7Mbit", "queue", "100"},
		{"bandwidth", "7Mbit", "queue", "64kB"},
		{"bandwidth", "@wifi-busy", "queue", "100"},
		{"bandwidth", "@1", "queue", "30"},
		{"bandwidth", "@3", "queue", "300:red"},
		{"bandwidth", "@3", "queue", "300:pie"},
		{"bandwidth", "@3", "queue", "300:codel"},
		{"bandwidth", "7Mbit", "queue", "300:fq_codel"},
	} {
		t.Run(strings.Join(words, " "), func(t *testing.T) {
			var es []lab.Experiment
			for seed := range seeds {
				e := asked(t, append(slices.Clone(words), "only", "udp", "loss", "0%", "reorder", "0%", "rate", "1000", "size", "1200", "time", "2s")...)
				e.Seed = uint64(seed) + 1
				es = append(es, e)
			}
			sim, kernel := queued(t, all(t, es)), queued(t, along(t, lab.Netns, 4, es))
			t.Logf("%v came on sim and %v on netns, the queue dropped %v and %v", sim.came, kernel.came, sim.dropped, kernel.dropped)
			if os.Getenv("STONES_SEEDS") != "" {
				again := queued(t, along(t, lab.Netns, 4, es))
				t.Logf("once more on netns, %v came, and the queue dropped %v", again.came, again.dropped)
			}
			switch same := within(kernel.came, sim.came, 0.05) && (sim.dropped == 0 || within(kernel.dropped, sim.dropped, 0.05)); {
			case !same && kernel.late > tooLate:
				t.Skipf("the computer is too busy: packets came up to %v ms late", kernel.late)
			case !same:
				t.Errorf("%v came on netns, %v on sim; the queue dropped %v and %v", kernel.came, sim.came, kernel.dropped, sim.dropped)
			}
		})
	}
}

// tooLate is the lateness of packets at the wire, in ms at the 99th percentile, above
// which counts mean nothing: a queue that is not emptied in time overflows.
const tooLate = 5

// A passage is how many packets came through a queue in all results, how many it
// dropped, and how late the packets were, in ms at the 99th percentile, in the worst of
// them.
type passage struct{ came, dropped, late float64 }

func queued(t *testing.T, rs []lab.Result) (p passage) {
	t.Helper()
	for _, r := range rs {
		x := pick(t, r, lab.UDP)
		p.came, p.dropped, p.late = p.came+float64(x.Delivered), p.dropped+x.Wire.Overflowed.Value, max(p.late, x.Wire.LateP99.Value)
	}
	return p
}

// setChange lets the way out change.
func setChange(e *lab.Experiment, text string) error {
	e.Out.At = append(e.Out.At, wire.Change{})
	return e.Out.At[len(e.Out.At)-1].UnmarshalText([]byte(text))
}
