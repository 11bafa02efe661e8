package tcp

// Sending again.
//
// RFC 6675 section 5: while the pipe is less than cwnd by a segment or more, the
// sender transmits and, section 4, NextSeg: lost ones first.
//
// Linux joins short neighbours, so that one segment carries them. RFC 9293 section
// 3.8.6 allows it: the sender "may repackage segments on the retransmission queue".

// retransmit sends piece i again.
func (c *Conn) retransmit(i int) {
	c.repeat(i)
	c.q.markResent(i)
	c.undo.retransmitted(c.stamp())
}

// repeat sends piece i again without counting the retransmission as in flight.
func (c *Conn) repeat(i int) {
	c.fit(i)
	c.join(i)
	c.q.at(i).add(wasSent)
	c.counters.RetransSegs++
	c.totals.retrans++
	c.transmit(i)
}

// retransmitLost sends again what is lost, as far as the congestion window allows.
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

// inWindow reports whether piece i may be sent again: the other end may have shrunk its
// window. RFC 9293 section 3.8.6: the sender "SHOULD retransmit normally the old
// unacknowledged data between SND.UNA and SND.UNA+SND.WND"; what lies beyond, it MAY.
// Linux does not. The first piece may always be sent: it probes a closed window.
func (c *Conn) inWindow(i int) bool {
	return i == c.q.head || c.q.at(i).from < c.una+c.window
}

// join merges into piece i the short pieces that follow it.
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

// bytesOf is how many bytes p carries, without the FIN.
func (c *Conn) bytesOf(p *piece) int64 {
	n := p.to - p.from
	if p.any(isFIN) {
		n--
	}
	return n
}

// merge moves the bytes and the FIN of piece j to p, the piece before.
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

// cut splits piece i at offset. All later pieces get new numbers. That is much work, but
// rare: it happens only when the segment size has shrunk.
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
