// Package wire models one direction of the link that the stones fly over.
//
// A [Wire] has no clock, no goroutine and no floating-point number in it. Time
// is an argument, the packets in flight lie in the wire itself, and whoever
// owns it asks [Wire.Next] when to come back. So the same code runs in virtual
// time, in real time and in a test, and gives the same nanoseconds in all.
//
// # What happens to a packet
//
// In this order:
//
//  1. larger than the MTU: it does not enter ([TooBig])
//  2. loss: by chance, in clumps, or by the list ([Lost])
//  3. duplicate: a copy goes right behind the packet; it is not lost and not
//     duplicated itself, and meets everything below by chances of its own
//  4. the queue: full, and the packet is gone ([Overflowed])
//  5. corrupt: one bit of it is flipped ([Damaged])
//  6. its turn on the link, at the bandwidth
//  7. the delay, with jitter, or without any delay if it is an early one
//  8. reorder: held back at the far end until later packets have passed
//
// Packets keep their order, as they do in a queue: jitter makes the ones behind
// wait, unless Shape.Overtake is set. Only 7's early ones, 8, and Overtake
// bring packets out of order.
//
// # Chance, and what two transports share
//
// There is no generator with a state. Every draw is a function of the seed, the
// direction, the purpose (loss, jitter, ...) and the packet. A packet that
// begins with byte b of stone n and is thrown for the first time is known as
// (n, b); every other packet (SYN, ACK, retransmission) is known by its place
// among such packets on this wire. It follows that
//
//   - turning one knob does not move what another one does: with more jitter
//     the same packets are lost;
//   - the first copy of stone n meets the same chances over TCP and over UDP:
//     random loss, duplication, corruption, jitter, reordering. Two transports
//     walk the same road.
//
// What they do not share: the chances of retransmissions and of packets without
// stones; those of stones that travel in another's packet, which has the
// chances of the stone it begins with; the place of a flipped bit in packets of
// different length; the length of the queue; and which packets pass one that is
// held back. The clumps of [Gemodel] depend on the packets before. But each
// step takes one draw for both of its states, so two transports that differ in
// some packets fall into step again soon after.
package wire

import (
	"cmp"
	"container/heap"
	"slices"
	"strconv"
	"time"
)

// A Packet is what travels. The wire reads the first group of fields, and
// writes the last.
type Packet struct {
	Size   int    // bytes on the wire, headers included
	Data   []byte // the same bytes, or nil; the wire never writes into them
	Stone  uint64 // the stone whose bytes it begins with; 0 is none (SYN, ACK)
	Offset int    // the first of these bytes in the stone; 0 is its beginning
	Last   uint64 // the last stone that begins in it, if that is not Stone
	Again  bool   // thrown before: a retransmission
	Ref    any    // the caller's own; comes out as it went in

	Copy    bool // made by the wire
	Damaged bool // one bit of Data, which is a copy then, is wrong
}

// begins returns the first and the last stone of which p carries the first byte
// for the first time; there is none if to < from.
func (p *Packet) begins() (from, to uint64) {
	if p.Stone == 0 || p.Again {
		return 1, 0
	}
	from, to = p.Stone, max(p.Stone, p.Last)
	if p.Offset > 0 {
		from++
	}
	return from, to
}

// A Direction tells the two wires of a link apart.
type Direction uint8

// The directions of a link.
const (
	Out  Direction = iota // from thrower to catcher
	Back                  // from catcher to thrower
)

func (d Direction) String() string {
	switch d {
	case Out:
		return "out"
	case Back:
		return "back"
	}
	return "Direction(" + strconv.Itoa(int(d)) + ")"
}

// A Fate is what the wire does with a packet.
type Fate uint8

// The fates of a packet.
const (
	None       Fate = iota // there was no packet
	Carried                // will come out
	Damaged                // will come out, with one bit wrong
	Lost                   // gone, by Loss, Drop or DropEvery
	Overflowed             // gone: the queue was full
	TooBig                 // gone: larger than the MTU
)

// Arrives reports whether a packet of this fate comes out of the wire.
func (f Fate) Arrives() bool { return f == Carried || f == Damaged }

func (f Fate) String() string {
	switch f {
	case None:
		return "none"
	case Carried:
		return "carried"
	case Damaged:
		return "damaged"
	case Lost:
		return "lost"
	case Overflowed:
		return "overflowed"
	case TooBig:
		return "too big"
	}
	return "Fate(" + strconv.Itoa(int(f)) + ")"
}

