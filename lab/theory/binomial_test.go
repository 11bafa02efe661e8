package theory

import "testing"

// The bounds are those of the distribution's exact tails, worked out with
// rational numbers.
func TestBinomial(t *testing.T) {
	for _, tt := range []struct {
		n         int
		p         float64
		low, high int
	}{
		{5, 1, 5, 5},
		{5, 0, 0, 0},
		{0, 0.5, 0, 0},
		{1, 0.02, 0, 1},
		{1, 0.5, 0, 1},
		{100, 0.02, 0, 10},
		{10, 0.5, 0, 10},
		{100, 0.5, 30, 70},
		{1000, 0.02, 5, 40},
		{1000, 0.98, 960, 995},
		{100_000_000, 0.5, 49_980_000, 50_020_000},
	} {
		if low, high := Binomial(tt.n, tt.p); low != tt.low || high != tt.high {
			t.Errorf("Binomial(%d, %v) = %d, %d; want %d, %d", tt.n, tt.p, low, high, tt.low, tt.high)
		}
	}
}
