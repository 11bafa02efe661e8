package stacktest

import (
	"fmt"
	"testing"
	"time"

	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

// wantNear checks a figure of a course: in a range, or within a twentieth of it.
func wantNear(t *testing.T, what string, got, from, to float64) {
	t.Helper()
	if got < 0.95*from || got > 1.05*to {
		t.Errorf("%s %.4g; want %.4g to %.4g", what, got, from, to)
	}
}

// inMS is a time in ms.
func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// slotFree reports whether the timer sent stone 50 again just behind stone 61: then the
// window has room for one more, and no stone waits for an ACK.
func (r *road) slotFree() bool {
	again := r.copies(50)[1].at - r.copies(50)[0].at
	return again > ms(55) && again < ms(55.8)
}

func TestTimelineBOneStoneLost(t *testing.T) {
	eachRoad(t, func() *road { return dropping(newRoad(100, 200), 50) }, func(t *testing.T, r *road) {
		t.Helper()
		lost := r.copies(50)[0].at
		againAt(t, r, 50, 1, 53.1, 53.1, 56)
		for k := 51; k <= 61; k++ {
			at := float64(5 * (k - 50))
			wantAt(t, r, fmt.Sprintf("stone %d leaves", k), r.copies(k)[0].at-lost, at, at, at)
		}
		if !r.slotFree() {
			for k := 63; k <= 68; k++ {
				if late := r.copies(k)[0].at - r.due[k-1] + r.opened; late < ms(1) || late > ms(3) {
					t.Errorf("stone %d leaves %v after it was due; it is to wait for an ACK, 2 ms", k, late)
				}
			}
			wantBetween(t, "held up", r.heldUp(), 18, 21)
		}
		for k := 50; k <= 61; k++ {
			d := float64(5 * (k - 50))
			delayOf(t, r, k, 74-d, 74-d, 76.9-d)
		}
		wantBetween(t, "sent again", r.sentAgain(), 1, 1)
		wantBetween(t, "packets", len(r.packets), 105, 105)
		wantBetween(t, "answers", len(r.answers), 100, 102)
		wantAt(t, r, "99th percentile", r.percentile(99), 69, 69, 72)
		if i := r.thrower.conn.Info(); i.Window != 12 || i.Threshold != 12 {
			t.Errorf("cwnd %d, ssthresh %d at the end; want 12, 12", i.Window, i.Threshold)
		}
	})
}

// The kernel adds 0.1 ms to a round trip. Without that, a stone that waits for the ACK of
// a stone one round trip earlier is not held up by more than 1 ms.
func TestTimelineCOneStoneLostAtOtherRates(t *testing.T) {
	for _, tt := range []struct {
		rate           int
		again, againTo float64 // exact, and the latest with a tick
		delay, delayTo float64
		held, window   int
	}{
		{rate: 100, again: 53.2, againTo: 56.9, delay: 74.1, delayTo: 77.8, held: 10, window: 7},
		{rate: 50, again: 61, againTo: 61, delay: 82, delayTo: 82, held: 6, window: 7},
		{rate: 20, again: 91, againTo: 91, delay: 112, delayTo: 112, held: 3, window: 7},
		{rate: 2, again: 240.3, againTo: 250.6, delay: 261.4, delayTo: 271.7, held: 1},
	} {
		eachRoad(t, func() *road { return dropping(newRoad(80, tt.rate), 50) }, func(t *testing.T, r *road) {
			t.Helper()
			againAt(t, r, 50, 1, tt.again, tt.again, tt.againTo)
			delayOf(t, r, 50, tt.delay, tt.delay, tt.delayTo)
			wantBetween(t, "sent again", r.sentAgain(), 1, 1)
			wantBetween(t, fmt.Sprintf("%d/s: held up", tt.rate), r.heldUpBy(ms(0.7)), tt.held-1, tt.held+1)
			if i := r.thrower.conn.Info(); tt.window > 0 && (i.Window != tt.window || i.Threshold != tt.window) {
				t.Errorf("%d/s: cwnd %d, ssthresh %d at the end; want %d", tt.rate, i.Window, i.Threshold, tt.window)
			}
		})
	}
}

// A stone that others overtake is sent again when three of them are sacked. The reduction
// is undone when an ACK shows that the original has arrived.
func TestTimelineIOneStoneOvertaken(t *testing.T) {
	for _, tt := range []struct {
		by, again, held int
		delay           float64
	}{
		{2, 0, 2, 30.9}, {3, 1, 3, 36}, {4, 1, 5, 41}, {5, 1, 7, 46}, {8, 1, 13, 61},
	} {
		make := func() *road {
			r := newRoad(100, 200)
			r.out.Hold = []wire.Hold{{Stone: 50, By: tt.by}}
			return r
		}
		eachRoad(t, make, func(t *testing.T, r *road) {
			t.Helper()
			wantBetween(t, fmt.Sprintf("overtaken by %d: sent again", tt.by), r.sentAgain(), tt.again, tt.again)
			if tt.again > 0 {
				againAt(t, r, 50, 1, 53.1, 53.1, 56)
			}
			delayOf(t, r, 50, tt.delay, tt.delay, tt.delay)
			if tt.again == 0 || !r.slotFree() {
				wantBetween(t, fmt.Sprintf("overtaken by %d: held up", tt.by), r.heldUpBy(ms(0.7)), tt.held-1, tt.held+1)
			}
			i := r.thrower.conn.Info()
			wantBetween(t, fmt.Sprintf("overtaken by %d: cwnd at the end", tt.by), i.Window, 18, 28)
			if i.Threshold != none {
				t.Errorf("overtaken by %d: ssthresh %d at the end; the reduction is to be undone", tt.by, i.Threshold)
			}
		})
	}
}

func TestTimelineJJitterWithOvertaking(t *testing.T) {
	make := func() *road {
		r := newRoad(1000, 200)
		r.out.Jitter, r.out.Overtake = wire.Jitter{Max: 10 * time.Millisecond}, true
		return r
	}
	eachRoad(t, make, func(t *testing.T, r *road) {
		t.Helper()
		wantNear(t, "p50", inMS(r.percentile(50)), 22.5, 23.3)
		wantNear(t, "p99", inMS(r.percentile(99)), 30.6, 30.8)
		wantBetween(t, "sent again", r.sentAgain(), 1, 4)
		wantBetween(t, "cwnd at the end", r.thrower.conn.Info().Window, 18, 27)
	})
}

// Throwing as fast as possible: slow start, HyStart's exit, and CUBIC until the queue is
// full.
func TestTimelineKAsFastAsItGoes(t *testing.T) {
	type reading struct {
		at                time.Duration
		window, threshold int
	}
	var course []reading
	make := func() *road {
		r := newRoad(20_000, 0)
		r.until = 5 * time.Second
		course = course[:0]
		r.look = func(at time.Duration, i tcp.Info) { course = append(course, reading{at, i.Window, i.Threshold}) }
		return r
	}
	eachRoad(t, make, func(t *testing.T, r *road) {
		t.Helper()
		exit, largest := 0, 0
		for _, c := range course {
			if exit == 0 && c.threshold != none {
				exit = c.threshold
			}
			if exit > 0 && c.at < 3*time.Second {
				largest = max(largest, c.window)
			}
		}
		drops := 0
		for _, p := range r.packets {
			if p.fate == wire.Overflowed {
				drops++
			}
		}
		wantNear(t, "cwnd at the end of slow start", float64(exit), 60, 60)
		wantNear(t, "cwnd at the first drop", float64(largest), 140, 140)
		wantNear(t, "drops", float64(drops), 8, 10)
		wantBetween(t, "sent again without need", r.sentAgain()-drops, 0, 0)
		wantBetween(t, "timeouts", r.thrower.conn.Counters().TCPTimeouts, 0, 0)
		wantNear(t, "goodput in Mbit/s", float64(r.catcher.read)*8/1e6/r.since().Seconds(), 9.53, 9.53)
	})
}
