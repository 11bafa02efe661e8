package tcp

import "time"

// RACK: losses found by time (RFC 8985).
//
// RFC 8985 section 3.1: a segment is considered lost when a segment sent later has
// been delivered, and some time, the reordering window, has passed since.
//
// The reordering window is a quarter of the least round trip, and a quarter more for
// each round trip in which a D-SACK shows that it was too short. As long as no
// reordering has been seen, it is 0 in recovery, and once three segments are sacked, as
// if duplicate ACKs were counted.

const rackPersistence = 16 // recoveries for which a widened window is kept

// A rack is RACK's state.
type rack struct {
	sent      time.Duration // of all delivered pieces, when the one sent last was sent
	end       int64         // the end of that piece
	rtt       time.Duration // of the piece delivered last
	advanced  bool          // a piece was delivered since losses were looked for
	steps     int64         // quarters of the least round trip in the window
	persist   int           // recoveries until the window is narrow again
	duped     bool          // a D-SACK has come
	widenedAt int64         // segments delivered when the window was widened
}

// usesRACK reports whether losses are found by time.
func (c *Conn) usesRACK() bool { return c.sack && c.cfg.Recovery == RACK }

// later reports whether the first piece was sent after the second. Of pieces sent
// at the same time the one with the higher end counts as sent later.
func later(sent1 time.Duration, end1 int64, sent2 time.Duration, end2 int64) bool {
	return sent1 > sent2 || sent1 == sent2 && end1 > end2
}

// rackAdvance notes that p was delivered. RFC 8985 section 6.2 step 2: if a
// segment was retransmitted and its RTT is less than RACK.min_rtt, the ACK is
// likely for the original transmission; it does not count.
func (c *Conn) rackAdvance(p *piece) {
	rtt := c.now - p.sent
	if p.has(wasSent) && rtt < c.rtt.least.value() {
		return
	}
	c.rack.advanced = true
	c.rack.rtt = rtt
	if later(p.sent, p.to, c.rack.sent, c.rack.end) {
		c.rack.sent, c.rack.end = p.sent, p.to
	}
}

// reorderWindow is how much later than pieces sent after it a piece may be delivered
// before it counts as lost.
func (c *Conn) reorderWindow() time.Duration {
	if c.reorderings == 0 && (c.phase >= Recovering || c.q.sacked >= c.duplicates) {
		return 0
	}
	least := c.rtt.least.value()
	return min(least/4*time.Duration(c.rack.steps), c.rtt.smoothed)
}

// detect marks what is lost, and returns how long to wait until all that may be lost is
// decided. RFC 8985 section 6.2 step 5: "RACK_detect_loss".
func (c *Conn) detect() (wait time.Duration) {
	window := c.reorderWindow()
	for i := c.q.oldest; i != none; {
		p := c.q.at(i)
		newer := p.newer
		if !later(c.rack.sent, c.rack.end, p.sent, p.to) {
			break
		}
		if remaining := p.sent + c.rack.rtt + window - c.now; remaining <= 0 {
			c.takeForLost(i)
			c.q.unlist(i)
		} else {
			wait = max(wait, remaining)
		}
		i = newer
	}
	return wait
}

// findLost looks for losses after an ACK.
func (c *Conn) findLost(a *arrival) {
	if c.q.empty() {
		return
	}
	if !c.sack {
		c.newRenoLost(a)
		return
	}
	if !c.usesRACK() || !c.rack.advanced {
		return
	}
	resent := c.q.resent
	c.rack.advanced = false
	if wait := c.detect(); wait > 0 {
		c.startTimer(forReorder, wait+2*ms)
		a.setTimer = false
	}
	a.lostMore = c.q.resent < resent
}

// reorderWindowPassed looks for losses when the reordering window has passed.
func (c *Conn) reorderWindowPassed() {
	flight, lost := c.q.inFlight(), c.totals.lost
	c.detect()
	if c.q.inFlight() != flight {
		if c.phase != Recovering {
			c.enterRecovery(false)
			c.reduce(1, c.totals.lost-lost, false)
		}
		c.retransmitLost()
	}
	if c.purpose != forRTO {
		c.restartRTO()
	}
}

// widen adjusts the window once a round trip. RFC 8985 section 6.2 step 4: each
// round trip with a D-SACK widens the reordering window by one step.
func (r *rack) widen(a *arrival, delivered int64) {
	if !a.newest.known {
		return
	}
	if a.newest.delivered < r.widenedAt {
		r.duped = false
	}
	switch {
	case r.duped:
		r.steps = min(r.steps+1, 255)
		r.duped = false
		r.widenedAt = delivered
		r.persist = rackPersistence
	case r.persist == 0:
		r.steps = 1
	}
}
