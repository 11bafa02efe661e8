package main

import (
	"testing"

	"stones/lab"
	"stones/lab/wire"
)

// An outage and a change meet the kernel's datagrams as they meet those of sim, number by
// number, if none comes near the moment.
func TestNetnsChanges(t *testing.T) {
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

// Along a trace, and through queues that think, as many come on netns as on sim, within
// 5 %: chance decides when the kernel's datagrams come.
func TestNetnsTraces(t *testing.T) {
	needsNetns(t)
	for _, words := range [][]string{
		{"bandwidth", "@wifi-busy", "queue", "30"},
		{"bandwidth", "@1", "queue", "30"},
		{"bandwidth", "@3", "queue", "300:red"},
		{"bandwidth", "@3", "queue", "300:pie"},
		{"bandwidth", "@3", "queue", "300:codel"},
	} {
		e := asked(t, append(words, "only", "udp", "loss", "0%", "reorder", "0%", "rate", "1000", "size", "1200", "time", "2s")...)
		want := pick(t, ran(t, e), lab.UDP)
		got := pick(t, along(t, lab.Netns, 1, []lab.Experiment{e})[0], lab.UDP)
		if !within(float64(got.Delivered), float64(want.Delivered), 0.05) {
			t.Errorf("%v: %d came on netns, %d on sim", words, got.Delivered, want.Delivered)
		}
		t.Logf("%v: %d came on netns, %d on sim", words, got.Delivered, want.Delivered)
	}
}

// setChange lets the way out change.
func setChange(e *lab.Experiment, text string) error {
	e.Out.At = append(e.Out.At, wire.Change{})
	return e.Out.At[len(e.Out.At)-1].UnmarshalText([]byte(text))
}
