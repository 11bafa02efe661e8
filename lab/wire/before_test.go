package wire_test

// This file is the former wire, which decided a packet's fate when the packet entered.
// TestAsBefore compares the present wire with it.

import (
	"cmp"
	"container/heap"
	"math/bits"
	"slices"
	"time"

	"stones/lab/wire"
)

func oldBegins(p *wire.Packet) (from, to uint64) {
	if p.Stone == 0 || p.Again {
		return 1, 0
	}
	from, to = p.Stone, max(p.Stone, p.Last)
	if p.Offset > 0 {
		from++
	}
	return from, to
}

type oldFate uint8

const (
	oldNone       oldFate = iota // there was no packet
	oldCarried                   // will come out
	oldDamaged                   // will come out, with one bit wrong
	oldLost                      // gone, by Loss, Drop or DropEvery
	oldOverflowed                // gone: the queue was full
	oldTooBig                    // gone: larger than the MTU
)

type oldWire struct {
	shape    wire.Shape // Drop and Hold sorted by stone
	coins    oldCoins
	ordinal  uint64 // packets so far that are not known by their stone
	bad      bool   // the state of Gemodel
	link     oldLink
	lastOut  time.Duration // when the last packet that keeps its order comes out
	order    uint64        // packets that entered so far
	flights  oldFlights
	aside    []*oldFlight        // held back at the far end, in the order they were sent; also in flights
	released oldFifo[*oldFlight] // passed by enough others; out, and not yet fetched
	now      time.Duration       // when the packet that Arrive returned last came out
	spare    []*oldFlight        // for the next packets
	sent     uint64
}

func newOldWire(shape wire.Shape, seed uint64, direction wire.Direction) *oldWire {
	shape.Drop = slices.Clone(shape.Drop)
	slices.Sort(shape.Drop)
	shape.DropPackets = slices.Clone(shape.DropPackets)
	slices.Sort(shape.DropPackets)
	shape.Hold = slices.Clone(shape.Hold)
	slices.SortFunc(shape.Hold, func(a, b wire.Hold) int { return cmp.Compare(a.Stone, b.Stone) })
	if shape.Reorder.By == 0 {
		shape.Reorder.By = 2
	}
	return &oldWire{
		shape: shape,
		coins: newOldCoins(seed, direction),
		link:  oldLink{bandwidth: uint64(shape.Bandwidth), limit: shape.Queue},
	}
}

func (w *oldWire) Send(now time.Duration, p wire.Packet) (first, second oldFate) {
	p.Copy, p.Damaged = false, false
	w.sent++
	id := w.identify(&p)
	if w.shape.MTU > 0 && p.Size > w.shape.MTU {
		return oldTooBig, oldNone
	}
	if w.loses(&p, id) {
		return oldLost, oldNone
	}
	first = w.carry(now, p, id)
	if w.hit(oldDuplicate, id, w.shape.Duplicate) {
		p.Copy = true
		second = w.carry(now, p, id.copy())
	}
	return first, second
}

func (w *oldWire) identify(p *wire.Packet) oldIdentity {
	if p.Stone > 0 && !p.Again {
		return oldStoneIdentity(p.Stone, p.Offset)
	}
	w.ordinal++
	return oldOrdinalIdentity(w.ordinal)
}

func (w *oldWire) hit(why oldPurpose, id oldIdentity, s wire.Share) bool {
	return s > 0 && w.coins.draw(why, id) < s
}

func (w *oldWire) loses(p *wire.Packet, id oldIdentity) bool {
	share := w.shape.Loss.Random
	if m := w.shape.Loss.Gemodel; m != (wire.Gemodel{}) {
		share = m.Good
		if w.bad {
			share = m.Bad
		}
		u := w.coins.draw(oldTurn, id)
		if w.bad {
			w.bad = u < 100*wire.Percent-m.R
		} else {
			w.bad = u < m.P
		}
	}
	return w.listed(p) || w.hit(oldLoss, id, share)
}

func (w *oldWire) listed(p *wire.Packet) bool {
	if _, dropped := slices.BinarySearch(w.shape.DropPackets, w.sent); dropped {
		return true
	}
	from, to := oldBegins(p)
	if to < from {
		return false
	}
	if every := uint64(w.shape.DropEvery); every > 0 && to/every > (from-1)/every {
		return true
	}
	i, _ := slices.BinarySearch(w.shape.Drop, from)
	return i < len(w.shape.Drop) && w.shape.Drop[i] <= to
}

