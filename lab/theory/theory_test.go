package theory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// near reports whether got is want, within the given share of want.
func near(got, want, parts float64) bool { return math.Abs(got-want) <= parts*math.Abs(want) }

func TestBernoulli(t *testing.T) {
	// 5% of 1000: the loss is within 2.8 points.
	low, high := Bernoulli(1000, 0.05).Band()
	if low != 25 || high != 80 {
		t.Errorf("1000 stones at 5%%: %v to %v lost, want 25 to 80", low, high)
	}
	for _, p := range []float64{0, 1} {
		if got := Bernoulli(1000, p); got.Mean != 1000*p || got.Sigma != 0 {
			t.Errorf("Bernoulli(1000, %v) = %v, want no chance", p, got)
		}
	}
}

func TestGilbertElliott(t *testing.T) {
	for _, tt := range []struct {
		p, r, bad, good float64
		want            float64
	}{
		{0.01, 0.25, 1, 0, 0.0385},
		{0.02, 0.5, 1, 0, 0.0385},
		{0.005, 0.2, 0.5, 0.001, 0.0132},
		{0, 0, 1, 0.03, 0.03},
		{0, 0.25, 1, 0, 0},
	} {
		if got := GilbertElliott(10_000, tt.p, tt.r, tt.bad, tt.good).Mean / 10_000; math.Abs(got-tt.want) > 0.0001 {
			t.Errorf("gemodel %v %v %v %v loses %.4f, want %.4f", tt.p, tt.r, tt.bad, tt.good, got, tt.want)
		}
	}
	// Without memory it is Bernoulli.
	got, want := GilbertElliott(1000, 0.05, 0.95, 1, 0), Bernoulli(1000, 0.05)
	if !near(got.Mean, want.Mean, 1e-9) || !near(got.Sigma, want.Sigma, 1e-9) {
		t.Errorf("gemodel 5%% 95%% = %v, want %v", got, want)
	}
}

// Losses in bursts vary as much as the formula says, and much more than independent
// ones.
func TestGilbertElliottStrays(t *testing.T) {
	const n, flights = 1000, 4000
	const p, r = 0.01, 0.25
	chance := rand.New(rand.NewPCG(1, 2))
	sum, squares := 0.0, 0.0
	for range flights {
		inBad, lost := chance.Float64() < p/(p+r), 0.0
		for range n {
			if inBad {
				lost++
			}
			if move := chance.Float64(); inBad && move < r || !inBad && move < p {
				inBad = !inBad
			}
		}
		sum += lost
		squares += lost * lost
	}
	mean := sum / flights
	sigma := math.Sqrt(squares/flights - mean*mean)
	want := GilbertElliott(n, p, r, 1, 0)
	if !near(mean, want.Mean, 0.03) || !near(sigma, want.Sigma, 0.05) {
		t.Errorf("%d flights: mean %.2f, sigma %.2f; want %v", flights, mean, sigma, want)
	}
	if single := Bernoulli(n, want.Mean/n); want.Sigma < 2*single.Sigma {
		t.Errorf("clumps stray by %.1f, single losses by %.1f", want.Sigma, single.Sigma)
	}
}

func TestPieces(t *testing.T) {
	for _, tt := range []struct {
		stone, want int
		lost        float64 // per cent, if each fragment is lost with 5%
	}{
		{1472, 1, 5.0}, {1473, 2, 9.75}, {4000, 3, 14.3}, {8000, 6, 26.5}, {20_000, 14, 51.2}, {65_000, 44, 89.5},
	} {
		got := Pieces(tt.stone+8, 1500, 20)
		if lost := 100 * AnyLost(0.05, got); got != tt.want || math.Abs(lost-tt.lost) > 0.05 {
			t.Errorf("a stone of %d B: %d pieces, %.2f%% lost; want %d, %.2f%%", tt.stone, got, lost, tt.want, tt.lost)
		}
	}
}

// 1000 stones of 1000 B on the wire, 1 Mbit/s, a queue of 50, 20 ms.
func TestOverload(t *testing.T) {
	for _, tt := range []struct{ rho, want float64 }{
		{0.5, 1000}, {0.9, 1000}, {1.1, 959}, {1.5, 716.7}, {2, 550},
	} {
		if got := Overload(1000, tt.rho, 50); !near(got, tt.want, 0.001) {
			t.Errorf("rho %v: %.1f delivered, want %.1f", tt.rho, got, tt.want)
		}
	}
	if got := FullQueue(0.020, 50, 1000, 1e6); !near(got, 0.420, 1e-9) {
		t.Errorf("full queue: %v s, want 0.42", got)
	}
	for burst, want := range map[int]int{10: 10, 50: 50, 60: 50, 200: 50} {
		if got := Burst(burst, 50); got != want {
			t.Errorf("burst of %d: %d survive, want %d", burst, got, want)
		}
	}
	// Behind an upload: 10 + 1.2 Q ms.
	for queue, want := range map[int]float64{5: 0.016, 20: 0.034, 50: 0.070, 100: 0.130, 300: 0.370} {
		if got := FullQueue(0.010, queue, 1500, 10e6); !near(got, want, 1e-9) {
			t.Errorf("queue %d: %v s, want %v", queue, got, want)
		}
	}
}

