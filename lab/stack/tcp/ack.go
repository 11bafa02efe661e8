package tcp

import "time"

// What an acknowledgment does to the sender.
//
// RFC 9293 section 3.10.7.4: "If SND.UNA < SEG.ACK =< SND.NXT, then set SND.UNA <-
// SEG.ACK. Any segments on the retransmission queue that are thereby entirely
// acknowledged are removed."
//
// The order is Linux's: the scoreboard first, then what it tells of round trips,
// reordering and losses, then the congestion window, then what may be sent again.

// An arrival is what one ACK brought. Fields are added while it is handled.
type arrival struct {
	seg      *Segment
	advanced bool // una moved
	acked    bool // pieces were acknowledged cumulatively
	sacked   bool // pieces were acknowledged selectively
	notice   bool // the segment carries data or a new window: it is no duplicate ACK
	duped    bool // a D-SACK reports data that arrived twice
	probeDup bool // that D-SACK reports the tail loss probe
	marked   bool // ECN-Echo
	original bool // something sent once, before the phase began, was delivered
	repeated bool // something sent again was acknowledged
	reneged  bool // the first piece is sacked, but not acknowledged
	lostMore bool // a repeat was found lost
	setTimer bool

	una       int64 // before the ACK
	highest   int64 // end of what was sacked, before the ACK
	disorder  int64 // least offset delivered late; endless if there is none
	delivered int64 // totals before the ACK
	lost      int64
	newest    delivery

	firstAcked, lastAcked   time.Duration // when these pieces were sent; never if there is none that was sent only once
	firstSacked, lastSacked time.Duration
	pieces                  int64 // acknowledged
	sackedBefore            int64
}

const (
	never   = time.Duration(-1 << 62)
	endless = int64(1 << 62)
)

// handleACK handles the acknowledgment that seg carries. It returns false if seg
// must be dropped.
func (c *Conn) handleACK(seg *Segment) (ok bool) {
	ack := c.offsetOfAck(seg.Ack)
	switch {
	case ack > c.nxt:
		// RFC 9293 section 3.10.7.4: "If the ACK acks something not yet sent
		// (SEG.ACK > SND.NXT), then send an ACK, drop the segment, and return."
		c.challenge()
		return false
	case ack < c.una-c.maxWindow-1:
		// RFC 5961 section 5.2: "The ACK value is considered acceptable only if
		// it is in the range of ((SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT)."
		c.challenge()
		return false
	}
	a := &arrival{
		seg: seg, una: c.una, highest: c.highestSacked(), disorder: endless,
		delivered: c.totals.delivered, lost: c.totals.lost, sackedBefore: c.q.sacked,
		firstAcked: never, lastAcked: never, firstSacked: never, lastSacked: never,
	}
	if ack < c.una {
		c.handleOldACK(a, ack)
		return true
	}
	if ack > c.una {
		a.advanced = true
		c.timeouts = 0
	}
	c.keepTimestamp(seg)
	a.notice = seg.Space() > 0
	a.notice = c.updateWindow(seg, ack) || a.notice
	c.readSACK(a, ack)
	a.marked = c.ecn.on && seg.Has(ECE) && !seg.Has(SYN)
	c.zeroProbes = 0
	if c.q.empty() {
		c.una = ack
		c.idleACK(a)
		return true
	}
	c.una = ack
	c.acknowledge(a)
	return true
}

// handleOldACK looks for news in the SACK blocks of an ACK that came late.
func (c *Conn) handleOldACK(a *arrival, ack int64) {
	if a.seg.SACKs == 0 {
		return
	}
	a.notice = true
	c.readSACK(a, ack)
	c.sendMore(c.alert(a))
}

// idleACK handles an ACK while nothing is outstanding.
func (c *Conn) idleACK(a *arrival) {
	if a.duped {
		c.alert(a)
	}
	c.windowProbeAnswered()
	c.lossProbeAcked(a)
}

// acknowledge does what remains once the scoreboard is up to date.
func (c *Conn) acknowledge(a *arrival) {
	c.clean(a)
	c.stream.release(c.una)
	c.rack.widen(a, c.totals.delivered)
	c.lossProbeAcked(a)
	more := sendNothing
	if !a.notice && !a.acked || a.sacked || a.duped || a.marked || c.phase != Open {
		more = c.alert(a)
	}
	if a.setTimer {
		c.setTimer()
	}
	c.controlWindow(a)
	c.sendMore(more)
}

// duplicate reports whether the ACK is a duplicate by RFC 5681's definition: "(a)
// the receiver of the ACK has outstanding data, (b) the incoming acknowledgment
// carries no data, ... (d) the acknowledgment number is equal to the greatest
// acknowledgment received ..., and (e) the advertised window in the incoming
// acknowledgment equals the advertised window in the last incoming acknowledgment".
func (a *arrival) duplicate() bool {
	return !a.advanced && !a.notice && !a.acked && !a.duped
}

