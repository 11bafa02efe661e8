package main

import (
	"math"
	"slices"
	"testing"

	"stones/lab"
)

// A paced flow reports its median delay before the bulk began and beside it, and the
// round trips per minute.
func TestDelayUnderLoad(t *testing.T) {
	for queue, want := range map[string]struct{ least, most float64 }{"300": {100, 400}, "300:fq_codel": {10, 13}} {
		e := flowing(t, []string{"delay", "10ms", "queue", queue}, "udp rate=50 time=10s size=100", "tcp rate=max start=2s time=6s")
		e.PerStone = true
		r := ran(t, e)
		probe, bulk := pickNamed(t, r, lab.UDP), pickNamed(t, r, lab.TCP)
		if bulk.Load != nil || probe.Load == nil {
			t.Fatalf("%s: the bulk has %v, the probe %v", queue, bulk.Load, probe.Load)
		}
		l := probe.Load
		// 128 B take 0.1024 ms at 10 Mbit/s.
		if l.Idle.Value != 10.1024 || l.Loaded.Value < want.least || l.Loaded.Value > want.most {
			t.Errorf("%s: %v ms idle, %v under load; want 10.1024, and %v to %v", queue, l.Idle, l.Loaded, want.least, want.most)
		}
		if trips := 60_000 / (l.Loaded.Value + 10); !within(l.RoundTrips.Value, trips, 1e-6) {
			t.Errorf("%s: %v round trips a minute; want %v", queue, l.RoundTrips, trips)
		}
		// By hand: the bulk runs from 2 s to its last arrival.
		var loaded []float64
		for _, s := range probe.Stones {
			if s.Due.Value < 2000 || s.Due.Value >= 2000+bulk.Done.Value {
				continue
			}
			took := math.Inf(1)
			if s.First.Why == (lab.Reason{}) {
				took = s.First.Value - s.Due.Value
			}
			loaded = append(loaded, took)
		}
		slices.Sort(loaded)
		if middle := loaded[(len(loaded)-1)/2]; !within(l.Loaded.Value, middle, 1e-6) {
			t.Errorf("%s: %v ms under load; by hand %v", queue, l.Loaded, middle)
		}
	}
	e := flowing(t, nil, "udp rate=50 time=1s start=1s", "tcp rate=max time=3s")
	if l := pickNamed(t, ran(t, e), lab.UDP).Load; l == nil || l.Idle != lab.NA(lab.CauseNeverIdle) || l.Loaded.Value <= 0 {
		t.Errorf("without a stone before the bulk: %+v", l)
	}
	if l := pickNamed(t, ran(t, flowing(t, nil, "udp rate=50 count=10", "tcp rate=50 count=10")), lab.UDP).Load; l != nil {
		t.Errorf("without bulk: %+v", l)
	}
}
