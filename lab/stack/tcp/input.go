package tcp

import "time"

// A segment arrives: the checks of RFC 9293 section 3.10.7.4 in their order, with
// those of RFC 5961 and RFC 7323.
//
// "Segments are processed in sequence. Initial tests on arrival are used to discard
// old duplicates, but further processing is done in SEG.SEQ order."

// Deliver takes a segment that has arrived. Its payload may be kept by reference.
func (c *Conn) Deliver(now time.Duration, seg *Segment) {
	c.now = now
	c.countIn(seg)
	switch c.state {
	case Closed:
	case SynSent:
		c.synSent(seg)
	case TimeWait:
		c.timeWaited(seg)
	default:
		if c.valid(seg) {
			c.process(seg)
		}
	}
}

func (c *Conn) countIn(seg *Segment) {
	c.counters.InSegs++
	c.totals.segsIn++
	if len(seg.Payload) > 0 {
		c.totals.dataIn++
	}
	c.lastHeard = c.now
}

// valid makes the checks before the ACK is looked at.
func (c *Conn) valid(seg *Segment) bool {
	from := c.offsetOfSeq(seg.Seq)
	to := from + seg.Space()
	switch {
	case c.state == SynReceived && seg.Has(SYN) && from == 0 && !seg.Has(RST):
		if !seg.Has(ACK) {
			c.synAgain()
			return false
		}
		return true // the SYN-ACK to a SYN that has crossed the peer's
	case !seg.Has(RST) && c.stale(seg):
		c.counters.PAWSEstab++
		c.answerOld(from, to)
		return false
	case !c.acceptable(from, to):
		if seg.Has(RST) {
			c.resetBehindFIN(from)
		} else if seg.Has(SYN) {
			c.challengeSYN()
		} else {
			c.answerOld(from, to)
		}
		return false
	case seg.Has(RST):
		c.checkReset(from)
		return false
	case seg.Has(SYN):
		c.challengeSYN()
		return false
	}
	// "if the ACK bit is off, drop the segment and return"
	return seg.Has(ACK)
}

// acceptable is the test of RFC 9293 section 3.4: "A segment is judged to occupy a
// portion of valid receive sequence space if RCV.NXT =< SEG.SEQ < RCV.NXT+RCV.WND
// or RCV.NXT =< SEG.SEQ+SEG.LEN-1 < RCV.NXT+RCV.WND". Linux is more generous: it also
// accepts old segments that end no lower than what it acknowledged last, and segments
// that begin at the right edge of the window.
func (c *Conn) acceptable(from, to int64) bool {
	edge := max(c.edge, c.rcvNxt)
	if to < c.rcvWup || from > edge {
		return false
	}
	return to <= edge || c.inLen == 0 || from == to
}

// synAgain answers a retransmitted SYN: the SYN-ACK is late or lost.
func (c *Conn) synAgain() {
	if c.q.empty() || !c.mayAnswer() {
		return
	}
	c.repeat(c.q.head)
}

// answerOld acknowledges a segment that is not acceptable. RFC 9293 section
// 3.10.7.4: "If an incoming segment is not acceptable, an acknowledgment should be
// sent in reply (unless the RST bit is set ...)".
func (c *Conn) answerOld(from, to int64) {
	if to > from && from < c.rcvNxt {
		c.counters.DelayedACKLost++
		c.enterQuick(mostQuick)
		c.reportTwice(from, min(to, c.rcvNxt))
	} else if to == from && !c.mayAnswer() {
		return
	}
	c.sendACK()
}

// process handles an acceptable segment.
func (c *Conn) process(seg *Segment) {
	from := c.offsetOfSeq(seg.Seq)
	if seg.Has(SYN) {
		from++
	}
	if c.stamps && seg.HasTimestamps {
		c.tsEcho = seg.TSEcr
	}
	if c.state == SynReceived && !c.synAcked(seg) {
		return
	}
	if !c.handleACK(seg) {
		return
	}
	c.ackedFIN()
	if c.state == Closed {
		return
	}
	if len(seg.Payload) > 0 || seg.Has(FIN) {
		if !c.takesData(seg, from) {
			return
		}
		c.receive(seg, from)
	}
	c.push()
	c.wakeWriter()
	c.considerACK()
}

// synAcked handles the ACK that ends the handshake. RFC 9293 section 3.10.7.4: "If
// SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state"; any acceptable
// segment may carry it.
func (c *Conn) synAcked(seg *Segment) bool {
	if c.offsetOfAck(seg.Ack) != 1 {
		c.reset(seg.Ack)
		return false
	}
	c.keepTimestamp(seg)
	c.handshakeAcked(seg)
	if c.cfg.KeepAlive.Enable {
		c.startKeepAlive()
	}
	return true
}
