package tcp

import "time"

// How the receive buffer grows: dynamic right-sizing.
//
// RFC 7323 section 1.1 asks for windows of the bandwidth-delay product. How a
// receiver finds it is not standardized. This is Fisk and Feng's way (2001): a
// program that reads n bytes in a round trip needs a window of twice as much, since
// the sender may double its rate in the next one.
//
// Independently of that, a limit on the window grows by two segments with each full
// segment, up to what the buffer allows. A sender is thus offered the whole window only
// once it uses it.

// A tuning is its state.
type tuning struct {
	limit       int64         // rcv_ssthresh: windows are no larger
	read        int64         // most bytes read in a round trip
	readFrom    int64         // offset read when the measurement began
	readAt      time.Duration // and when that was
	trip        time.Duration // round trip as the receiver sees it; 0 means not known
	lastEcho    uint32
	windowEnd   int64         // a round trip has passed when everything up to this offset has come
	windowFrom  time.Duration // when that round trip began
	peerSegment int64         // estimate of the other end's segment size (rcv_mss)
	shortCame   int64         // payload of the last segment, if it was shorter than that
}

// advertisedMSS is the payload of the largest segment that can arrive.
func (c *Conn) advertisedMSS() int64 { return int64(c.cfg.MSS) - c.optionBytes() }

// initReceiveBuffer sizes the buffer when the connection is open.
func (c *Conn) initReceiveBuffer() {
	c.readAt, c.readFrom = c.now, c.copied
	mss := c.advertisedMSS()
	all := c.fromSpace(c.buffer)
	c.clamp = min(c.clamp, all)
	if c.clamp > 2*mss && c.clamp+mss > all {
		c.clamp = max(2*mss, all-mss) // room for one segment
	}
	c.limit = min(c.limit, c.clamp)
	c.read = min(c.limit, c.offered, 10*mss)
	c.peerSegment = c.firstEstimate()
}

// firstEstimate is the other end's segment size before any has come. RFC 9293
// section 3.7.1 gives 536; a small window allows only smaller segments.
func (c *Conn) firstEstimate() int64 {
	return max(min(c.advertisedMSS(), c.mss, c.offered/2, defaultMSS), 88)
}

// growWindow raises the limit after a segment, if its payload is a large enough part
// of what it is charged. The next ACK is then not delayed, so that the sender learns
// of the larger window soon.
func (c *Conn) growWindow(t text, _ bool) {
	if t.full == 0 {
		return
	}
	room := min(c.clamp, c.space()) - c.limit
	if room <= 0 {
		return
	}
	grow := int64(0)
	if cost := c.fromSpace(c.costOf(t)); cost <= t.full {
		grow = 2 * c.advertisedMSS()
	} else {
		grow = c.growWhileSmall(t, cost)
	}
	if grow > 0 {
		c.limit += min(room, max(grow, 2*t.full))
		c.quick |= 1
	}
}

// growWhileSmall lets short segments open a window that is still small: each halving
// of the largest window allows twice the charge.
func (c *Conn) growWhileSmall(t text, cost int64) int64 {
	cost /= 2
	for window := c.fromSpace(largestRmem) / 2; c.limit <= window; window /= 2 {
		if cost <= t.full {
			return 2 * c.peerSegment
		}
		cost /= 2
	}
	return 0
}

// measureRTTByEcho measures a round trip as the receiver sees it: from an ACK to
// the first full segment that echoes its time stamp.
func (c *Conn) measureRTTByEcho(seg *Segment) {
	if !c.stamps || !seg.HasTimestamps || seg.TSEcr == c.lastEcho {
		return
	}
	c.lastEcho = seg.TSEcr
	if seg.TSEcr == 0 || int64(len(seg.Payload)) < c.peerSegment {
		return
	}
	d := time.Duration(int32(c.stamp()-seg.TSEcr)) * ms
	if d > 0 {
		c.learnTrip(d, false)
	}
}

// measureRTTByWindow measures an upper bound of the round trip: how long it took
// until as much arrived as the window allowed when the measurement began.
func (c *Conn) measureRTTByWindow() {
	if c.rcvNxt < c.windowEnd {
		return
	}
	if c.windowEnd > 0 {
		c.learnTrip(max(c.now-c.windowFrom, us), true)
	}
	c.windowEnd, c.windowFrom = c.rcvNxt+c.offered, c.now
}

// learnTrip takes a sample of the receiver's round trip. A shorter sample counts at
// once, since queues and pauses of the sender can only make samples too long. A longer
// one counts by an eighth. It does not count if the program may have been slow, or if
// it is the time of a whole window, which is too long when the sender does not fill
// the window.
func (c *Conn) learnTrip(d time.Duration, ofWindow bool) {
	switch {
	case c.trip == 0, d < c.trip:
		c.trip = d
	case !ofWindow && c.inLen == 0:
		c.trip += (d - c.trip) / 8
	}
}

// tune grows the buffer once a round trip, if the program has read more than ever.
func (c *Conn) tune() {
	if c.trip == 0 || c.now-c.readAt < c.trip {
		return
	}
	if n := c.copied - c.readFrom; n > c.read {
		before := max(c.read, 1)
		c.read = n
		if !c.fixed {
			c.enlarge(2*n + 2*(2*n*(n-before)/before))
		}
	}
	c.readFrom, c.readAt = c.copied, c.now
}

// enlarge makes the buffer large enough for a window, and for what came early.
func (c *Conn) enlarge(window int64) {
	if !c.early.empty() {
		window += c.early.last().end() - c.rcvNxt
	}
	buffer := min(min(window, largestRmem)<<ratioShift/c.ratio, largestRmem)
	if buffer > c.buffer {
		c.buffer = buffer
		c.clamp = c.fromSpace(buffer)
	}
}
