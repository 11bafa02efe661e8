package tcp

// Losses found by counting: with SACK the segments above a hole (RFC 6675), without
// it the duplicate ACKs (RFC 5681 section 3.2, RFC 6582).
//
// RFC 6675 section 4, IsLost: "returns true when either DupThresh discontiguous
// SACKed sequences have arrived above SeqNum or more than (DupThresh - 1) * SMSS
// bytes with sequence numbers greater than SeqNum have been SACKed".
//
// RFC 6582 section 3.2 step 3: if this ACK does not acknowledge all of the data up
// to and including recover, then this is a partial ACK. In this case, retransmit
// the first unacknowledged segment.
//
// Without SACK, Linux counts each duplicate ACK as a sacked segment whose place is not
// known.

// countLost marks as lost what lies below enough sacked pieces. first says that
// recovery begins; then at least the first piece is marked.
func (c *Conn) countLost(a *arrival, first bool) {
	if !c.sack || c.usesRACK() || !a.sacked && !a.duplicate() {
		return
	}
	above := c.q.sacked - c.duplicates
	if above < 0 {
		if first {
			c.takeForLost(c.q.head)
		}
		return
	}
	for c.q.counted < c.q.tail {
		p := c.q.at(c.q.counted)
		if p.has(isSacked) {
			if c.q.between+1 > above {
				return
			}
			c.q.between++
		} else if !p.has(isLost) {
			c.takeForLost(c.q.counted)
		}
		c.q.counted++
	}
}

// newRenoLost marks the first piece as lost after enough duplicate ACKs, and after each
// partial ACK.
func (c *Conn) newRenoLost(a *arrival) {
	if c.phase < Recovering && c.q.sacked >= c.duplicates || c.phase == Recovering && a.advanced {
		if !c.q.first().has(isLost) {
			c.takeForLost(c.q.head)
		}
	}
}

// renoDuplicate counts a duplicate ACK as a sacked segment.
func (c *Conn) renoDuplicate(a *arrival) {
	if c.sack || !a.duplicate() {
		return
	}
	before := c.q.sacked
	c.q.sacked++
	c.renoReordering(0)
	if d := c.q.sacked - before; d > 0 {
		c.totals.delivered += d
	}
}

// renoAcked subtracts the duplicate ACKs that the acknowledged pieces had caused.
func (c *Conn) renoAcked(a *arrival) {
	n := a.pieces
	c.totals.delivered += max(n-c.q.sacked, 1)
	c.q.sacked = max(0, c.q.sacked-(n-1))
	c.renoReordering(n)
	if a.repeated {
		a.original = false
	}
}

// renoReordering notes reordering: more duplicate ACKs have come than segments can have
// arrived above a hole.
func (c *Conn) renoReordering(acked int64) {
	holes := min(max(c.q.lost, 1), c.q.count)
	if c.q.sacked+holes <= c.q.count {
		return
	}
	c.q.sacked = c.q.count - holes
	c.duplicates = min(c.q.count+acked, mostReordered)
	c.reorderings++
	c.counters.TCPRenoReorder++
}
