package tcp

// Proportional rate reduction: how the window shrinks while losses are repaired
// (RFC 9937, before it RFC 6937).
//
// RFC 9937 section 1: PRR regulates how much is sent during fast recovery, so that
// at its end cwnd is close to ssthresh.
//
// If the application sends less than its window allows, the window shrinks to what is in
// flight and what the ACK lets out. New data then wait for the next ACK.

// A reduction is one episode.
type reduction struct {
	before    int64 // the window at its beginning
	delivered int64 // segments delivered since
	sent      int64 // segments sent since
}

// beginReduction lets the congestion control lower its threshold, to which the window
// will shrink.
func (c *Conn) beginReduction() {
	c.high = c.nxt
	c.probeEnd = 0
	c.prr = reduction{before: c.cwnd}
	c.control.OnLoss(c.situation())
	c.ecn.queueCWR()
}

// reduce sets the window after an ACK by which delivered segments were delivered and
// lost segments were found lost.
func (c *Conn) reduce(delivered, lost int64, advanced bool) {
	if delivered <= 0 || c.prr.before == 0 {
		return
	}
	pipe, target := c.q.inFlight(), c.threshold()
	c.prr.delivered += delivered
	var n int64
	if pipe > target {
		// "sndcnt = CEIL(prr_delivered * ssthresh / RecoverFS) - prr_out"
		n = (target*c.prr.delivered+c.prr.before-1)/c.prr.before - c.prr.sent
	} else {
		// "PRR-SSRB ... slow start": one more while ACKs advance and find no loss
		n = max(c.prr.delivered-c.prr.sent, delivered)
		if advanced && lost == 0 {
			n++
		}
		n = min(n, target-pipe)
	}
	if c.prr.sent == 0 {
		n = max(n, 1) // "Force a fast retransmit upon entering recovery"
	}
	c.cwnd = pipe + max(n, 0)
}

// endReduction sets the window to that of the congestion control, unless the reduction
// was undone.
func (c *Conn) endReduction() {
	if c.phase == Reducing || c.undo.armed {
		c.cwnd = c.control.Window()
		c.usage.stamp = c.coarse()
	}
}

// threshold is the slow start threshold.
func (c *Conn) threshold() int64 { return c.control.Threshold() }

// currentThreshold is the threshold from which slow start would lead back to the present
// window: at least three quarters of it.
func (c *Conn) currentThreshold() int64 {
	if c.reducing() {
		return c.threshold()
	}
	return max(c.threshold(), c.cwnd/2+c.cwnd/4)
}

// resize sets window and threshold, and tells the congestion control.
func (c *Conn) resize(window, threshold int64) {
	c.control.Resize(window, threshold)
	c.cwnd = window
	c.usage.stamp = c.coarse()
}
