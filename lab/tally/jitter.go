package tally

import (
	"iter"
	"math/bits"
	"time"
)

// Jitter is the interarrival jitter of RFC 3550 section 6.4.1, from one first
// arrival to the next in the order they came.
type Jitter struct {
	Pairs int           // of arrivals
	Last  time.Duration // J after the last arrival, to the nearest nanosecond
	Mean  time.Duration // mean |D|, rounded down; 0 if there are no pairs
}

// jitter computes J with 4 more bits below the nanosecond, as RFC 3550 appendix
// A.8 does. What is rounded off there is forgotten as J forgets, so that J is
// never wrong by more than a nanosecond.
func (c *Catches) jitter() Jitter {
	var (
		j     int64 // 16 J
		total mean
		prev  time.Duration
	)
	for i, n := range c.order {
		delay := c.delays[n-1]
		if i > 0 {
			// D(i,j) = (Rj - Ri) - (Sj - Si) = (Rj - Sj) - (Ri - Si)
			d := max(delay-prev, prev-delay)
			j += int64(d) - (j+8)>>4
			total.add(d)
		}
		prev = delay
	}
	return Jitter{Pairs: total.n, Last: time.Duration((j + 8) >> 4), Mean: total.mean()}
}

// IPDV is the variation of delay from each stone to the next in number (RFC
// 3393), over the pairs of which both came. With no pairs, all is 0.
type IPDV struct {
	Pairs       int
	Least, Most time.Duration // the extremes, signed
	Mean        time.Duration // of the absolute values, rounded down
}

func (c *Catches) ipdv() IPDV {
	var (
		v     IPDV
		total mean
	)
	for _, d := range c.IPDV() {
		if total.n == 0 {
			v.Least, v.Most = d, d
		}
		v.Least, v.Most = min(v.Least, d), max(v.Most, d)
		total.add(max(d, -d))
	}
	v.Pairs, v.Mean = total.n, total.mean()
	return v
}

// IPDV yields the delay of stone n less that of stone n-1, by number n (RFC 3393
// section 2.4). Where either did not come it is undefined and left out (4.1).
func (c *Catches) IPDV() iter.Seq2[uint64, time.Duration] {
	return func(yield func(uint64, time.Duration) bool) {
		for i := 1; i < len(c.delays); i++ {
			if c.copies[i-1] > 0 && c.copies[i] > 0 && !yield(uint64(i)+1, c.delays[i]-c.delays[i-1]) {
				return
			}
		}
	}
}

// A mean adds up durations that are not negative. Their sum may have 128 bits:
// ten million stones an hour late each are more than 64 can hold.
type mean struct {
	n      int
	hi, lo uint64
}

func (m *mean) add(d time.Duration) {
	var carry uint64
	m.lo, carry = bits.Add64(m.lo, uint64(d), 0)
	m.hi += carry
	m.n++
}

// mean returns the mean rounded down, or 0 if nothing was added.
func (m *mean) mean() time.Duration {
	if m.n == 0 {
		return 0
	}
	q, _ := bits.Div64(m.hi, m.lo, uint64(m.n))
	return time.Duration(q)
}
