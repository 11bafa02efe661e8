package theory

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestShift(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name string
		a, b []float64
		want Shifted
	}{
		// Hollander, Wolfe 1973, page 69: permeability of membranes. R's wilcox.test(x, y, conf.int = TRUE) gives these.
		{"membranes", []float64{1.15, 0.88, 0.90, 0.74, 1.21}, []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}, Shifted{0.305, -0.15, 0.76, true}},
		{"too few", []float64{1, 2, 3}, []float64{11, 12, 13}, Shifted{10, 0, 0, false}},
		{"four are enough", []float64{1, 2, 3, 4}, []float64{11, 12, 13, 14}, Shifted{10, 7, 13, true}},
		{"one each", []float64{1}, []float64{3}, Shifted{2, 0, 0, false}},
		{"equal", []float64{5, 5, 5, 5}, []float64{5, 5, 5, 5}, Shifted{0, 0, 0, true}},
		{"lost", []float64{1, 1, 1, 1}, []float64{inf, inf, inf, inf}, Shifted{inf, inf, inf, true}},
		{"both lost", []float64{inf, inf, inf, inf}, []float64{inf, inf, inf, inf}, Shifted{0, 0, 0, true}},
		{"some lost", []float64{1, 1, inf, inf}, []float64{1, 1, inf, inf}, Shifted{0, math.Inf(-1), inf, true}},
	} {
		got := Shift(tt.a, tt.b)
		near := func(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-9 }
		if !near(got.By, tt.want.By) || !near(got.From, tt.want.From) || !near(got.To, tt.want.To) || got.Sure != tt.want.Sure {
			t.Errorf("%s: Shift(%v, %v) = %+v; want %+v", tt.name, tt.a, tt.b, got, tt.want)
		}
	}
}

// nthDifference finds the same value as a sorted list of all differences.
func TestNthDifference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		draw := func() []float64 {
			s := make([]float64, 1+random.IntN(9))
			for i := range s {
				s[i] = float64(random.IntN(12)-4) / 3
				if random.IntN(8) == 0 {
					s[i] = math.Inf(1)
				}
			}
			slices.Sort(s)
			return s
		}
		a, b := draw(), draw()
		var all []float64
		for _, v := range a {
			for _, w := range b {
				all = append(all, difference(v, w))
			}
		}
		slices.Sort(all)
		for i, want := range all {
			if got := nthDifference(a, b, i+1); got != want {
				t.Fatalf("difference %d of %v and %v is %v; want %v", i+1, a, b, got, want)
			}
		}
	}
}

// The distribution of U is that of all orders (Mann, Whitney 1947, table 1). Where the
// normal approximation takes over, the two agree.
func TestMannWhitney(t *testing.T) {
	p := mannWhitney(4, 3)
	for u, want := range []float64{1, 1, 2, 3, 4, 4, 5, 4, 4, 3, 2, 1, 1} {
		if got := p[u] * 35; math.Abs(got-want) > 1e-9 {
			t.Errorf("U = %d in %v of 35 orders; want %v", u, got, want)
		}
	}
	if exact, normal := outmost(50, 50), outmost(50, 51); normal-exact < 20 || normal-exact > 35 {
		t.Errorf("bound %d of 50 and 50, %d of 50 and 51", exact, normal)
	}
}

// The interval holds the true shift as often as it claims.
func TestShiftHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const trials = 2000
	missed, apart := 0, 0
	for range trials {
		a, b, c := make([]float64, 12), make([]float64, 10), make([]float64, 10)
		for i := range a {
			a[i] = random.ExpFloat64()
		}
		for i := range b {
			b[i], c[i] = random.ExpFloat64()+0.7, random.ExpFloat64()
		}
		if s := Shift(a, b); s.From > 0.7 || s.To < 0.7 {
			missed++
		}
		if Shift(a, c).Apart() {
			apart++
		}
	}
	_, most := Binomial(trials, 0.05)
	if missed > most || apart > most {
		t.Errorf("of %d intervals %d miss the shift, and %d see one where there is none; allowed %d", trials, missed, apart, most)
	}
}
