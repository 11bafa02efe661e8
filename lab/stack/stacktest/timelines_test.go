package stacktest

import (
	"fmt"
	"testing"
	"time"
)

// near is how far an event of a timeline may lie from Linux's.
const near = 5 * time.Millisecond

// eachRoad runs a timeline with exact timers, and with the kernel's tick.
func eachRoad(t *testing.T, make func() *road, check func(t *testing.T, r *road)) {
	t.Helper()
	t.Run("exact", func(t *testing.T) { check(t, make().run(t)) })
	for _, phase := range []float64{0, 0.31, 1.27, 2.02, 2.93, 3.79} {
		t.Run(fmt.Sprintf("tick/phase=%vms", phase), func(t *testing.T) { check(t, make().ticked(phase).run(t)) })
	}
}

// exactly reports whether the road's timers are exact.
func (r *road) exactly() bool { return r.config.Tick == 0 }

// wantAt checks a time, in ms, exact and with a tick.
func wantAt(t *testing.T, r *road, what string, got time.Duration, exact, from, to float64) {
	t.Helper()
	if r.exactly() {
		from, to = exact, exact
	}
	if got < ms(from)-near || got > ms(to)+near {
		t.Errorf("%s at %v; want %v to %v ms", what, got, from, to)
	}
}

func wantBetween(t *testing.T, what string, got, from, to int) {
	t.Helper()
	if got < from || got > to {
		t.Errorf("%s %d; want %d to %d", what, got, from, to)
	}
}

// dropping loses the first copies of stones.
func dropping(r *road, stones ...uint64) *road {
	r.out.Drop = stones
	return r
}

func TestTimelineAWithoutLoss(t *testing.T) {
	eachRoad(t, func() *road { return newRoad(100, 200) }, func(t *testing.T, r *road) {
		t.Helper()
		for k := 1; k <= 100; k++ {
			left := r.copies(k)[0].at
			wantAt(t, r, fmt.Sprintf("stone %d leaves", k), left, float64(5*(k-1)), float64(5*(k-1)), float64(5*(k-1)))
			if d := r.delay(k); d < ms(20.8) || d > ms(21) {
				t.Errorf("stone %d is delayed by %v; want 20.9 ms", k, d)
			}
		}
		if a, b := len(r.packets), len(r.answers); a != 104 || b != 102 {
			t.Errorf("%d packets and %d answers; want 104 and 102", a, b)
		}
		if r.heldUp() != 0 || r.sentAgain() != 0 {
			t.Errorf("held up %d, sent again %d; want none", r.heldUp(), r.sentAgain())
		}
	})
}

// againAt checks when stone k leaves for the nth time, after its first time.
func againAt(t *testing.T, r *road, k, n int, exact, from, to float64) {
	t.Helper()
	copies := r.copies(k)
	if len(copies) <= n {
		t.Errorf("stone %d left %d times; want %d", k, len(copies), n+1)
		return
	}
	wantAt(t, r, fmt.Sprintf("stone %d again", k), copies[n].at-copies[0].at, exact, from, to)
}

func delayOf(t *testing.T, r *road, k int, exact, from, to float64) {
	t.Helper()
	wantAt(t, r, fmt.Sprintf("stone %d readable", k), r.delay(k), exact, from, to)
}

func TestTimelineDTheLastStoneIsLost(t *testing.T) {
	eachRoad(t, func() *road { return dropping(newRoad(100, 200), 100) }, func(t *testing.T, r *road) {
		t.Helper()
		againAt(t, r, 100, 1, 52.2, 58.5-2.5, 59.8)
		delayOf(t, r, 100, 73, 77, 80.7)
	})
}

func TestTimelineETheLastThreeStonesAreLost(t *testing.T) {
	eachRoad(t, func() *road { return dropping(newRoad(100, 200), 98, 99, 100) }, func(t *testing.T, r *road) {
		t.Helper()
		againAt(t, r, 98, 1, 62.2, 66, 69.5)
		delayOf(t, r, 98, 83, 87, 90)
		second := r.copies(99)
		if len(second) != 2 {
			t.Fatalf("stone 99 left %d times; want twice", len(second))
		}
		wantAt(t, r, "stones 99 and 100 after stone 98", second[1].at-r.copies(98)[1].at, 41.2, 41.2, 41.2)
		delayOf(t, r, 99, 119, 122, 126)
		delayOf(t, r, 100, 115, 118, 122)
	})
}

func TestTimelineFTwoStonesLost(t *testing.T) {
	eachRoad(t, func() *road { return dropping(newRoad(100, 200), 50, 51) }, func(t *testing.T, r *road) {
		t.Helper()
		againAt(t, r, 50, 1, 56, 56, 56)
		againAt(t, r, 51, 1, 56.1, 56.1, 56.1)
		delayOf(t, r, 50, 77, 77, 77)
		delayOf(t, r, 51, 77, 77, 77)
		delayOf(t, r, 52, 67+5, 67, 72)
		wantBetween(t, "held up", r.heldUp(), 19, 21)
		wantBetween(t, "sent again", r.sentAgain(), 2, 2)
	})
	eachRoad(t, func() *road { return dropping(newRoad(100, 200), 50, 54) }, func(t *testing.T, r *road) {
		t.Helper()
		againAt(t, r, 50, 1, 53.1, 53.1, 56)
		againAt(t, r, 54, 1, 47, 47, 47)
		wantBetween(t, "sent again", r.sentAgain(), 2, 2)
	})
}

func TestTimelineGTheRepeatIsLost(t *testing.T) {
	make := func() *road {
		r := dropping(newRoad(100, 200), 50)
		lost := false
		r.lose = func(p *packet) bool {
			if p.first == 50 && p.again && !lost {
				lost = true
				return true
			}
			return false
		}
		return r
	}
	eachRoad(t, make, func(t *testing.T, r *road) {
		t.Helper()
		againAt(t, r, 50, 1, 53.1, 53.1, 56)
		againAt(t, r, 50, 2, 101.5, 101.5, 104.2)
		delayOf(t, r, 50, 122, 122, 125.1)
		wantBetween(t, "sent again", r.sentAgain(), 2, 2)
		wantBetween(t, "held up", r.heldUp(), 28, 31)
		wantAt(t, r, "99th percentile", r.percentile(99), 117, 117, 120)
	})
}

func TestTimelineHTwelveStonesInARowLost(t *testing.T) {
	make := func() *road {
		return dropping(newRoad(100, 200), 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61)
	}
	eachRoad(t, make, func(t *testing.T, r *road) {
		t.Helper()
		lost := r.copies(50)[0].at
		for k, at := range map[int]float64{50: 101.1, 51: 106.2, 52: 111.1, 53: 117.2, 54: 122.2, 55: 127.2, 56: 142.2, 58: 147.1, 60: 152.1} {
			copies := r.copies(k)
			if len(copies) != 2 {
				t.Errorf("stone %d left %d times; want twice", k, len(copies))
				continue
			}
			wantAt(t, r, fmt.Sprintf("stone %d again", k), copies[1].at-lost, at, at, at)
		}
		for i, d := range []float64{122, 122, 122, 123, 123, 123, 133, 129, 128, 124, 123, 119, 114} {
			delayOf(t, r, 50+i, d, d, d)
		}
		wantBetween(t, "held up", r.heldUp(), 43, 47)
		wantBetween(t, "sent again", r.sentAgain(), 12, 12)
		wantBetween(t, "packets", len(r.packets), 106, 110)
		wantBetween(t, "answers", len(r.answers), 86, 92)
	})
}
