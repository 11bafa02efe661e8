package tally

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A percentile is a time that there was, and never too low, nor by more than
// 0.4 % too high.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.OneOf(
			rapid.Int64Range(0, 600),
			rapid.Int64Range(390_000, 410_000),
			rapid.Int64Range(0, math.MaxInt64),
		), 1, 200).Draw(t, "times")
		var h histogram
		for _, d := range times {
			h.add(time.Duration(d))
		}
		slices.Sort(times)
		for p := range 101 {
			exact := times[max((p*len(times)+99)/100, 1)-1]
			got := int64(h.percentile(p).D)
			if got < exact || got-exact > exact/256 || !slices.Contains(times, got) {
				t.Errorf("p%d of %v = %d, want %d", p, times, got, exact)
			}
		}
		d := h.delays()
		if d.Min != finite(time.Duration(times[0])) || d.Max != finite(time.Duration(times[len(times)-1])) {
			t.Errorf("least and most of %v = %v, %v", times, d.Min, d.Max)
		}
	})
}

func TestHistogramEnds(t *testing.T) {
	var h histogram
	if got := h.delays(); got != (Delays{}) {
		t.Errorf("of nothing: %v, want none", got)
	}
	if got := h.percentile(50); got != (Delay{}) {
		t.Errorf("p50 of nothing = %v, want none", got)
	}
	t.Log("# a time below 0 counts as 0")
	h.add(-5 * ms)
	if want := (Delays{finite(0), finite(0), finite(0), finite(0), finite(0)}); h.delays() != want {
		t.Errorf("of -5ms: %v, want %v", h.delays(), want)
	}
}

// Equal times come back as they were.
func TestHistogramIsExactForEqualTimes(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 255, 256, 511, 512, 513, 5 * ms, 400 * time.Microsecond, 10_000 * time.Hour, math.MaxInt64} {
		var h histogram
		for range 1000 {
			h.add(d)
		}
		if want := (Delays{finite(d), finite(d), finite(d), finite(d), finite(d)}); h.delays() != want {
			t.Errorf("of %d: %v, want %v", d, h.delays(), want)
		}
	}
}
