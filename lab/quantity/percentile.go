package quantity

import (
	"math"
	"slices"
)

// Rank is which of n values in order, counted from 1, is the one that at least
// p parts of whole do not exceed (RFC 2330 section 11.3): the least k with
// k/n >= p/whole. Nothing is interpolated.
func Rank(p, whole, n int) int {
	return max(int((int64(p)*int64(n)+int64(whole)-1)/int64(whole)), 1)
}

// Median is the middle of the values, or the mean of the two in the middle; NaN of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
