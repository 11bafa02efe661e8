package tcp

import "time"

// Opening: SYN, SYN-ACK, ACK (RFC 9293 section 3.5).
//
// RFC 6298 section 2.1: "Until a round-trip time (RTT) measurement has been made
// for a segment sent between the sender and receiver, the sender SHOULD set RTO <-
// 1 second". Section 5.7: "If the timer expires awaiting the ACK of a SYN segment
// ... the RTO MUST be re-initialized to 3 seconds".
//
// Linux sends the first five retransmissions of a SYN a second apart, then doubles. It
// starts with a window of one segment only if more than one SYN was lost, and does
// not raise the timeout to 3 s.

const (
	initialWindow = 10 // segments (RFC 6928 section 2)
	synRetries    = 6  // net.ipv4.tcp_syn_retries
	linearSYNs    = 4  // net.ipv4.tcp_syn_linear_timeouts
	synAckRetries = 5  // net.ipv4.tcp_synack_retries
)

// Connect opens the connection actively: it sends a SYN.
func (c *Conn) Connect(now time.Duration) {
	c.now = now
	c.state = SynSent
	c.firstStamp = c.stamp()
	c.openWindow()
	c.sendSYN()
	c.startTimer(forRTO, c.rto())
}

// Accept opens the connection passively, in answer to a SYN that came to a
// listener.
func (c *Conn) Accept(now time.Duration, syn *Segment) {
	c.now = now
	c.state = SynReceived
	c.accepted = true
	c.countIn(syn)
	c.answerSYN(syn)
}

func (c *Conn) sendSYN() {
	p, i := c.q.push()
	p.to = 1
	p.add(isSYN)
	c.q.memory++
	c.nxt = 1
	c.transmit(i)
}

// answerSYN sends the SYN-ACK. RFC 3168 section 6.1.1: an ECN-setup SYN-ACK answers
// an ECN-setup SYN.
func (c *Conn) answerSYN(syn *Segment) {
	c.agree(syn)
	c.ecn.on = syn.Has(ECE | CWR)
	c.openWindow()
	c.sendSYN()
	c.backoff = 0
	c.startTimer(forSynAck, initialRTO)
}

// repeatSynAck sends the SYN-ACK again, or gives up: it was not answered.
func (c *Conn) repeatSynAck() {
	if c.timeouts >= synAckRetries {
		c.end(ErrTimedOut)
		return
	}
	c.counters.TCPTimeouts++
	c.timeouts++
	c.totals.synRepeats++
	c.repeat(c.q.head)
	c.startTimer(forSynAck, initialRTO<<c.timeouts)
}

// synSent handles a segment in SYN-SENT (RFC 9293 section 3.10.7.3).
func (c *Conn) synSent(seg *Segment) {
	if seg.Has(ACK) {
		if ack := c.offsetOfAck(seg.Ack); ack != 1 || !c.echoedInTime(seg) {
			// "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the
			// RST bit is set ...)"
			if !seg.Has(RST) {
				c.reset(seg.Ack)
			}
			return
		}
		if seg.Has(RST) {
			c.end(ErrRefused)
			return
		}
	}
	if !seg.Has(SYN) || seg.Has(RST) {
		return
	}
	if !seg.Has(ACK) {
		c.synCrossed(seg)
		return
	}
	c.agree(seg)
	c.ecn.on = c.cfg.ECN && seg.Flags&(ECE|CWR) == ECE
	c.keepWindow()
	c.handshakeAcked(seg)
	if c.cfg.KeepAlive.Enable {
		c.startKeepAlive()
	}
	c.sendACK()
}

// echoedInTime reports whether a SYN-ACK echoes a time stamp of this connection. Linux
// answers any other one with a reset: it belongs to an earlier connection.
func (c *Conn) echoedInTime(seg *Segment) bool {
	if !seg.HasTimestamps || c.cfg.NoTimestamps || seg.TSEcr == 0 || seg.Has(RST) {
		return true
	}
	if int32(seg.TSEcr-c.firstStamp) >= 0 && int32(c.stamp()-seg.TSEcr) >= 0 {
		return true
	}
	c.counters.PAWSActive++
	return false
}

// synCrossed handles a SYN that has crossed this end's. RFC 9293 section 3.10.7.3:
// "Otherwise, enter SYN-RECEIVED, form a SYN,ACK segment".
func (c *Conn) synCrossed(seg *Segment) {
	c.state = SynReceived
	c.agree(seg)
	c.ecn.on = c.cfg.ECN && seg.Has(ECE|CWR)
	c.openWindow()
	c.repeat(c.q.head)
	c.startTimer(forSynAck, initialRTO)
}

// handshakeAcked enters ESTABLISHED: this end's SYN was acknowledged.
func (c *Conn) handshakeAcked(seg *Segment) {
	repeats := c.totals.synRepeats
	if !c.accepted {
		repeats = int(c.totals.retrans)
	}
	c.state = Established
	c.stopTimer()
	c.window = int64(seg.Window)
	if !seg.Has(SYN) {
		c.window <<= c.peerScale
	}
	c.wl1 = c.offsetOfSeq(seg.Seq)
	c.maxWindow = max(c.maxWindow, c.window)
	c.setMSS()
	c.sampleHandshake(seg)
	c.q.pop()
	c.una = 1
	c.beginSending(repeats)
}

// sampleHandshake takes the first round trip. RFC 6298 section 3: "RTT samples MUST
// NOT be made using segments that were retransmitted".
func (c *Conn) sampleHandshake(seg *Segment) {
	p := c.q.first()
	s := rttSample{acked: -1, sacked: -1, newest: -1, anyAcked: true}
	if !p.has(wasSent) {
		s.acked = c.now - p.sent
		s.newest = s.acked
	}
	c.sampleRTT(&s, seg)
	c.rtt.roundEnd = c.nxt
}

// beginSending initializes the sender. A loss in the handshake counts only if more than
// one SYN was lost.
func (c *Conn) beginSending(repeats int) {
	c.phase, c.high = Open, c.nxt
	c.undo = undoState{}
	c.timeouts, c.backoff, c.probeBackoff, c.frto = 0, 0, 0, false
	c.control = c.cfg.Congestion()
	window := int64(c.cfg.InitialWindow)
	if repeats > 1 {
		window = 1
	}
	c.resize(window, NoThreshold)
	c.totals.delivered = 1
	c.rate.deliveredAt = c.now
	c.usage.rate = c.rateOf()
	c.initReceiveBuffer()
}
