package report

import (
	"math"

	"stones/lab"
)

// integers are whole numbers in a row. Each block of them takes as few bytes as it
// allows: one number if all are the same, a byte each if there are few different ones,
// four bytes each if none is large.
type integers struct {
	full []block
	last []uint64 // at most blockRows
}

// blockRows is how many numbers a block has.
const blockRows = 4096

// A block holds blockRows numbers: in values alone, in short alone, or as indices in
// small into values.
type block struct {
	values []uint64 // all numbers; or the different ones; or one that all are equal to
	small  []uint8  // the index in values of each number
	short  []uint32 // all numbers
}

// add appends v.
func (c *integers) add(v uint64) {
	if c.last = append(c.last, v); len(c.last) == blockRows {
		c.full = append(c.full, packed(c.last))
		c.last = c.last[:0]
	}
}

// len is the number of integers.
func (c *integers) len() int { return len(c.full)*blockRows + len(c.last) }

// at is number i, from 0.
func (c *integers) at(i int) uint64 {
	if b := i / blockRows; b < len(c.full) {
		return c.full[b].at(i % blockRows)
	}
	return c.last[i%blockRows]
}

func (b *block) at(i int) uint64 {
	switch {
	case b.short != nil:
		return uint64(b.short[i])
	case b.small != nil:
		return b.values[b.small[i]]
	case len(b.values) == 1:
		return b.values[0]
	}
	return b.values[i]
}

// packed packs numbers into a block.
func packed(numbers []uint64) block {
	which := make(map[uint64]uint8)
	small, largest := make([]uint8, len(numbers)), uint64(0)
	var b block
	for i, v := range numbers {
		at, known := which[v]
		if !known && len(which) < 256 {
			at, known = uint8(len(which)), true
			which[v] = at
			b.values = append(b.values, v)
		}
		if !known {
			small = nil
			break
		}
		small[i] = at
	}
	switch {
	case len(b.values) == 1:
		return b
	case small != nil:
		b.small = small
		return b
	}
	for _, v := range numbers {
		largest = max(largest, v)
	}
	if largest >= 1<<32 {
		return block{values: append([]uint64(nil), numbers...)}
	}
	b = block{short: make([]uint32, len(numbers))}
	for i, v := range numbers {
		b.short[i] = uint32(v)
	}
	return b
}

// A numbering numbers things from 0, in the order in which they come.
type numbering[T comparable] struct {
	of   map[T]uint64
	list []T
}

// number returns the number of a thing, and adds the thing if it is new.
func (n *numbering[T]) number(thing T) uint64 {
	if i, known := n.of[thing]; known {
		return i
	}
	if n.of == nil {
		n.of = make(map[T]uint64)
	}
	i := uint64(len(n.list))
	n.of[thing] = i
	n.list = append(n.list, thing)
	return i
}

// figures is a column of figures of one unit.
type figures struct {
	integers
	scale float64 // most figures times this are whole
	whys  *numbering[lab.Reason]
}

// A figure is kept as itself times the scale, if that is a whole number up to mostScaled;
// as what lies above that up to leastBits, if it has a reason; or as its bits (IEEE 754),
// which are above both but for the tiniest.
const (
	mostScaled = 1<<32 - 1<<16
	leastBits  = 1 << 52
)

// add appends f.
func (c *figures) add(f lab.Figure) {
	bits := math.Float64bits(f.Value)
	scaled := math.Round(f.Value * c.scale)
	switch {
	case !f.Known():
		c.integers.add(mostScaled + 1 + c.whys.number(f.Why))
	case scaled >= 0 && scaled <= mostScaled && math.Float64bits(float64(uint64(scaled))/c.scale) == bits:
		c.integers.add(uint64(scaled))
	default:
		c.integers.add(max(bits, leastBits))
	}
}

// at is figure i, from 0.
func (c *figures) at(i int) lab.Figure {
	switch v := c.integers.at(i); {
	case v <= mostScaled:
		return lab.Figure{Value: float64(v) / c.scale}
	case v < leastBits:
		return lab.Figure{Why: c.whys.list[v-mostScaled-1]}
	default:
		return lab.Figure{Value: math.Float64frombits(v)}
	}
}
