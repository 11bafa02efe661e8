package tcp

import "stones/lab/stack/charge"

// What a receive buffer holds: not bytes, but the memory that keeps them.
//
// RFC 9293 section 3.8.6: the window is the amount of buffer space that the
// receiver has left; what a buffer's space is, is the implementation's.
//
// Linux charges each segment the whole allocation that holds it: 2304 bytes for
// any of 613 to 1448 bytes. What follows in the stream and fits behind it costs
// nothing. A buffer takes segments until it is exceeded. Of a buffer the part can be
// offered as window that the bytes had in the charge of the largest segment so far;
// before any has come, a half.

const (
	firstBuffer = 131_072       // tcp_rmem's default
	largestRmem = 32 << 20      // tcp_rmem's maximum
	ratioShift  = 8             // the ratio is in 1/256
	descriptor  = 256           // of a segment, saved when two are joined
	leastBuffer = segmentMemory // of SO_RCVBUF
)

// A memory is a receive buffer.
type memory struct {
	buffer  int64 // sk_rcvbuf
	fixed   bool  // it does not grow
	charged int64
	ratio   int64 // of bytes to charge, in 1/256
	clamp   int64 // largest window that the buffer allows
	starved bool  // a segment found no room: no window is offered
}

func (c *Conn) initMemory() {
	c.buffer = firstBuffer
	if n := c.cfg.ReceiveBuffer; n > 0 {
		c.buffer, c.fixed = max(2*int64(n), leastBuffer), true
	}
	c.ratio = 1 << (ratioShift - 1)
}

// fromSpace is how many bytes of window fit into memory.
func (c *Conn) fromSpace(memory int64) int64 { return memory * c.ratio >> ratioShift }

// space is what could be offered now.
func (c *Conn) space() int64 { return c.fromSpace(c.buffer - c.charged) }

func (c *Conn) charge(n int64) { c.charged += n }

// A share is what a text bears of the buffer in which it lies. Of those that share a
// buffer the last one bears its cost, which is due until all of them are read.
type share struct {
	cost   int64
	behind int64 // as many bytes more would cost nothing
}

// follow lets n bytes lie behind those that bore the share before, if they fit there, and
// reports whether they do.
func (s *share) follow(before *share, n int64) bool {
	if n > before.behind {
		return false
	}
	*s = share{before.cost, before.behind - n}
	*before = share{}
	return true
}

// shareOf is that of a text with a buffer of its own.
func (c *Conn) shareOf(t text) share {
	return share{c.costOf(t), int64(charge.Behind(c.packetOf(t)))}
}

// costOf is what a text is charged.
func (c *Conn) costOf(t text) int64 { return int64(charge.Packet(c.packetOf(t))) }

// packetOf is the length of the packet that a text came in.
func (c *Conn) packetOf(t text) int {
	header := int64(c.cfg.IPHeader)
	if header == 0 {
		header = 20
	}
	return int(header + t.header + t.full)
}

// hasRoom reports whether a text that continues the stream can be kept. If not, the
// window is closed, though it was open, and the other end is told. The first text
// always finds room.
func (c *Conn) hasRoom(t text) bool {
	if len(t.bytes) == 0 || c.makeRoom(true) {
		return true
	}
	c.starved, c.ackNow, c.scheduled = true, true, true
	if c.in.empty() {
		return true
	}
	c.counters.TCPRcvQDrop++
	return false
}

// hasRoomForEarly reports whether a text that came early can be kept.
func (c *Conn) hasRoomForEarly() bool {
	if c.makeRoom(false) {
		return true
	}
	c.counters.TCPOFODrop++
	c.scheduled = true
	return false
}

// makeRoom reports whether another text can be kept. A buffer that may grow does; then
// what came early makes room for what comes in order, from its end. RFC 2018 section 8:
// "the data receiver is permitted to discard data in its queue that has not been
// acknowledged to the data sender, even if the data has already been reported in a
// SACK option".
func (c *Conn) makeRoom(inOrder bool) bool {
	if c.charged <= c.buffer {
		return true
	}
	if !c.fixed && c.buffer < largestRmem {
		c.buffer = min(c.charged, largestRmem)
	}
	if c.charged <= c.buffer {
		return true
	}
	c.limit = min(c.limit, 2*c.advertisedMSS())
	c.collapse()
	for inOrder && !c.early.empty() && c.charged > c.buffer {
		last := c.early.popLast()
		c.charged -= last.cost
		c.forgetBlocks(last.from)
	}
	return c.charged <= c.buffer
}

// forgetBlocks no longer reports what lies from offset on.
func (c *Conn) forgetBlocks(offset int64) {
	n := 0
	for _, b := range c.blocks[:c.blockCount] {
		b.to = min(b.to, offset)
		if b.from < b.to {
			c.blocks[n] = b
			n++
		}
	}
	c.blockCount = n
}

// page is how many bytes a joined buffer holds, and its charge with the descriptor.
const (
	pageBytes  = 4096 - 320
	pageCharge = 4096 + descriptor
)

// collapse copies short texts together if their charge is larger than their share
// of the window.
func (c *Conn) collapse() {
	texts := c.in.texts[c.in.head:]
	var bytes, cost int64
	for _, t := range texts {
		bytes += int64(len(t.bytes))
		cost += t.cost
	}
	if len(texts) < 2 || c.fromSpace(cost) <= bytes {
		return
	}
	joined := (bytes + pageBytes - 1) / pageBytes * pageCharge
	if joined >= cost {
		return
	}
	c.counters.TCPRcvCollapsed += len(texts)
	c.charged -= cost - joined
	each := joined / int64(len(texts))
	for i := range texts {
		texts[i].share = share{cost: each}
		joined -= each
	}
	texts[0].cost += joined
}
