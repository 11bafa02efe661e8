package wire

import (
	"testing"
	"time"
)

// The control law, worked by hand: 100 ms over the square root of n, rounded down
// to the nanosecond (RFC 8289 section 3.3).
func TestControlLaw(t *testing.T) {
	c := codel{interval: codelInterval}
	for n, want := range map[int]time.Duration{
		1: 100_000_000, 2: 70_710_678, 3: 57_735_026, 4: 50_000_000, 5: 44_721_359, 10: 31_622_776, 1000: 3_162_277, 1_000_000: 100_000,
	} {
		if c.count = n; c.law(0) != want {
			t.Errorf("law(%d) = %d; want %d ns", n, c.law(0), want)
		}
	}
}

// overload sends packets of 1500 bytes every millisecond to a link that takes 1.2 ms for
// each, until a time, and returns what happened to them.
func overload(t *testing.T, queue string, until time.Duration, change func(i int, p *Packet)) (events []Event, arrived []Packet, w *Wire) {
	t.Helper()
	var q Queue
	if err := q.UnmarshalText([]byte(queue)); err != nil {
		t.Fatal(err)
	}
	w = New(Shape{Bandwidth: 10 * Mbit, Queue: q}, 1, Out)
	come := func(now time.Duration) {
		for {
			at, ok := w.Next()
			if !ok || at > now {
				return
			}
			if p, ok := w.Arrive(at); ok {
				arrived = append(arrived, p)
			}
			for e, ok := w.Event(); ok; e, ok = w.Event() {
				events = append(events, e)
			}
		}
	}
	for i := 0; time.Duration(i)*time.Millisecond < until; i++ {
		now := time.Duration(i) * time.Millisecond
		come(now)
		p := Packet{Size: 1500, Stone: uint64(i + 1)}
		if change != nil {
			change(i, &p)
		}
		w.Send(now, p)
	}
	come(time.Hour)
	if err := w.Counts().Check(); err != nil {
		t.Error(err)
	}
	return events, arrived, w
}

// Under constant overload the first packet is dropped when packets have waited too
// long for an interval, and the next ones when the control law says: at the first
// departure from then on.
func TestCoDelDropsByTheLaw(t *testing.T) {
	const departure = 1200 * time.Microsecond
	drops, _, _ := overload(t, "1000:codel", 3*time.Second, nil)
	if len(drops) < 20 {
		t.Fatalf("%d drops", len(drops))
	}
	// Packet n (from 0) comes at n ms and leaves at 1.2 n: 5 ms later than it came
	// when n is 25, at 30 ms. An interval later is 130 ms; the next departure is 130.8.
	if want := 109 * departure; drops[0].At != want {
		t.Errorf("the first drop is at %v; want %v", drops[0].At, want)
	}
	c := codel{interval: codelInterval, count: 1}
	due := c.law(drops[0].At)
	for i, e := range drops[1:20] {
		// What is dropped takes no time on the link, so departures stay where they are.
		want := (due + departure - 1) / departure * departure
		if e.At != want || e.Fate != Managed {
			t.Errorf("drop %d is at %v, %v; want %v, the first departure from %v on", i+2, e.At, e.Fate, want, due)
		}
		c.count++
		due = c.law(due)
	}
}

// ECN-capable packets are marked at the times at which others would be dropped.
func TestCoDelMarks(t *testing.T) {
	capable := func(_ int, p *Packet) { p.Capable = true }
	events, arrived, w := overload(t, "1000:codel", time.Second, capable)
	marks := 0
	for _, p := range arrived {
		if p.Marked {
			marks++
		}
	}
	if len(events) != 0 || len(arrived) != 1000 || marks != w.Counts().Marked || marks < 10 {
		t.Errorf("%d events, %d arrived, %d of them marked, %d by the count", len(events), len(arrived), marks, w.Counts().Marked)
	}
	if events, _, _ := overload(t, "1000:codel noecn", time.Second, capable); len(events) == 0 {
		t.Error("noecn drops nothing")
	}
}

// A hundred flows that send little do not wait in the queue of a flow that sends too much:
// each waits for at most two of its packets.
func TestFairQueues(t *testing.T) {
	var q Queue
	if err := q.UnmarshalText([]byte("1000:fq_codel")); err != nil {
		t.Fatal(err)
	}
	w := New(Shape{Bandwidth: 10 * Mbit, Queue: q}, 1, Out)
	sent := map[uint64]time.Duration{}
	worst := time.Duration(0)
	come := func(now time.Duration) {
		for at, ok := w.Next(); ok && at <= now; at, ok = w.Next() {
			if p, ok := w.Arrive(at); ok && p.Flow > 0 {
				worst = max(worst, at-sent[p.Stone])
			}
		}
	}
	stone := uint64(0)
	for i := range 5000 {
		now := time.Duration(i) * time.Millisecond
		come(now)
		stone++
		w.Send(now, Packet{Size: 1500, Stone: stone}) // flow 0 alone is too much
		if i%10 == 0 {
			stone++
			sent[stone] = now
			w.Send(now, Packet{Size: 100, Stone: stone, Flow: uint64(1 + i/10%100)})
		}
	}
	come(time.Hour)
	if most := (2*1200 + 80) * time.Microsecond; worst > most { // the one on the link, one of the other flow, and itself
		t.Errorf("one waited %v; want at most %v", worst, most)
	}
}

// When all queues together are full, the flow with most bytes loses its first packet.
func TestFattestLoses(t *testing.T) {
	flows := func(i int, p *Packet) { p.Flow = uint64(i % 3 / 2) } // flow 0 sends twice as much
	events, _, _ := overload(t, "10:fq_codel target=10s", 200*time.Millisecond, flows)
	for _, e := range events {
		if e.Fate != Overflowed || e.Packet.Flow != 0 {
			t.Errorf("%v of flow %d at %v", e.Fate, e.Packet.Flow, e.At)
		}
	}
	if len(events) == 0 {
		t.Error("nothing was too much")
	}
}

// A queue limited in time holds what its link sends in that time.
func TestQueueOfATime(t *testing.T) {
	events, _, _ := overload(t, "12ms", 300*time.Millisecond, nil) // 10 packets of 1.2 ms
	if len(events) == 0 || events[0].Fate != Overflowed || events[0].Packet.Stone != 56 {
		t.Errorf("%d events, the first %+v; want stone 56 to find no room: when it comes at 55 ms, 45 have left", len(events), events[0])
	}
}
