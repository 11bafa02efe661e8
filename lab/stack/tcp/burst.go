package tcp

import "time"

// Bursts: how many segments are handed to the device at once.
//
// RFC 9438 section 5 and RFC 6928 leave bursts to the implementation; RFC 5681
// section 4.1 warns of them: after an idle time a sender can transmit a burst of
// as much as its window.
//
// Linux hands over about a millisecond's worth at the current rate, and at least two
// segments, so that one call can segment them all. A burst that the window would cut
// short waits for the next ACK if that is due within a millisecond.

// rateOf is Linux's pacing rate in bytes a second: the window each smoothed round
// trip, times 2 in slow start and times 1.2 later. The factors keep the rate from
// limiting the growth of the window.
func (c *Conn) rateOf() int64 {
	if c.rtt.smoothed == 0 {
		return 1 << 40
	}
	percent := int64(120)
	if c.cwnd < c.threshold()/2 {
		percent = 200
	}
	segments := max(c.cwnd, c.q.count)
	return segments * c.mss * percent / 100 * int64(time.Second/us) / max(int64(c.rtt.smoothed/us), 1)
}

// burst is how many segments are handed over at once.
func (c *Conn) burst() int64 {
	bytes := c.usage.rate / 1024
	if c.usage.rate == 0 {
		bytes = 1 << 20
	}
	if c.rtt.smoothed > 0 {
		if shift := c.rtt.least.value() / us >> 9; shift < 32 { // the shorter the path, the larger the burst
			bytes += largestBurst >> uint(shift)
		}
	}
	return max(min(bytes, largestBurst)/c.mss, 2)
}

// defers reports whether n bytes wait for the next ACK because the window has room for
// less than burst segments. congested reports whether that is the congestion window
// rather than the receiver's.
func (c *Conn) defers(n, burst int64) (wait, congested bool) {
	if c.phase >= Recovering || c.now-c.lastSegment > ms || c.q.empty() {
		return false, false
	}
	window := c.una + c.window - c.nxt
	congestion := (c.cwnd - c.q.inFlight()) * c.mss
	limit := min(window, congestion)
	if limit >= burst*c.mss || c.unsent.len() > 1 && limit >= n {
		return false, false
	}
	if limit >= min(c.window, c.cwnd*c.mss)/3 {
		return false, false
	}
	if c.q.first().sent+c.rtt.smoothed-c.now > min(c.rtt.smoothed/2, ms) {
		return false, false
	}
	if congestion < window {
		if congestion <= n {
			return true, true
		}
	} else if window <= n {
		return true, false
	}
	return !c.unsent.first().fin, false
}
