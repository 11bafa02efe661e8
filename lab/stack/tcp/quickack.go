package tcp

// Quick ACKs: for some segments none is delayed.
//
// RFC 5681 section 4.2 allows it: "an implementation is deemed to comply with this
// requirement if it sends at least one acknowledgment every time it receives ... new
// data"; a sender in slow start needs ACKs to grow its window.
//
// Linux acknowledges the first 16 segments of a connection at once, and again 16
// after anything that shows that the sender is in trouble: old duplicates, data out
// of the window, a pause of more than a timeout.

const mostQuick = 16

// inQuickMode reports whether ACKs are not delayed.
func (c *Conn) inQuickMode() bool { return c.quick > 0 && !c.chatty }

// raiseQuick allows for as many quick ACKs as half of the window has segments.
func (c *Conn) raiseQuick(most int64) {
	n := c.offered / (2 * c.peerSegment)
	if n == 0 {
		n = 2
	}
	c.quick = max(c.quick, min(n, most))
}

// enterQuick leaves the chatty way.
func (c *Conn) enterQuick(most int64) {
	c.raiseQuick(most)
	c.chatty = false
	c.delay = leastDelay
}

// useQuick takes one quick ACK off, if the ACK that leaves was owed.
func (c *Conn) useQuick() {
	if c.quick == 0 || !c.scheduled {
		return
	}
	c.quick--
	if c.quick == 0 {
		c.delay = leastDelay
	}
}
