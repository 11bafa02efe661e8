package tcp

import "time"

// The delivery rate: how fast segments arrive at the other end (draft-ietf-ccwg-bbr
// section 4.1.1, which Linux follows).
//
// The draft, section 4.1.1.2: "delivery_rate = delivered / elapsed" where "elapsed"
// is the longer one of the times that sending and acknowledging took, so that
// neither bursts nor compressed ACKs make the path look faster than it is.

// A Rate is one sample of the delivery rate.
type Rate struct {
	Segments int64         // delivered in Interval
	Interval time.Duration // 0 if the sample tells nothing
	Limited  bool          // the program sent less than the window allowed: the path may be faster
}

// A rate is what the sender keeps for its samples.
type rate struct {
	firstSent   time.Duration // when the segments of this flight began to be sent
	deliveredAt time.Duration // when something was delivered last
	starvedTo   int64         // samples are limited by the program until so many segments are delivered; 0 means they are not
	last        Rate
}

// A delivery is, of the pieces that an ACK delivered, the one that was sent last.
type delivery struct {
	known     bool
	sent      time.Duration
	end       int64
	delivered int64
	at        time.Duration
	firstSent time.Duration
	starved   bool
	rtt       time.Duration
}

// restart begins a flight: nothing was outstanding.
func (r *rate) restart(now time.Duration) { r.firstSent, r.deliveredAt = now, now }

// noteRate records in p what was delivered when p is sent.
func (c *Conn) noteRate(p *piece) {
	p.delivered = c.totals.delivered
	p.deliveredAt, p.firstSent = c.rate.deliveredAt, c.rate.firstSent
	p.remove(isStarved)
	if c.rate.starvedTo > 0 {
		p.add(isStarved)
	}
}

// noteDelivered keeps p as the ACK's delivery if it was sent later than the present one.
func (c *Conn) noteDelivered(a *arrival, p *piece) {
	c.rate.deliveredAt = c.now
	n := &a.newest
	if n.known && !later(p.sent, p.to, n.sent, n.end) {
		return
	}
	*n = delivery{
		known: true, sent: p.sent, end: p.to, delivered: p.delivered,
		at: p.deliveredAt, firstSent: p.firstSent, starved: p.has(isStarved), rtt: n.rtt,
	}
	c.rate.firstSent = p.sent
}

// noteStarved notes that the program has left the window unused.
func (c *Conn) noteStarved() {
	if c.unsent.empty() && c.q.inFlight() < c.cwnd && c.q.lost <= c.q.resent {
		c.rate.starvedTo = max(c.totals.delivered+c.q.inFlight(), 1)
	}
}

// newRate is the sample that an ACK gave.
func (c *Conn) newRate(a *arrival, delivered int64) Rate {
	if c.rate.starvedTo > 0 && c.totals.delivered > c.rate.starvedTo {
		c.rate.starvedTo = 0
	}
	n := &a.newest
	if !n.known || delivered <= 0 {
		return Rate{}
	}
	r := Rate{
		Segments: c.totals.delivered - n.delivered,
		Interval: max(n.sent-n.firstSent, c.now-n.at),
		Limited:  n.starved,
	}
	if r.Interval < c.rtt.least.value() {
		return Rate{} // shorter than a round trip: not reliable
	}
	// A rate limited by the program is a lower bound: it counts only if it is higher.
	if old := c.rate.last; !r.Limited || old.Interval == 0 ||
		r.Segments*int64(old.Interval/us) >= old.Segments*int64(r.Interval/us) {
		c.rate.last = r
	}
	return r
}
