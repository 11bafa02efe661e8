package tcp

// Undoing the reaction to a loss that was none.
//
// RFC 3522 section 3.2 (Eifel detection): "If the value of the Timestamp Echo
// Reply field of the acceptable ACK's Timestamps option is smaller than the value
// of RetransmitTS, then ... SpuriousRecovery".
//
// RFC 3708 section 3: if D-SACKs have come for every retransmission, the change of
// the congestion control state is undone.
//
// RFC 4015 section 3.2 (Eifel response): ssthresh becomes at least pipe_prev. Linux
// also restores the window at once.

// An undoState remembers the state at the beginning of an episode.
type undoState struct {
	armed     bool
	marker    int64 // una at the beginning
	repeats   int64 // retransmissions not yet reported as needless; -1 if there was none
	threshold int64 // the threshold before; 0 means that nothing is restored
	stamp     uint32
	hasStamp  bool // stamp is the time stamp of the first retransmission
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

// repaid notes that n retransmissions were needless.
func (u *undoState) repaid(n int64) {
	if u.repeats > 0 {
		u.repeats = max(0, u.repeats-n)
	}
}

// lateACK reports whether the ACK answers a segment sent before the first
// retransmission.
func (c *Conn) lateACK() bool {
	if !c.undo.hasStamp {
		// Nothing was sent again, or, without SACK, holdsPhase has cleared the stamp.
		return c.state != SynSent && (c.sack || c.una < c.high)
	}
	return c.stamps && c.tsEcho != 0 && int32(c.tsEcho-c.undo.stamp) < 0
}

func (c *Conn) mayUndo() bool {
	return c.undo.armed && (c.undo.repeats == 0 || c.lateACK())
}

// takeBack restores the window. With unmark it also removes the loss marks.
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

// undoRecovery ends a recovery whose end was acknowledged, and undoes it if it was
// needless. It reports whether the phase stays: without SACK it lasts until something
// above the end is acknowledged (RFC 6582 section 3.2), since late duplicate ACKs would
// begin another recovery.
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

// undoByDSACK undoes a reduction when D-SACKs have come for all retransmissions.
func (c *Conn) undoByDSACK() bool {
	if !c.undo.armed || c.undo.repeats != 0 {
		return false
	}
	c.rack.persist = min(rackPersistence, c.rack.persist+1)
	c.counters.TCPDSACKUndo++
	c.takeBack(false)
	return true
}

// undoPartial undoes a recovery before its end. It reports whether the ACK shows that
// the recovery was needless. While retransmissions are still in flight the recovery is
// not undone yet, but nothing more is retransmitted.
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

// undoLoss undoes a timeout, and reports whether it did. certain says that F-RTO has
// found it spurious.
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
