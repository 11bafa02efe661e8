package tcp

// The SACK blocks by which the receiver reports data that came early (RFC 2018) or twice
// (RFC 2883).
//
// RFC 2018 section 4: "The first SACK block ... MUST specify the contiguous block of
// data containing the segment which triggered this ACK" and "the SACK option SHOULD
// be filled out by repeating the most recently reported SACK blocks".

// sackBlocks are what the next ACKs report. The block that changed last is the first.
type sackBlocks struct {
	blocks     [MaxSACK]span
	blockCount int
	twice      span // came twice; reported in one ACK only
}

// addBlock makes data that came early the first block, merged with all blocks that they
// touch.
func (c *Conn) addBlock(s span) {
	kept := [MaxSACK]span{}
	n := 1
	for _, b := range c.blocks[:c.blockCount] {
		switch {
		case b.from <= s.to && s.from <= b.to:
			s.from, s.to = min(s.from, b.from), max(s.to, b.to)
		case n < MaxSACK:
			kept[n] = b
			n++
		}
	}
	kept[0] = s
	c.blocks, c.blockCount = kept, n
}

// dropBlocks removes blocks that are in order now.
func (c *Conn) dropBlocks() {
	n := 0
	for _, b := range c.blocks[:c.blockCount] {
		if b.to > c.rcvNxt {
			c.blocks[n] = b
			n++
		}
	}
	c.blockCount = n
}

// reportTwice notes that a range came twice. Ranges that touch are reported as one.
func (c *Conn) reportTwice(from, to int64) {
	if !c.sack || from >= to {
		return
	}
	if to <= c.rcvNxt {
		c.counters.TCPDSACKOldSent++
	} else {
		c.counters.TCPDSACKOfoSent++
	}
	if t := &c.twice; t.to > t.from && from <= t.to && t.from <= to {
		t.from, t.to = min(t.from, from), max(t.to, to)
		return
	}
	c.twice = span{from, to}
}

// writeSACK puts the blocks into an ACK, as many as fit beside the time stamps.
func (c *Conn) writeSACK(seg *Segment) {
	if !c.sack {
		return
	}
	room := MaxSACK
	if c.stamps {
		room--
	}
	if c.twice.to > c.twice.from {
		c.writeBlock(seg, c.twice)
		c.twice = span{}
	}
	for _, b := range c.blocks[:c.blockCount] {
		if seg.SACKs == room {
			return
		}
		c.writeBlock(seg, b)
	}
}

func (c *Conn) writeBlock(seg *Segment, s span) {
	seg.SACK[seg.SACKs] = Range{c.wireAck(s.from), c.wireAck(s.to)}
	seg.SACKs++
}
