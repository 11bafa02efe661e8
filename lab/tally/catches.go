package tally

import (
	"iter"
	"math"
	"time"

	"stones/lab/stone"
)

// MaxNumber is the highest number that Catches keeps. It bounds what a stone
// with a wild number can make it allocate.
const MaxNumber = 1 << 27

// Catches is what the catcher knows. It has one writer.
type Catches struct {
	planned int
	offset  func(n uint64) time.Duration

	arrivals, damaged, foreign, afterDrain int

	// By number - 1. A stone with no copies has no delay.
	copies []uint8         // stops at its largest value
	many   map[uint64]int  // copies beyond that
	delays []time.Duration // of the first copy

	// By position among the first arrivals, which is what order means below.
	order []uint32 // the numbers
	times timeline // of the arrivals; left empty if there is a schedule, which gives them

	size int            // of the first stone
	odd  map[uint64]int // sizes of stones that are not like the first

	bytes       int64
	start       time.Duration // when the plan started: the schedule's offsets count from here
	first, last time.Duration
	least, most time.Duration // delays
	highest     uint64
	standstill  time.Duration
}

// NewCatches returns an empty record for a flow of planned stones,
// numbered from 1. If planned is 0 it takes any number up to [MaxNumber], and
// may need a quarter more memory.
//
// Offset is the schedule: when stone n is due after the start of the plan. The
// stones' own Due must follow it. It is nil if there is no schedule because each
// stone is due when the thrower gets to it.
func NewCatches(planned int, offset func(n uint64) time.Duration) *Catches {
	planned = min(planned, MaxNumber)
	return &Catches{
		planned: planned,
		offset:  offset,
		copies:  make([]uint8, planned),
		delays:  make([]time.Duration, planned),
		order:   make([]uint32, 0, planned),
	}
}

// Add records that an intact stone of this flow came at time at, on the
// clock of s.Due. A number outside the plan counts as foreign.
func (c *Catches) Add(s stone.Stone, at time.Duration) {
	highest := uint64(MaxNumber)
	if c.planned > 0 {
		highest = uint64(c.planned)
	}
	if s.Number < 1 || s.Number > highest {
		c.Foreign()
		return
	}
	c.arrivals++
	if more := int(s.Number) - len(c.copies); more > 0 {
		c.copies = append(c.copies, make([]uint8, more)...)
		c.delays = append(c.delays, make([]time.Duration, more)...)
	}
	switch copies := &c.copies[s.Number-1]; *copies {
	case 0:
		*copies = 1
		c.addFirst(s, at)
	case math.MaxUint8:
		if c.many == nil {
			c.many = make(map[uint64]int)
		}
		c.many[s.Number]++
	default:
		*copies++
	}
}

// addFirst records the first copy of a stone.
func (c *Catches) addFirst(s stone.Stone, at time.Duration) {
	delay := at - s.Due
	if len(c.order) == 0 {
		c.size, c.first, c.least, c.most = s.Size, at, delay, delay
		if c.offset != nil {
			c.start = s.Due - c.offset(s.Number)
		}
	}
	c.standstill = max(c.standstill, c.stood(at))

	c.delays[s.Number-1] = delay
	c.least, c.most = min(c.least, delay), max(c.most, delay)
	c.order = append(c.order, uint32(s.Number))
	if c.offset == nil {
		c.times.add(at)
	}
	if s.Size != c.size {
		if c.odd == nil {
			c.odd = make(map[uint64]int)
		}
		c.odd[s.Number] = s.Size
	}
	c.bytes += int64(s.Size)
	c.last = at
	c.highest = max(c.highest, s.Number)
}

// stood returns how long, until time at, nothing had come although the stone
// after the highest was due. Without a schedule any stone may be due any time.
func (c *Catches) stood(at time.Duration) time.Duration {
	none := len(c.order) == 0
	if c.offset == nil {
		if none {
			return 0
		}
		return at - c.last
	}
	if c.planned > 0 && c.highest >= uint64(c.planned) {
		return 0 // what comes now is late, but no stone after the highest is due
	}
	since := c.due(c.highest + 1)
	if !none {
		since = max(since, c.last)
	}
	return at - since
}

// Damaged records the arrival of a stone whose bytes were changed on the way.
func (c *Catches) Damaged() { c.arrivals++; c.damaged++ }

// Foreign records the arrival of something that is no stone of this flow.
func (c *Catches) Foreign() { c.arrivals++; c.foreign++ }

// AfterDrain records the arrival of anything after the drain time. That is too late for
// the tally, and the stone stays lost.
func (c *Catches) AfterDrain() { c.arrivals++; c.afterDrain++ }

// Copies returns how many copies of stone n came: its arrival count of RFC
// 5560 section 2.4, and 0 where that is undefined.
func (c *Catches) Copies(n uint64) int {
	if n < 1 || n > uint64(len(c.copies)) {
		return 0
	}
	return int(c.copies[n-1]) + c.many[n]
}

// FirstDelay returns the one-way delay of the first copy of stone n, from the
// time it was due to the time it came, and whether it came at all.
func (c *Catches) FirstDelay(n uint64) (delay time.Duration, ok bool) {
	if c.Copies(n) == 0 {
		return 0, false
	}
	return c.delays[n-1], true
}

// An Arrival is the first copy of a stone coming in.
type Arrival struct {
	Number uint64
	At     time.Duration // on the clock of the stones' Due
	Delay  time.Duration
}

// Arrivals yields the first arrivals in the order they came. What came later,
// or was no stone of this flow, is left out.
func (c *Catches) Arrivals() iter.Seq[Arrival] {
	return func(yield func(Arrival) bool) {
		i := 0
		for at := range c.allAt() {
			n := c.order[i]
			if !yield(Arrival{uint64(n), at, c.delays[n-1]}) {
				return
			}
			i++
		}
	}
}

// due returns when stone n is due. There must be a schedule.
func (c *Catches) due(n uint64) time.Duration { return c.start + c.offset(n) }

// at returns when the first arrival at position i, from 0, came.
func (c *Catches) at(i int) time.Duration {
	if c.offset == nil {
		return c.times.at(i)
	}
	n := c.order[i]
	return c.due(uint64(n)) + c.delays[n-1]
}

// allAt yields at(0), at(1) and so on.
func (c *Catches) allAt() iter.Seq[time.Duration] {
	if c.offset == nil {
		return c.times.all()
	}
	return func(yield func(time.Duration) bool) {
		for i := range c.order {
			if !yield(c.at(i)) {
				return
			}
		}
	}
}

// sizeOf returns the size of stone n, which must have come.
func (c *Catches) sizeOf(n uint64) int {
	if size, ok := c.odd[n]; ok {
		return size
	}
	return c.size
}

// silence is the longest standstill, that at the end and, without a schedule, that
// at the beginning included.
func (c *Catches) silence(s Score) time.Duration {
	longest := c.standstill
	if s.Delivered == 0 || s.Thrown == 0 {
		return longest
	}
	if c.offset == nil {
		longest = max(longest, s.FirstArrival-s.FirstThrow)
	}
	return max(longest, s.End-s.LastArrival)
}

// end is when the last stone came, or would have come as quickly as the quickest.
func (c *Catches) end(s Score) time.Duration {
	if c.offset == nil {
		return max(s.LastArrival, s.LastThrow+c.least)
	}
	return max(s.LastArrival, c.due(uint64(s.Attempted))+c.least)
}