func (w *oldWire) carry(now time.Duration, p wire.Packet, id oldIdentity) oldFate {
	sent, ok := w.link.take(now, p.Size)
	if !ok {
		return oldOverflowed
	}
	fate := oldCarried
	if w.hit(oldCorrupt, id, w.shape.Corrupt) {
		fate = oldDamaged
		p.Damaged = true
		p.Data = slices.Clone(p.Data)
		if n := uint64(len(p.Data)); n > 0 {
			bit := w.coins.below(oldCorruptBit, id, 8*n)
			p.Data[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
	w.order++
	f := w.newFlight()
	f.Packet, f.order = p, w.order
	f.by = w.holdBack(&p, id)
	f.at = w.comesOut(sent, id)
	heap.Push(&w.flights, f)
	return fate
}

func (w *oldWire) comesOut(sent time.Duration, id oldIdentity) time.Duration {
	if w.hit(oldEarly, id, w.shape.ReorderEarly) {
		return sent
	}
	at := max(sent, sent+w.shape.Delay+w.jitter(id))
	if w.shape.Overtake {
		return at
	}
	w.lastOut = max(at, w.lastOut)
	return w.lastOut
}

func (w *oldWire) jitter(id oldIdentity) time.Duration {
	j := w.shape.Jitter
	if j.Max == 0 {
		return 0
	}
	if j.Normal {
		return w.coins.normal(oldJitter, id, j.Max)
	}
	return time.Duration(w.coins.below(oldJitter, id, 2*uint64(j.Max)+1)) - j.Max
}

func (w *oldWire) holdBack(p *wire.Packet, id oldIdentity) int {
	if from, to := oldBegins(p); !p.Copy && from <= to {
		i, _ := slices.BinarySearchFunc(w.shape.Hold, from, func(h wire.Hold, n uint64) int { return cmp.Compare(h.Stone, n) })
		if i < len(w.shape.Hold) && w.shape.Hold[i].Stone <= to {
			return w.shape.Hold[i].By
		}
	}
	if w.hit(oldReorder, id, w.shape.Reorder.Share) {
		return w.shape.Reorder.By
	}
	return 0
}

func (w *oldWire) Next() (at time.Duration, ok bool) {
	if w.released.len() > 0 {
		return w.now, true
	}
	if len(w.flights) == 0 {
		return 0, false
	}
	return w.flights[0].at, true
}

func (w *oldWire) Arrive(now time.Duration) (p wire.Packet, ok bool) {
	f := w.nextOut(now)
	if f == nil {
		return wire.Packet{}, false
	}
	w.passAside(f)
	p = f.Packet
	w.reuse(f)
	return p, true
}

func (w *oldWire) nextOut(now time.Duration) *oldFlight {
	if w.released.len() > 0 {
		return w.released.pop()
	}
	for len(w.flights) > 0 && w.flights[0].at <= now {
		f := w.flights[0]
		w.now = f.at
		switch {
		case f.aside: // for one more delay nobody has passed it
			heap.Pop(&w.flights)
			w.aside = slices.DeleteFunc(w.aside, func(a *oldFlight) bool { return a == f })
			return f
		case f.by > 0:
			f.aside = true
			f.at += w.shape.Delay
			heap.Fix(&w.flights, f.index)
			i, _ := slices.BinarySearchFunc(w.aside, f.order, func(a *oldFlight, order uint64) int { return cmp.Compare(a.order, order) })
			w.aside = slices.Insert(w.aside, i, f)
		default:
			heap.Pop(&w.flights)
			return f
		}
	}
	return nil
}

func (w *oldWire) passAside(f *oldFlight) {
	rest := w.aside[:0]
	for i, a := range w.aside {
		if a.order > f.order {
			rest = append(rest, w.aside[i:]...)
			break
		}
		a.passed = true
		a.by--
		if a.by == 0 {
			heap.Remove(&w.flights, a.index)
			w.released.push(a)
			continue
		}
		a.at = w.now + w.shape.Delay
		heap.Fix(&w.flights, a.index)
		rest = append(rest, a)
	}
	clear(w.aside[len(rest):])
	w.aside = rest
}

func (w *oldWire) newFlight() *oldFlight {
	if len(w.spare) == 0 {
		return new(oldFlight)
	}
	f := w.spare[len(w.spare)-1]
	w.spare = w.spare[:len(w.spare)-1]
	return f
}

func (w *oldWire) reuse(f *oldFlight) {
	*f = oldFlight{}
	w.spare = append(w.spare, f)
}

type oldLink struct {
	bandwidth uint64 // bits a second; 0 sends at once
	limit     wire.Queue

	free  time.Duration       // when the last packet has left, rounded down
	rest  uint64              // what was rounded away, in 1/bandwidth of a nanosecond
	queue oldFifo[oldTurnout] // packets that have not left; kept only if there is a limit
	bytes int                 // in the queue
}

type oldTurnout struct {
	at   time.Duration
	size int
}

func (l *oldLink) take(now time.Duration, size int) (sent time.Duration, ok bool) {
	if l.bandwidth == 0 {
		return now, true
	}
	for l.queue.len() > 0 && l.queue.peek().at <= now {
		l.bytes -= l.queue.pop().size
	}
	if l.limit.Packets > 0 && l.queue.len() >= l.limit.Packets ||
		l.limit.Bytes > 0 && l.bytes+size > l.limit.Bytes {
		return 0, false
	}
	if l.free < now { // idle
		l.free, l.rest = now, 0
	}
	hi, lo := bits.Mul64(8*uint64(size), uint64(time.Second))
	lo, carry := bits.Add64(lo, l.rest, 0)
	ns, rest := bits.Div64(hi+carry, lo, l.bandwidth)
	l.free, l.rest = l.free+time.Duration(ns), rest
	if l.limit != (wire.Queue{}) {
		l.queue.push(oldTurnout{l.free, size})
		l.bytes += size
	}
	return l.free, true
}

type oldFifo[T any] struct {
	ring       []T
	head, tail uint // counted on without end
}

func (q *oldFifo[T]) len() int { return int(q.tail - q.head) }

func (q *oldFifo[T]) slot(i uint) *T { return &q.ring[i&uint(len(q.ring)-1)] }

func (q *oldFifo[T]) peek() T { return *q.slot(q.head) }

func (q *oldFifo[T]) pop() T {
	var zero T
	slot := q.slot(q.head)
	v := *slot
	*slot = zero
	q.head++
	return v
}

func (q *oldFifo[T]) push(v T) {
	if q.len() == len(q.ring) {
		bigger := make([]T, max(8, 2*len(q.ring)))
		n := 0
		for q.len() > 0 {
			bigger[n] = q.pop()
			n++
		}
		q.ring, q.head, q.tail = bigger, 0, uint(n)
	}
	*q.slot(q.tail) = v
	q.tail++
}

type oldFlight struct {
	wire.Packet
	at     time.Duration // when it reaches the far end or, aside, when it waits no longer
	order  uint64        // its place among all that entered
	by     int           // how many later packets it still has to wait for
	aside  bool          // it has reached the far end and is held back
	passed bool          // a later packet has passed it there
	index  int           // in flights
}

type oldFlights []*oldFlight

func (h oldFlights) Len() int { return len(h) }

func (h oldFlights) Less(i, j int) bool {
	a, b := h[i], h[j]
	if a.at != b.at {
		return a.at < b.at
	}
	if a.aside != b.aside {
		return b.aside
	}
	return a.order < b.order
}

func (h oldFlights) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *oldFlights) Push(x any) {
	f := x.(*oldFlight)
	f.index = len(*h)
	*h = append(*h, f)
}

func (h *oldFlights) Pop() any {
	last := len(*h) - 1
	f := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return f
}

type oldPurpose uint8

const (
	oldLoss oldPurpose = iota
	oldTurn            // of Gemodel from one state to the other
	oldDuplicate
	oldCorrupt
	oldCorruptBit
	oldJitter
	oldReorder
	oldEarly
	oldPurposes int = iota
)

type oldCoins [oldPurposes]uint64

func newOldCoins(seed uint64, direction wire.Direction) oldCoins {
	var c oldCoins
	for i := range c {
		c[i] = oldMix(oldMix(oldMix(seed) ^ oldScatter*(uint64(direction)<<8|uint64(i))))
	}
	return c
}

type oldIdentity uint64

func oldStoneIdentity(stone uint64, offset int) oldIdentity {
	return oldIdentity(oldMix(oldMix(stone) ^ oldScatter*uint64(offset)))
}

func oldOrdinalIdentity(n uint64) oldIdentity {
	return oldIdentity(oldMix(oldMix(0) ^ oldScatter*n))
}

func (id oldIdentity) copy() oldIdentity { return oldIdentity(oldMix(^uint64(id))) }

func (c *oldCoins) bits(why oldPurpose, id oldIdentity) uint64 {
	return oldMix(c[why] ^ uint64(id))
}

func (c *oldCoins) below(why oldPurpose, id oldIdentity, n uint64) uint64 {
	hi, _ := bits.Mul64(c.bits(why, id), n)
	return hi
}

func (c *oldCoins) draw(why oldPurpose, id oldIdentity) wire.Share {
	return wire.Share(c.below(why, id, uint64(100*wire.Percent)))
}

func (c *oldCoins) normal(why oldPurpose, id oldIdentity, deviation time.Duration) time.Duration {
	const one = 1 << 32 // the uniform numbers are 32 bits each
	sum, state := uint64(0), c.bits(why, id)
	for range 6 {
		state = oldMix(state)
		sum += state>>32 + state%one
	}
	hi, lo := bits.Mul64(sum, uint64(deviation))
	return time.Duration(hi<<32|lo>>32) - 6*deviation
}

const oldScatter = 0x9e3779b97f4a7c15

func oldMix(x uint64) uint64 {
	x += oldScatter
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
