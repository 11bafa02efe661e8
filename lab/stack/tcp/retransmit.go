package tcp

// Sending again.
//
// RFC 6675 section 5: while the pipe is less than cwnd by a segment or more, the
// sender transmits and, section 4, NextSeg: lost ones first.
//
// Linux joins short neighbours on the way, so that one segment carries them (RFC
// 9293 section 3.8.1 allows it: segments of the retransmission queue may be
// combined).

// retransmit sends piece i again.
func (c *Conn) retransmit(i int) {
	c.repeat(i)
	c.q.markResent(i)
	c.undo.retransmitted(c.stamp())
}

// repeat sends piece i again without counting it as in flight.
func (c *Conn) repeat(i int) {
	c.fit(i)
	c.join(i)
	c.q.at(i).add(wasSent)
	c.counters.RetransSegs++
	c.totals.retrans++
	c.transmit(i)
}

// retransmitLost sends again what is lost, as far as the congestion window lets.
func (c *Conn) retransmitLost() {
	if c.q.waiting == 0 {
		return
	}
	restart := false
	for i := c.q.next; i < c.q.tail && c.q.waiting > 0; i++ {
		c.q.next = i
		p := c.q.at(i)
		if !p.has(isLost) || p.any(isResent|isSacked|isMerged) {
			continue
		}
		if c.q.inFlight() >= c.cwnd || !c.inWindow(i) {
			break
		}
		if c.phase == Loss {
			c.counters.TCPSlowStartRetrans++
		} else {
			c.counters.TCPFastRetrans++
		}
		c.retransmit(i)
		if c.reducing() {
			c.prr.sent++
		}
		restart = restart || i == c.q.head && c.purpose != forReorder
	}
	if restart {
		c.startTimer(forRTO, c.rto())
	}
}

// inWindow reports whether piece i may be sent again: the other end may have drawn its
// window back. The first piece may always, and is the probe of a closed window. RFC 9293
// section 3.8.6: "the sender SHOULD NOT retransmit ... data beyond SND.UNA+SND.WND".
func (c *Conn) inWindow(i int) bool {
	return i == c.q.head || c.q.at(i).from < c.una+c.window
}

// join lets piece i carry its short neighbours too.
func (c *Conn) join(i int) {
	p := c.q.at(i)
	if p.any(isSYN) || p.to-p.from >= c.mss {
		return
	}
	for j := i + 1; j < c.q.tail; j++ {
		k := c.q.at(j)
		if k.has(isMerged) {
			continue
		}
		if k.any(isSacked) || c.bytesOf(p)+c.bytesOf(k) > c.mss || k.to > c.una+c.window {
			return
		}
		c.q.merge(p, j)
	}
}

// bytesOf is how many bytes p carries.
func (c *Conn) bytesOf(p *piece) int64 {
	n := p.to - p.from
	if p.any(isFIN) {
		n--
	}
	return n
}

// merge gives what piece j carries to p, the piece before.
func (q *queue) merge(p *piece, j int) {
	k := q.at(j)
	q.unmark(j)
	q.unlist(j)
	q.count--
	p.to = k.to
	p.add(k.marks & (isFIN | isPushed | wasSent))
	k.from, k.marks = k.to, isMerged
}

// fit cuts piece i if it is longer than a segment may be now.
func (c *Conn) fit(i int) {
	if p := c.q.at(i); c.bytesOf(p) > c.mss && !p.any(isSYN) {
		c.q.cut(i, p.from+c.mss)
		c.sackCache = [MaxSACK]span{}
	}
}

// cut makes two of piece i, at offset. All later pieces get new numbers, which is
// much work and seldom needed: only when the segment size has shrunk.
func (q *queue) cut(i int, offset int64) {
	_, last := q.push()
	for j := last; j > i+1; j-- {
		*q.at(j) = *q.at(j - 1)
	}
	p, rest := q.at(i), q.at(i+1)
	*rest = *p
	p.to, rest.from, rest.overhead = offset, offset, 0
	p.remove(isFIN | isPushed)
	q.recount()
}
