package wire

import (
	"cmp"
	"math/bits"
	"time"
)

// CoDel (RFC 8289) drops a packet when those that leave have waited longer than
// the target for a whole interval, and then, while that lasts, ever more often.

// Defaults of CoDel, RFC 8289 sections 3.2 and 4.2 to 4.4.
const (
	codelTarget   = 5 * time.Millisecond
	codelInterval = 100 * time.Millisecond
	codelPacket   = 1500 // bytes: a queue of no more is none
)

// codel decides for one queue.
type codel struct {
	target, interval time.Duration

	above    time.Duration // when the sojourn time will have been above the target for an interval; 0 if it is not
	dropping bool
	next     time.Duration // when the next one is to be dropped
	count    int           // dropped since the dropping state began
	last     int           // count when the state before began
}

// A waiter is a packet in a queue.
type waiter struct {
	Packet
	id    identity
	since time.Duration
}

// A source is what CoDel takes packets from, and what it tells of those that it
// drops or marks.
type source interface {
	pop() (p waiter, ok bool)
	waiting() int // bytes that are left
	drop(now time.Duration, p waiter)
	mark(p *waiter) bool // false if it cannot be marked
}

// take takes the next packet that is to be sent at time now. It is not ok if the
// queue is empty.
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

// begin enters the dropping state. If the last one ended not long ago, it goes on
// about where that was.
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

// look takes a packet, and says whether packets have waited too long for an
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

// law is the control law: the interval divided by the square root of how many
// were dropped, rounded down to the nanosecond, after t.
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

// newCodel returns what decides for an empty queue.
func newCodel(q Queue) codel {
	return codel{target: cmp.Or(q.Target, codelTarget), interval: cmp.Or(q.Interval, codelInterval)}
}
