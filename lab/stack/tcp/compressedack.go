package tcp

// Compressed ACKs: while a segment is missing, each later one would cause an ACK of
// its own. On a fast link most of these ACKs say nothing new.
//
// RFC 5681 section 4.2: a TCP receiver SHOULD send an immediate duplicate ACK when
// an out-of-order segment arrives. Linux sends the first three at once, which a sender
// counts, and then at most one in 5 % of a round trip or in 1 ms, whichever is less.

const (
	mostCompressed   = 44 // ACKs held back (net.ipv4.tcp_comp_sack_nr)
	duplicatesToSend = dupThresh
)

// compressACK sends a duplicate ACK, or holds it back.
func (c *Conn) compressACK() {
	if !c.sack || c.compressed >= mostCompressed {
		c.sendACK()
		return
	}
	if c.compressedFor != c.rcvNxt {
		c.compressedFor, c.repeated = c.rcvNxt, 0
	}
	if c.repeated < duplicatesToSend {
		c.repeated++
		c.sendACK()
		return
	}
	c.compressed++
	if c.compress.set {
		return
	}
	trip := c.trip
	if c.rtt.smoothed > 0 && c.rtt.smoothed < trip {
		trip = c.rtt.smoothed
	}
	c.compress.start(c.now + min(ms, trip/20))
}

// compressedACKDue sends one ACK for all that were held back.
func (c *Conn) compressedACKDue() {
	if c.compressed > 0 {
		c.compressed-- // the counter leaves out the one that is sent
		c.sendACK()
	}
}
