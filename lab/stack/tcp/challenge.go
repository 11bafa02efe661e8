package tcp

// Protection against forged segments (RFC 5961): a reset must have exactly the
// expected number. A doubtful segment is answered by an ACK; if the true peer wants a
// reset, its answer to that has the right number.
//
// RFC 5961 section 3.2: "If the RST bit is set and the sequence number exactly
// matches the next expected sequence number (RCV.NXT), then TCP MUST reset the
// connection"; an RST or SYN whose number lies in the window but is not exactly
// the next one is answered by an acknowledgment, a challenge ACK.
//
// Linux sends at most one such answer in 500 ms.

const answerPause = 500 * ms

// mayAnswer limits the rate of answers to unacceptable segments without data.
func (c *Conn) mayAnswer() bool {
	if c.answered && c.now-c.lastAnswer < answerPause {
		return false
	}
	c.answered, c.lastAnswer = true, c.now
	return true
}

func (c *Conn) challenge() {
	if c.mayAnswer() {
		c.counters.TCPChallengeACK++
		c.sendACK()
	}
}

// challengeSYN answers a SYN on an open connection. RFC 5961 section 4.2: "If the SYN
// bit is set, irrespective of the sequence number, TCP MUST send an ACK".
func (c *Conn) challengeSYN() {
	c.counters.TCPSYNChallenge++
	c.challenge()
}

// checkReset handles a reset within the window. Linux also accepts the number at the
// end of the data held out of order, which the other end has already sent.
func (c *Conn) checkReset(from int64) {
	last := c.rcvNxt
	for _, b := range c.blocks[:c.blockCount] {
		last = max(last, b.to)
	}
	if from != c.rcvNxt && from != last {
		c.challenge()
		return
	}
	c.resetByPeer()
}

// resetBehindFIN accepts a reset whose number does not count the FIN received before.
func (c *Conn) resetBehindFIN(from int64) {
	if from == c.rcvNxt-1 && (c.state == CloseWait || c.state == LastAck || c.state == Closing) {
		c.resetByPeer()
	}
}

func (c *Conn) resetByPeer() {
	switch c.state {
	case SynReceived:
		c.end(ErrRefused)
	case LastAck, Closing:
		c.end(nil)
	default:
		c.end(ErrReset)
	}
}

// reset sends a reset in answer to an unacceptable ACK, whose number it takes.
func (c *Conn) reset(ack uint32) {
	c.clear()
	c.out.Flags = RST
	c.out.Seq = ack
	c.counters.OutRsts++
	c.emit()
}

// Refuse writes into reset the answer to a segment for which there is no
// connection. It returns false if there must be no answer. RFC 9293 section 3.5.2: "If the
// incoming segment has the ACK bit set, the reset takes its sequence number from
// the ACK field of the segment; otherwise, the reset has sequence number zero and
// the ACK field is set to the sum of the sequence number and segment length".
func Refuse(seg, reset *Segment) (ok bool) {
	if seg.Has(RST) {
		return false
	}
	*reset = Segment{SrcPort: seg.DstPort, DstPort: seg.SrcPort, Flags: RST}
	if seg.Has(ACK) {
		reset.Seq = seg.Ack
	} else {
		reset.Flags |= ACK
		reset.Ack = seg.Seq + uint32(seg.Space())
	}
	return true
}
