package tcp

import "time"

// HyStart: slow start ends before it fills the queue (Ha and Rhee, 2011). RFC 9406
// specifies its successor, HyStart++.
//
// RFC 9438 section 4.10: CUBIC should use HyStart++, or another way to avoid
// losses at the end of slow start.
//
// Linux looks for two signs in each round trip. The first is a train of ACKs without a
// pause that lasts longer than half of the least round trip: the path is full of this
// end's segments. The second is a round trip that has grown by an eighth: a queue builds
// up. Once slow start has ended so, neither is looked for until a timeout.

const (
	hystartWindow  = 16     // segments; with a smaller window slow start goes on
	hystartPause   = 2 * ms // between the ACKs of a train
	hystartSamples = 8      // of the round trip, before its least counts
)

// A hystart is its state.
type hystart struct {
	trains, delays int // how often slow start ended by either sign

	found    bool          // slow start has ended by one of the signs
	begun    bool          // a round has begun
	roundEnd int64         // offset whose acknowledgment ends the round
	began    time.Duration // when the round began
	last     time.Duration // when the last ACK of the train came
	leastRTT time.Duration // in the round
	samples  int           // in the round
}

// HyStart returns how often slow start ended by a train of ACKs, and by a delay.
func (h *hystart) HyStart() (trains, delays int) { return h.trains, h.delays }

// full reports whether slow start must end: the path is full.
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

// pause is how long a hand-over of segments to the device may take: 256 KB at rate
// bytes a second, at most 1 ms.
func pause(rate int64) time.Duration {
	if rate == 0 {
		return 0
	}
	return min(ms, time.Duration(4*65536*int64(time.Second)/rate))
}
