package quantity

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A percentile is a time that there was, and never too low, nor by more than
// 0.4 % too high. Counting in two histograms and joining them changes nothing.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.OneOf(
			rapid.Int64Range(0, 600),
			rapid.Int64Range(390_000, 410_000),
			rapid.Int64Range(0, math.MaxInt64),
		), 1, 200).Draw(t, "times")
		var h, first, second Histogram
		split := rapid.IntRange(0, len(times)).Draw(t, "split")
		for i, d := range times {
			h.Add(time.Duration(d))
			if i < split {
				first.Add(time.Duration(d))
			} else {
				second.Add(time.Duration(d))
			}
		}
		first.Join(&second)
		slices.Sort(times)
		for p := range 101 {
			exact := times[Rank(p, 100, len(times))-1]
			got := int64(h.Percentile(p))
			if got < exact || got-exact > exact/256 || !slices.Contains(times, got) {
				t.Errorf("p%d of %v = %d, want %d", p, times, got, exact)
			}
			if joined := int64(first.Percentile(p)); joined != got {
				t.Errorf("joined at %d: p%d of %v = %d, want %d", split, p, times, joined, got)
			}
		}
		least, most := time.Duration(times[0]), time.Duration(times[len(times)-1])
		for _, h := range []*Histogram{&h, &first} {
			if h.Len() != len(times) || h.Least() != least || h.Most() != most {
				t.Errorf("of %v: %d times, least %d, most %d", times, h.Len(), h.Least(), h.Most())
			}
		}
	})
}

func TestHistogramEnds(t *testing.T) {
	var h Histogram
	h.Join(new(Histogram))
	if got := h.Percentile(50); got != 0 || h.Len() != 0 {
		t.Errorf("p50 of nothing = %v, want 0", got)
	}
	t.Log("# a time below 0 counts as 0")
	h.Add(-5)
	if got := h.Percentile(50); got != 0 || h.Len() != 1 || h.Least() != 0 {
		t.Errorf("p50 of -5ns = %v, want 0", got)
	}
}

// Equal times come back as they were.
func TestHistogramIsExactForEqualTimes(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 255, 256, 511, 512, 513, 5 * time.Millisecond, 400 * time.Microsecond, 10_000 * time.Hour, math.MaxInt64} {
		var h Histogram
		for range 1000 {
			h.Add(d)
		}
		for _, p := range []int{0, 50, 95, 99, 100} {
			if got := h.Percentile(p); got != d {
				t.Errorf("p%d of %d = %d", p, d, got)
			}
		}
	}
}

// The reference is RFC 2330 section 11.3: the smallest x for which the empirical
// distribution reaches the share.
func TestRank(t *testing.T) {
	for _, tt := range []struct{ p, whole, n, want int }{
		{50, 100, 1, 1},
		{50, 100, 2, 1},
		{50, 100, 3, 2},
		{99, 100, 100, 99},
		{99, 100, 101, 100},
		{0, 100, 5, 1},
		{100, 100, 5, 5},
		{999, 1000, 10_000, 9990},
		{1, 2, 5, 3},
	} {
		if got := Rank(tt.p, tt.whole, tt.n); got != tt.want {
			t.Errorf("Rank(%d, %d, %d) = %d, want %d", tt.p, tt.whole, tt.n, got, tt.want)
		}
	}
}
