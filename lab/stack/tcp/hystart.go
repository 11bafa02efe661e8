package tcp

import "time"

// HyStart: slow start ends before it fills the queue (Ha and Rhee, 2011; RFC 9406
// is its younger sister, RFC 9438 section 4.10 asks for one of them).
//
// RFC 9438 section 4.10: CUBIC should use HyStart++, or another way to avoid
// losses at the end of slow start.
//
// Linux looks for two signs, once a round trip: ACKs that come without a pause for
// longer than half of the least round trip (the path is full of this end's
// segments), and a round trip that has grown by an eighth (a queue builds up). After
// the first end it looks no more until a timeout.

const (
	hystartWindow  = 16     // segments; below, slow start goes on
	hystartPause   = 2 * ms // between the ACKs of a train
	hystartSamples = 8      // of the round trip, before its least counts
)

// A hystart is its state.
type hystart struct {
	trains, delays int // ends by either sign

	found    bool
	begun    bool
	roundEnd int64         // offset whose acknowledgment ends the round
	began    time.Duration // the round
	last     time.Duration // ACK of the train
	leastRTT time.Duration // of the round
	samples  int
}

// HyStart is how often slow start ended by a train of ACKs, and by a delay.
func (h *hystart) HyStart() (trains, delays int) { return h.trains, h.delays }

// full reports whether slow start is to end.
func (h *hystart) full(s Sample, rtt, minRTT time.Duration, window int64) bool {
	if h.found {
		return false
	}
	if !h.begun || s.Acked > h.roundEnd {
		h.begun, h.roundEnd = true, s.Sent
		h.began, h.last = s.Now, s.Now
		h.leastRTT, h.samples = 1<<62, 0
	}
	if window < hystartWindow {
		return false
	}
	if s.Now-h.last <= hystartPause {
		h.last = s.Now
		if s.Now-h.began > (minRTT+pause(s.Pace))/2 {
			h.found = true
			h.trains++
		}
	}
	h.leastRTT = min(h.leastRTT, rtt)
	if h.samples < hystartSamples {
		h.samples++
	} else if !h.found && h.leastRTT > minRTT+min(max(minRTT/8, 4*ms), 16*ms) {
		h.found = true
		h.delays++
	}
	return h.found
}

// pause is how long a hand-over to the device may take: 256 KB at the sender's
// rate, at most 1 ms.
func pause(rate int64) time.Duration {
	if rate == 0 {
		return 0
	}
	return min(ms, time.Duration(4*65536*int64(time.Second)/rate))
}
