package tcp

// Quick ACKs: the ACKs of some segments are not delayed.
//
// RFC 5681 section 4.2 allows it: "an implementation is deemed to comply with this
// requirement if it sends at least one acknowledgment every time it receives ... new
// data"; a sender in slow start needs ACKs to grow its window.
//
// Linux sends up to 16 ACKs at once at the beginning of a connection, and again after
// signs that the sender is in trouble: old duplicates, data outside the window, a pause
// of more than a timeout.

const mostQuick = 16

// inQuickMode reports whether ACKs are not delayed.
func (c *Conn) inQuickMode() bool { return c.quick > 0 && !c.chatty }

// raiseQuick allows as many quick ACKs as half of the window has segments, but at most
// most.
func (c *Conn) raiseQuick(most int64) {
	n := c.offered / (2 * c.peerSegment)
	if n == 0 {
		n = 2
	}
	c.quick = max(c.quick, min(n, most))
}

// enterQuick allows quick ACKs, and no longer expects the program to answer.
func (c *Conn) enterQuick(most int64) {
	c.raiseQuick(most)
	c.chatty = false
	c.delay = leastDelay
}

// useQuick counts down the quick ACKs, if the ACK that leaves was owed.
func (c *Conn) useQuick() {
	if c.quick == 0 || !c.scheduled {
		return
	}
	c.quick--
	if c.quick == 0 {
		c.delay = leastDelay
	}
}