func TestFirstStone(t *testing.T) {
	if got := FirstStone(0.050, 0, 0); got != 0.050 {
		t.Errorf("over UDP: %v s, want 0.05", got)
	}
	if got := FirstStone(0.020, 1028, 10e6); !near(got, 0.0208224, 1e-12) {
		t.Errorf("at 10 Mbit/s: %v s, want 0.0208224", got)
	}
}

// Mbit/s by loss and round trip, MSS 1448, and a timeout of 200 ms over the
// round trip.
func TestRateUnderLoss(t *testing.T) {
	for _, tt := range []struct{ ms, p, want float64 }{
		{20, 0.01, 7.09}, {40, 0.01, 3.55}, {100, 0.01, 1.42}, {200, 0.01, 0.71}, {40, 0.001, 11.2}, {40, 0.05, 1.59},
	} {
		if got := Mathis(1448, tt.ms/1000, tt.p) / 1e6; !near(got, tt.want, 0.005) {
			t.Errorf("Mathis, %v ms, %v: %.3f Mbit/s, want %.2f", tt.ms, tt.p, got, tt.want)
		}
	}
	for _, tt := range []struct{ p, want float64 }{{0.05, 0.92}, {0.10, 0.40}, {0.20, 0.11}} {
		if got := PFTK(1448, 0.040, 0.240, tt.p) / 1e6; !near(got, tt.want, 0.02) {
			t.Errorf("PFTK, 40 ms, %v: %.3f Mbit/s, want %.2f", tt.p, got, tt.want)
		}
	}
}

func TestWindowLimit(t *testing.T) {
	for window, want := range map[float64]float64{16 << 10: 1.311e6, 32 << 10: 2.621e6, 64 << 10: 5.243e6} {
		if got := WindowLimit(window, 0.1); !near(got, want, 0.001) {
			t.Errorf("%v B over 100 ms: %v bit/s, want %v", window, got, want)
		}
	}
}

// At a round trip of 100 ms.
func TestSlowStart(t *testing.T) {
	for _, tt := range []struct{ bytes, ms int }{
		{10_000, 150}, {14_000, 150}, {15_000, 250}, {30_000, 250}, {50_000, 350}, {200_000, 450}, {500_000, 650}, {1_000_000, 750},
	} {
		segments := (tt.bytes + 1447) / 1448
		if got := SlowStart(segments, 0.1, 0.05); !near(got, float64(tt.ms)/1000, 1e-9) {
			t.Errorf("%d B: %.3f s, want %d ms", tt.bytes, got, tt.ms)
		}
		closed := int(math.Ceil(math.Log2(float64(segments)/FirstWindow + 1)))
		if got := Rounds(segments); got != closed {
			t.Errorf("%d segments: %d rounds, the logarithm says %d", segments, got, closed)
		}
	}
	for segments, want := range map[int]int{0: 0, 1: 1, 10: 10, 11: 10, 30: 20, 31: 20, 691: 320} {
		if got := MostInFlight(segments); got != want {
			t.Errorf("%d segments: %d at once, want %d", segments, got, want)
		}
	}
}

// At a round trip of 100 ms.
func TestMissed(t *testing.T) {
	for _, tt := range []struct{ gap, rack, sack float64 }{
		{10, 177, 180}, {20, 177, 210}, {50, 200, 300}, {100, 250, 450}, {200, 350, 750},
	} {
		rack, sack := Missed(tt.gap/1000, 0.1, 0.05), MissedSACK(tt.gap/1000, 0.1, 0.05)
		if !near(1000*rack, tt.rack, 1e-9) || !near(1000*sack, tt.sack, 1e-9) {
			t.Errorf("every %v ms: %v and %v s; want %v and %v ms", tt.gap, rack, sack, tt.rack, tt.sack)
		}
	}
	if got := HeldUp(0.200, 0.050, 0.050, 0.001); got != 3 {
		t.Errorf("%d stones held up, want 3", got)
	}
}

// Of 1000 stones, each lost with 2%, 20 are expected to be lost, give or take 17.7.
func ExampleBernoulli() {
	lost := Bernoulli(1000, 0.02)
	low, high := lost.Band()
	fmt.Printf("%.0f lost, %.1f to %.1f\n", lost.Mean, low, high)
	// Output:
	// 20 lost, 5.0 to 40.0
}

// One kilobyte more than 14 takes one round trip more, here of 100 ms.
func ExampleSlowStart() {
	for _, kB := range []int{14, 15} {
		segments := (kB*1000 + 1447) / 1448
		fmt.Printf("%d kB: %.0f ms\n", kB, 1000*SlowStart(segments, 0.1, 0.05))
	}
	// Output:
	// 14 kB: 150 ms
	// 15 kB: 250 ms
}
