package tcp

import "time"

// Probes of a closed window: the ACK that opens it may get lost.
//
// RFC 9293 section 3.8.6.1: "The sending TCP peer must regularly transmit at least
// one octet of new data (if available), or retransmit to the receiving TCP peer even
// if the send window is zero ... The transmitting host SHOULD send the first
// zero-window probe when a zero window has existed for the retransmission timeout
// period ... and SHOULD increase exponentially the interval between successive
// probes."
//
// Linux probes with an empty segment that has an old sequence number, which must be
// answered. A window that is open, but too small for the next segment, is filled after
// the same time.

const mostProbes = 15 // unanswered ones (net.ipv4.tcp_retries2)

// startWindowProbe starts the timer for a probe.
func (c *Conn) startWindowProbe() { c.startTimer(forWindow, c.probeInterval()) }

// probeInterval is the time to the next probe.
func (c *Conn) probeInterval() time.Duration { return max(c.rto(), minRTO) << min(c.probeBackoff, 10) }

// probeWindow asks whether the window has opened.
func (c *Conn) probeWindow() {
	if !c.q.empty() || c.unsent.empty() {
		c.zeroProbes, c.probeBackoff = 0, 0
		return
	}
	if c.zeroProbes >= mostProbes {
		c.counters.TCPAbortOnTimeout++
		c.end(ErrTimedOut)
		return
	}
	if window := c.una + c.window - c.nxt; window > 0 {
		c.fillWindow(window)
		return
	}
	c.counters.TCPWinProbe++
	c.clear()
	c.out.Seq = c.wireSeq(c.una - 1)
	c.out.Probe = true
	c.emit()
	c.zeroProbes++
	c.probeBackoff = min(c.probeBackoff+1, mostBackoff)
	c.startWindowProbe()
}

// fillWindow sends a segment of exactly the window's size.
func (c *Conn) fillWindow(window int64) {
	n := min(c.unsent.firstLen(c.nxt), window, c.mss)
	c.zeroProbes, c.probeBackoff = 0, 0
	c.sendNew(n, true, bufferMemory)
}

// windowProbeAnswered handles an ACK while nothing is outstanding.
func (c *Conn) windowProbeAnswered() {
	if c.unsent.empty() {
		return
	}
	if c.unsent.first().end <= c.una+c.window {
		c.probeBackoff = 0
		if c.purpose == forWindow {
			c.stopTimer()
		}
		return
	}
	if c.purpose != forWindow {
		c.startWindowProbe()
	}
}
