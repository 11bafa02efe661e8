package wire

import (
	"math/bits"
	"time"
)

// A link sends one packet after the other, at its bandwidth.
type link struct {
	bandwidth uint64     // bits a second; 0 sends at once
	trace     *timetable // that says when it may send, instead; nil means none
	limit     Queue
	limited   bool    // there is a limit, now or at another time
	shaper    *tokens // that a packet waits for before it is sent; nil means none

	free  time.Duration // when the last packet has left, rounded down
	rest  uint64        // what was rounded away, in 1/bandwidth of a nanosecond
	queue fifo[turnout] // packets that have not left; kept only if there is a limit, or may be
	bytes int           // in the queue
}

// A turnout is when a packet of a size leaves the queue.
type turnout struct {
	at   time.Duration
	size int
}

// take returns when a packet that comes at time now has left. It is not ok if
// there is no room for the packet.
func (l *link) take(now time.Duration, size int) (sent time.Duration, ok bool) {
	if l.bandwidth == 0 && l.shaper == nil {
		return now, true
	}
	for l.queue.len() > 0 && l.queue.peek().at <= now {
		l.bytes -= l.queue.pop().size
	}
	if l.limit.Packets > 0 && l.queue.len() >= l.limit.Packets ||
		l.limit.Bytes > 0 && l.bytes+size > l.limit.Bytes {
		return 0, false
	}
	sent = l.send(now, size)
	if l.limited {
		l.queue.push(turnout{sent, size})
		l.bytes += size
	}
	return sent, true
}

// send returns when a packet has left whose turn comes at time now, or when those
// before it have left.
func (l *link) send(now time.Duration, size int) time.Duration {
	if l.free < now { // idle
		l.free, l.rest = now, 0
	}
	if l.shaper != nil {
		if at := l.shaper.wait(l.free, size); at > l.free {
			l.free, l.rest = at, 0
		}
	}
	switch {
	case l.trace != nil:
		l.free = l.trace.send(l.free, size)
		return l.free
	case l.bandwidth == 0:
		return l.free
	}
	// A bit takes 1e9/bandwidth nanoseconds. What does not make a whole one is
	// carried on to the next packet, so that a long run is exact.
	hi, lo := bits.Mul64(8*uint64(size), uint64(time.Second))
	lo, carry := bits.Add64(lo, l.rest, 0)
	ns, rest := bits.Div64(hi+carry, lo, l.bandwidth)
	l.free, l.rest = l.free+time.Duration(ns), rest
	return l.free
}

// airtime is how long so many bytes take on the link, or on the shaper without one; where
// it follows a trace, on average.
func (l *link) airtime(size int) time.Duration {
	rate := l.bandwidth
	if l.shaper != nil && (rate == 0 || l.shaper.rate < rate) {
		rate = l.shaper.rate
	}
	if rate == 0 {
		return 0
	}
	hi, lo := bits.Mul64(8*uint64(size), uint64(time.Second))
	ns, _ := bits.Div64(hi, lo, rate)
	return time.Duration(ns)
}
