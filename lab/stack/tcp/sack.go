package tcp

import "slices"

// The scoreboard: which pieces the other end has, though something before them is
// missing (RFC 2018).
//
// RFC 2018 section 5: when an ACK segment arrives containing a SACK option, the
// data sender will turn on the SACKed bits for segments that have been selectively
// acknowledged.
//
// As in Linux, only the part of a block that the ACK before did not have is read, so
// that the work does not grow with the window.

// readSACK enters the blocks of an ACK.
func (c *Conn) readSACK(a *arrival, ack int64) {
	if !c.sack || a.seg.SACKs == 0 {
		return
	}
	blocks := a.seg.SACK[:a.seg.SACKs]
	if c.readDSACK(a, blocks, ack) {
		blocks = blocks[1:]
	}
	var read [MaxSACK]span
	fresh := read[:0]
	for _, b := range blocks {
		s := span{c.offsetOfAck(b.Left), c.offsetOfAck(b.Right)}
		switch {
		case s.to <= max(c.una, ack):
		case s.from >= s.to || s.to > c.nxt || s.from < c.una:
			// Invalid: RFC 2018 section 4 has the receiver report only data that it holds.
			c.counters.TCPSACKDiscard++
		default:
			fresh = append(fresh, s)
		}
	}
	slices.SortFunc(fresh, func(x, y span) int { return int(min(max(x.from-y.from, -1), 1)) })
	for _, s := range fresh {
		c.readBlock(a, s)
	}
	if a.disorder < endless && (c.phase != Loss || c.undo.armed) {
		c.noteReordering(a.disorder, false)
	}
	a.disorder = endless
	c.sackCache = read
}

// readBlock marks the pieces of a block, except those that the blocks of the last ACK had.
func (c *Conn) readBlock(a *arrival, block span) {
	from := block.from
	for _, known := range c.sackCache { // sorted
		if known.to <= from || known.from >= block.to {
			continue
		}
		c.readRange(a, block, from, known.from)
		from = known.to
	}
	c.readRange(a, block, from, block.to)
}

// readRange marks the pieces of the block between from and to. A piece is marked only if
// all of it lies in the block.
func (c *Conn) readRange(a *arrival, block span, from, to int64) {
	for i := c.q.find(from); i < c.q.tail; i++ {
		p := c.q.at(i)
		if p.from >= to {
			return
		}
		if p.any(isSacked|isMerged) || p.from < block.from || p.to > block.to {
			continue
		}
		c.sackPiece(a, i)
	}
}

// sackPiece notes that the other end has piece i.
func (c *Conn) sackPiece(a *arrival, i int) {
	p := c.q.at(i)
	c.rackAdvance(p)
	if !p.has(wasSent) {
		if c.q.sacked > 0 && p.from < c.q.highest {
			a.disorder = min(a.disorder, p.from)
		}
		a.original = a.original || p.to <= c.high
		if a.firstSacked == never {
			a.firstSacked = p.sent
		}
		a.lastSacked = p.sent
	}
	if c.q.sacked == 0 {
		c.q.highest = p.to
	}
	c.q.highest = max(c.q.highest, p.to)
	c.q.markSacked(i)
	c.totals.delivered++
	a.sacked = true
	c.noteDelivered(a, p)
}

// highestSacked is the end of the highest piece that was sacked, or una.
func (c *Conn) highestSacked() int64 {
	if c.q.sacked == 0 {
		return c.una
	}
	return c.q.highest
}
