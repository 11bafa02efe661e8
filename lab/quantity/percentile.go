package quantity

// Rank is which of n values in order, counted from 1, is the one that at least
// p parts of whole do not exceed (RFC 2330 section 11.3): the least k with
// k/n >= p/whole. Nothing is interpolated.
func Rank(p, whole, n int) int {
	return max(int((int64(p)*int64(n)+int64(whole)-1)/int64(whole)), 1)
}
