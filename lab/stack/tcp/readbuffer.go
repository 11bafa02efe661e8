package tcp

import (
	"io"
	"time"
)

// Data in order that wait for the program.
//
// RFC 9293 section 3.10.3, RECEIVE: "Reassemble queued incoming segments into
// receive buffer and return to user."

// An inText is the bytes of one segment, and what they cost.
type inText struct {
	bytes []byte
	share
	pushed bool
}

// An inbox is a queue of texts.
type inbox struct {
	texts []inText
	head  int
}

func (b *inbox) empty() bool { return b.head == len(b.texts) }

// push adds a text, and returns what it costs. A text that fits into the allocation of
// the one before costs nothing. If neither of the two was pushed, they share a
// descriptor.
func (b *inbox) push(t text, s share) int64 {
	if b.head > 0 && len(b.texts) == cap(b.texts) {
		n := copy(b.texts, b.texts[b.head:])
		clear(b.texts[n:])
		b.texts, b.head = b.texts[:n], 0
	}
	cost := s.cost
	if !b.empty() {
		switch last := &b.texts[len(b.texts)-1]; {
		case s.follow(&last.share, int64(len(t.bytes))):
			cost = 0
		case !t.pushed && !last.pushed:
			cost = max(cost-descriptor, 0)
			s = share{cost: cost}
		}
	}
	b.texts = append(b.texts, inText{t.bytes, s, t.pushed})
	return cost
}

// Read copies bytes that have come in order to b. It returns 0, nil if there are none
// yet, and 0 and [io.EOF] behind the last one. If the connection has ended early, it
// returns that error once all bytes are read.
func (c *Conn) Read(now time.Duration, b []byte) (int, error) {
	c.now = now
	n := 0
	for n < len(b) && !c.in.empty() {
		first := &c.in.texts[c.in.head]
		m := copy(b[n:], first.bytes)
		n += m
		c.inLen -= int64(m)
		c.copied += int64(m)
		if m < len(first.bytes) {
			first.bytes = first.bytes[m:]
		} else {
			c.charged -= first.cost
			c.in.pop()
		}
		c.tune()
	}
	switch {
	case n > 0:
		c.afterRead()
		return n, nil
	case len(b) == 0:
		return 0, nil
	case c.eof:
		return 0, io.EOF
	}
	return 0, c.err
}

func (b *inbox) pop() {
	b.texts[b.head] = inText{}
	b.head++
	if b.empty() {
		b.texts, b.head = b.texts[:0], 0
	}
}

// Unread is how many bytes have come in order and were not read.
func (c *Conn) Unread() int { return int(c.inLen) }

// Readable reports whether a read would give bytes, the end of the stream, or an
// error.
func (c *Conn) Readable() bool { return !c.in.empty() || c.eof || c.err != nil }
