package wire

import (
	"math/bits"
	"time"
)

// A link sends one packet after the other, at its bandwidth.
type link struct {
	bandwidth uint64     // bits a second; 0 sends at once
	trace     *timetable // when the link may send, instead of the bandwidth; nil means none
	limit     Queue
	limited   bool    // there is a limit, now or at another time
	shaper    *tokens // tokens that a packet waits for before it is sent; nil means none

	free  time.Duration // when the last packet has been sent, rounded down
	rest  uint64        // what was rounded off, in 1/bandwidth of a nanosecond
	queue fifo[turnout] // packets that have not been sent; kept only if limited
	bytes int           // in the queue
}

// A turnout says when a packet of a size leaves the queue.
type turnout struct {
	at   time.Duration
	size int
}

// take returns when a packet that comes at time now has been sent. It is not ok if the
// queue has no room for it.
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

// send returns when a packet has been sent whose turn comes at time now, or later, when
// the packets before it have been sent.
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
	// A bit takes 1e9/bandwidth nanoseconds. The fraction of a nanosecond is carried over
	// to the next packet, so that a long run is exact.
	hi, lo := bits.Mul64(8*uint64(size), uint64(time.Second))
	lo, carry := bits.Add64(lo, l.rest, 0)
	ns, rest := bits.Div64(hi+carry, lo, l.bandwidth)
	l.free, l.rest = l.free+time.Duration(ns), rest
	return l.free
}

// airtime is how long size bytes take on the link, or by the shaper's rate if that is
// lower or there is no bandwidth. With a trace it is an average.
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
