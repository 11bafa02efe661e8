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
	delay    time.Duration // how long a held packet waits for the next one to pass it
	order    uint64        // packets that were expected so far
	flights  flights
	aside    []*flight     // held back, in the order they were sent; also in flights
	released fifo[*flight] // passed by enough others; out, and not yet fetched
	now      time.Duration // when the last packet came out
}

// expect adds f, which arrives at f.at.
func (e *farEnd) expect(f *flight) {
	e.order++
	f.order = e.order
	heap.Push(&e.flights, f)
}

// len is how many are expected, held back, or not yet fetched.
func (e *farEnd) len() int { return len(e.flights) + e.released.len() }

// next returns when something happens next. It is not ok if nothing is in flight.
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

// first takes the next packet that has come out. Meanwhile it puts aside the packets that
// arrive and must be held back.
func (e *farEnd) first(now time.Duration) *flight {
	if e.released.len() > 0 {
		return e.released.pop()
	}
	for len(e.flights) > 0 && e.flights[0].at <= now {
		f := e.flights[0]
		e.now = f.at
		switch {
		case f.aside: // no packet has passed it for one more delay
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

// pass counts f, which comes out, for the packets that were sent before it and are held
// back. Those for which it is the last one to wait for come out right behind it; the
// others wait for up to one more delay.
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

// holdBack returns how many later packets must pass p; 0 means that p is not held back.
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
