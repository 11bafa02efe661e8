package tcp

import "time"

// Path MTU discovery: a router could not forward a packet, and says how long packets
// may be (RFC 1191, RFC 8201).
//
// RFC 1191 section 6.4: "a retransmission caused by a Datagram Too Big message should
// not change the congestion window."

// PathMTU handles "fragmentation needed". It lowers the segment size to mss bytes,
// payload and options, and sends again what was too long.
func (c *Conn) PathMTU(now time.Duration, mss int) {
	c.now = now
	if c.state < Established || c.state == TimeWait || int64(mss) >= min(c.peerMSS, int64(c.cfg.MSS)) {
		return
	}
	before := c.mss
	c.peerMSS = max(int64(mss), leastMSS)
	c.setMSS()
	if c.mss >= before || c.q.empty() {
		return
	}
	for i := c.q.head; i < c.q.tail; i++ {
		if c.bytesOf(c.q.at(i)) > c.mss {
			c.fit(i)
			c.takeForLost(i)
		}
	}
	if c.phase != Loss {
		c.high = c.nxt
		c.undo.threshold, c.undo.armed = 0, false
		c.phase = Loss
	}
	c.retransmitLost()
	c.restartRTO()
}
