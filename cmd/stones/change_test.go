package main

import (
	"math"
	"slices"
	"testing"
	"time"

	"stones/lab"
	"stones/lab/knob"
	"stones/lab/path/sim"
)

// In an outage nothing enters the wire. What entered before still arrives, and so does
// what enters from its end on. The gap at the far end is as long, one way later.
func TestOutage(t *testing.T) {
	e := asked(t, "only", "udp", "loss", "0%", "reorder", "0%", "bandwidth", "unlimited", "rate", "1000", "time", "10s", "outage", "5s-7s")
	e.PerStone = true
	x := pick(t, ran(t, e), lab.UDP)
	if x.Lost != 2000 || x.LongestLoss != 2000 {
		t.Errorf("lost %d, %d in a row; want 2000", x.Lost, x.LongestLoss)
	}
	if last, first := x.Stones[4999], x.Stones[7000]; last.First.Value != 5019 || first.First.Value != 7020 || x.Stones[5000].Fate != "lost" || x.Stones[6999].Fate != "lost" {
		t.Errorf("the last before it at %v, the first behind at %v; want 5019 and 7020", last.First, first.First)
	}
}

// TCP retransmits after its timeout, and doubles that each time (RFC 6298 section 5.5),
// until something gets through.
func TestOutageDoublesTimeouts(t *testing.T) {
	e := asked(t, "only", "tcp", "loss", "0%", "reorder", "0%", "rate", "20", "count", "200", "outage", "5s-7s")
	e.Packets = true
	exact := e
	exact.Tuning.Tick, e.Tuning.Tick = 0, sim.DefaultTick
	doubles(t, exact, 0)
	doubles(t, e, 8) // ms, because timers with a tick expire at a tick
}

// doubles expects that the times between retransmissions double, within slack ms.
func doubles(t *testing.T, e lab.Experiment, slack float64) {
	t.Helper()
	x := pick(t, ran(t, e), lab.TCP)
	var at []float64
	for _, p := range x.Packets {
		if p.Again && !p.Back && p.Fate == lab.PacketLost {
			at = append(at, p.Sent.Value)
		}
	}
	if len(at) < 3 {
		t.Fatalf("thrown again at %v ms", at)
	}
	for i := 3; i < len(at); i++ { // the first may be a probe
		if before, now := at[i-1]-at[i-2], at[i]-at[i-1]; math.Abs(now-2*before) > slack+1e-6 {
			t.Errorf("thrown again at %v ms: after %.0f ms, and %.0f before that", at, now, before)
		}
	}
	if !x.Complete || x.Delivered != 200 || x.Standstill.Value < 2000 {
		t.Errorf("delivered %d, standstill %v ms", x.Delivered, x.Standstill)
	}
}

