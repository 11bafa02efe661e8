package pace

import (
	"math"
	"slices"
	"testing"
	"time"
)

// gaps returns the gaps of a poisson schedule, in units of the mean.
func gaps(t *testing.T, count int, seed uint64) []float64 {
	t.Helper()
	s := schedule(t, Plan{Count: count + 1, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Poisson: true}}, seed)
	out := make([]float64, count)
	for i := range out {
		n := uint64(i) + 1
		out[i] = float64(s.Offset(n+1)-s.Offset(n)) / float64(10*ms)
	}
	return out
}

func TestPoissonGapsAreExponential(t *testing.T) {
	const count = 20_000
	for seed := range uint64(10) {
		g := gaps(t, count, seed)
		sum, squares, products := 0.0, 0.0, 0.0
		for i, x := range g {
			sum += x
			squares += (x - 1) * (x - 1)
			products += (x - 1) * (g[(i+1)%count] - 1)
		}
		// Mean and variance are 1; their estimates spread as 1/sqrt(n) and
		// sqrt(8/n). Neighbours are independent: theirs spreads as 1/sqrt(n).
		mean, variance, covariance := sum/count, squares/count, products/count
		root := math.Sqrt(count)
		if math.Abs(mean-1) > 4/root || math.Abs(variance-1) > 4*math.Sqrt(8)/root || math.Abs(covariance) > 4/root {
			t.Errorf("seed %d: mean %.4f, variance %.4f, covariance of neighbours %.4f; want 1, 1, 0", seed, mean, variance, covariance)
		}

		// Kolmogorov and Smirnov: the distribution lies nowhere farther from
		// 1 - exp(-x) than 1.95/sqrt(n), in 999 of 1000 cases.
		slices.Sort(g)
		farthest := 0.0
		for i, x := range g {
			f := 1 - math.Exp(-x)
			farthest = max(farthest, math.Abs(f-float64(i)/count), math.Abs(f-float64(i+1)/count))
		}
		if farthest > 1.95/root {
			t.Errorf("seed %d: the gaps' distribution is %.5f off; want at most %.5f", seed, farthest, 1.95/root)
		}
	}
}

func TestPoissonIsOfItsSeed(t *testing.T) {
	a, again, b := gaps(t, 1000, 1), gaps(t, 1000, 1), gaps(t, 1000, 2)
	if !slices.Equal(a, again) {
		t.Error("the same seed gives two schedules")
	}
	equal := 0
	for i := range a {
		if a[i] == b[i] {
			equal++
		}
	}
	if equal > 0 {
		t.Errorf("two seeds have %d of 1000 gaps in common", equal)
	}
	longer := gaps(t, 2000, 1)
	if !slices.Equal(a, longer[:1000]) {
		t.Error("a longer plan moves the first stones")
	}
}

// Twice the rate halves each gap, and does not make another schedule.
func TestPoissonScales(t *testing.T) {
	slow := schedule(t, Plan{Count: 1000, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Poisson: true}}, 1)
	fast := schedule(t, Plan{Count: 1000, Size: 100, Rate: BitsPerSecond(200 * 800), Pattern: Pattern{Poisson: true}}, 1)
	for n := range uint64(1000) {
		if s, f := slow.Offset(n+1), fast.Offset(n+1); (s - 2*f).Abs() > 1 {
			t.Fatalf("stone %d is due at %v, and at twice the rate at %v", n+1, s, f)
		}
	}
}

func TestPoissonForATime(t *testing.T) {
	t.Log("# in 10s at 100/s there are 1 + 1000 stones, give or take 4 sqrt(1000)")
	different := map[int]bool{}
	sum := 0
	for seed := range uint64(50) {
		s := schedule(t, Plan{Time: 10 * time.Second, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Poisson: true}}, seed)
		n := s.Count()
		sum += n
		different[n] = true
		if n < 1001-127 || n > 1001+127 {
			t.Errorf("seed %d: %d stones", seed, n)
		}
		if last := s.Offset(uint64(n)); last >= 10*time.Second {
			t.Errorf("seed %d: the last stone is due at %v", seed, last)
		}
		longer := schedule(t, Plan{Count: n + 1, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Poisson: true}}, seed)
		if next := longer.Offset(uint64(n) + 1); next < 10*time.Second {
			t.Errorf("seed %d: stone %d would be due at %v", seed, n+1, next)
		}
	}
	if mean := sum / 50; mean < 1001-18 || mean > 1001+18 || len(different) < 10 {
		t.Errorf("on average %d stones, %d different counts; want about 1001, and many", mean, len(different))
	}
}

// The schedule is part of every result that was ever published with its seed.
func TestPoissonStaysAsItIs(t *testing.T) {
	s := schedule(t, Plan{Count: 5, Size: 100, Rate: StonesPerSecond(100), Pattern: Pattern{Poisson: true}}, 1)
	want := []time.Duration{0, 16_655_912, 19_880_359, 30_992_078, 50_371_328}
	if !slices.Equal(s.poisson, want) {
		t.Errorf("due at %d; want %d", s.poisson, want)
	}
}

func TestFixed(t *testing.T) {
	const half, quarter = 1 << 63, 1 << 62
	for _, tt := range []struct{ a, b, sum, product fixed }{
		{fixed{0, half}, fixed{0, half}, fixed{1, 0}, fixed{0, quarter}},
		{fixed{3, half}, fixed{5, quarter}, fixed{8, half + quarter}, fixed{18, 1<<61 + quarter}}, // 3.5 times 5.25 is 18.375
		{fixed{1e15, 0}, fixed{40, half}, fixed{1e15 + 40, half}, fixed{405e14, 0}},
		{fixed{0, 1}, fixed{0, 1}, fixed{0, 2}, fixed{0, 0}},
	} {
		if got := tt.a.add(tt.b); got != tt.sum {
			t.Errorf("%v + %v = %v; want %v", tt.a, tt.b, got, tt.sum)
		}
		if got := tt.a.times(tt.b); got != tt.product {
			t.Errorf("%v * %v = %v; want %v", tt.a, tt.b, got, tt.product)
		}
	}
}
