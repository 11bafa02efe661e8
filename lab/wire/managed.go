package wire

import "time"

// A manager is a queue that is managed: it may drop packets before it is full, or when
// their turn comes, and may send them in another order.
type manager interface {
	// put adds a packet. If full, it returns the packet for which there was no room:
	// this one or another one.
	put(p waiter) (gone waiter, full bool)

	// take removes the packet to be sent at time now. It is not ok if none is left.
	take(now time.Duration) (p waiter, ok bool)

	len() int // number of packets
}

// newManager returns the manager of the wire's queue, or nil if it has none.
func (w *Wire) newManager() manager {
	switch q := w.shape.Queue; q.Manager {
	case CoDel:
		return &managed{wire: w, limit: w.link.limit, codel: newCodel(q)}
	case FQCoDel:
		return newFair(w, q)
	case RED:
		return newRED(w, q)
	case PIE:
		return newPIE(w, q)
	}
	return nil
}

// manage gives the queue a packet.
func (w *Wire) manage(now time.Duration, p Packet, id identity) {
	w.advance(now)
	if w.manager.len() == 0 {
		w.ready = now
	}
	if gone, full := w.manager.put(waiter{p, id, now}); full {
		w.tell(Event{now, Overflowed, gone.Packet})
	}
	w.advance(now)
}

// turn is when the next packet of the managed queue is sent. It is not ok if none waits.
func (w *Wire) turn() (at time.Duration, ok bool) {
	if w.manager == nil || w.manager.len() == 0 {
		return 0, false
	}
	return max(w.link.free, w.ready), true
}

// advance sends the packets whose turn has come by now.
func (w *Wire) advance(now time.Duration) {
	for {
		at, ok := w.turn()
		if !ok || at > now {
			return
		}
		w.change(at)
		p, ok := w.manager.take(at)
		if !ok {
			return
		}
		sent := w.link.send(at, p.Size)
		if m, ok := w.manager.(interface{ sent(free time.Duration) }); ok {
			m.sent(sent)
		}
		w.leave(sent, p.Packet, p.id)
	}
}

// drop reports a packet that a manager drops.
func (w *Wire) drop(now time.Duration, p waiter) { w.tell(Event{now, Managed, p.Packet}) }

// mark marks a packet instead of dropping it (RFC 3168), and reports whether that is
// allowed.
func (w *Wire) mark(p *waiter) bool {
	if !p.Capable || w.shape.Queue.NoECN {
		return false
	}
	p.Marked = true
	w.counts.Marked++
	return true
}

// managed is one queue with CoDel before the link.
type managed struct {
	wire  *Wire
	limit Queue
	codel codel
	queue fifo[waiter]
	bytes int
}

func (m *managed) len() int { return m.queue.len() }

// relimit changes the limit; packets that already wait stay.
func (m *managed) relimit(limit Queue) { m.limit = limit }

func (m *managed) put(p waiter) (gone waiter, full bool) {
	if m.full(p.Size) {
		return p, true
	}
	m.queue.push(p)
	m.bytes += p.Size
	return p, false
}

// full reports whether there is no room for a packet of size bytes.
func (m *managed) full(size int) bool {
	return m.limit.Packets > 0 && m.queue.len() >= m.limit.Packets || m.limit.Bytes > 0 && m.bytes+size > m.limit.Bytes
}

func (m *managed) take(now time.Duration) (p waiter, ok bool) { return m.codel.take(now, m) }

func (m *managed) pop() (p waiter, ok bool) {
	if m.queue.len() == 0 {
		return p, false
	}
	p = m.queue.pop()
	m.bytes -= p.Size
	return p, true
}

func (m *managed) waiting() int                     { return m.bytes }
func (m *managed) drop(now time.Duration, p waiter) { m.wire.drop(now, p) }
func (m *managed) mark(p *waiter) bool              { return m.wire.mark(p) }
