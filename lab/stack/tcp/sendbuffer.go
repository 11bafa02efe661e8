package tcp

import "time"

// The send buffer.
//
// RFC 9293 section 3.8.6.2.1 supposes one, for data that is queued and not sent. Its
// size is left open.
//
// Linux's follows the congestion window: memory for twice the window's segments,
// so that the next window is ready when this one is acknowledged. The memory of a
// full segment is 2304 bytes (2048 and the descriptor). A write may always fill the
// last chunk, and begins a new one while the memory in use is below the limit. So a
// buffer of 46,080 bytes takes 75,160 bytes from the program before it is full. A
// program that waits is woken when a third of the buffer is free.

const (
	segmentMemory = 2304        // bytes of memory of a full segment, for the limit
	bufferMemory  = 832         // bytes of bookkeeping of a chunk, or of a burst sent
	leastSndbuf   = 4608        // bytes of buffer
	largestSndbuf = 4 << 20     // bytes of buffer (the maximum of net.ipv4.tcp_wmem)
	largestBurst  = 65536 - 320 // bytes in one hand-over to the device
)

func (c *Conn) initSendBuffer() {
	c.sendBuffer = 2 * segmentMemory * 10
	if n := c.cfg.SendBuffer; n > 0 {
		c.sendBuffer = max(leastSndbuf, 2*int64(n))
	}
}

// Write copies as much of b as the send buffer has room for, and returns how much that
// is. If it is less than all, [Conn.Writable] tells when there is room again. After the
// end of this end's stream the error is [ErrClosed]; if the connection has ended early,
// it is that error.
func (c *Conn) Write(now time.Duration, b []byte) (int, error) {
	c.now = now
	if c.err != nil {
		return 0, c.err
	}
	if c.finished || c.state != Established && c.state != CloseWait {
		if c.finished || c.state > CloseWait || c.state == Closed {
			return 0, ErrClosed
		}
		return 0, nil
	}
	total := 0
	for len(b) > 0 {
		n := c.room()
		if n <= 0 {
			c.blocked = true
			break
		}
		n = min(n, int64(len(b)))
		c.append(b[:n], total == 0)
		b = b[n:]
		total += int(n)
	}
	if total > 0 {
		c.unsent.last().pushed = true
		c.push()
	}
	return total, nil
}

// append adds b to the last chunk. first is set for the first bytes of a write.
func (c *Conn) append(b []byte, first bool) {
	if !c.fits() {
		c.restartAfterIdle()
		c.unsent.push(chunk{end: c.unsent.end})
	}
	c.stream.write(b)
	c.unsent.end += int64(len(b))
	last := c.unsent.last()
	last.end = c.unsent.end
	if first {
		last.pushed = false
	}
}

// fits reports whether the last chunk takes more.
func (c *Conn) fits() bool {
	return !c.unsent.empty() && c.unsent.lastLen(c.nxt) < c.chunkSize()
}

// room is how many bytes the next chunk takes.
func (c *Conn) room() int64 {
	size := c.chunkSize()
	if c.fits() {
		return size - c.unsent.lastLen(c.nxt)
	}
	if c.sendMemory() >= c.sendBuffer {
		return 0
	}
	return size
}

// chunkSize is how much goes into one chunk: whole segments, but no more than half
// of the largest window that was offered.
func (c *Conn) chunkSize() int64 { return max(c.halfWindow(largestBurst)/c.mss, 1) * c.mss }

// halfWindow is n, but no more than half of the largest window that was offered, or all
// of a window of at most 536 bytes (tcp_bound_to_half_wnd). So even a window of less than
// a segment is used in two parts.
func (c *Conn) halfWindow(n int64) int64 {
	half := c.maxWindow
	if half > defaultMSS {
		half /= 2
	}
	if half > 0 && half < n {
		return max(half, 68-HeaderLen-c.optionBytes())
	}
	return n
}

// sendMemory is how many bytes are charged to the send buffer.
func (c *Conn) sendMemory() int64 {
	unsent := c.unsent.end - c.nxt
	return c.q.memory + unsent + bufferMemory*int64(c.unsent.len())
}

// Writable reports whether a write would take anything, or fail.
func (c *Conn) Writable() bool {
	if c.err != nil || c.finished || c.state == Closed {
		return true
	}
	if c.state != Established && c.state != CloseWait {
		return false
	}
	return !c.blocked
}

// wakeWriter lets the buffer grow for a program that waits, unless the congestion window
// is full, and wakes the program when there is room. It is called after each burst: all
// bursts but the last leave room in the window.
func (c *Conn) wakeWriter() {
	if !c.blocked {
		return
	}
	if c.cfg.SendBuffer == 0 && c.q.inFlight() < c.cwnd {
		segments := max(int64(c.cfg.InitialWindow), c.cwnd, c.duplicates+1)
		c.sendBuffer = max(c.sendBuffer, min(2*segmentMemory*segments, largestSndbuf))
		c.usage.stamp = c.coarse()
	}
	if c.sendMemory() <= c.sendBuffer*2/3 {
		c.blocked = false
	}
}
