package theory

import (
	"cmp"
	"math"
	"slices"
)

// A Shifted is an estimate of how far one sample lies above another.
type Shifted struct {
	By   float64 // the median of all pairwise differences
	From float64 // with To, the 95% confidence interval
	To   float64
	Sure bool // there is such an interval: small samples have none
}

// Shift estimates how far b lies above a (Hodges, Lehmann 1963), with the confidence
// interval that inverts the Mann-Whitney test (Moses 1953). It assumes no particular
// distribution. Values may be infinite; two infinities of one sign are equal. Both
// samples need at least one value.
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

// Shiftable reports whether samples of n and m values are large enough for an interval.
func Shiftable(n, m int) bool { return outmost(n, m) > 0 }

// difference returns b - a, and 0 for two equal infinities.
func difference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return b - a
}

// nthDifference returns the n-th smallest of all pairwise differences, from 1. It does
// not list them: it bisects for x, and counts along both sorted samples how many
// differences are at most x.
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
	for _, v := range a { // j never falls: the greater v, the smaller its differences
		for j < len(b) && difference(v, b[j]) <= x {
			j++
		}
		n += j
	}
	return n
}

// place maps floats to integers of the same order, and both zeros to one; placed is its
// inverse.
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

// mostExact is the largest number of pairs for which the exact distribution of U is
// used.
const mostExact = 2_500

// outmost returns the rank, counted from either end, of the differences that bound the
// 95% interval; 0 if there is no interval.
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

// mannWhitney is the distribution of U without ties, if the samples do not differ:
// element u is the probability that in u of the n*m pairs the value of the first sample
// is the greater.
func mannWhitney(n, m int) []float64 {
	before := make([][]float64, m+1) // the distributions for i-1 and each j
	for j := range before {
		before[j] = []float64{1}
	}
	for i := 1; i <= n; i++ {
		now := make([][]float64, m+1)
		now[0] = []float64{1}
		for j := 1; j <= m; j++ {
			p := make([]float64, i*j+1)
			first, second := float64(i)/float64(i+j), float64(j)/float64(i+j) // which sample has the greatest value
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

// Apart reports whether the interval excludes 0: the samples differ at the 95% level.
func (s Shifted) Apart() bool {
	return s.Sure && cmp.Compare(s.From, 0) == cmp.Compare(s.To, 0) && s.From != 0
}
