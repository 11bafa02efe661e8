package tcp

// The retransmission timeout.
//
// RFC 6298 section 5: "(5.4) Retransmit the earliest segment that has not been
// acknowledged by the TCP receiver. (5.5) The host MUST set RTO <- RTO * 2 ("back
// off the timer"). ... (5.6) Start the retransmission timer, such that it expires
// after RTO seconds".
//
// RFC 5681 section 3.1: "upon a timeout ... cwnd MUST be set to no more than the
// loss window, LW, which equals 1 full-sized segment".
//
// Linux spares what RACK would not yet count as lost, and gives the connection up when
// it has been silent for as long as 15 doublings from 200 ms would take: 924.6 s.

const (
	giveUp       = (1<<10-1)*minRTO + 6*maxRTO
	giveUpOrphan = (1<<9 - 1) * minRTO
	mostBackoff  = 16
)

// restartRTO starts the retransmission timer for the first outstanding piece. If the
// timer ran for a probe or for reordering, the time since that piece was sent counts.
func (c *Conn) restartRTO() {
	if c.q.empty() {
		c.stopTimer()
		return
	}
	d := c.rto()
	if c.purpose == forProbe || c.purpose == forReorder {
		d = max(c.q.first().sent+d-c.now, 1)
	}
	c.startTimer(forRTO, d)
}

// setTimer restarts the timer after an ACK. RFC 6298 section 5.3: "When an ACK is
// received that acknowledges new data, restart the retransmission timer so that it
// will expire after RTO seconds".
func (c *Conn) setTimer() {
	if !c.scheduleLossProbe(true) {
		c.restartRTO()
	}
}

// timeout handles the retransmission timeout.
func (c *Conn) timeout() {
	if c.q.empty() {
		return
	}
	if c.window == 0 && c.state > SynReceived && !c.orphan {
		c.repeatIntoClosedWindow()
		return
	}
	c.counters.TCPTimeouts++
	if c.silentTooLong() {
		c.end(ErrTimedOut)
		c.counters.TCPAbortOnTimeout++
		return
	}
	if c.timeouts == 0 && c.phase == Recovering {
		if c.sack {
			c.counters.TCPSackRecoveryFail++
		} else {
			c.counters.TCPRenoRecoveryFail++
		}
	}
	c.enterLoss()
	if c.timeouts == 0 {
		c.firstTimeout = c.now
	}
	c.timeouts++
	c.totalTimeout++
	c.retransmitFirst()
	c.backOff()
	c.startTimer(forRTO, c.rto())
}

// repeatIntoClosedWindow handles a timeout when the other end has shrunk its window to
// zero. RFC 9293 section 3.8.6.1: the sender probes, and does not give up. Linux does not
// count it as a timeout. The next timeout therefore computes ssthresh from the window that
// this one has left.
func (c *Conn) repeatIntoClosedWindow() {
	c.enterLoss()
	c.retransmitFirst()
	c.backoff = min(c.backoff+1, mostBackoff)
	c.startTimer(forRTO, c.rto())
}

// retransmitFirst sends the first piece again.
func (c *Conn) retransmitFirst() {
	if c.phase == Loss && c.state > SynReceived {
		c.counters.TCPSlowStartRetrans++
	}
	c.retransmit(c.q.head)
}

// backOff doubles the timeout. Linux sends the first SYNs a second apart.
func (c *Conn) backOff() {
	if c.state == SynSent && c.totalTimeout <= linearSYNs {
		return
	}
	c.backoff = min(c.backoff+1, mostBackoff)
}

// silentTooLong reports whether to give the connection up.
func (c *Conn) silentTooLong() bool {
	if c.state == SynSent {
		return c.timeouts >= synRetries+linearSYNs
	}
	limit := giveUp
	if c.orphan {
		limit = giveUpOrphan
	}
	return c.timeouts > 0 && c.now-c.firstTimeout >= limit
}

// enterLoss marks everything as lost and begins the phase Loss.
func (c *Conn) enterLoss() {
	fresh := c.phase < Recovering
	c.markAllLost()
	// RFC 5681 section 3.1: "when a TCP sender detects segment loss using the
	// retransmission timer and the given segment has already been retransmitted by
	// way of the retransmission timer at least once, the value of ssthresh is held
	// constant."
	s := c.situation()
	s.Again = c.phase > Disorder && c.high > c.una && (c.phase != Loss || c.timeouts > 0)
	if !s.Again {
		c.undo.threshold = c.currentThreshold()
		c.prr.before = c.cwnd
		c.undo.arm(c.una, c.q.resent)
	}
	if c.phase <= Disorder && c.q.sacked >= dupThresh {
		// Three duplicates did not prevent the timeout: reordering was overestimated.
		c.duplicates = min(c.duplicates, dupThresh)
	}
	c.phase = Loss
	c.control.OnTimeout(s)
	c.cwnd = c.control.Window()
	c.usage.stamp = c.coarse()
	c.high = c.nxt
	c.probeEnd = 0
	c.ecn.queueCWR()
	c.frto = fresh || c.timeouts > 0
}

// markAllLost marks everything as lost, except, with RACK, what was sent less than a
// round trip ago. If the first piece is sacked, the other end has reneged: RFC 2018
// section 5, "The data sender MUST retransmit the segment at the left edge of the window
// after a retransmit timeout".
func (c *Conn) markAllLost() {
	if c.q.first().has(isSacked) {
		c.reneged = true
		c.q.unmarkSacked()
		c.sackCache = [MaxSACK]span{}
	}
	if !c.sack {
		c.q.sacked = 0
	}
	for i := c.q.head; i < c.q.tail; i++ {
		young := c.usesRACK() && i > c.q.head && c.q.at(i).sent+c.rack.rtt-c.now > 0
		if !young || c.reneged {
			c.takeForLost(i)
		}
	}
}

// takeForLost marks piece i as lost, and reports whether that is news.
func (c *Conn) takeForLost(i int) bool {
	news, again := c.q.markLost(i)
	if news {
		c.totals.lost++
		if again {
			c.counters.TCPLostRetransmit++
		}
		if c.q.at(i).has(isLost) && !c.q.at(i).has(isResent) {
			c.q.unlist(i)
		}
	}
	return news
}
