package tally

import (
	"iter"
	"math/bits"
)

// numbers is a set of stone numbers, one bit each.
type numbers []uint64

func (s *numbers) add(n uint64) {
	for n/64 >= uint64(len(*s)) {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

func (s numbers) remove(n uint64) {
	if s.has(n) {
		s[n/64] &^= 1 << (n % 64)
	}
}

func (s numbers) has(n uint64) bool {
	return n/64 < uint64(len(s)) && s[n/64]>>(n%64)&1 == 1
}

// all yields the numbers of the set, rising.
func (s numbers) all() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(uint64(i)*64 + uint64(bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
