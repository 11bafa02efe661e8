package tcp

import "time"

// The round trip time, and the retransmission timeout computed from it (RFC 6298).
//
// RFC 6298 section 2.3: "RTTVAR <- (1 - beta) * RTTVAR + beta * |SRTT - R'|", and
// "SRTT <- (1 - alpha) * SRTT + alpha * R'".
//
// RFC 6298 section 2.4: "Whenever RTO is computed, if it is less than 1 second,
// then the RTO SHOULD be rounded up to 1 second." Linux has no such minimum for the RTO,
// but one of 200 ms for the variation: the RTO is never less than SRTT + 200 ms. The
// variation rises at once to the largest deviation of a round trip, and falls by a
// quarter of the difference in each round trip. Samples below the mean raise the
// deviation only by an eighth.

const (
	initialRTO = time.Second // RFC 6298 section 2.1
	minRTO     = 200 * ms    // floor under the variation
	maxRTO     = 120 * time.Second
)

// A roundTrip is what is known of the round trip time. As in Linux, deviation and
// variation are stored four times as large as RFC 6298 defines them.
type roundTrip struct {
	smoothed  time.Duration // SRTT; 0 before the first sample
	deviation time.Duration
	largest   time.Duration // deviation of this round trip
	variation time.Duration // RTTVAR
	roundEnd  int64         // the round trip ends when this offset is acknowledged
	rto       time.Duration // before backoff
	least     leastRTT
}

// An rttSample is what one ACK shows of the round trip. Negative times are not known.
type rttSample struct {
	acked    time.Duration // of the first piece acknowledged, sent once
	sacked   time.Duration // of the first piece sacked, sent once
	newest   time.Duration // of the last such piece
	delayed  bool          // the ACK may have been delayed
	anyAcked bool
}

// sampleRTT takes a sample, and reports whether there was one. Without a piece that was
// sent only once, the echo of the time stamp is used: RFC 7323 section 4.1, the
// averaged RTT is updated only if the segment advances the left edge of the send
// window.
func (c *Conn) sampleRTT(s *rttSample, seg *Segment) bool {
	r := s.acked
	if r < 0 {
		r = s.sacked
	}
	if r < 0 && c.stamps && seg.HasTimestamps && seg.TSEcr != 0 && s.anyAcked {
		if d := int32(c.stamp() - seg.TSEcr); d >= 0 {
			r = max(time.Duration(d)*ms, ms)
			s.newest = r
		}
	}
	if r < 0 {
		return false
	}
	if !s.delayed || s.newest <= c.rtt.least.value() {
		c.rtt.least.sample(c.now, max(s.newest, us))
	}
	c.rtt.sample(max(r, 1), c.una, c.nxt)
	c.rtt.rto = c.ceil(min(c.rtt.smoothed+c.rtt.variation, maxRTO))
	c.backoff, c.probeBackoff = 0, 0
	return true
}

// sample is RFC 6298's arithmetic, as Linux does it.
func (r *roundTrip) sample(sample time.Duration, una, nxt int64) {
	if r.smoothed == 0 {
		r.smoothed = sample
		r.deviation = 2 * sample
		r.variation = max(r.deviation, minRTO)
		r.largest = r.variation
		r.roundEnd = nxt
		return
	}
	e := sample - r.smoothed
	r.smoothed = max(r.smoothed+e/8, 1)
	d := max(e, -e) - r.deviation/4
	if e < 0 && d > 0 {
		d /= 8
	}
	r.deviation += d
	if r.deviation > r.largest {
		r.largest = r.deviation
		r.variation = max(r.variation, r.largest)
	}
	if una > r.roundEnd {
		if r.largest < r.variation {
			r.variation -= (r.variation - r.largest) / 4
		}
		r.roundEnd = nxt
		r.largest = minRTO
	}
}

// rto is the timeout with backoff. RFC 6298 section 5.5: "The host MUST set RTO <-
// RTO * 2 ("back off the timer")."
func (c *Conn) rto() time.Duration { return min(c.rtt.rto<<c.backoff, maxRTO) }
