package tally

import (
	"iter"
	"sort"
	"time"
)

// Reordering says how the reordered stones were reordered.
type Reordering struct {
	MaxExtent int // the largest extent
	Three     int // stones that are 3-reordered: TCP would throw them again (RFC 4737 section 5.3)

	Discontinuities int    // leaps ahead, for loss or reordering (section 3.4)
	MaxLeap         uint64 // the most numbers that one of them left out

	// Runs of stones in order, each ended by a reordered stone (section 4.6).
	Runs       int   // as many as there are reordered stones
	RunStones  int   // in all runs together
	RunSquares int64 // the sum of the squares of their lengths
}

func (c *Catches) reordering() Reordering {
	var r Reordering
	for d := range c.Discontinuities() {
		r.Discontinuities++
		r.MaxLeap = max(r.MaxLeap, d.Size)
	}
	for s := range c.reordered() {
		r.MaxExtent = max(r.MaxExtent, s.Extent)
		if s.N >= 3 {
			r.Three++
		}
		r.Runs++
		r.RunStones += s.Run
		r.RunSquares += int64(s.Run) * int64(s.Run)
	}
	return r
}

// A Discontinuity is a stone that came in order but left out numbers on its way
// (RFC 4737 section 3.4). They may still come, or be lost. The gap between two
// of them (section 4.5) is the difference of their positions.
type Discontinuity struct {
	Number   uint64
	Position int    // among the first arrivals, from 1
	Size     uint64 // how many numbers it left out
}

// Discontinuities yields the sequence discontinuities in the order they came. The first
// stone that comes is not one: the others are measured by it.
func (c *Catches) Discontinuities() iter.Seq[Discontinuity] {
	return func(yield func(Discontinuity) bool) {
		var next uint32 // RFC 4737's NextExp; 0 means undefined
		for i, s := range c.order {
			if s < next {
				continue
			}
			if i > 0 && s > next && !yield(Discontinuity{uint64(s), i + 1, uint64(s - next)}) {
				return
			}
			next = s + 1
		}
	}
}

// A Reordered is a stone that came after one with a higher number (RFC 4737
// section 3.3).
type Reordered struct {
	Number   uint64
	Position int           // among the first arrivals, from 1
	Extent   int           // how many arrivals before it the first with a higher number came (section 4.2.3)
	Late     time.Duration // how long before it that one came: its late time offset (4.3.3)
	Bytes    int64         // that came before it with higher numbers: its byte offset (4.4.3)
	N        int           // it is n-reordered for n from 1 to N; 0 if the arrival just before has a lower number (5.3)
	Run      int           // how many came in order since the reordered stone before it (4.6.3)
}

// Reordered yields the reordered stones in the order they came. Duplicates do not count
// as arrivals here: a stone that came twice is not reordered by that.
func (c *Catches) Reordered() iter.Seq[Reordered] {
	return func(yield func(Reordered) bool) {
		var before weights // the stones that came before r
		i := 0
		for r := range c.reordered() {
			for ; i < r.Position-1; i++ {
				n := uint64(c.order[i])
				before.add(n, c.sizeOf(n))
			}
			r.Late = c.at(i) - c.at(i-r.Extent)
			r.Bytes = before.above(r.Number, c.sizeOf)
			if !yield(r) {
				return
			}
		}
	}
}

// reordered is Reordered without Late and Bytes, which take longer to find.
func (c *Catches) reordered() iter.Seq[Reordered] {
	return func(yield func(Reordered) bool) {
		var (
			next  uint32   // RFC 4737's NextExp; 0 means undefined
			leaps []uint32 // positions of the first arrival and of the discontinuities
			lower nearestLower
			run   int
		)
		for i, s := range c.order {
			j := lower.push(c.order, i)
			if s >= next {
				if s > next {
					leaps = append(leaps, uint32(i))
				}
				next = s + 1
				run++
				continue
			}
			// The first arrival with a number above s left s out, so it is among
			// the leaps; and their numbers rise.
			first := sort.Search(len(leaps), func(k int) bool { return c.order[leaps[k]] > s })
			if !yield(Reordered{
				Number:   uint64(s),
				Position: i + 1,
				Extent:   i - int(leaps[first]),
				N:        i - 1 - j,
				Run:      run,
			}) {
				return
			}
			run = 0
		}
	}
}

// nearestLower finds for each arrival the last one before it that has a lower
// number. It keeps the arrivals that may still be that: their numbers rise, and
// neighbours are kept as one stretch. While all is in order there is only one.
type nearestLower []stretch

// A stretch is the arrivals from one position to another, both included.
type stretch struct{ from, to uint32 }

// push takes the arrival at position i, and returns the position of the last one
// before it with a lower number, or -1. It is called for every i, from 0.
func (l *nearestLower) push(order []uint32, i int) int {
	s := order[i]
	kept := *l
	for len(kept) > 0 {
		top := &kept[len(kept)-1]
		if order[top.from] < s {
			if order[top.to] > s {
				lower := sort.Search(int(top.to-top.from), func(k int) bool { return order[int(top.from)+k] > s })
				top.to = top.from + uint32(lower) - 1
			}
			break
		}
		kept = kept[:len(kept)-1] // whoever comes later, s is nearer and no higher
	}

	at := uint32(i)
	if len(kept) == 0 {
		*l = append(kept, stretch{at, at})
		return -1
	}
	top := &kept[len(kept)-1]
	nearest := int(top.to)
	if nearest == i-1 {
		top.to = at
	} else {
		kept = append(kept, stretch{at, at})
	}
	*l = kept
	return nearest
}

// weights holds stones that came, to tell how many bytes those above a number
// have. For each word of the set there is a sum in a Fenwick tree.
type weights struct {
	came  numbers
	sums  []int64 // sums[i] is the bytes of the i&-i words that end with word i-1
	total int64
}

func (w *weights) add(n uint64, size int) {
	w.came.add(n)
	for len(w.sums) <= len(w.came) {
		w.sums = append(w.sums, w.begun(len(w.sums)))
	}
	for i := n/64 + 1; i < uint64(len(w.sums)); i += i & -i {
		w.sums[i] += int64(size)
	}
	w.total += int64(size)
}

// begun returns what sums[i] must hold when the tree grows to i, before word
// i-1 has anything: the sums of the smaller trees below it.
func (w *weights) begun(i int) int64 {
	var sum int64
	for j := i - 1; j > i-i&-i; j -= j & -j {
		sum += w.sums[j]
	}
	return sum
}

// above returns the bytes of the stones with numbers above n.
func (w *weights) above(n uint64, sizeOf func(uint64) int) int64 {
	bytes := w.total
	for i := min(n/64, uint64(len(w.came))); i > 0; i -= i & -i {
		bytes -= w.sums[i]
	}
	for m := n / 64 * 64; m <= n; m++ {
		if w.came.has(m) {
			bytes -= int64(sizeOf(m))
		}
	}
	return bytes
}
