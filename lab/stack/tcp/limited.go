package tcp

import "time"

// A window that is not used must not grow, and one that was not used for long must
// shrink: its size no longer says anything about the path.
//
// RFC 7661 section 4.2 and RFC 9438 section 5.8: CUBIC does not increase its cwnd
// while a flow is limited by the application instead of by cwnd.
//
// RFC 5681 section 4.1: "when TCP has not received a segment for more than one
// retransmission timeout, cwnd is reduced to the value of the restart window (RW)
// before transmission begins".
//
// Linux lets the window grow if it has stopped the sender in this flight; in slow start
// also if it is less than twice the segments that were out. After a pause the window is
// halved for each timeout that the pause has lasted, down to the initial window (RFC
// 2861).

// A usage is how the window is used.
type usage struct {
	congested bool          // the window stopped the sender in this flight
	most      int64         // most segments out in this flight
	end       int64         // SND.NXT at the flight's beginning
	used      int64         // most segments out since stamp
	stamp     time.Duration // when the window was last set or found in use
	rate      int64         // pacing rate at the last ACK, in bytes a second
}

// limited reports whether the window may grow.
func (c *Conn) limited() bool {
	if c.usage.congested {
		return true
	}
	return c.cwnd < c.threshold() && c.cwnd < 2*c.usage.most
}

// useWindow notes, after sending, how the window was used.
func (c *Conn) useWindow(congested bool) {
	u := &c.usage
	if c.una >= u.end || congested || !u.congested && c.q.count > u.most {
		u.congested = congested
		u.most = c.q.count
		u.end = c.nxt
	}
	c.noteStarved()
	if c.limited() {
		u.used = 0
		u.stamp = c.coarse()
		return
	}
	u.used = max(u.used, c.q.count)
	if c.coarse()-u.stamp >= c.rto() {
		c.shrinkUnused()
	}
}

// shrinkUnused moves the window halfway to what was used, if it was not used for one
// timeout (RFC 2861).
func (c *Conn) shrinkUnused() {
	if c.phase == Open && !c.blocked {
		used := max(c.usage.used, int64(c.cfg.InitialWindow))
		if used < c.cwnd {
			c.resize((c.cwnd+used)/2, c.currentThreshold())
		}
		c.usage.used = 0
	}
	c.usage.stamp = c.coarse()
}

// restartAfterIdle shrinks the window before the first write after a pause.
func (c *Conn) restartAfterIdle() {
	rto := c.rto()
	pause := c.coarse() - c.lastData
	if !c.q.empty() || c.totals.dataOut == 0 || pause <= rto {
		return
	}
	c.counters.TCPSlowStartAfterIdle++
	threshold := c.currentThreshold()
	window := c.cwnd
	least := min(int64(c.cfg.InitialWindow), window)
	for pause -= rto; pause > 0 && window > least; pause -= rto {
		window /= 2
	}
	c.resize(max(window, least), threshold)
	c.usage.used = 0
}
