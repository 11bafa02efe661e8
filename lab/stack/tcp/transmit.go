package tcp

// How a segment is made: from a piece of the queue, or an ACK alone.

// transmit sends piece i, for the first time or again.
func (c *Conn) transmit(i int) {
	p := c.q.at(i)
	again := p.has(wasSent)
	p.sent = c.now
	c.noteRate(p)
	c.q.list(i)
	c.clear()
	seg := &c.out
	seg.Seq = c.wireSeq(p.from)
	seg.Retransmission = again
	end := p.to
	if p.has(isFIN) {
		seg.Flags |= FIN
		end--
	}
	if p.has(isSYN) {
		c.writeSYN(seg)
	} else {
		seg.Payload = c.stream.bytes(p.from, end)
		seg.Offset = p.from - 1
		c.markECN(seg, again)
	}
	if p.has(isPushed) || p.has(isFIN) && end > p.from {
		seg.Flags |= PSH
	}
	c.countData(len(seg.Payload), again)
	c.emit()
}

func (c *Conn) countData(n int, again bool) {
	if n == 0 {
		return
	}
	c.noteAnswer()
	c.totals.dataOut++
	c.totals.bytesSent += int64(n)
	if again {
		c.totals.bytesRetrans += int64(n)
	}
}

// clear begins a new segment, with the flag ACK.
func (c *Conn) clear() {
	c.out = Segment{SrcPort: c.cfg.LocalPort, DstPort: c.cfg.RemotePort, Seq: c.wireSeq(c.nxt), Flags: ACK}
}

// emit completes the segment with acknowledgment, window and options, and gives it to
// the host.
func (c *Conn) emit() {
	seg := &c.out
	if seg.Flags&ACK != 0 {
		seg.Ack = c.wireAck(c.rcvNxt)
		c.echoECN(seg)
	}
	if c.stamps || seg.Flags&(SYN|ACK) == SYN && !c.cfg.NoTimestamps {
		seg.HasTimestamps, seg.TSVal, seg.TSEcr = true, c.stamp(), c.tsRecent
	}
	if seg.Flags&RST == 0 {
		seg.Window = c.advertise(seg.Flags&SYN != 0)
		if seg.Flags&SYN == 0 {
			c.writeSACK(seg)
		}
	}
	c.lastSegment = c.now
	c.totals.segsOut++
	c.counters.OutSegs++
	if seg.Flags&ACK != 0 {
		c.ackSent()
	}
	c.send(seg)
}

// sendACK sends an ACK that carries no data.
func (c *Conn) sendACK() {
	if c.state < Established && c.state != SynReceived {
		return
	}
	c.clear()
	c.emit()
}