// updateWindow takes the window that seg offers, and reports whether it is news.
// RFC 9293 section 3.10.7.4: "If (SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and
// SND.WL2 =< SEG.ACK)), set SND.WND <- SEG.WND". If both numbers are those of the
// last update, Linux takes only a larger window or a window of zero.
func (c *Conn) updateWindow(seg *Segment, ack int64) bool {
	seq := c.offsetOfSeq(seg.Seq)
	window := int64(seg.Window)
	if seg.Flags&SYN == 0 {
		window <<= c.peerScale
	}
	if ack <= c.una && seq <= c.wl1 && (seq != c.wl1 || window <= c.window && window != 0) {
		return false
	}
	c.wl1 = seq
	if window != c.window {
		c.window = window
		if !c.unsent.empty() {
			c.restartAfterIdle()
		}
		if window > c.maxWindow {
			c.maxWindow = window
			c.setMSS()
		}
	}
	return true
}

// clean takes the acknowledged pieces out of the queue.
func (c *Conn) clean(a *arrival) {
	for !c.q.empty() {
		p := c.q.first()
		if p.to > c.una {
			break
		}
		if !p.has(isMerged) {
			c.deliveredByACK(a, p)
		}
		c.q.pop()
	}
	if !c.q.empty() {
		c.trimFirst(a)
	}
	if !c.sack && a.pieces > 0 {
		c.renoAcked(a)
	}
	c.measure(a)
}

// deliveredByACK notes that p is acknowledged.
func (c *Conn) deliveredByACK(a *arrival, p *piece) {
	a.acked = true
	a.pieces++
	switch {
	case p.has(wasSent):
		a.repeated = true
	case !p.has(isSacked):
		a.lastAcked = p.sent
		if a.firstAcked == never {
			a.firstAcked = p.sent
		}
		a.disorder = min(a.disorder, p.from)
		a.original = a.original || p.to <= c.high
	}
	if !p.has(isSacked) && c.sack {
		c.totals.delivered++
		if !c.echoesOriginal(p) {
			c.rackAdvance(p)
		}
	}
	c.noteDelivered(a, p)
}

// echoesOriginal reports whether the ACK answers an earlier copy of p than the last
// one. The time at which the last one was sent then says nothing about the path (RFC
// 8985 section 6.2 step 2).
func (c *Conn) echoesOriginal(p *piece) bool {
	return p.has(wasSent) && c.stamps && c.tsEcho != 0 && int32(c.tsEcho-c.stampAt(p.sent)) < 0
}

// trimFirst cuts off the acknowledged part of the first piece: the other end has
// taken only a part of the segment.
func (c *Conn) trimFirst(a *arrival) {
	p := c.q.first()
	if p.from < c.una {
		c.q.memory -= c.una - p.from
		p.from = c.una
	}
	a.reneged = p.has(isSacked)
}

// measure learns round trips and reordering from what was delivered.
func (c *Conn) measure(a *arrival) {
	s := rttSample{acked: -1, sacked: -1, newest: -1, anyAcked: a.acked}
	if a.firstAcked != never && !a.repeated {
		s.acked, s.newest = c.now-a.firstAcked, c.now-a.lastAcked
		s.delayed = a.pieces == 1 && a.sackedBefore == 0 && c.una-a.una < c.mss && !a.sacked
	}
	if a.firstSacked != never {
		s.sacked, s.newest = c.now-a.firstSacked, c.now-a.lastSacked
	}
	news := c.sampleRTT(&s, a.seg)
	a.newest.rtt = s.newest
	switch {
	case a.acked:
		a.setTimer = true
		if c.sack && a.disorder < a.highest {
			c.noteReordering(a.disorder, false)
		}
	case news && s.sacked >= 0 && !c.q.empty() && s.sacked > c.now-c.q.first().sent:
		a.setTimer = true
	}
}

// A sending is what may be sent once an ACK has been handled.
type sending uint8

const (
	sendNothing sending = iota
	sendLost            // what was found lost
	sendNew             // two new segments, to see whether a timeout was spurious
)

// sendMore sends what the ACK has made due.
func (c *Conn) sendMore(what sending) {
	switch what {
	case sendNothing:
		return
	case sendNew:
		c.push()
		if c.nxt > c.high {
			return
		}
		c.frto = false
	case sendLost:
	}
	c.retransmitLost()
}

// controlWindow updates the congestion window after an ACK.
func (c *Conn) controlWindow(a *arrival) {
	s := c.sample(a)
	if c.reducing() {
		c.reduce(s.Delivered, s.Lost, a.advanced)
	}
	s.Reducing = c.reducing()
	raise := a.acked || c.duplicates > dupThresh && a.sacked
	if !s.Reducing && raise {
		s.Grow = c.limited()
		c.usage.stamp = c.coarse()
	}
	if a.acked || a.sacked {
		c.control.OnAck(s)
		if !s.Reducing {
			c.cwnd = c.control.Window()
		}
	}
	c.usage.rate = c.rateOf()
}
