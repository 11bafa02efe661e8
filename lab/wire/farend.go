package wire

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// farEnd is where packets come out, and where some are held back until later
// ones have passed.
type farEnd struct {
	delay    time.Duration // how long one waits that nobody passes
	order    uint64        // packets that were expected so far
	flights  flights
	aside    []*flight     // held back, in the order they were sent; also in flights
	released fifo[*flight] // passed by enough others; out, and not yet fetched
	now      time.Duration // when the packet that came out last came out
}

// expect notes that f comes at f.at.
func (e *farEnd) expect(f *flight) {
	e.order++
	f.order = e.order
	heap.Push(&e.flights, f)
}

// len is how many are expected, held back, or not yet fetched.
func (e *farEnd) len() int { return len(e.flights) + e.released.len() }

// next returns when something next happens.
func (e *farEnd) next() (at time.Duration, ok bool) {
	if e.released.len() > 0 {
		return e.now, true
	}
	if len(e.flights) == 0 {
		return 0, false
	}
	return e.flights[0].at, true
}

// out takes the next packet that has come out by now; it is nil if there is none.
func (e *farEnd) out(now time.Duration) *flight {
	f := e.first(now)
	if f != nil {
		e.pass(f)
	}
	return f
}

// first takes the next packet out of flight. On the way it puts aside those that
// come and are to be held back.
func (e *farEnd) first(now time.Duration) *flight {
	if e.released.len() > 0 {
		return e.released.pop()
	}
	for len(e.flights) > 0 && e.flights[0].at <= now {
		f := e.flights[0]
		e.now = f.at
		switch {
		case f.aside: // for one more delay nobody has passed it
			heap.Pop(&e.flights)
			e.aside = slices.DeleteFunc(e.aside, func(a *flight) bool { return a == f })
			return f
		case f.by > 0:
			f.aside = true
			f.at += e.delay
			heap.Fix(&e.flights, f.index)
			i, _ := slices.BinarySearchFunc(e.aside, f.order, func(a *flight, order uint64) int { return cmp.Compare(a.order, order) })
			e.aside = slices.Insert(e.aside, i, f)
		default:
			heap.Pop(&e.flights)
			return f
		}
	}
	return nil
}

// pass lets f, which comes out, pass the packets that were sent before it and
// stand aside. Those for which it is the last one to wait for come out right
// behind it; the others wait for one more delay again.
func (e *farEnd) pass(f *flight) {
	rest := e.aside[:0]
	for i, a := range e.aside {
		if a.order > f.order {
			rest = append(rest, e.aside[i:]...)
			break
		}
		a.passed = true
		a.by--
		if a.by == 0 {
			heap.Remove(&e.flights, a.index)
			e.released.push(a)
			continue
		}
		a.at = e.now + e.delay
		heap.Fix(&e.flights, a.index)
		rest = append(rest, a)
	}
	clear(e.aside[len(rest):])
	e.aside = rest
}

// holdBack returns how many later packets p has to wait for; 0 means none.
func (w *Wire) holdBack(p *Packet, id identity) int {
	if from, to := p.begins(); !p.Copy && from <= to {
		i, _ := slices.BinarySearchFunc(w.shape.Hold, from, func(h Hold, n uint64) int { return cmp.Compare(h.Stone, n) })
		if i < len(w.shape.Hold) && w.shape.Hold[i].Stone <= to {
			return w.shape.Hold[i].By
		}
	}
	if w.coins.hit(reorder, id, w.shape.Reorder.Share) {
		return w.shape.Reorder.By
	}
	return 0
}
