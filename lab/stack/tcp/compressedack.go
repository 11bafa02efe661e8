package tcp

// Compressed ACKs: while something is missing, each segment that comes would send an
// ACK of its own. On a fast link most of them say nothing new.
//
// RFC 5681 section 4.2: a TCP receiver SHOULD send an immediate duplicate ACK when
// an out-of-order segment arrives. Linux sends the first three, which a sender
// counts, and then at most one in 5 % of a round trip, or a millisecond.

const (
	mostCompressed   = 44
	duplicatesToSend = dupThresh
)

// compressACK sends a duplicate ACK, or lets it wait a little.
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

// compressedACKDue sends one for all that were held back.
func (c *Conn) compressedACKDue() {
	if c.compressed > 0 {
		c.compressed-- // one would have been sent anyway
		c.sendACK()
	}
}
