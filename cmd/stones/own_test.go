package main

import (
	"math"
	"testing"

	"stones/lab"
	"stones/lab/knob"
)

// talking is the experiment of protocols of one's own alone, on a clean road of
// 10 Mbit/s and 20 ms each way. Words are knobs and their values.
func talking(t *testing.T, words []string, owns ...string) lab.Experiment {
	t.Helper()
	var s knob.Settings
	set := func(word, text string) {
		if err := s.Set(word, text); err != nil {
			t.Fatal(err)
		}
	}
	set("only", lab.Own)
	set("road", "clean")
	for _, own := range owns {
		if err := s.AddOwn(own); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(words); i += 2 {
		set(words[i], words[i+1])
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	return es[0]
}

// What a stone of 1000 B takes on a link of 10 Mbit/s in a frame of the worked
// protocols, and its acknowledgement, in ms; and a whole cycle with 20 ms each way.
const (
	airtime = (1000 + 9 + 28) * 8 / 10e3
	ackTime = (9 + 28) * 8 / 10e3
	cycle   = 40 + airtime + ackTime
)

var saturated = []string{"rate", "max", "size", "1000", "delay", "20ms", "bandwidth", "10Mbit", "queue", "1000", "per-stone", "true"}

// perStone is how long the flow took for each stone, from its second on, in ms.
func perStone(t *testing.T, e lab.Experiment) float64 {
	t.Helper()
	x := ran(t, e).Flows[0]
	if !x.Complete || x.Lost+x.Reordered+x.Duplicated+x.Foreign+x.Damaged > 0 || x.Broken != "" {
		t.Fatalf("%s: complete %t (%s), lost %d, reordered %d, duplicated %d, foreign %d, damaged %d, %s",
			x.Name, x.Complete, x.Error, x.Lost, x.Reordered, x.Duplicated, x.Foreign, x.Damaged, x.Broken)
	}
	first := x.Stones[0].First.Value
	last := x.Stones[len(x.Stones)-1].First.Value
	return (last - first) / float64(len(x.Stones)-1)
}

// Stop-and-wait takes a whole cycle for each stone, to the microsecond.
func TestStopAndWaitCycle(t *testing.T) {
	e := talking(t, append(saturated, "count", "50"), "stop-and-wait")
	x := ran(t, e).Flows[0]
	for i := 1; i < len(x.Stones); i++ {
		if apart := x.Stones[i].First.Value - x.Stones[i-1].First.Value; math.Abs(apart-cycle) > 0.001 {
			t.Fatalf("stone %d comes %.6f ms after the one before; want %.6f", i+1, apart, cycle)
		}
	}
}

// With loss each way, each try that fails costs a timeout: the number of tries is
// geometric.
func TestStopAndWaitLoss(t *testing.T) {
	const p, timeout, n = 0.1, 60.0, 4000
	e := talking(t, append(saturated, "count", "4000", "loss", "10%", "loss-back", "10%"), "stop-and-wait timeout=60ms")
	through := (1 - p) * (1 - p)
	want := cycle + timeout*(1/through-1)
	sigma := timeout * math.Sqrt(1-through) / through / math.Sqrt(n)
	if got := perStone(t, e); math.Abs(got-want) > 4*sigma {
		t.Errorf("a stone takes %.3f ms; want %.3f with a sigma of %.3f", got, want, sigma)
	}
}

// Without loss a window fills the road as far as it can.
func TestWindowFills(t *testing.T) {
	notShort(t)
	t.Parallel()
	for _, own := range []string{"go-back-n", "selective-repeat"} {
		for window, words := range map[int]string{1: " window=1", 8: "", 64: " window=64"} {
			e := talking(t, append(saturated, "count", "12800"), own+words)
			want := max(airtime, cycle/float64(window))
			if got := perStone(t, e); math.Abs(got-want) > 0.01*want {
				t.Errorf("%s, window %d: a stone takes %.4f ms; want %.4f", own, window, got, want)
			}
		}
	}
}

// Go-back-N under loss on the way out, with one timer that each advance restarts.
func TestGoBackNLoss(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("80,000 stones")
	}
	const p, window, timeout = 0.02, 8, 100.0
	s := math.Pow(1-p, window)
	lost := cycle*s/(1-s) + airtime*((1-p)/p-window*s/(1-s))
	want := (timeout + (1-p)*(cycle+lost)) * p / (1 - p)
	sum := 0.0
	for seed := range 10 {
		e := talking(t, append(saturated, "count", "8000", "loss", "2%"), "go-back-n timeout=100ms")
		e.Seed = uint64(seed + 1)
		sum += perStone(t, e) / 10
	}
	if math.Abs(sum-want) > 0.05*want {
		t.Errorf("a stone takes %.4f ms on average; want %.4f within 5%%", sum, want)
	}
}

// Selective repeat has no closed form: the test computes the recurrence over the run's
// losses.
func TestSelectiveRepeatLoss(t *testing.T) {
	const window, timeout, n = 8, 100.0, 4000
	e := talking(t, append(saturated, "count", "4000", "loss", "2%", "packets", "true"), "selective-repeat timeout=100ms")
	x := ran(t, e).Flows[0]
	lost := make([]int, n+1)
	for _, p := range x.Packets {
		if !p.Back && p.First > 0 && p.Fate == lab.PacketLost {
			lost[p.First]++
		}
	}
	var left, moved [n + 1]float64
	for i := 1; i <= n; i++ {
		free := 0.0
		if i > window {
			free = moved[i-window]
		}
		left[i] = max(left[i-1]+airtime, free)
		acked := cycle + left[i]
		if lost[i] > 0 {
			acked = cycle + free + float64(lost[i])*timeout
		}
		moved[i] = max(moved[i-1], acked)
	}
	want := moved[n]
	if got := x.Done.Value; math.Abs(got-want) > 0.02*want {
		t.Errorf("all takes %.1f ms; want %.1f within 2%%", got, want)
	}
}

// Whatever the road does, the built-in protocols deliver all stones, in order, once
// each; and the same seed gives the same result.
func TestWorkedProtocolsAreReliable(t *testing.T) {
	roads := [][]string{
		{"loss", "30%", "loss-back", "30%"},
		{"drop", "1,2,40", "drop-packets-back", "1,2,3"},
		{"duplicate", "30%", "duplicate-back", "30%"},
		{"jitter", "19ms", "overtake", "true", "jitter-back", "19ms", "overtake-back", "true"},
		{"reorder", "20%:3", "hold", "7:5"},
		{"corrupt", "10%", "corrupt-back", "10%"},
		{"bandwidth", "500kbit", "queue", "3"},
		{"loss", "gemodel 5% 30%"},
		{"outage", "200ms-1s"},
	}
	for _, own := range []string{"stop-and-wait", "go-back-n window=8", "selective-repeat window=8"} {
		for _, road := range roads {
			for seed := range 5 {
				e := talking(t, append([]string{"count", "60", "size", "400", "per-stone", "true"}, road...), own)
				e.Seed = uint64(seed)
				e.Flows[0].Own += " timeout=70ms"
				perStone(t, e)
			}
		}
	}
}

// Beside a protocol of one's own, TCP and UDP have the same results as without it: each
// has a road of its own.
func TestBesideOwn(t *testing.T) {
	without := ran(t, asked(t, "count", "200", "loss", "3%"))
	var s knob.Settings
	for _, err := range []error{s.Set("count", "200"), s.Set("loss", "3%"), s.AddOwn("go-back-n"), s.AddOwn("go-back-n window=2 name=slow")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	with := ran(t, es[0])
	for i, x := range without.Flows {
		if y := with.Flows[i]; y.Delivered != x.Delivered || y.Delay != x.Delay || y.Wire.Packets != x.Wire.Packets {
			t.Errorf("%s: %d delivered, %v; without another flow %d, %v", x.Name, y.Delivered, y.Delay, x.Delivered, x.Delay)
		}
	}
	udp, own := with.Flows[1], with.Flows[2]
	if own.Name != "go-back-n" || with.Flows[3].Name != "slow" || own.Transport != lab.Own {
		t.Errorf("flows %s (%s) and %s", own.Name, own.Transport, with.Flows[3].Name)
	}
	if udp.Lost == 0 || own.Lost != 0 || own.Wire.Retransmitted.Value < float64(udp.Lost) {
		t.Errorf("UDP lost %d; the other %d, and threw %v again", udp.Lost, own.Lost, own.Wire.Retransmitted)
	}
}

// A reversed flow may answer at the moment at which a protocol's timer runs out.
func TestOwnBesideReversed(t *testing.T) {
	code, _, errs := played(t, "throw", "--seed", "344", "--bandwidth-back", "@lte-car", "--with", "stop-and-wait", "--flow", "udp rate=100 count=20 reverse", "--count", "72", "-J")
	if code != 0 {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
