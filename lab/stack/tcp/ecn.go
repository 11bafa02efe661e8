package tcp

// Explicit congestion notification: a router marks packets instead of dropping
// them (RFC 3168).
//
// RFC 3168 section 6.1.1: "an ECN-setup SYN packet" has ECE and CWR set, "an
// ECN-setup SYN-ACK packet" ECE alone. Section 6.1.3: "When TCP receives a CE data
// packet at the destination end-system, the TCP data receiver sets the ECN-Echo
// flag in the TCP header of the subsequent ACK packet", and in all later ones until
// CWR arrives.
//
// Linux grants ECN to a peer that asks for it, and by default does not ask itself.

// An ecnState is what an end knows of marks.
type ecnState struct {
	on      bool // agreed on
	echo    bool // a mark has come: set ECE until CWR comes
	sendCWR bool // the window was reduced: set CWR on the next new data
}

// queueCWR notes that the window was reduced.
func (e *ecnState) queueCWR() { e.sendCWR = e.on }

// markECN lets routers mark a segment with new data. RFC 3168 section 6.1.5:
// ECT is not set on retransmitted data packets.
func (c *Conn) markECN(seg *Segment, again bool) {
	if !c.ecn.on || again || len(seg.Payload) == 0 {
		return
	}
	seg.ECN = ECT0
	if c.ecn.sendCWR {
		seg.Flags |= CWR
		c.ecn.sendCWR = false
	}
}

// echoECN tells the other end of a mark.
func (c *Conn) echoECN(seg *Segment) {
	if c.ecn.echo && seg.Flags&(SYN|RST) == 0 {
		seg.Flags |= ECE
	}
}

// readECN reads the mark and the CWR flag of a segment that carries data.
func (c *Conn) readECN(seg *Segment) {
	if !c.ecn.on {
		return
	}
	if seg.Has(CWR) {
		c.ecn.echo = false
		c.ackNow = true // the sender's window may be very small
	}
	if seg.ECN == CE {
		c.counters.TCPECNMarks++
		if !c.ecn.echo {
			c.ecn.echo = true
			c.enterQuick(2)
		}
	}
}
