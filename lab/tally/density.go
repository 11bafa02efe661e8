package tally

// A Density is a histogram: how often each value was seen, of how many in all.
// The share of value v is Counts[v] / N.
type Density struct {
	Counts map[int]int
	N      int
}

func (d *Density) add(value int) {
	if d.Counts == nil {
		d.Counts = make(map[int]int)
	}
	d.Counts[value]++
	d.N++
}

// ReorderDensity returns the reorder density RD of RFC 5236 section 3: how far
// the first arrivals were displaced from where they belong, negative if early.
//
// Every arrival is given the next receive index, which passes over the numbers
// that are lost; its displacement is that index less its number. A number is
// given up for lost if neither the arrivals so far nor, with this one, the next
// threshold+1 have it. If it comes after all, it counts for nothing, and so does
// an arrival displaced by more than threshold. A negative threshold is taken for 0.
func (c *Catches) ReorderDensity(threshold int) Density {
	threshold = max(threshold, 0)
	var (
		density Density
		window  []uint32 // the next arrivals
		known   numbers  // in the window, or came and waits for its index
	)
	index := uint32(1)
	coming := c.order
	for {
		for len(coming) > 0 && len(window) <= threshold {
			if s := coming[0]; s >= index {
				window = append(window, s)
				known.add(uint64(s))
			}
			coming = coming[1:]
		}
		if len(window) == 0 {
			return density
		}
		for !known.has(uint64(index)) {
			index++ // ends: each arrival in the window brought an index, and takes at most one
		}
		s := window[0]
		window = window[1:]
		displacement := int(index) - int(s)
		if max(displacement, -displacement) > threshold {
			known.remove(uint64(s))
			continue
		}
		density.add(displacement)
		index++
	}
}

// BufferDensity returns the reorder buffer-occupancy density RBD of RFC 5236
// section 3: how many stones wait after each first arrival, in a buffer that
// hands them on in order of number.
//
// When more than threshold would wait, the numbers that hold them up are given
// up for lost. If one of those comes after all, it counts for nothing. A negative
// threshold is taken for 0.
func (c *Catches) BufferDensity(threshold int) Density {
	threshold = max(threshold, 0)
	var (
		density Density
		held    numbers
		waiting int
	)
	next := uint64(1)
	for _, n := range c.order {
		s := uint64(n)
		if s < next {
			continue
		}
		held.add(s)
		waiting++
		for held.has(next) || waiting > threshold {
			if held.has(next) {
				waiting--
			}
			next++
		}
		density.add(waiting)
	}
	return density
}
