package tcp

// What the sender does about an ACK that hints at a loss: fast recovery (RFC 5681
// section 3.2, RFC 6675 section 5), in the phases of Linux's congestion avoidance
// machine. These are Open, Disorder, Reducing (CWR), Recovering and Loss. All but the
// first end when what was SND.NXT at their beginning is acknowledged.
//
// RFC 6675 section 5: "Once a TCP is in the loss recovery phase, the following
// procedure MUST be used for each arriving ACK".

// reducing reports whether the window follows proportional rate reduction (prr.go).
func (c *Conn) reducing() bool { return c.phase == Reducing || c.phase == Recovering }

// alert decides what an ACK means for the phase, and what has to be sent.
func (c *Conn) alert(a *arrival) sending {
	if a.marked {
		c.undo.threshold = 0
	}
	if a.reneged && a.advanced {
		c.reneging(a)
		return sendNothing
	}
	if c.endPhase() {
		return sendNothing
	}
	switch c.phase {
	case Recovering:
		return c.alertRecovering(a)
	case Loss:
		more := c.alertLoss(a)
		c.findLost(a)
		if c.phase != Open && !a.lostMore {
			return more
		}
	case Open, Disorder, Reducing:
	}
	return c.alertOpen(a)
}

// endPhase ends a phase once its end is acknowledged. It reports whether the ACK needs
// no more work.
func (c *Conn) endPhase() bool {
	if c.phase == Open {
		c.undo.hasStamp = false
		return false
	}
	if c.una < c.high {
		return false
	}
	switch c.phase {
	case Reducing:
		// The CWR flag must reach the other end first (RFC 3168 section 6.1.2).
		if c.una != c.high {
			c.endReduction()
			c.phase = Open
		}
	case Recovering:
		if !c.sack {
			c.q.sacked = 0
		}
		if c.undoRecovery() {
			return true
		}
		c.endReduction()
	case Open, Disorder, Loss:
	}
	return false
}

// alertRecovering handles an ACK within fast recovery.
func (c *Conn) alertRecovering(a *arrival) sending {
	if !a.advanced {
		c.renoDuplicate(a)
	} else if c.undoPartial(a) {
		return sendNothing
	}
	if c.undoByDSACK() {
		c.open(a)
	}
	c.findLost(a)
	if c.phase != Recovering {
		// This recovery was needless, but something else may be lost.
		if !c.timeToRecover() {
			return sendNothing
		}
		c.enterRecovery(a.marked)
	}
	c.countLost(a, false)
	return sendLost
}

// alertOpen handles an ACK when nothing is lost so far.
func (c *Conn) alertOpen(a *arrival) sending {
	if !c.sack && a.advanced {
		c.q.sacked = 0
	}
	c.renoDuplicate(a)
	if c.phase <= Disorder {
		c.undoByDSACK()
	}
	c.findLost(a)
	if !c.timeToRecover() {
		c.open(a)
		return sendNothing
	}
	c.enterRecovery(a.marked)
	c.countLost(a, true)
	return sendLost
}

// timeToRecover reports whether something is lost.
func (c *Conn) timeToRecover() bool {
	return c.q.lost > 0 || !c.usesRACK() && c.q.sacked >= c.duplicates
}

// open ends the handling of an ACK by which nothing was found lost.
func (c *Conn) open(a *arrival) {
	if !c.anyResent() {
		c.undo.hasStamp = false
	}
	if a.marked {
		c.enterReducing()
	}
	if c.phase != Reducing {
		c.keepOpen()
	}
}

// keepOpen chooses between the phases Open and Disorder.
func (c *Conn) keepOpen() {
	phase := Open
	if c.q.sacked+c.q.lost > 0 || c.anyResent() {
		phase = Disorder
	}
	if c.phase != phase {
		c.phase = phase
		c.high = c.nxt
	}
}

// anyResent reports whether a retransmission is in flight, or the first piece was sent
// again.
func (c *Conn) anyResent() bool {
	return c.q.resent > 0 || !c.q.empty() && c.q.first().has(wasSent)
}

// enterRecovery begins fast recovery. marked says that the ACK carried an ECN-Echo: then
// the reduction is never undone.
func (c *Conn) enterRecovery(marked bool) {
	if c.sack {
		c.counters.TCPSackRecovery++
	} else {
		c.counters.TCPRenoRecovery++
	}
	if !c.anyResent() {
		c.undo.hasStamp = false
	}
	c.undo.arm(c.una, c.q.resent)
	c.undo.threshold = 0
	if !c.reducing() {
		if !marked {
			c.undo.threshold = c.currentThreshold()
		}
		c.beginReduction()
	}
	c.phase = Recovering
}

// enterReducing begins to reduce the window because of an ECN mark. RFC 3168
// section 6.1.2: "TCP should not react to congestion indications more than once
// every window of data".
func (c *Conn) enterReducing() {
	c.undo.threshold = 0
	if c.phase < Reducing {
		c.undo.armed = false
		c.beginReduction()
		c.phase = Reducing
	}
}

// reneging handles an ACK up to a piece that had been sacked: if the other end still had
// that piece, it would have acknowledged it too. RFC 2018 section 5 has the sender wait
// for the timeout; Linux shortens the timeout.
func (c *Conn) reneging(a *arrival) {
	c.startTimer(forRTO, max(c.rtt.smoothed/2, 10*ms))
	a.setTimer = false
}
