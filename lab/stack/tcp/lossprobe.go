package tcp

import "time"

// Tail loss probes: when the last segments of a flight are lost, no ACK shows it. A
// probe makes the other end send an ACK before the timeout.
//
// RFC 8985 section 7.2: PTO = 2 * SRTT once there is an SRTT; for a single segment
// in flight the greatest delay of an ACK is added, else 2 ms; and PTO is at most
// what is left of the RTO.
//
// Linux's allowance for a delayed ACK is 200 ms. With one segment out, the timeout is
// therefore usually no later, and the probe takes its place.

// scheduleLossProbe starts the timer for a probe, at the latest for when the timeout
// would be. It reports whether it did. advanced says that an ACK has moved una: then
// the timeout counts from now.
func (c *Conn) scheduleLossProbe(advanced bool) bool {
	if c.q.empty() || !c.sack || c.phase != Open && c.phase != Reducing {
		return false
	}
	d := time.Second
	if srtt := c.rtt.smoothed; srtt > 0 {
		d = 2 * srtt
		if c.q.count == 1 {
			d += minRTO
		} else {
			d += 2 * ms
		}
	}
	rto := c.rto()
	if !advanced {
		rto = c.q.first().sent + rto - c.now
	}
	if rto > 0 {
		d = min(d, rto)
	}
	c.startTimer(forProbe, d)
	return true
}

// sendLossProbe sends new data, or the last piece again. RFC 8985 section 7.3:
// previously unsent data are sent if the receive window allows that; else the
// segment with the highest number so far is retransmitted. There is no second probe
// before the first is answered.
func (c *Conn) sendLossProbe() {
	if c.q.empty() {
		c.stopTimer()
		return
	}
	if c.probeEnd != 0 || !c.probe() {
		c.restartRTO()
		return
	}
	c.counters.TCPLossProbes++
	c.probeEnd = c.nxt
	c.purpose = idle // the timeout counts from here
	c.restartRTO()
}

// probe reports whether it has sent something.
func (c *Conn) probe() bool {
	c.probeAgain = false
	if !c.unsent.empty() {
		n := c.unsent.firstLen(c.nxt)
		if c.fitsWindow(n) {
			c.sendNew(min(n, c.mss), false, bufferMemory)
			if c.reducing() {
				c.prr.sent++
			}
			c.useWindow(c.q.inFlight() >= c.cwnd)
			return true
		}
	}
	last := c.q.tail - 1
	for c.q.at(last).has(isMerged) {
		last--
	}
	if c.q.at(last).has(isSacked) || !c.inWindow(last) {
		return false
	}
	c.repeat(last)
	c.probeAgain = true
	return true
}

// lossProbeAcked learns from an ACK what became of a probe. RFC 8985 section 7.4: if
// the probe was a retransmission, and nothing shows that the original arrived too, the
// probe has repaired a loss, and the sender must reduce its window.
func (c *Conn) lossProbeAcked(a *arrival) {
	if c.probeEnd == 0 || c.una < c.probeEnd {
		return
	}
	switch {
	case !c.probeAgain, a.probeDup:
		c.probeEnd = 0
	case c.una > c.probeEnd:
		c.counters.TCPLossProbeRecovery++
		c.beginReduction()
		c.phase = Reducing
		c.endReduction()
		c.keepOpen()
	case !a.advanced && !a.notice && !a.acked && !a.sacked:
		c.probeEnd = 0 // a duplicate ACK: both copies arrived
	}
}
