package tcp

// Taking back what was done for a loss that was none.
//
// RFC 3522 section 3.2 (Eifel detection): "If the value of the Timestamp Echo
// Reply field of the acceptable ACK's Timestamps option is smaller than the value
// of RetransmitTS, then ... SpuriousRecovery".
//
// RFC 3708 section 3: if D-SACKs have come for every retransmission, the change of
// the congestion control state is undone.
//
// RFC 4015 section 3.2: ssthresh becomes at least pipe_prev, the response. Linux
// takes the window as it was, at once.

// An undoState remembers what an episode began with.
type undoState struct {
	armed     bool
	marker    int64 // una at the beginning
	repeats   int64 // sent again and not reported as needless; -1 is none sent
	threshold int64 // what it was before; 0 means that nothing is to be restored
	stamp     uint32
	hasStamp  bool // stamp is of the first repeat
}

func (u *undoState) arm(una, resent int64) {
	u.armed, u.marker = true, una
	u.repeats = resent
	if resent == 0 {
		u.repeats = -1
	}
}

func (u *undoState) retransmitted(stamp uint32) {
	if !u.hasStamp {
		u.hasStamp, u.stamp = true, stamp
	}
	u.repeats = max(u.repeats, 0) + 1
}

// repaid notes that n repeats were needless.
func (u *undoState) repaid(n int64) {
	if u.repeats > 0 {
		u.repeats = max(0, u.repeats-n)
	}
}

// lateACK reports whether the ACK answers what was sent before the first repeat.
func (c *Conn) lateACK() bool {
	if !c.undo.hasStamp {
		// Nothing was sent again; or, without SACK, holdsPhase has forgotten it.
		return c.state != SynSent && (c.sack || c.una < c.high)
	}
	return c.stamps && c.tsEcho != 0 && int32(c.tsEcho-c.undo.stamp) < 0
}

func (c *Conn) mayUndo() bool {
	return c.undo.armed && (c.undo.repeats == 0 || c.lateACK())
}

// takeBack restores the window and, if all was taken for lost wrongly, the marks.
func (c *Conn) takeBack(unmark bool) {
	if unmark {
		c.q.unmarkLost()
	}
	if c.undo.threshold != 0 {
		threshold := c.threshold()
		if c.undo.threshold > threshold {
			threshold = c.undo.threshold
			c.ecn.sendCWR = false
		}
		c.resize(max(c.cwnd, c.prr.before), threshold)
	}
	c.usage.stamp = c.coarse()
	c.undo.armed = false
	c.rack.advanced = true // look again at what may be lost
}

// undoRecovery ends a recovery whose end was acknowledged. It reports whether the
// phase stays: without SACK, until something above the end is acknowledged (RFC
// 6582 section 3.2), since late duplicates would begin another one.
func (c *Conn) undoRecovery() (stay bool) {
	if c.mayUndo() {
		if c.phase == Loss {
			c.counters.TCPLossUndo++
		} else {
			c.counters.TCPFullUndo++
		}
		c.takeBack(false)
	} else if c.rack.persist > 0 {
		c.rack.persist--
	}
	if c.holdsPhase() {
		return true
	}
	c.phase = Open
	c.reneged = false
	return false
}

// holdsPhase reports whether a phase without SACK lasts a little longer.
func (c *Conn) holdsPhase() bool {
	if c.sack || c.una != c.high {
		return false
	}
	if !c.anyResent() {
		c.undo.hasStamp = false
	}
	return true
}

// undoByDSACK takes a reduction back when each repeat is known to be needless.
func (c *Conn) undoByDSACK() bool {
	if !c.undo.armed || c.undo.repeats != 0 {
		return false
	}
	c.rack.persist = min(rackPersistence, c.rack.persist+1)
	c.counters.TCPDSACKUndo++
	c.takeBack(false)
	return true
}

// undoPartial takes a recovery back before its end. It reports whether the ACK
// shows that the recovery was for nothing; with repeats still in flight only that
// is known, and no more is sent again.
func (c *Conn) undoPartial(a *arrival) bool {
	if !c.undo.armed || !c.lateACK() {
		return false
	}
	c.noteReorderingBelow(a.una, max(a.highest, c.highestSacked()), true)
	if c.q.resent > 0 {
		return true
	}
	if !c.anyResent() {
		c.undo.hasStamp = false
	}
	c.counters.TCPPartialUndo++
	c.takeBack(true)
	c.keepOpen()
	return true
}

// undoLoss takes a timeout back. certain tells that F-RTO has found it spurious.
func (c *Conn) undoLoss(certain bool) bool {
	if !certain && !c.mayUndo() {
		return false
	}
	c.takeBack(true)
	c.counters.TCPLossUndo++
	if certain {
		c.counters.TCPSpuriousRTOs++
	}
	c.timeouts = 0
	if c.holdsPhase() {
		return true
	}
	if certain || c.sack {
		c.phase = Open
		c.reneged = false
	}
	return true
}
