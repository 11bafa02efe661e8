package wire

import (
	"cmp"
	"math/bits"
	"time"
)

// CoDel (RFC 8289) drops a packet when all that have left during a whole interval had
// waited longer than the target. While that goes on, it drops more and more often.

// Defaults of CoDel, RFC 8289 sections 3.2 and 4.2 to 4.4.
const (
	codelTarget   = 5 * time.Millisecond
	codelInterval = 100 * time.Millisecond
	codelPacket   = 1500 // bytes: while no more are queued, nothing is dropped
)

// codel is the state of CoDel for one queue.
type codel struct {
	target, interval time.Duration

	above    time.Duration // when the sojourn time will have been above the target for an interval; 0 if it is below
	dropping bool
	next     time.Duration // when the next packet is due to be dropped
	count    int           // packets dropped since the dropping state began
	last     int           // count at the beginning of the last dropping state
}

// A waiter is a packet in a queue.
type waiter struct {
	Packet
	id    identity
	since time.Duration // when it came
}

// A source is the queue that CoDel takes packets from. It is told of the packets that
// CoDel drops or marks.
type source interface {
	pop() (p waiter, ok bool)
	waiting() int // bytes in the queue
	drop(now time.Duration, p waiter)
	mark(p *waiter) bool // false if it cannot be marked
}

// take takes the next packet to be sent at time now. It is not ok if the queue is empty.
func (c *codel) take(now time.Duration, from source) (p waiter, ok bool) {
	p, ok, late := c.look(now, from)
	switch {
	case !ok:
		c.dropping = false
	case c.dropping && !late:
		c.dropping = false
	case c.dropping:
		for c.dropping && now >= c.next {
			c.count++
			if from.mark(&p) {
				c.next = c.law(c.next)
				break
			}
			from.drop(now, p)
			if p, ok, late = c.look(now, from); !late {
				c.dropping = false
			} else {
				c.next = c.law(c.next)
			}
		}
	case late:
		if !from.mark(&p) {
			from.drop(now, p)
			p, ok, _ = c.look(now, from)
		}
		c.begin(now)
	}
	return p, ok
}

// begin enters the dropping state. If the last dropping state ended not long ago, it
// begins with about the same drop rate (RFC 8289 section 4.2).
func (c *codel) begin(now time.Duration) {
	c.dropping = true
	since := c.count - c.last
	c.count = 1
	if since > 1 && now-c.next < 16*c.interval {
		c.count = since
	}
	c.next = c.law(now)
	c.last = c.count
}

// look takes a packet. Late reports whether packets have waited too long for a whole
// interval.
func (c *codel) look(now time.Duration, from source) (p waiter, ok, late bool) {
	p, ok = from.pop()
	switch {
	case !ok:
		c.above = 0
	case now-p.since < c.target || from.waiting() <= codelPacket:
		c.above = 0
	case c.above == 0:
		c.above = now + c.interval
	case now >= c.above:
		late = true
	}
	return p, ok, late
}

// law is the control law (RFC 8289 section 3.3): the next drop is due the interval
// divided by the square root of count after t, rounded down to the nanosecond.
func (c *codel) law(t time.Duration) time.Duration {
	hi, lo := bits.Mul64(uint64(c.interval), uint64(c.interval))
	n := uint64(c.count)
	quotientHi, rest := hi/n, hi%n
	quotientLo, _ := bits.Div64(rest, lo, n)
	return t + time.Duration(root(quotientHi, quotientLo))
}

// root is the square root of a number of 128 bits, rounded down.
func root(hi, lo uint64) uint64 {
	r := uint64(0)
	for bit := uint64(1) << 63; bit > 0; bit >>= 1 {
		h, l := bits.Mul64(r|bit, r|bit)
		if h < hi || h == hi && l <= lo {
			r |= bit
		}
	}
	return r
}

// newCodel returns the state for an empty queue.
func newCodel(q Queue) codel {
	return codel{target: cmp.Or(q.Target, codelTarget), interval: cmp.Or(q.Interval, codelInterval)}
}
