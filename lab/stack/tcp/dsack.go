package tcp

// Data that the other end got twice (RFC 2883).
//
// RFC 2883 section 4: when a duplicate segment is received, the first SACK block
// of the acknowledgement reports the sequence numbers of the segment that
// triggered it.
//
// A D-SACK shows that a retransmission was needless: it undoes the reduction
// of the window (undo.go) and widens RACK's window for reordering (rack.go).

// readDSACK reports whether the first block is a D-SACK, and if so, notes what it
// says. RFC 2883 section 4: a first block is a D-SACK if its left edge is below the
// cumulative ACK, or if it lies within the second block.
func (c *Conn) readDSACK(a *arrival, blocks []Range, ack int64) bool {
	first := span{c.offsetOfAck(blocks[0].Left), c.offsetOfAck(blocks[0].Right)}
	switch {
	case first.from < ack:
		c.counters.TCPDSACKRecv++
	case len(blocks) > 1 && c.offsetOfAck(blocks[1].Left) <= first.from && first.to <= c.offsetOfAck(blocks[1].Right):
		c.counters.TCPDSACKOfoRecv++
	default:
		return false
	}
	n := c.dsackSegments(a, first)
	if n == 0 {
		return true
	}
	if c.undo.armed && first.to <= a.una && first.to > c.undo.marker {
		c.undo.repaid(n)
	}
	c.dsackPieces(first)
	return true
}

// dsackSegments is how many segments the D-SACK reports. It is 0 if they cannot be
// retransmissions of this end: the network may duplicate packets.
func (c *Conn) dsackSegments(a *arrival, d span) int64 {
	if d.from >= d.to || d.to > c.nxt || d.to-d.from > c.maxWindow {
		c.counters.TCPDSACKIgnoredOld++
		return 0
	}
	n := int64(1)
	if d.to-d.from > c.mss {
		n = (d.to - d.from + c.mss - 1) / c.mss
	} else if c.probeEnd != 0 && c.probeEnd == d.to {
		a.probeDup = true
	}
	c.totals.dsacks += n
	if c.totals.dsacks > c.totals.retrans {
		c.counters.TCPDSACKIgnoredNoUndo++
		return 0
	}
	if c.reorderings > 0 && !a.probeDup {
		c.rack.duped = true
	}
	a.duped = true
	c.totals.delivered += n
	return n
}

// dsackPieces handles the reported retransmissions that are still in the queue because
// a segment before them is missing.
func (c *Conn) dsackPieces(d span) {
	if d.to <= c.una {
		return
	}
	for i := c.q.find(d.from); i < c.q.tail; i++ {
		p := c.q.at(i)
		if p.to > d.to {
			return
		}
		if p.from < d.from || p.has(isMerged) || !p.has(wasSent) {
			continue
		}
		if c.undo.armed && p.to > c.undo.marker {
			c.undo.repaid(1)
		}
		c.q.unmarkResent(i)
	}
}

// unmarkResent notes that the repeat of piece i is no longer in flight.
func (q *queue) unmarkResent(i int) {
	p := q.at(i)
	if !p.has(isResent) || p.has(isLost) {
		return
	}
	p.remove(isResent)
	q.resent--
}
