package stone

import "iter"

// Carrying yields the stones with what each carries, by its number. Without a cargo
// they carry nothing.
func Carrying(stones iter.Seq[Stone], cargo func(number uint64) string) iter.Seq[Stone] {
	if cargo == nil {
		return stones
	}
	return func(yield func(Stone) bool) {
		for s := range stones {
			s.Carries = cargo(s.Number)
			if !yield(s) {
				return
			}
		}
	}
}
