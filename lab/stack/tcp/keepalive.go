package tcp

import "time"

// Keepalive: is a silent peer still there?
//
// RFC 9293 section 3.8.4: keep-alive packets MUST only be sent when no sent data
// is outstanding, and no data or acknowledgment packets have been received for the
// connection within an interval. This interval MUST be configurable and MUST
// default to no less than two hours.
//
// Linux's probe is an empty segment with an old sequence number, as for a closed window.

const (
	keepAliveIdle     = 2 * time.Hour
	keepAliveInterval = 75 * time.Second
	keepAliveCount    = 9
)

// SetKeepAlive changes what the Config said.
func (c *Conn) SetKeepAlive(now time.Duration, k KeepAlive) {
	c.now = now
	c.cfg.KeepAlive = k
	if c.state < Established || c.state == TimeWait || c.orphan {
		return
	}
	if k.Enable {
		c.startKeepAlive()
	} else {
		c.silence.stop()
	}
}

// startKeepAlive starts the timer for the rest of the idle time.
func (c *Conn) startKeepAlive() { c.startSilence(c.keepIdle() - (c.now - c.lastHeard)) }

func (c *Conn) startSilence(d time.Duration) {
	c.silence.start(c.wheel(c.after(max(d, 1))))
}

func (c *Conn) keepIdle() time.Duration {
	if d := c.cfg.KeepAlive.Idle; d > 0 {
		return d
	}
	return keepAliveIdle
}

// silenceDue handles the timer for long silences: it sends a keepalive probe, or ends a
// connection that was kept only for a time.
func (c *Conn) silenceDue() {
	if c.state == TimeWait || c.state == FinWait2 && c.orphan {
		c.end(nil)
		return
	}
	k := c.cfg.KeepAlive
	interval, count := k.Interval, k.Count
	if interval == 0 {
		interval = keepAliveInterval
	}
	if count == 0 {
		count = keepAliveCount
	}
	if !c.q.empty() || !c.unsent.empty() {
		c.startSilence(c.keepIdle())
		return
	}
	silent := c.now - c.lastHeard
	if silent < c.keepIdle() {
		c.keepProbes = 0
		c.startSilence(c.keepIdle() - silent)
		return
	}
	if c.keepProbes >= count {
		c.counters.TCPAbortOnTimeout++
		c.reset(c.wireSeq(c.nxt))
		c.end(ErrTimedOut)
		return
	}
	c.keepProbes++
	c.counters.TCPKeepAlive++
	c.clear()
	c.out.Seq = c.wireSeq(c.una - 1)
	c.out.Probe = true
	c.emit()
	c.startSilence(interval)
}
