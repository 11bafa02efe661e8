package tally

import (
	"maps"
	"testing"
)

func TestDensity(t *testing.T) {
	type counts = map[int]int
	for _, tt := range []struct {
		name      string
		caught    []uint64
		threshold int
		reorder   counts
		buffer    counts
	}{
		{
			name:      "RFC 5236: two stones late",
			caught:    []uint64{1, 4, 2, 5, 3, 6, 7, 8},
			threshold: 4,
			reorder:   counts{-2: 1, -1: 1, 0: 4, 1: 1, 2: 1},
			buffer:    counts{0: 5, 1: 2, 2: 1},
		},
		{
			name:      "RFC 5236: stone 3 lost",
			caught:    []uint64{1, 2, 4, 5, 6, 7},
			threshold: 3,
			reorder:   counts{0: 6},
			buffer:    counts{0: 3, 1: 1, 2: 1, 3: 1},
		},
		{
			name:      "RFC 5236: stone 3 twice",
			caught:    []uint64{1, 3, 2, 3, 4, 5},
			threshold: 3,
			reorder:   counts{-1: 1, 0: 3, 1: 1},
			buffer:    counts{0: 4, 1: 1},
		},
		{
			name:      "RFC 5236 example 3: stone 2 lost, stone 3 twice",
			caught:    []uint64{1, 4, 3, 5, 3, 8, 7, 6},
			threshold: 5,
			reorder:   counts{-2: 1, -1: 1, 0: 3, 1: 1, 2: 1},
			buffer:    counts{0: 2, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, // five wait for stone 2; the sixth gives it up
		},
		{
			name:      "too late to count",
			caught:    []uint64{1, 3, 4, 5, 6, 2, 7},
			threshold: 2,
			reorder:   counts{0: 6},
			buffer:    counts{0: 4, 1: 1, 2: 1},
		},
		{
			name:      "too early to count",
			caught:    append([]uint64{1, 20}, upTo(2, 22)...),
			threshold: 4,
			reorder:   counts{0: 21},
			buffer:    counts{0: 4, 1: 18},
		},
		{name: "nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := throw(22).catch(tt.caught...).Catches
			if got := c.ReorderDensity(tt.threshold); !maps.Equal(got.Counts, tt.reorder) || got.N != total(tt.reorder) {
				t.Errorf("caught %v: reorder density %v of %d, want %v", tt.caught, got.Counts, got.N, tt.reorder)
			}
			if got := c.BufferDensity(tt.threshold); !maps.Equal(got.Counts, tt.buffer) || got.N != total(tt.buffer) {
				t.Errorf("caught %v: buffer density %v of %d, want %v", tt.caught, got.Counts, got.N, tt.buffer)
			}
		})
	}
}

func total(counts map[int]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
