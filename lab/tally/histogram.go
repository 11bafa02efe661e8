package tally

import (
	"math/bits"
	"time"
)

// A histogram counts times in bins that grow with them: up to 511 ns each
// time has a bin of its own, and above that those that have their nine leading
// bits in common share one. So a bin is less than 0.4 % wide, however long the
// times are, and 3 KB are enough for those of a power of two.
//
// Of each bin it keeps the longest time. So a percentile is a time that there
// was, and exact where those of its bin are equal.
//
// The zero value is empty. A time below 0 counts as 0.
type histogram struct {
	n           int
	least, most time.Duration // only if n > 0
	octaves     [octaves]*octave
}

// An octave has the bins of the times from a power of two to the next one; the
// first has those of the times below.
type octave struct {
	counts [perOctave]uint32
	most   [perOctave]time.Duration
}

const (
	perOctave     = 1 << perOctaveBits
	perOctaveBits = 8
	octaves       = 64 - perOctaveBits // the last one ends where time.Duration does
)

func (h *histogram) add(d time.Duration) {
	d = max(d, 0)
	if h.n == 0 || d < h.least {
		h.least = d
	}
	h.most = max(h.most, d)
	h.n++

	at, bin := 0, uint64(d)
	if bin >= perOctave {
		at = bits.Len64(bin) - perOctaveBits
		bin = bin>>(at-1) - perOctave
	}
	o := h.octaves[at]
	if o == nil {
		o = new(octave)
		h.octaves[at] = o
	}
	o.counts[bin]++
	o.most[bin] = max(o.most[bin], d)
}

// percentile returns a time that there was, and that is at most 0.4 % above
// the smallest x for which at least p % of the times are at most x (RFC 2330
// section 11.3).
func (h *histogram) percentile(p int) Delay {
	if h.n == 0 {
		return Delay{}
	}
	left := rank(p, 100, h.n)
	for _, o := range h.octaves {
		if o == nil {
			continue
		}
		for bin, count := range o.counts {
			if left -= int(count); left <= 0 {
				return finite(o.most[bin])
			}
		}
	}
	return finite(h.most)
}

// delays returns the percentiles, and the exact ends.
func (h *histogram) delays() Delays {
	if h.n == 0 {
		return Delays{}
	}
	return Delays{finite(h.least), h.percentile(50), h.percentile(95), h.percentile(99), finite(h.most)}
}
