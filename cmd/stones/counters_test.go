package main

import (
	"testing"

	"stones/lab"
)

// One stone lost: each end counts what it sees of it.
func TestCounters(t *testing.T) {
	e := asked(t, "loss", "0%", "reorder", "0%", "drop", "50", "count", "100", "size", "1000", "counters", "true")
	r := ran(t, e)
	c := pick(t, r, lab.TCP).Counters
	if c == nil {
		t.Fatal("no counters, though they were asked for")
	}
	for name, want := range map[string]uint64{"RetransSegs": 1, "TCPFastRetrans": 1, "TCPSackRecovery": 1, "TCPTimeouts": 0} {
		if got := c.Thrower[name]; got != want {
			t.Errorf("the thrower's %s is %d; want %d", name, got, want)
		}
	}
	if _, kept := c.Thrower["TCPTimeouts"]; kept {
		t.Error("a counter that is 0 is kept")
	}
	if got := c.Catcher["TCPOFOQueue"]; got < 5 || got > 20 {
		t.Errorf("%d segments were held out of order at the catcher; want those of a round trip or two", got)
	}
	if pick(t, r, lab.UDP).Counters != nil {
		t.Error("UDP has counters of TCP")
	}
	e.Counters = false
	if pick(t, ran(t, e), lab.TCP).Counters != nil {
		t.Error("counters, though they were not asked for")
	}
}