// A Wire is one direction of a link while it is in use. [New] makes one.
//
// Calls of Send and Arrive must be made in order of time.
type Wire struct {
	shape    Shape // Drop and Hold sorted by stone
	coins    coins
	ordinal  uint64 // packets so far that are not known by their stone
	bad      bool   // the state of Gemodel
	link     link
	lastOut  time.Duration // when the last packet that keeps its order comes out
	order    uint64        // packets that entered so far
	flights  flights
	aside    []*flight     // held back at the far end, in the order they were sent; also in flights
	released fifo[*flight] // passed by enough others; out, and not yet fetched
	now      time.Duration // when the packet that Arrive returned last came out
	spare    []*flight     // for the next packets
	counts   Counts
}

// New returns a wire of the given shape, which must be valid.
func New(shape Shape, seed uint64, direction Direction) *Wire {
	shape.Drop = slices.Clone(shape.Drop)
	slices.Sort(shape.Drop)
	shape.DropPackets = slices.Clone(shape.DropPackets)
	slices.Sort(shape.DropPackets)
	shape.Hold = slices.Clone(shape.Hold)
	slices.SortFunc(shape.Hold, func(a, b Hold) int { return cmp.Compare(a.Stone, b.Stone) })
	if shape.Reorder.By == 0 {
		shape.Reorder.By = defaultBy
	}
	return &Wire{
		shape: shape,
		coins: newCoins(seed, direction),
		link:  link{bandwidth: uint64(shape.Bandwidth), limit: shape.Queue},
	}
}

// Send gives the wire a packet at time now. It reports what becomes of the
// packet and of the copy, if the wire made one.
func (w *Wire) Send(now time.Duration, p Packet) (first, second Fate) {
	p.Copy, p.Damaged = false, false
	w.counts.Sent++
	w.counts.SentBytes += p.Size
	id := w.identify(&p)
	if w.shape.MTU > 0 && p.Size > w.shape.MTU {
		w.counts.TooBig++
		return TooBig, None
	}
	if w.loses(&p, id) {
		w.counts.Lost++
		return Lost, None
	}
	first = w.carry(now, p, id)
	if w.hit(duplicate, id, w.shape.Duplicate) {
		p.Copy = true
		w.counts.Copied++
		second = w.carry(now, p, id.copy())
	}
	return first, second
}

// identify returns what the draws for p depend on.
func (w *Wire) identify(p *Packet) identity {
	if p.Stone > 0 && !p.Again {
		return stoneIdentity(p.Stone, p.Offset)
	}
	w.ordinal++
	return ordinalIdentity(w.ordinal)
}

// hit reports whether the packet is one of the share s that the purpose strikes.
func (w *Wire) hit(why purpose, id identity, s Share) bool {
	return s > 0 && w.coins.draw(why, id) < s
}

// loses reports whether p vanishes, and moves the loss model on by one packet.
func (w *Wire) loses(p *Packet, id identity) bool {
	share := w.shape.Loss.Random
	if m := w.shape.Loss.Gemodel; m != (Gemodel{}) {
		// The fate is that of the state before the transition, as in tc.
		share = m.Good
		if w.bad {
			share = m.Bad
		}
		u := w.coins.draw(turn, id)
		if w.bad {
			w.bad = u < whole-m.R
		} else {
			w.bad = u < m.P
		}
	}
	return w.listed(p) || w.hit(loss, id, share)
}

// listed reports whether p, which was sent last, is one of DropPackets, or a
// stone that Drop or DropEvery names begins in it.
func (w *Wire) listed(p *Packet) bool {
	if _, dropped := slices.BinarySearch(w.shape.DropPackets, uint64(w.counts.Sent)); dropped {
		return true
	}
	from, to := p.begins()
	if to < from {
		return false
	}
	if every := uint64(w.shape.DropEvery); every > 0 && to/every > (from-1)/every {
		return true
	}
	i, _ := slices.BinarySearch(w.shape.Drop, from)
	return i < len(w.shape.Drop) && w.shape.Drop[i] <= to
}

