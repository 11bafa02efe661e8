// Package wire models one direction of the link that the stones fly over.
//
// A [Wire] has no clock, no goroutine and no floating-point number in it. Time
// is an argument, the packets in flight lie in the wire itself, and its owner
// calls [Wire.Next] to learn when to come back. So the same code runs in virtual
// time, in real time and in a test, and gives the same nanoseconds in all.
//
// # What happens to a packet
//
// In this order:
//
//  1. larger than the MTU: it does not enter ([TooBig])
//  2. loss: by chance, in clumps, by the list, or in an outage ([Lost])
//  3. duplicate: a copy goes right behind the packet ([Copied]); it is not lost
//     and not duplicated itself, and has draws of its own in all stages below
//  4. the policer: without tokens for the packet, it drops it ([Policed])
//  5. the queue: if it is full, it drops the packet ([Overflowed]); a managed queue
//     may also drop it early or when its turn comes ([Managed]), or mark it
//  6. corrupt: one bit of it is flipped
//  7. its turn: it waits for the shaper's tokens, and is sent by the link at the
//     bandwidth
//  8. the delay, with jitter; an early packet has no delay
//  9. reorder: held back at the far end until later packets have passed
//
// Each stage decides when the packet reaches it, and [Wire.Event] returns what was
// decided.
//
// Packets keep their order, as they do in a queue: jitter makes the ones behind
// wait, unless Shape.Overtake is set. Only 8's early ones, 9, and Overtake
// bring packets out of order.
//
// # Chance, and what two transports share
//
// There is no generator with a state. Every draw is a function of the seed, the
// direction, the purpose (loss, jitter, ...) and the packet. A packet that
// begins with byte b of stone n and is thrown for the first time is identified by
// (n, b). Every other packet (SYN, ACK, retransmission) is identified by its place
// among such packets on this wire. It follows that
//
//   - one setting does not affect the draws of another: with more jitter the same
//     packets are lost;
//   - the first copy of stone n has the same draws over TCP and over UDP: for random
//     loss, duplication, corruption, jitter and reordering. Two transports meet the
//     same road.
//
// What they do not share: the draws of retransmissions and of packets without
// stones; those of stones that travel in another stone's packet, which has the
// draws of the stone it begins with; the place of a flipped bit in packets of
// different length; the length of the queue; and which packets pass one that is
// held back. The clumps of [Gemodel] depend on the packets before. But each
// step uses one draw for both of its states, so after a difference two transports
// soon have the same state again.
package wire

import (
	"cmp"
	"slices"
	"time"
)

// A Wire is one direction of a link while it is in use. [New] makes one.
//
// Calls of Send and Arrive must be made in order of time.
type Wire struct {
	shape    Shape // Drop and Hold sorted by stone
	coins    coins
	entrance entrance
	others   map[uint64]*entrance // of each sender but 0
	link     link
	agenda   agenda
	begun    time.Duration // the zero of the times of changes, outages and traces
	policer  *tokens       // nil means none
	manager  manager       // of the queue before the link; nil means drop-tail
	ready    time.Duration // when a packet last came to an empty managed queue
	way      way
	far      farEnd
	events   fifo[Event] // not yet fetched
	spare    []*flight   // to be reused
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
	w := &Wire{
		shape:   shape,
		coins:   newCoins(seed, direction),
		link:    link{bandwidth: uint64(shape.Bandwidth), limit: shape.room(), shaper: newTokens(shape.Shaper)},
		policer: newTokens(shape.Policer),
		far:     farEnd{delay: shape.Delay},
	}
	w.link.trace = newTimetable(shape.Trace)
	w.link.limited = w.link.limit != (Queue{}) || slices.Contains(shape.words(), "queue")
	w.manager = w.newManager()
	w.agenda = newAgenda(shape)
	w.change(0)
	return w
}

// Begin makes the times of changes, outages and traces count from a time instead of 0. It
// must be called before the first packet is sent.
func (w *Wire) Begin(at time.Duration) {
	w.begun = at
	if w.link.trace != nil {
		w.link.trace.begun = at
	}
}

// Send gives the wire a packet at time now. Event and Arrive return what becomes of it.
func (w *Wire) Send(now time.Duration, p Packet) {
	p.Copy, p.Damaged, p.Marked, p.Left = false, false, false, 0
	w.counts.Sent++
	w.counts.SentBytes += p.Size
	w.change(now)
	id, fate := w.enter(now, &p)
	if fate.Gone() {
		w.tell(Event{now, fate, p})
		return
	}
	if !w.coins.hit(duplicate, id, w.shape.Duplicate) {
		w.queue(now, p, id)
		return
	}
	c := p
	c.Copy = true
	w.tell(Event{now, Copied, c})
	w.queue(now, p, id)
	w.queue(now, c, id.copy())
}

// queue passes p through the policer and the queue to the link.
func (w *Wire) queue(now time.Duration, p Packet, id identity) {
	if w.policer != nil && !w.policer.take(now, p.Size) {
		w.tell(Event{now, Policed, p})
		return
	}
	if w.manager != nil {
		w.manage(now, p, id)
		return
	}
	sent, ok := w.link.take(now, p.Size)
	if !ok {
		w.tell(Event{now, Overflowed, p})
		return
	}
	w.leave(sent, p, id)
}

// leave puts p in flight, once the link has sent it at time sent.
func (w *Wire) leave(sent time.Duration, p Packet, id identity) {
	p.Left = sent
	if w.coins.hit(corrupt, id, w.shape.Corrupt) {
		w.counts.Damaged++
		w.damage(&p, id)
	}
	f := w.newFlight()
	f.Packet = p
	f.by = w.holdBack(&p, id)
	f.at = w.comesOut(sent, id)
	w.far.expect(f)
}

// tell counts an event and queues it for Event.
func (w *Wire) tell(e Event) {
	w.counts.add(e.Fate)
	w.events.push(e)
}

// Event returns the next event of a packet on its way, in the order of the decisions. Call
// it after each Send and Arrive until it is not ok.
func (w *Wire) Event() (e Event, ok bool) {
	if w.events.len() == 0 {
		return Event{}, false
	}
	return w.events.pop(), true
}

// Next returns when something happens next: a packet comes out, begins to be held back, or
// is sent by a managed queue. It is not ok if nothing is in flight.
func (w *Wire) Next() (at time.Duration, ok bool) {
	at, ok = w.far.next()
	if turn, waits := w.turn(); waits && (!ok || turn < at) {
		return turn, true
	}
	return at, ok
}

// Arrive returns the next packet that has come out by now. Call it until it is not ok.
func (w *Wire) Arrive(now time.Duration) (p Packet, ok bool) {
	w.advance(now)
	f := w.far.out(now)
	if f == nil {
		return Packet{}, false
	}
	w.counts.Arrived++
	w.counts.ArrivedBytes += f.Size
	if f.passed {
		w.counts.Held++
	}
	p = f.Packet
	w.reuse(f)
	return p, true
}

// Counts returns what the wire has done so far.
func (w *Wire) Counts() Counts {
	c := w.counts
	c.InFlight = w.far.len()
	if w.manager != nil {
		c.InFlight += w.manager.len()
	}
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
