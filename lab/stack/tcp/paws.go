package tcp

// Protection against wrapped sequence numbers: a segment whose time stamp is older
// than one that came before is not taken (RFC 7323 section 5).
//
// RFC 7323 section 5.3: a segment with SEG.TSval < TS.Recent and without RST is
// treated as not acceptable.
//
// With much reordering this also drops new data: a retransmission raises TS.Recent, and
// original segments that it has overtaken are older. Linux accepts that. It lets a pure
// ACK without news pass, and a clock that goes back by 1 ms.

// stale reports whether seg is too old by its time stamp.
func (c *Conn) stale(seg *Segment) bool {
	if !c.stamps || !seg.HasTimestamps || int32(c.tsRecent-seg.TSVal) <= 1 {
		return false
	}
	pure := seg.Space() == 0 && c.offsetOfSeq(seg.Seq) == c.rcvNxt && c.offsetOfAck(seg.Ack) == c.una
	if !pure {
		return true
	}
	window := int64(seg.Window) << c.peerScale
	return window > c.window || window == 0
}

// keepTimestamp keeps the time stamp that will be echoed. RFC 7323 section 4.3: "If:
// SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent, then SEG.TSval is copied to
// TS.Recent".
func (c *Conn) keepTimestamp(seg *Segment) {
	if !c.stamps || !seg.HasTimestamps {
		return
	}
	if c.offsetOfSeq(seg.Seq) <= c.rcvWup && int32(c.tsRecent-seg.TSVal) <= 0 {
		c.tsRecent = seg.TSVal
	}
}
