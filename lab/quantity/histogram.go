package quantity

import (
	"math/bits"
	"time"
)

// A Histogram counts times in bins that grow with them: up to 511 ns each
// time has a bin of its own, and above that those that have their nine leading
// bits in common share one. So a bin is less than 0.4 % wide, however long the
// times are, and 3 KB are enough for those of a power of two.
//
// Of each bin it keeps the longest time. So a percentile is a time that there
// was, and exact where those of its bin are equal.
//
// The zero value is empty. A time below 0 counts as 0.
type Histogram struct {
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

// Add counts a time.
func (h *Histogram) Add(d time.Duration) {
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

// Len is how many times were counted.
func (h *Histogram) Len() int { return h.n }

// Least is the shortest time, exactly; 0 if none was counted.
func (h *Histogram) Least() time.Duration { return h.least }

// Most is the longest time, exactly; 0 if none was counted.
func (h *Histogram) Most() time.Duration { return h.most }

// Percentile returns a time that was counted, and that is at most 0.4 % above
// the smallest x for which at least p % of the times are at most x (RFC 2330
// section 11.3). It is 0 if none was counted.
func (h *Histogram) Percentile(p int) time.Duration {
	if h.n == 0 {
		return 0
	}
	left := Rank(p, 100, h.n)
	for _, o := range h.octaves {
		if o == nil {
			continue
		}
		for bin, count := range o.counts {
			if left -= int(count); left <= 0 {
				return o.most[bin]
			}
		}
	}
	return h.most
}

// Join counts what another one has counted as well.
func (h *Histogram) Join(other *Histogram) {
	if other.n == 0 {
		return
	}
	if h.n == 0 || other.least < h.least {
		h.least = other.least
	}
	h.most = max(h.most, other.most)
	h.n += other.n
	for at, from := range other.octaves {
		if from == nil {
			continue
		}
		if h.octaves[at] == nil {
			h.octaves[at] = new(octave)
		}
		for bin, count := range from.counts {
			h.octaves[at].counts[bin] += count
			h.octaves[at].most[bin] = max(h.octaves[at].most[bin], from.most[bin])
		}
	}
}
