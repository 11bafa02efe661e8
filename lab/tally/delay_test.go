package tally

import (
	"math"
	"slices"
	"testing"
	"time"

	"stones/lab/stone"
)

// delays returns a tally in which stones 1, 2, 3 ... had these delays.
func delays(caught ...time.Duration) Tally {
	t := Tally{Throws: &Throws{}, Catches: NewCatches(len(caught), nil)}
	for i, d := range caught {
		s := stone.Stone{Number: uint64(i) + 1, Size: 100}
		t.Throws.Add(s, 0, "")
		if d != lost {
			t.Catches.Add(s, d)
		}
	}
	return t
}

const lost = time.Duration(math.MinInt64)

func TestPercentile(t *testing.T) {
	infinite := Delay{Kind: Infinite}
	rfc2330 := delays(-2, 7, 7, 4, 18, -5)
	for _, tt := range []struct {
		name     string
		tally    Tally
		p, whole int
		want     Delay
	}{
		{"RFC 2330 section 11.3", rfc2330, 50, 100, finite(4)},
		{"RFC 2330 section 11.3", rfc2330, 25, 100, finite(-2)},
		{"RFC 2330 section 11.3", rfc2330, 100, 100, finite(18)},
		{"least", rfc2330, 0, 100, finite(-5)},
		{"RFC 7679 section 5.1", delays(100*ms, 110*ms, lost, 90*ms, 500*ms), 50, 100, finite(110 * ms)},
		{"the slowest that came", delays(1, 2, 3, lost), 3, 4, finite(3)},
		{"just above", delays(1, 2, 3, lost), 751, 1000, infinite},
		{"all lost", delays(lost, lost), 1, 100, infinite},
		{"nothing thrown", delays(), 50, 100, Delay{}},
		{"not known", Tally{Throws: &Throws{}}, 50, 100, Delay{}},
		{"all the same", delays(5, 5, 5), 99, 100, finite(5)},
		{"far apart", delays(math.MinInt64+1, 0, math.MaxInt64), 50, 100, finite(0)},
	} {
		if got := tt.tally.Percentile(tt.p, tt.whole); got != tt.want {
			t.Errorf("%s: percentile %d/%d = %v, want %v", tt.name, tt.p, tt.whole, got, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		name  string
		tally Tally
		want  Delay
	}{
		{"RFC 7679 section 5.2", delays(100*ms, 110*ms, lost, 90*ms), finite(105 * ms)},
		{"odd", delays(100*ms, 110*ms, lost, 90*ms, 500*ms), finite(110 * ms)},
		{"half of them lost", delays(100*ms, lost), Delay{Kind: Infinite}},
		{"one", delays(3), finite(3)},
		{"none", delays(), Delay{}},
		{"not known", Tally{Throws: &Throws{}}, Delay{}},
	} {
		if got := tt.tally.Median(); got != tt.want {
			t.Errorf("%s: median %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestDelays(t *testing.T) {
	t.Log("# four stones of five come")
	s := delays(100*ms, 110*ms, lost, 90*ms, 500*ms).Score(105 * ms)
	infinite := Delay{Kind: Infinite}

	t.Log("# the lost one has an infinite delay: it is the slowest of the five, but not of the delivered")
	if want := (Delays{finite(90 * ms), finite(110 * ms), infinite, infinite, finite(500 * ms)}); s.Delay != want {
		t.Errorf("delay %v, want %v", s.Delay, want)
	}
	if want := (Delays{finite(0), finite(20 * ms), infinite, infinite, finite(410 * ms)}); s.PDV != want {
		t.Errorf("PDV %v, want %v", s.PDV, want)
	}

	t.Log("# two are late for a deadline of 105ms; three took over a millisecond longer than the fastest")
	if s.Late != 2 || s.HeldUp != 3 {
		t.Errorf("late %d, held up %d; want 2, 3", s.Late, s.HeldUp)
	}

	t.Log("# RFC 7680: the loss ratio is 1 in 5")
	if s.Lost != 1 || s.Thrown != 5 {
		t.Errorf("lost %d of %d, want 1 of 5", s.Lost, s.Thrown)
	}

	t.Log("# on the line is not over it")
	if s := delays(90*ms, 91*ms).Score(91 * ms); s.Late != 0 || s.HeldUp != 0 {
		t.Errorf("late %d, held up %d; want 0, 0", s.Late, s.HeldUp)
	}
}

// RFC 3550 section 6.4.1 over RFC 4737's example 7.1: 5.125 ms after the late
// stone, 9.9297 and 9.3091 after the two that follow.
func TestJitter(t *testing.T) {
	want := []time.Duration{0, 0, 0, 0, 0, 0, 0, 5_125_000, 9_929_700, 9_309_100}
	for i := range want {
		flow := section71
		flow.caught = flow.caught[:i+1]
		if got := flow.catch(true).jitter(); got.Last.Round(100) != want[i] || got.Pairs != i {
			t.Errorf("after stone %d: %v over %d pairs, want %v over %d", flow.caught[i], got.Last, got.Pairs, want[i], i)
		}
	}
	if got, want := section71.catch(true).jitter().Mean, 2*82*ms/9; got != want {
		t.Errorf("mean |D| %v, want %v", got, want)
	}
	if got := NewCatches(0, nil).jitter(); got != (Jitter{}) {
		t.Errorf("with no stones %+v, want 0", got)
	}
}

// RFC 4737's examples 7.1 to 7.3, by sequence as RFC 3393 has it.
func TestIPDV(t *testing.T) {
	for _, tt := range []struct {
		section string
		flow    timed
		want    map[uint64]time.Duration // the others are 0
	}{
		{"7.1", section71, map[uint64]time.Duration{4: 82 * ms, 5: -82 * ms}},
		{"7.2", section72, map[uint64]time.Duration{5: 41 * ms, 6: -19 * ms, 7: -22 * ms}},
		{"7.3", section73, map[uint64]time.Duration{4: 122 * ms, 5: -18 * ms, 6: -16 * ms, 7: -88 * ms}},
	} {
		c := tt.flow.catch(true)
		pairs := 0
		for n, d := range c.IPDV() {
			pairs++
			if d != tt.want[n] {
				t.Errorf("RFC 4737 section %s: IPDV of stone %d is %v, want %v", tt.section, n, d, tt.want[n])
			}
		}
		if pairs != len(tt.flow.caught)-1 {
			t.Errorf("RFC 4737 section %s: %d pairs of %d stones", tt.section, pairs, len(tt.flow.caught))
		}
	}

	t.Log("# where a stone is lost, both of its pairs are")
	if got, want := delays(10, 30, lost, 50, 45).Catches.ipdv(), (IPDV{Pairs: 2, Least: -5, Most: 20, Mean: 12}); got != want {
		t.Errorf("IPDV %+v, want %+v", got, want)
	}
}

func TestPDV(t *testing.T) {
	var got []time.Duration
	for _, d := range delays(10, 30, lost, 5).Catches.PDV() {
		got = append(got, d)
	}
	if want := []time.Duration{5, 25, 0}; !slices.Equal(got, want) {
		t.Errorf("PDV %v, want %v", got, want)
	}
}

func TestMeanDoesNotOverflow(t *testing.T) {
	var m mean
	for range 5 {
		m.add(math.MaxInt64)
	}
	if got := m.mean(); got != math.MaxInt64 {
		t.Errorf("mean of five times the longest duration: %d", got)
	}
}

func TestDelayString(t *testing.T) {
	for _, tt := range []struct {
		in   Delay
		want string
	}{
		{Delay{}, "none"},
		{finite(20 * ms), "20ms"},
		{Delay{Kind: Infinite}, "infinite"},
	} {
		if got := tt.in.String(); got != tt.want {
			t.Errorf("%#v is written %q, want %q", tt.in, got, tt.want)
		}
	}
}
