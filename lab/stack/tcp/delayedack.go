package tcp

import "time"

// When an ACK is sent, and when it may wait.
//
// RFC 9293 section 3.8.6.3: "an ACK should not be excessively delayed; in particular,
// the delay MUST be less than 0.5 seconds". There SHOULD be an ACK for at least every
// second full-sized segment.
//
// Linux delays an ACK by 40 ms, or longer if segments come seldom. It does not delay
// the first ACKs (quickack.go), those of segments out of order, and that of pushed data
// which the program has read completely: both ends may then be waiting for each other.

const (
	leastDelay  = 40 * ms
	mostDelay   = 200 * ms
	unpushDelay = 500 * ms
)

// An ackState is what the receiver knows of the ACK that it owes.
type ackState struct {
	scheduled bool          // an ACK is owed
	ackNow    bool          // at once
	pushed    bool          // a pushed or short segment has come since the last ACK
	pushed2   bool          // so has a second one
	chatty    bool          // the program answers what it gets: the answer may carry the ACK
	quick     int64         // ACKs that will not be delayed (quickack.go)
	delay     time.Duration // of delayed ACKs; 0 before the first data
	lastCame  time.Duration // when data came last, by the coarse clock

	compressed    int   // ACKs held back
	compressedFor int64 // RCV.NXT that they acknowledge
	repeated      int   // duplicate ACKs sent for that RCV.NXT
}

// dataArrived notes that data has come in order.
func (c *Conn) dataArrived(t text) {
	c.scheduled = true
	c.measureSegments(t)
	c.measureRTTByWindow()
	now := c.coarse()
	switch pause := now - c.lastCame; {
	case c.delay == 0:
		c.raiseQuick(mostQuick)
		c.delay = leastDelay
	case pause <= leastDelay/2:
		c.delay = c.delay/2 + leastDelay/2
	case pause < c.delay:
		c.delay = min(c.delay/2+pause, c.rto())
	case pause > c.rto():
		c.raiseQuick(mostQuick) // the sender may have started anew
	}
	c.lastCame = now
	if t.full >= 128 {
		c.growWindow(t, true)
	}
}

// measureSegments estimates the length of the other end's full segments. A shorter
// length counts if two segments in a row have it and the program did not push them.
func (c *Conn) measureSegments(t text) {
	before := c.shortCame
	c.shortCame = 0
	if t.full >= c.peerSegment {
		if t.full != c.peerSegment {
			c.setRatio(t)
		}
		c.peerSegment = min(t.full, c.advertisedMSS())
		c.pushed = c.pushed || t.pushed
		return
	}
	n := t.full + t.header
	if n >= defaultMSS+HeaderLen || n >= 88+HeaderLen && !t.pushed && !t.fin {
		c.shortCame = n - HeaderLen - c.optionBytes()
		if c.shortCame == before {
			c.peerSegment = c.shortCame
			return
		}
	}
	c.pushed2 = c.pushed2 || c.pushed
	c.pushed = true
}

// setRatio learns which part of a segment's charge is payload.
func (c *Conn) setRatio(t text) {
	ratio := max(t.full<<ratioShift/c.costOf(t), 1)
	if ratio == c.ratio {
		return
	}
	c.ratio = ratio
	clamp := max(c.fromSpace(c.buffer), leastBuffer/2)
	if clamp < c.clamp {
		c.limit = min(c.limit, clamp)
	} else {
		c.limit = max(c.limit, min(c.offered, clamp))
	}
	c.clamp = clamp
	c.read = min(c.read, clamp)
}

// noteAnswer notes that the program has sent data soon after it got some, and expects
// the same the next time.
func (c *Conn) noteAnswer() {
	if c.coarse()-c.lastCame < c.delay {
		c.chatty = true
	}
}

// considerACK sends the ACK that is owed, or lets it wait.
func (c *Conn) considerACK() {
	if !c.scheduled || c.state == Closed {
		return
	}
	switch {
	case c.cfg.NoDelayedACK, c.ackNow, c.inQuickMode(), c.secondSegment():
		c.sendACK()
	case c.early.empty():
		c.delayACK()
	default:
		c.compressACK()
	}
}

// secondSegment reports whether more than a full segment is unacknowledged while the
// program keeps reading. If the program does not read, the window is about to shrink,
// and the ACK is left to the read.
func (c *Conn) secondSegment() bool {
	return c.rcvNxt-c.rcvWup > c.peerSegment && c.selectWindow() >= c.offered
}

// delayACK delays the ACK. One that would soon be due anyway is sent now.
func (c *Conn) delayACK() {
	d := c.delay
	if d > leastDelay {
		most := unpushDelay
		if c.chatty || c.pushed {
			most = mostDelay
		}
		if c.rtt.smoothed > 0 {
			most = min(most, max(c.ceil(c.rtt.smoothed), leastDelay))
		}
		d = min(d, most)
	}
	d = min(d, mostDelay)
	until := c.after(d)
	if c.delayed.set {
		if c.delayedUntil <= c.after(d/4/c.grain()*c.grain()) {
			c.sendACK()
			return
		}
		until = min(until, c.delayedUntil)
	}
	c.delayedUntil = until
	c.delayed.start(c.wheel(until))
}

// grain is the tick, or 1 ns without a tick.
func (c *Conn) grain() time.Duration { return max(c.cfg.Tick, 1) }

// delayedACKDue sends the ACK that has waited long enough. Linux then delays the next
// one longer, unless the program was expected to answer and did not.
func (c *Conn) delayedACKDue() {
	if !c.scheduled {
		return
	}
	if c.chatty {
		c.chatty = false
		c.delay = leastDelay
	} else {
		c.delay = min(2*c.delay, c.rto())
	}
	c.counters.DelayedACKs++
	c.sendACK()
}

// ackSent notes that an ACK has left, alone or with data.
func (c *Conn) ackSent() {
	if c.compressed > 0 {
		c.counters.TCPAckCompressed += c.compressed
		c.compressed = 0
		c.compress.stop()
	}
	c.useQuick()
	c.scheduled, c.ackNow, c.pushed, c.pushed2 = false, false, false, false
	c.delayed.stop()
	c.rcvWup = c.rcvNxt
}

// afterRead sends an ACK after a read, if the other end may be waiting for it or if
// the window has opened to twice its size.
func (c *Conn) afterRead() {
	if c.state == Closed {
		return
	}
	now := false
	if c.scheduled {
		drained := c.charged == 0 && (c.pushed2 || c.pushed && !c.chatty)
		now = drained || c.rcvNxt-c.rcvWup > c.peerSegment
	}
	if left := c.receiveWindow(); !now && !c.eof && 2*left <= c.clamp {
		window := c.selectWindow()
		now = window > 0 && window >= 2*left
	}
	if now {
		c.sendACK()
	}
}
