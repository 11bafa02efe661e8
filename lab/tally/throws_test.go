package tally

import (
	"testing"
	"time"

	"stones/lab/stone"
)

// The gaps of stones, one due every 10 ms unless the burst says otherwise. Times are in
// ms.
func TestGaps(t *testing.T) {
	for _, tt := range []struct {
		name       string
		burst      int
		at         []float64
		p50, p99   float64 // of the gaps
		backToBack int
		before     int
		waited     float64
	}{
		{name: "in time", at: []float64{0, 10, 20, 30}, p50: 10, p99: 10, backToBack: 1, before: 3},
		{name: "one late", at: []float64{0, 10, 23, 30}, p50: 10, p99: 13, backToBack: 1, before: 3, waited: 3},
		{name: "one so late that the next follows at once", at: []float64{0, 10, 26, 30}, p50: 10, p99: 16, backToBack: 2, before: 3, waited: 6},
		{name: "half a gap is no run", at: []float64{0, 15, 20}, p50: 5, p99: 15, backToBack: 1, before: 2, waited: 5},
		{name: "a stall of three stones", at: []float64{0, 35, 35.1, 35.2, 40, 50}, p50: 4.8, p99: 35, backToBack: 4, before: 5, waited: 25},
		{name: "two runs", at: []float64{0, 16, 20, 30, 56, 57, 60}, p50: 4, p99: 26, backToBack: 3, before: 6, waited: 6 + 16},
		{name: "each held up", at: []float64{0, 20, 40, 60}, p50: 20, p99: 20, backToBack: 1, before: 3, waited: 10 + 20 + 20},
		{name: "a burst is no run", burst: 3, at: []float64{0, 0, 0, 30, 30, 30}, p50: 0, p99: 30, backToBack: 1, before: 3},
		{name: "but two of them may be one", burst: 3, at: []float64{0, 25, 25, 30, 30, 30, 60, 60}, p50: 0, p99: 30, backToBack: 2, before: 6, waited: 25},
		{name: "a single one", at: []float64{5}, backToBack: 1, waited: 5},
		{name: "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var y Throws
			for i, at := range tt.at {
				due := i
				if tt.burst > 0 {
					due -= due % tt.burst
				}
				y.Add(stone.Stone{Number: uint64(i) + 1, Due: time.Duration(due) * 10 * ms}, time.Duration(at*1e6), "")
			}
			s := Tally{Throws: &y}.Score(0)
			in := func(d Delay) float64 { return float64(d.D) / 1e6 }
			if in(s.Gap.P50) != tt.p50 || in(s.Gap.P99) != tt.p99 || (s.Gap.P50.Kind == Finite) != (len(tt.at) > 1) {
				t.Errorf("gaps %+v; want p50 %v, p99 %v", s.Gap, tt.p50, tt.p99)
			}
			if s.BackToBack != tt.backToBack || s.DueBefore != tt.before || s.Waited != time.Duration(tt.waited*1e6) {
				t.Errorf("back to back %d, due before the last %d, waited %v; want %d, %d, %vms",
					s.BackToBack, s.DueBefore, s.Waited, tt.backToBack, tt.before, tt.waited)
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A stone that could not be thrown leaves a longer gap, planned and kept.
func TestGapsOverAStoneNotThrown(t *testing.T) {
	var y Throws
	for n, cause := range []string{"", "refused", ""} {
		due := time.Duration(n) * 10 * ms
		y.Add(stone.Stone{Number: uint64(n) + 1, Due: due}, due, cause)
	}
	if s := (Tally{Throws: &y}).Score(0); s.Gap.Max != finite(20*ms) || s.BackToBack != 1 || s.DueBefore != 1 {
		t.Errorf("gap %v, back to back %d, due before the last %d; want 20ms, 1, 1", s.Gap.Max, s.BackToBack, s.DueBefore)
	}
}

// The cost of recording a throw.
func BenchmarkThrow(b *testing.B) {
	b.ReportAllocs()
	const gap, many = 400 * time.Microsecond, 1 << 20
	y := new(Throws)
	for b.Loop() {
		if y.Attempted == many {
			y = new(Throws)
		}
		n := uint64(y.Attempted) + 1
		due := time.Duration(n) * gap
		y.Add(stone.Stone{Number: n, Due: due, Size: 1000}, due+time.Duration(n%97)*1000, "")
	}
}
