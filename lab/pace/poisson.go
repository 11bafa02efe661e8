package pace

import (
	"math/bits"
	"time"

	"stones/lab/quantity"
)

// draw makes the table of a schedule whose gaps are exponentially distributed,
// as those of stones are that come independently of each other: a Poisson
// process, seen from the stone it begins with.
func (s *Schedule) draw(seed uint64) error {
	// The mean gap in nanoseconds, and what is left of it in 2^-64 of one.
	mean := fixed{whole: s.num / s.den}
	mean.part, _ = bits.Div64(s.num%s.den, 0, s.den)

	// For a time, count is what to expect, and chance makes it more or less.
	timed := s.plan.Time > 0
	s.poisson = make([]time.Duration, 0, s.count)
	var at fixed
	for n := uint64(1); ; n++ {
		switch {
		case at.whole > uint64(MaxTime):
			return s.tooLong()
		case timed && at.whole >= uint64(s.plan.Time), !timed && len(s.poisson) == s.count:
			s.count = len(s.poisson)
			return nil
		case n > MaxCount:
			return quantity.Invalid("time", s.plan.Time, "too many stones; "+quantity.OutOfRange(1, MaxCount))
		}
		s.poisson = append(s.poisson, time.Duration(at.whole))
		at = at.add(mean.times(exponential(newDraws(seed, n+1))))
	}
}

// exponential draws from the exponential distribution with mean 1, exactly and
// without a logarithm.
//
// It compares uniform numbers only. The run u1 > u2 > ... > un, which ends before
// the first number that is not smaller, has an odd length with the probability
// exp(-u1). If it is odd, u1 is the fraction; else the whole part grows by 1, and
// the game begins again.
//
// John von Neumann: Various techniques used in connection with random digits,
// 1951.
func exponential(d draws) fixed {
	for whole := uint64(0); ; whole++ {
		first := d.next()
		odd := true
		for u, next := first, d.next(); next < u; u, next = next, d.next() {
			odd = !odd
		}
		if odd {
			return fixed{whole, first}
		}
	}
}

// fixed is a number with 64 bits before the point and 64 behind.
type fixed struct {
	whole, part uint64
}

func (a fixed) add(b fixed) fixed {
	part, carry := bits.Add64(a.part, b.part, 0)
	return fixed{a.whole + b.whole + carry, part}
}

// times returns a times b, rounded down.
func (a fixed) times(b fixed) fixed {
	low, _ := bits.Mul64(a.part, b.part)
	x := fixed{part: low}
	hi, lo := bits.Mul64(a.whole, b.part)
	x = x.add(fixed{hi, lo})
	hi, lo = bits.Mul64(b.whole, a.part)
	x = x.add(fixed{hi, lo})
	x.whole += a.whole * b.whole
	return x
}

// draws yields 64 random bits at a time, those of one stone under one seed: no
// stone's depend on how many another one took.
type draws struct {
	state uint64
}

func newDraws(seed, n uint64) draws { return draws{mix(mix(seed) ^ n)} }

func (d *draws) next() uint64 {
	d.state += golden
	return mix(d.state)
}

// golden is 2^64 divided by the golden ratio, made odd.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of SplitMix64: a bijection of 64 bits in which
// every bit of x moves every bit of the result about half of the time.
//
// Guy Steele, Doug Lea, Christine Flood: Fast Splittable Pseudorandom Number
// Generators, OOPSLA 2014; the constants are David Stafford's variant 13.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