// carry takes p through the queue and over the link.
func (w *Wire) carry(now time.Duration, p Packet, id identity) Fate {
	sent, ok := w.link.take(now, p.Size)
	if !ok {
		w.counts.Overflowed++
		return Overflowed
	}
	fate := Carried
	if w.hit(corrupt, id, w.shape.Corrupt) {
		fate = Damaged
		w.counts.Damaged++
		p.Damaged = true
		p.Data = slices.Clone(p.Data)
		if n := uint64(len(p.Data)); n > 0 {
			bit := w.coins.below(corruptBit, id, 8*n)
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

// comesOut returns when a packet reaches the far end that has left the near end
// at time sent.
func (w *Wire) comesOut(sent time.Duration, id identity) time.Duration {
	if w.hit(early, id, w.shape.ReorderEarly) {
		return sent
	}
	at := max(sent, sent+w.shape.Delay+w.jitter(id))
	if w.shape.Overtake {
		return at
	}
	w.lastOut = max(at, w.lastOut)
	return w.lastOut
}

// jitter returns what is to be added to the delay.
func (w *Wire) jitter(id identity) time.Duration {
	j := w.shape.Jitter
	if j.Max == 0 {
		return 0
	}
	if j.Normal {
		return w.coins.normal(jitter, id, j.Max)
	}
	return time.Duration(w.coins.below(jitter, id, 2*uint64(j.Max)+1)) - j.Max
}

// holdBack returns how many later packets p has to wait for; 0 is none.
func (w *Wire) holdBack(p *Packet, id identity) int {
	if from, to := p.begins(); !p.Copy && from <= to {
		i, _ := slices.BinarySearchFunc(w.shape.Hold, from, func(h Hold, n uint64) int { return cmp.Compare(h.Stone, n) })
		if i < len(w.shape.Hold) && w.shape.Hold[i].Stone <= to {
			return w.shape.Hold[i].By
		}
	}
	if w.hit(reorder, id, w.shape.Reorder.Share) {
		return w.shape.Reorder.By
	}
	return 0
}

// Next returns when something next happens at the far end: a packet comes out,
// or its turn to be held back begins. It is not ok if nothing is in flight.
func (w *Wire) Next() (at time.Duration, ok bool) {
	if w.released.len() > 0 {
		return w.now, true
	}
	if len(w.flights) == 0 {
		return 0, false
	}
	return w.flights[0].at, true
}

// Arrive returns the next packet that has come out by now; call it until it is
// not ok.
func (w *Wire) Arrive(now time.Duration) (p Packet, ok bool) {
	f := w.nextOut(now)
	if f == nil {
		return Packet{}, false
	}
	w.passAside(f)
	w.counts.Arrived++
	w.counts.ArrivedBytes += f.Size
	if f.passed {
		w.counts.Held++
	}
	p = f.Packet
	w.reuse(f)
	return p, true
}

// nextOut takes the next packet out of flight. On the way it puts aside those
// that reach the far end and are to be held back.
func (w *Wire) nextOut(now time.Duration) *flight {
	if w.released.len() > 0 {
		return w.released.pop()
	}
	for len(w.flights) > 0 && w.flights[0].at <= now {
		f := w.flights[0]
		w.now = f.at
		switch {
		case f.aside: // for one more delay nobody has passed it
			heap.Pop(&w.flights)
			w.aside = slices.DeleteFunc(w.aside, func(a *flight) bool { return a == f })
			return f
		case f.by > 0:
			f.aside = true
			f.at += w.shape.Delay
			heap.Fix(&w.flights, f.index)
			i, _ := slices.BinarySearchFunc(w.aside, f.order, func(a *flight, order uint64) int { return cmp.Compare(a.order, order) })
			w.aside = slices.Insert(w.aside, i, f)
		default:
			heap.Pop(&w.flights)
			return f
		}
	}
	return nil
}

// passAside lets f, which comes out, pass the packets that were sent before it
// and stand aside. Those for which it is the last one to wait for come out right
// behind it; the others wait for one more delay again.
func (w *Wire) passAside(f *flight) {
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

// Counts returns what the wire has done so far.
func (w *Wire) Counts() Counts {
	c := w.counts
	c.InFlight = len(w.flights) + w.released.len()
	return c
}

// newFlight returns an empty flight.
func (w *Wire) newFlight() *flight {
	if len(w.spare) == 0 {
		return new(flight)
	}
	f := w.spare[len(w.spare)-1]
	w.spare = w.spare[:len(w.spare)-1]
	return f
}

// reuse keeps f for a later packet.
func (w *Wire) reuse(f *flight) {
	*f = flight{}
	w.spare = append(w.spare, f)
}
