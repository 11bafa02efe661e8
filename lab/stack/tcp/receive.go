package tcp

// Data arrives (RFC 9293 section 3.10.7.4, "seventh, process the segment text").
//
// "Once in the ESTABLISHED state, it is possible to deliver segment data to user
// RECEIVE buffers. ... When the TCP endpoint takes responsibility for delivering
// the data to the user, it must also acknowledge the receipt of the data."

// takesData reports whether data are still accepted. RFC 9293 section 3.6.1: "if new
// data is received after CLOSE is called, its TCP implementation SHOULD send a RST".
func (c *Conn) takesData(seg *Segment, from int64) bool {
	switch c.state {
	case CloseWait, Closing, LastAck:
		return true // nothing can be new behind the FIN; old data are acknowledged
	default:
	}
	if c.orphan && len(seg.Payload) > 0 && from+int64(len(seg.Payload)) > c.rcvNxt {
		c.counters.TCPAbortOnClose++
		c.reset(seg.Ack)
		c.end(nil)
		return false
	}
	return true
}

// receive takes a segment with data or a FIN.
func (c *Conn) receive(seg *Segment, from int64) {
	to := from + int64(len(seg.Payload))
	end := to
	if seg.Has(FIN) {
		end++
	}
	c.readECN(seg)
	c.measureRTTByEcho(seg)
	switch {
	case end <= c.rcvNxt, c.eof:
		c.counters.DelayedACKLost++
		c.reportTwice(from, end)
		c.outOfWindow()
	case from > c.rcvNxt:
		if from >= max(c.edge, c.rcvNxt) {
			c.outOfWindow()
			return
		}
		c.receiveEarly(textOf(seg, from))
	default:
		if from < c.rcvNxt {
			c.reportTwice(from, c.rcvNxt)
		}
		if c.edge <= c.rcvNxt && len(seg.Payload) > 0 {
			c.outOfWindow()
			return
		}
		c.receiveNext(textOf(seg, from))
	}
}

// A text is what a segment carries: bytes, perhaps a FIN behind them.
type text struct {
	span   // of the bytes
	bytes  []byte
	fin    bool
	pushed bool
	full   int64 // payload of the segment it came in
	header int64 // length of that segment's header
}

func textOf(seg *Segment, from int64) text {
	return text{
		span: span{from, from + int64(len(seg.Payload))}, bytes: seg.Payload,
		fin: seg.Has(FIN), pushed: seg.Has(PSH), full: int64(len(seg.Payload)),
		header: int64(HeaderLen + seg.optionsLen()),
	}
}

// cutBefore removes what lies below offset.
func (t *text) cutBefore(offset int64) {
	if n := offset - t.from; n > 0 {
		t.bytes = t.bytes[min(n, int64(len(t.bytes))):]
		t.from = min(offset, t.to)
	}
}

// end is the offset behind the text, the FIN included.
func (t *text) end() int64 {
	if t.fin {
		return t.to + 1
	}
	return t.to
}

// outOfWindow acknowledges a segment that cannot be taken. Its ACK and the next ones are
// not delayed, since the other end does not know what has arrived.
func (c *Conn) outOfWindow() {
	c.enterQuick(mostQuick)
	c.scheduled = true
}

// receiveNext takes data that continue the stream, and then data that had come early.
func (c *Conn) receiveNext(t text) {
	t.cutBefore(c.rcvNxt)
	if !c.hasRoom(t) {
		return
	}
	c.take(t, c.shareOf(t))
	if t.full > 0 {
		c.dataArrived(t)
	}
	if t.fin {
		c.gotFIN()
	}
	if c.early.empty() {
		return
	}
	c.takeEarly()
	if c.early.empty() {
		// RFC 5681 section 4.2: a TCP receiver SHOULD send an immediate ACK when
		// it receives a data segment that fills in all or part of a gap.
		c.ackNow = true
	}
	c.dropBlocks()
}

// take puts bytes that are in order into the program's inbox.
func (c *Conn) take(t text, s share) {
	if len(t.bytes) > 0 {
		c.charge(c.in.push(t, s))
		n := int64(len(t.bytes))
		c.inLen += n
		c.rcvNxt += n
		c.totals.bytesReceived += n
	}
}

// takeEarly takes data that had come early and are in order now.
func (c *Conn) takeEarly() {
	for !c.early.empty() && c.early.first().from <= c.rcvNxt {
		t := c.early.pop()
		c.charged -= t.cost
		if t.end() <= c.rcvNxt {
			c.reportTwice(t.from, t.end())
			continue
		}
		if t.from < c.rcvNxt {
			c.reportTwice(t.from, c.rcvNxt)
		}
		t.cutBefore(c.rcvNxt)
		c.take(t.text, t.share)
		if t.fin {
			c.gotFIN()
			c.ackNow = true
		}
	}
}
