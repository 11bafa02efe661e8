package tcp

// TIME-WAIT: the last ACK may get lost, and old segments may still be on the way.
//
// RFC 9293 section 3.6.1: "When a connection is closed actively, it MUST linger in
// the TIME-WAIT state for a time 2xMSL". Linux's is 60 s.

// enterTimeWait begins to linger.
func (c *Conn) enterTimeWait() {
	c.state = TimeWait
	c.stopTimer()
	c.delayed.stop()
	c.startSilence(timeWaitTime)
}

// timeWaited handles a segment in TIME-WAIT. RFC 9293 section 3.10.7.4: "The only
// thing that can arrive in this state is a retransmission of the remote FIN.
// Acknowledge it, and restart the 2 MSL timeout."
func (c *Conn) timeWaited(seg *Segment) {
	from := c.offsetOfSeq(seg.Seq)
	old := c.stale(seg)
	if !old && from == c.rcvNxt && (seg.Space() == 0 || seg.Has(RST)) {
		if seg.Has(RST) {
			c.end(nil)
			return
		}
		c.startSilence(timeWaitTime)
		return
	}
	if seg.Has(RST) {
		return
	}
	if seg.Space() == 0 && !c.mayAnswer() {
		return
	}
	if seg.Has(FIN) {
		c.startSilence(timeWaitTime)
	}
	c.sendACK()
}
