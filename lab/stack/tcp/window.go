package tcp

import "math/bits"

// The window that the receiver offers.
//
// RFC 9293 section 3.8.6: "A TCP receiver SHOULD NOT shrink the window, i.e., move
// the right window edge to the left". Section 3.8.6.2.2, on the receiver's avoidance of
// the silly window syndrome: avoid advancing the right window edge in small increments.
//
// Linux rounds a scaled window up to its unit, so that the right edge may move by less
// than a unit with each ACK. With less room than a sixteenth of the buffer, or than one
// segment, it offers nothing new. When the memory of the buffer is used up before its
// window is, Linux does move the right edge to the left: to what has arrived.

// openWindow computes the first window and its scale. The scale follows from the largest
// buffer that the connection may get (RFC 7323 section 2.2).
func (c *Conn) openWindow() {
	mss := int64(c.cfg.MSS)
	if c.stamps {
		mss -= 12
	}
	space := c.fromSpace(c.buffer)
	largest := int64(largestRmem)
	if c.fixed {
		largest = space
	}
	c.clamp = space
	if c.cfg.NoScale || c.peerDeclined() {
		c.scale = 0
	} else {
		c.scale = uint8(min(max(bits.Len64(uint64(largest))-16, 0), maxScale))
	}
	if space > mss {
		space -= space % mss
	}
	c.clamp = min(largest, 65535<<c.scale)
	c.offered = min(space, c.clamp)
	c.edge = c.rcvNxt + c.offered
	c.limit = c.offered
}

// keepWindow keeps the window of this end's SYN when the SYN-ACK has come.
func (c *Conn) keepWindow() {
	c.clamp = min(c.clamp, 65535<<c.scale)
	c.edge = c.rcvNxt + c.offered
}

// peerDeclined reports whether the other end's SYN came without window scaling.
func (c *Conn) peerDeclined() bool { return c.state != SynSent && !c.scaled }

// receiveWindow is what is left of the window that was offered: Linux's
// tcp_receive_window.
func (c *Conn) receiveWindow() int64 { return max(0, c.edge-c.rcvNxt) }

// selectWindow is the window that could be offered now (Linux's __tcp_select_window).
func (c *Conn) selectWindow() int64 {
	free, all := c.space(), c.fromSpace(c.buffer)
	full := min(c.clamp, all)
	// A peer whose segments are larger than a tiny window must not close it for ever: a
	// segment counts for no more than could be offered.
	mss := min(c.peerSegment, full, c.limit)
	if mss <= 0 {
		return 0
	}
	unit := int64(1) << c.scale
	if free < full/2 {
		c.quick = 0
		free = max(free, 0) / unit * unit
		if free < all/16 || free < mss {
			return 0
		}
	}
	free = min(free, c.limit)
	if c.scale > 0 {
		return (free + unit - 1) / unit * unit
	}
	window := c.offered
	switch {
	case window <= free-mss || window > free:
		window = free / mss * mss
	case mss == full && free > window+full/2:
		window = free
	}
	return window
}

// advertise is the window field of a segment. It is not scaled in a SYN: RFC 7323
// section 2.2.
func (c *Conn) advertise(syn bool) uint16 {
	if syn {
		return uint16(min(c.offered, 65535))
	}
	unit := int64(1) << c.scale
	left := c.receiveWindow()
	window := int64(0)
	if c.starved {
		c.starved = false
		c.edge, c.offered = c.rcvNxt, 0
		c.countZero(left, 0)
		return 0
	}
	if window = c.selectWindow(); window < left {
		if window == 0 {
			c.counters.TCPWantZeroWindowAdv++
		}
		window = (left + unit - 1) / unit * unit
	}
	window = min(window, 65535<<c.scale)
	c.countZero(c.offered, window)
	c.offered = window
	c.edge = max(c.edge, c.rcvNxt+window)
	return uint16(window >> c.scale)
}

func (c *Conn) countZero(before, now int64) {
	switch {
	case before > 0 && now == 0:
		c.counters.TCPToZeroWindowAdv++
	case before == 0 && now > 0:
		c.counters.TCPFromZeroWindowAdv++
	}
}
