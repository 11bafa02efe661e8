package tcp

// Messages of ICMP about a connection: whether to believe them.
//
// Anybody can send one. RFC 5927 section 4.1 asks to check that "the TCP sequence number
// contained in the payload of the ICMP error message" lies within the range of the data
// already sent but not yet acknowledged. Linux does so.

// Sent reports whether a sequence number is in flight: sent, and not acknowledged.
func (c *Conn) Sent(seq uint32) bool {
	return seq-c.wireSeq(c.una) < uint32(c.nxt-c.una)
}
