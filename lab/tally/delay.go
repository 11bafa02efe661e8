package tally

import (
	"iter"
	"math/bits"
	"time"

	"stones/lab/quantity"
)

// A Delay is a time that may be infinite, or not there at all.
// The zero value is not there.
type Delay struct {
	Kind Kind
	D    time.Duration // if Kind is Finite, otherwise 0
}

// A Kind says how to read a [Delay].
type Kind int

// The kinds of delay.
const (
	None     Kind = iota // there is nothing to measure
	Finite               // D
	Infinite             // the delay of a lost stone (RFC 7679 section 5.1)
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case None:
		return "none"
	case Finite:
		return "finite"
	case Infinite:
		return "infinite"
	}
	return "unknown"
}

// String returns d as a duration, or the name of its kind.
func (d Delay) String() string {
	if d.Kind == Finite {
		return d.D.String()
	}
	return d.Kind.String()
}

func finite(d time.Duration) Delay { return Delay{Finite, d} }

// less returns d less t.
func (d Delay) less(t time.Duration) Delay {
	if d.Kind == Finite {
		d.D -= t
	}
	return d
}

// Delays are the delays of a flow. The percentiles are over the stones thrown,
// of which the lost have an infinite delay; Min and Max are over the delivered.
// They serve for the times of a thrower as well, of which none is infinite.
type Delays struct {
	Min, P50, P95, P99, Max Delay
}

// delaysOf returns the percentiles of the times counted, and their exact ends.
func delaysOf(h *quantity.Histogram) Delays {
	if h.Len() == 0 {
		return Delays{}
	}
	return Delays{finite(h.Least()), finite(h.Percentile(50)), finite(h.Percentile(95)), finite(h.Percentile(99)), finite(h.Most())}
}

func (d Delays) less(t time.Duration) Delays {
	return Delays{d.Min.less(t), d.P50.less(t), d.P95.less(t), d.P99.less(t), d.Max.less(t)}
}

// Percentile returns the smallest delay x for which at least p parts of whole
// of the stones thrown had a delay of at most x (RFC 2330 section 11.3). It
// does not interpolate: Percentile(999, 1000) is a delay that a stone had.
//
// Among the stones thrown the lost ones have an infinite delay (RFC 7679
// section 5.1). The answer is [None] if none were thrown or if it is unknown
// what came.
func (t Tally) Percentile(p, whole int) Delay {
	return t.percentile(p, whole, t.lost())
}

func (t Tally) percentile(p, whole, lost int) Delay {
	if t.Catches == nil {
		return Delay{}
	}
	n := len(t.Catches.order) + lost
	if n == 0 {
		return Delay{}
	}
	return t.Catches.nth(quantity.Rank(p, whole, n) - 1)
}

// Median returns the median of RFC 7679 section 5.2, which differs from
// Percentile(1, 2) where the number of stones thrown is even: it is then the
// mean of the two in the middle, rounded down to a nanosecond.
func (t Tally) Median() Delay {
	if t.Catches == nil {
		return Delay{}
	}
	n := len(t.Catches.order) + t.lost()
	if n == 0 {
		return Delay{}
	}
	low, high := t.Catches.nth((n-1)/2), t.Catches.nth(n/2)
	if high.Kind == Infinite {
		return high
	}
	return finite(low.D + (high.D-low.D)/2)
}

// nth returns the delay that k stones come before when the delivered stand in
// order of delay and the lost behind them.
//
// It finds the bytes of the delay one by one, the highest first: of the stones
// whose delay begins with the bytes found, it counts how many have which byte
// next. That needs no sorted copy, and at most 8 looks at each delay.
func (c *Catches) nth(k int) Delay {
	if k >= len(c.order) {
		return Delay{Kind: Infinite}
	}
	least, most := key(c.least), key(c.most)
	shift := (bits.Len64(least^most) + 7) / 8 * 8 // all delays agree on the bytes above
	found := most >> shift
	for shift > 0 {
		shift -= 8
		var counts [256]int
		for i, d := range c.delays {
			if key := key(d); c.copies[i] > 0 && key>>(shift+8) == found {
				counts[byte(key>>shift)]++
			}
		}
		next := 0
		for ; k >= counts[next]; next++ {
			k -= counts[next]
		}
		found = found<<8 | uint64(next)
	}
	return finite(time.Duration(found ^ 1<<63))
}

// key maps delays to integers that have the same order without a sign.
func key(d time.Duration) uint64 { return uint64(d) ^ 1<<63 }

// PDV yields the packet delay variation of the delivered stones in order of
// number: how much longer each took than the fastest (RFC 5481 section 4.2).
func (c *Catches) PDV() iter.Seq2[uint64, time.Duration] {
	return func(yield func(uint64, time.Duration) bool) {
		for i, d := range c.delays {
			if c.copies[i] > 0 && !yield(uint64(i)+1, d-c.least) {
				return
			}
		}
	}
}
