package tcp

import "time"

// Nagle's algorithm.
//
// RFC 9293 section 3.7.4: "If there is unacknowledged data (i.e., SND.NXT >
// SND.UNA), then the sending TCP endpoint buffers all user data (regardless of the
// PSH bit) until the outstanding data has been acknowledged or until the TCP
// endpoint can send a full-sized segment".
//
// Linux follows Minshall's variant: a short segment waits only while an earlier short
// one is not acknowledged. A FIN never waits.

// nagles reports whether n bytes, the last of what was written, must wait.
func (c *Conn) nagles(n int64) bool {
	return c.cfg.Nagle && n%c.mss != 0 && !c.q.empty() && c.shortEnd > c.una
}

// SetNagle turns the algorithm on or off. If it turns it off, what has waited is sent.
func (c *Conn) SetNagle(now time.Duration, on bool) {
	c.now = now
	c.cfg.Nagle = on
	if !on {
		c.push()
	}
}
