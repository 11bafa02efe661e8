package theory

import (
	"cmp"
	"math"
	"slices"
)

// A Shifted is by how much one sample lies above another.
type Shifted struct {
	By   float64 // the median of all differences of two
	From float64 // with To, the interval that holds the true shift in 95 of 100 cases
	To   float64
	Sure bool // there is such an interval: of few, none is that sure
}

// Shift is by how much b lies above a (Hodges, Lehmann 1963), with the interval that
// inverts the test of Mann and Whitney (Moses 1953). It asks nothing of how the
// samples are distributed. Values may be infinite; two infinite ones are equal. Both
// samples must have one value at least.
func Shift(a, b []float64) Shifted {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	pairs := len(a) * len(b)
	low, high := nthDifference(a, b, (pairs+1)/2), nthDifference(a, b, pairs/2+1)
	s := Shifted{By: low}
	if low != high {
		s.By = low/2 + high/2
	}
	if k := outmost(len(a), len(b)); k > 0 {
		s.From, s.To, s.Sure = nthDifference(a, b, k), nthDifference(a, b, pairs+1-k), true
	}
	return s
}

// Shiftable reports whether so many values can differ for sure.
func Shiftable(n, m int) bool { return outmost(n, m) > 0 }

// difference is how much b is above a.
func difference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return b - a
}

// nthDifference is the n-th of all differences from the least on. They need not be
// made: how many are at most x is counted along both sorted samples, and x found by
// halving.
func nthDifference(a, b []float64, n int) float64 {
	least, most := difference(a[len(a)-1], b[0]), difference(a[0], b[len(b)-1])
	low, high := place(least), place(most)
	for low < high {
		middle := low + (high-low)/2
		if atMost(a, b, placed(middle)) >= n {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return placed(low)
}

// atMost is how many differences are x or less.
func atMost(a, b []float64, x float64) int {
	n, j := 0, 0
	for _, v := range a { // the greater v, the more of b
		for j < len(b) && difference(v, b[j]) <= x {
			j++
		}
		n += j
	}
	return n
}

// place numbers floats in their order, and placed is the one of a number. Both zeros
// are one.
func place(v float64) uint64 {
	bits := math.Float64bits(v + 0)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func placed(n uint64) float64 {
	if n>>63 == 1 {
		return math.Float64frombits(n &^ (1 << 63))
	}
	return math.Float64frombits(^n)
}

// mostExact is up to how many pairs the distribution is counted out.
const mostExact = 2_500

// outmost is which difference from either end bounds the interval of 95%; 0 if there is
// none.
func outmost(n, m int) int {
	const each = 0.025 // on each side
	if n*m > mostExact {
		mean, variance := float64(n)*float64(m)/2, float64(n)*float64(m)*float64(n+m+1)/12
		return int(math.Floor(mean - 1.959964*math.Sqrt(variance) + 0.5))
	}
	sum := 0.0
	for k, p := range mannWhitney(n, m) {
		if sum += p; sum > each {
			return k
		}
	}
	return 0
}

// mannWhitney is the distribution of U without ties: how likely it is that of all
// pairs of n and of m so many are in one order, if there is no difference.
func mannWhitney(n, m int) []float64 {
	before := make([][]float64, m+1) // of one less than i, and each j
	for j := range before {
		before[j] = []float64{1}
	}
	for i := 1; i <= n; i++ {
		now := make([][]float64, m+1)
		now[0] = []float64{1}
		for j := 1; j <= m; j++ {
			p := make([]float64, i*j+1)
			first, second := float64(i)/float64(i+j), float64(j)/float64(i+j) // whose the greatest is
			for u, v := range before[j] {
				p[u+j] += first * v
			}
			for u, v := range now[j-1] {
				p[u] += second * v
			}
			now[j] = p
		}
		before = now
	}
	return before[m]
}

// Apart reports whether the interval holds no 0: then the samples differ, as far as
// 95 of 100 can tell.
func (s Shifted) Apart() bool {
	return s.Sure && cmp.Compare(s.From, 0) == cmp.Compare(s.To, 0) && s.From != 0
}
