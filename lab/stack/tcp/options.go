package tcp

// What the ends agree on in the handshake: segment size, window scaling, time
// stamps, SACK.
//
// RFC 9293 section 3.7.1: "TCP endpoints MUST implement both sending and receiving the
// MSS Option". RFC 7323 section 1.3: scaling and time stamps may be offered in a
// <SYN,ACK> segment only if they were received in the initial <SYN>.
//
// Linux writes MSS, SACK permitted, time stamps and scale, in this order.

// defaultMSS holds if no MSS Option comes: RFC 9293 section 3.7.1, "TCP implementations
// MUST assume a default send MSS of 536 (576 - 40) for IPv4 or 1220 (1280 - 60) for
// IPv6". Linux assumes 536 for both.
const defaultMSS = 536

// An agreement is the result of the negotiation.
type agreement struct {
	stamps     bool
	sack       bool
	scaled     bool
	peerScale  uint8 // of the windows that come
	peerMSS    int64
	firstStamp uint32 // time stamp of this end's first SYN
}

// writeSYN writes a SYN, or the answer to one.
func (c *Conn) writeSYN(seg *Segment) {
	seg.Flags = SYN
	o := &seg.Options
	o.MSS = uint16(min(c.cfg.MSS, 65535))
	o.HasScale, o.Scale = !c.cfg.NoScale, c.scale
	o.SACKPermitted = !c.cfg.NoSACK
	if c.state == SynSent {
		if c.cfg.ECN {
			seg.Flags |= ECE | CWR
		}
		return
	}
	seg.Flags |= ACK
	o.HasScale = c.scaled
	o.SACKPermitted = c.sack
	if c.ecn.on {
		seg.Flags |= ECE
	}
}

// agree reads the other end's SYN.
func (c *Conn) agree(seg *Segment) {
	c.irs = seg.Seq
	c.rcvNxt, c.rcvWup, c.copied = 1, 1, 1
	c.stamps = seg.HasTimestamps && !c.cfg.NoTimestamps
	c.sack = seg.SACKPermitted && !c.cfg.NoSACK
	c.scaled = seg.HasScale && !c.cfg.NoScale
	c.peerScale = seg.Scale
	if !c.scaled {
		c.peerScale, c.scale = 0, 0
	}
	if c.stamps {
		c.tsRecent, c.tsEcho = seg.TSVal, seg.TSEcr
	}
	c.peerMSS = defaultMSS
	if seg.MSS > 0 {
		c.peerMSS = int64(seg.MSS)
	}
	c.maxWindow = int64(seg.Window)
	c.window = c.maxWindow
	c.setMSS()
}

// optionBytes are the bytes of the options that each segment carries.
func (c *Conn) optionBytes() int64 {
	if c.stamps {
		return 12
	}
	return 0
}

// leastMSS is the least segment size that is accepted, so that there is room for
// options.
const leastMSS = 48

// setMSS computes the payload of a full segment: what both ends accept, less the
// options (RFC 6691), and no more than half of the other end's largest window.
func (c *Conn) setMSS() {
	mss := max(min(c.peerMSS, int64(c.cfg.MSS)), leastMSS)
	c.mss = max(min(mss-c.optionBytes(), c.halfWindow(mss-c.optionBytes())), 1)
}
