package tcp

import "stones/lab/stack/charge"

// A receive buffer limits not the bytes of the stream, but the memory that holds them.
//
// RFC 9293 section 3.8.6: the window "is related to the data buffer space currently
// available for this connection". What counts as space is left to the implementation.
//
// Linux charges each segment the whole allocation that holds it: 2304 bytes for
// any of 613 to 1448 bytes. What follows in the stream and fits into the same
// allocation costs nothing. A buffer takes segments until it is exceeded. The part of
// the buffer that can be offered as window is the ratio of payload to charge in the
// largest segment so far; before any segment has come, it is a half.

const (
	firstBuffer = 131_072       // tcp_rmem's default
	largestRmem = 32 << 20      // tcp_rmem's maximum
	ratioShift  = 8             // the ratio is in 1/256
	descriptor  = 256           // bytes of a segment's descriptor, saved when two are joined
	leastBuffer = segmentMemory // of SO_RCVBUF
)

// A memory is a receive buffer.
type memory struct {
	buffer  int64 // sk_rcvbuf
	fixed   bool  // it does not grow
	charged int64
	ratio   int64 // of bytes to charge, in 1/256
	clamp   int64 // largest window that the buffer allows
	starved bool  // a segment found no room: the next window is zero
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

// A share is a text's part in the allocation in which it lies. Of the texts in one
// allocation the last one bears its cost, so the cost is due until all are read.
type share struct {
	cost   int64
	behind int64 // how many bytes more the allocation takes, at no cost
}

// follow puts n bytes into the allocation of the text before, if they fit there, and
// reports whether they do.
func (s *share) follow(before *share, n int64) bool {
	if n > before.behind {
		return false
	}
	*s = share{before.cost, before.behind - n}
	*before = share{}
	return true
}

// shareOf is the share of a text with an allocation of its own.
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

// hasRoom reports whether a text that continues the stream can be kept. If there is no
// room, the next ACK, which is sent at once, closes the window. An empty buffer always
// takes one text.
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

// makeRoom reports whether another text can be kept. A buffer that may grow grows first.
// Then texts that came early are dropped, from the last on, in favour of one in order. RFC
// 2018 section 8:
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

// forgetBlocks removes everything from offset on from the SACK blocks.
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

// pageBytes is how many bytes a joined buffer holds, pageCharge what it costs with its
// descriptor.
const (
	pageBytes  = 4096 - 320
	pageCharge = 4096 + descriptor
)

// collapse copies short texts together if the memory that they take stands for more
// window than their bytes.
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
