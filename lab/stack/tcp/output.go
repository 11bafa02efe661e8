package tcp

// What may be sent now: the smaller one of congestion window and receive window
// decides.
//
// RFC 5681 section 3.1: "At any given time, a TCP MUST NOT send data with a
// sequence number higher than the sum of the highest acknowledged sequence number
// and the minimum of cwnd and rwnd."
//
// Linux counts the congestion window in segments, however short they are: a short
// one costs as much as a full one.

// push sends what may be sent. If nothing is outstanding and nothing may be sent, the
// other end's window is closed, and the timer for a probe is started.
func (c *Conn) push() {
	if c.unsent.empty() || c.state < Established || c.state == TimeWait {
		return
	}
	sent, congested := c.sendBursts()
	congested = congested || c.q.inFlight() >= c.cwnd
	if sent > 0 || congested {
		c.useWindow(congested)
	}
	switch {
	case sent > 0:
		if c.reducing() {
			c.prr.sent += sent
		}
		c.scheduleLossProbe(false)
	case c.q.empty() && !c.unsent.empty() && c.purpose == idle:
		c.startWindowProbe()
	}
}

// sendBursts sends burst after burst and returns the number of segments sent. congested
// says that a burst waits for the congestion window.
func (c *Conn) sendBursts() (sent int64, congested bool) {
	for !c.unsent.empty() {
		room := c.roomInWindow()
		if room == 0 {
			return sent, congested
		}
		burst := c.burst()
		c.unsent.growFirst(c.nxt, min(room, burst)*c.mss)
		n := c.unsent.firstLen(c.nxt)
		if !c.fitsWindow(n) {
			return sent, congested
		}
		last := c.unsent.len() == 1
		if n <= c.mss {
			if last && !c.unsent.first().fin && c.nagles(n) {
				return sent, congested
			}
		} else if wait, why := c.defers(n, burst); wait {
			return sent, congested || why
		}
		sent += c.sendBurst(c.burstSize(n, min(room, burst)))
		c.wakeWriter()
	}
	return sent, congested
}

// roomInWindow is how many segments the congestion window allows at once: what is free
// of it, but no more than half of it.
func (c *Conn) roomInWindow() int64 {
	return max(0, min(c.cwnd-c.q.inFlight(), max(c.cwnd/2, 1)))
}

// fitsWindow reports whether the other end's window takes the next segment of n
// bytes. RFC 9293 section 3.8.6.2.1, on the sender's avoidance of the silly window
// syndrome: "Send data ... if a maximum-sized segment can be sent, ... or if the data
// is pushed and all queued data can be sent now".
func (c *Conn) fitsWindow(n int64) bool {
	if n <= c.mss && c.unsent.first().fin && n == c.unsent.firstLen(c.nxt) {
		n++
	} else {
		n = min(n, c.mss)
	}
	return n <= c.una+c.window-c.nxt
}

// burstSize is how many of n bytes leave in a burst of at most segments segments.
func (c *Conn) burstSize(n, segments int64) int64 {
	window := c.una + c.window - c.nxt
	limit := segments * c.mss
	if limit <= window && c.unsent.len() > 1 {
		return min(n, limit)
	}
	n = min(n, window)
	if limit <= n {
		return limit
	}
	if part := n % c.mss; part > 0 && n > c.mss && c.nagles(part) {
		return n - part
	}
	return n
}

// sendBurst sends size bytes of the first chunk, and the FIN if it follows.
func (c *Conn) sendBurst(size int64) (sent int64) {
	many := size > c.mss
	overhead := int16(bufferMemory)
	for done := false; !done; sent++ {
		n := min(size, c.mss)
		size -= n
		c.sendNew(n, many && size == 0, overhead)
		overhead = 0
		done = size == 0
	}
	return sent
}

// sendNew sends the next n bytes of the first chunk.
func (c *Conn) sendNew(n int64, push bool, overhead int16) {
	if c.q.inFlight() == 0 {
		c.control.OnSend(c.coarse(), c.coarse()-c.lastData)
	}
	first := c.q.empty()
	if first {
		c.rate.restart(c.now)
	}
	p, i := c.q.push()
	p.from, p.to, p.overhead = c.nxt, c.nxt+n, overhead
	if push {
		p.add(isPushed)
	}
	if n < c.mss {
		c.shortEnd = p.to
	}
	if n == c.unsent.firstLen(c.nxt) {
		c.takeChunk(p)
	}
	c.nxt = p.to
	c.q.memory += p.to - p.from + int64(overhead)
	c.transmit(i)
	c.lastData = c.coarse()
	if first || c.purpose == forProbe {
		c.restartRTO()
	}
}

// takeChunk removes the first chunk, and passes its push and its FIN on to p, which
// carries its last bytes.
func (c *Conn) takeChunk(p *piece) {
	chunk := c.unsent.first()
	if chunk.pushed {
		p.add(isPushed)
	}
	if chunk.fin {
		p.add(isFIN)
		p.to++
	}
	c.unsent.pop()
}
