package report

import (
	"math"
	"testing"

	"stones/lab"
)

// Integers come back as they were, however they are kept.
func TestIntegers(t *testing.T) {
	for name, of := range map[string]func(i uint64) uint64{
		"one":                       func(uint64) uint64 { return 7 },
		"few":                       func(i uint64) uint64 { return i % 256 * math.MaxUint64 / 255 },
		"short":                     func(i uint64) uint64 { return i * 1000 },
		"any":                       func(i uint64) uint64 { return i * i * 1_000_000_007 },
		"one block of each, nearly": func(i uint64) uint64 { return i / blockRows * i % (1 + i/blockRows*200) * (1 + i/blockRows/2<<40) },
	} {
		var c integers
		const n = 5*blockRows + 3
		for i := range uint64(n) {
			c.add(of(i))
		}
		if c.len() != n {
			t.Errorf("%s: %d; want %d", name, c.len(), n)
		}
		for i := range n {
			if got := c.at(i); got != of(uint64(i)) {
				t.Fatalf("%s: number %d is %d; want %d", name, i, got, of(uint64(i)))
			}
		}
	}
}

// Figures come back bit by bit.
func TestKeptFigures(t *testing.T) {
	want := []lab.Figure{
		lab.Number(0), lab.Number(math.Copysign(0, -1)), lab.Number(20.8224), lab.Number(0.000446), lab.Number(-3), lab.Number(1e300), lab.Number(161079),
		lab.Number(4294.901760), lab.Number(4294.901761), lab.Number(1.0 / 3), lab.Infinite(), lab.NA(lab.CauseThrowsOnce), lab.Untold("a"), lab.Number(math.MaxFloat64),
	}
	for _, u := range []unit{count, milliseconds} {
		c := figures{scale: u.fine(), whys: new(numbering[lab.Reason])}
		for range blockRows {
			for _, f := range want {
				c.add(f)
			}
		}
		for i := range c.len() {
			if got, want := c.at(i), want[i%len(want)]; got.Why != want.Why || math.Float64bits(got.Value) != math.Float64bits(want.Value) {
				t.Fatalf("%v became %v", want, got)
			}
		}
	}
}