// A change takes effect at its nanosecond, for what enters from then on.
func TestChangeAt(t *testing.T) {
	var s knob.Settings
	for _, set := range [][2]string{{"only", "udp"}, {"loss", "0%"}, {"reorder", "0%"}, {"bandwidth", "unlimited"}, {"rate", "1000"}, {"time", "3s"}} {
		if err := s.Set(set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, change := range []string{"1s:delay=50ms", "2000000001ns:loss=100%", "2s:loss-back=50%"} {
		if err := s.AddChange(change); err != nil {
			t.Fatal(err)
		}
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	e := es[0]
	if len(e.Out.At) != 2 || len(e.Back.At) != 2 || e.Back.At[1].At != 2*time.Second {
		t.Errorf("out %v, back %v; want the delay both ways, the loss one way each", e.Out.At, e.Back.At)
	}
	e.PerStone = true
	x := pick(t, ran(t, e), lab.UDP)
	delay := func(n int) float64 { return x.Stones[n-1].First.Value - x.Stones[n-1].Due.Value }
	if delay(1000) != 20 || delay(1001) != 50 {
		t.Errorf("stone 1000 took %v ms, stone 1001 %v; want 20 and 50", delay(1000), delay(1001))
	}
	if x.Stones[2000].Fate != "delivered" || x.Stones[2001].Fate != "lost" || x.Lost != 999 {
		t.Errorf("stone 2001 is %s, stone 2002 %s, %d lost; want the loss to begin behind the one due at 2 s", x.Stones[2000].Fate, x.Stones[2001].Fate, x.Lost)
	}
}

// A shorter delay lets nothing overtake what is on the way.
func TestShorterDelayKeepsOrder(t *testing.T) {
	e := asked(t, "only", "udp", "loss", "0%", "reorder", "0%", "bandwidth", "unlimited", "rate", "1000", "count", "1000", "delay", "100ms", "size", "100")
	var s knob.Settings
	if err := s.AddChange("500ms:delay=1ms"); err != nil {
		t.Fatal(err)
	}
	es, err := s.Experiments(1)
	if err != nil {
		t.Fatal(err)
	}
	e.Out.At = es[0].Out.At
	if x := pick(t, ran(t, e), lab.UDP); x.Reordered != 0 || x.Delivered != 1000 || x.Delay.Min.Value != 1 {
		t.Errorf("%d reordered, %d delivered, the quickest in %v ms", x.Reordered, x.Delivered, x.Delay.Min)
	}
}

// An error in a change is one line.
func TestWrongChanges(t *testing.T) {
	for text, want := range map[string]string{
		"1s":                `at "1s": not a change; write when and what, as in 5s:loss=100%`,
		"5:loss=1%":         `at "5:loss=1%": add a unit, e.g. 5ms or 5s`,
		"5s:los=1%":         `at "5s:los=1%": "los" cannot change; did you mean loss?`,
		"5s:loss=ten":       `at "5s:loss=ten": loss "ten": not a share; allowed 0% to 100%`,
		"5s:loss":           `at "5s:loss": not a change; write when and what, as in 5s:loss=100%`,
		"30h:loss=1%":       `at "30h:loss=1%": out of range; allowed 0s to 24h`,
		"5s:jitter=1s":      `at "5s:jitter=1s": out of range; allowed 0s to 20ms, the delay`,
		"5s:mtu=10":         `at "5s:mtu=10": out of range; allowed 68 to 65535`,
		"5s:bandwidth=10":   `at "5s:bandwidth=10": bandwidth "10": add a unit, e.g. 10Mbit; units: bit kbit Mbit Gbit B kB MB GB`,
		"5s:queue=5:coddle": `at "5s:queue=5:coddle": queue "5:coddle": nothing manages a queue by the name "coddle"; allowed codel, fq_codel, red, pie`,
	} {
		var s knob.Settings
		err := s.AddChange(text)
		if err == nil {
			_, err = s.Experiments(1)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
	var s knob.Settings
	if err := s.Set("outage", "5s-7s,6s-8s"); err != nil {
		t.Fatal(err)
	}
	want := `outage "6s-8s": overlaps the one before; write outages in the order of time`
	if _, err := s.Experiments(1); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// What happens to a packet after the link does not change when it leaves the link, so
// that the queue is seen on any road.
func TestLeavesTheLink(t *testing.T) {
	left := func(words ...string) (list []lab.Figure) {
		e := asked(t, append([]string{"only", "udp", "loss", "0%", "rate", "2Mbit", "bandwidth", "1Mbit", "queue", "20", "delay", "20ms"}, words...)...)
		e.Packets = true
		for _, p := range pick(t, ran(t, e), lab.UDP).Packets {
			if p.Left.Known() && p.Left.Value < p.Sent.Value+1 { // 228 bytes take 1.8 ms
				t.Errorf("packet %d left at %v, sent at %v", p.Number, p.Left, p.Sent)
			}
			list = append(list, p.Left)
		}
		return list
	}
	plain := left("reorder", "0%")
	if len(plain) != 1000 || plain[0].Value != 1.824 || !plain[500].Known() {
		t.Fatalf("%d packets; the first left at %v, the 501st at %v", len(plain), plain[0], plain[500])
	}
	for _, words := range [][]string{{"reorder", "0%", "jitter", "15ms", "overtake", "true"}, {"reorder", "10%"}, {"reorder", "0%", "reorder-early", "10%"}} {
		if got := left(words...); !slices.Equal(got, plain) {
			t.Errorf("%q: packets leave at other times", words)
		}
	}
}
