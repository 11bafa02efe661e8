package reference

import (
	"math"
	"slices"
)

// rank is the z of the Mann-Whitney test, which asks of two lots of values whether
// those of one are mostly greater: about 0 if they are drawn from the same, beyond
// 3 by chance once in 370 times, positive if those of a are greater. Values that
// are no further apart than near count as equal.
func rank(a, b []float64, near float64) float64 {
	u := 0.0 // pairs in which a is greater; half of those that are equal
	for _, x := range a {
		for _, y := range b {
			switch {
			case math.Abs(x-y) <= near:
				u += 0.5
			case x > y:
				u++
			}
		}
	}
	n, m := float64(len(a)), float64(len(b))
	deviation := math.Sqrt(n * m / 12 * (n + m + 1 - ties(slices.Concat(a, b))/((n+m)*(n+m-1))))
	if deviation == 0 || math.IsNaN(deviation) {
		return 0
	}
	return (u - n*m/2) / deviation
}

// ties is by how much values that are equal narrow the spread of the test: the sum
// of t³-t over each lot of t equal ones.
func ties(values []float64) float64 {
	slices.Sort(values)
	sum, run := 0.0, 1.0
	for i, v := range values {
		if i+1 < len(values) && values[i+1] == v {
			run++
			continue
		}
		sum += run*run*run - run
		run = 1
	}
	return sum
}

// A distance is how far two are apart over many cells: the mean of the logarithms
// of their ratios, all taken as positive, so that twice as much is as far as half
// as much.
type distance struct {
	sum float64
	n   int
}

func (d *distance) add(a, b float64) {
	d.sum += math.Abs(math.Log(a / b))
	d.n++
}

// factor is the mean ratio; 1 if there is none.
func (d distance) factor() float64 { return math.Exp(d.sum / float64(max(1, d.n))) }
