package tcp

import "time"

// A Control decides how many segments may be in flight: congestion control (RFC
// 5681). Windows are counted in segments, as Linux does.
//
// The sender calls a Control when something has happened, and asks for the window
// afterwards. The sender itself decides how the window shrinks while losses are
// repaired (RFC 9937); it shrinks to the control's Threshold.
type Control interface {
	// Name is its name in settings and results: "cubic", "reno".
	Name() string

	// Window is the congestion window. It is at least 1.
	Window() int64

	// Threshold is the slow start threshold; [NoThreshold] before any loss.
	Threshold() int64

	// OnAck is told of each ACK that delivered something.
	OnAck(Sample)

	// OnLoss is told that segments were lost or marked (RFC 3168), at most once
	// a round trip. It lowers Window and Threshold.
	OnLoss(Sample)

	// OnTimeout is told that the retransmission timer has fired. It sets the window
	// to one segment more than the sample's InFlight. If the sample says Again, the
	// threshold was already lowered for this loss.
	OnTimeout(Sample)

	// OnSend is told that a segment is sent while none is in flight. Idle is the time
	// since data were sent last.
	OnSend(now, idle time.Duration)

	// Resize sets window and threshold: at the beginning, after an idle time, or when
	// a reduction is undone.
	Resize(window, threshold int64)
}

// A Sample is what a [Control] is told of an event. Windows and counts are in segments.
type Sample struct {
	Now       time.Duration // exact
	Coarse    time.Duration // by the kernel's tick
	Window    int64         // in force before the event
	InFlight  int64         // after it
	Delivered int64         // segments newly acknowledged, selectively or not
	Lost      int64         // segments newly marked as lost
	MSS       int64         // bytes in a full segment
	Acked     int64         // offset up to which the stream is acknowledged
	Sent      int64         // offset up to which it was sent
	RTT       time.Duration // of the segment delivered last; negative if not known
	SRTT      time.Duration
	MinRTT    time.Duration // least of the last five minutes
	Pace      int64         // pacing rate in bytes a second
	Grow      bool          // the window was in the way (RFC 7661), and nothing forbids it to grow
	Reducing  bool          // losses are being repaired
	Again     bool          // of OnTimeout: the threshold was already lowered for this loss
	Rate      Rate
}

// situation is a sample for an event other than an ACK.
func (c *Conn) situation() Sample {
	return Sample{
		Now: c.now, Coarse: c.coarse(), Window: c.cwnd, InFlight: c.q.inFlight(),
		MSS: c.mss, Acked: c.una, Sent: c.nxt,
		RTT: -1, SRTT: c.rtt.smoothed, MinRTT: c.rtt.least.value(), Pace: c.usage.rate,
	}
}

// sample is the situation after an ACK, with what the ACK delivered.
func (c *Conn) sample(a *arrival) Sample {
	s := c.situation()
	s.Delivered = c.totals.delivered - a.delivered
	s.Lost = c.totals.lost - a.lost
	s.RTT = a.newest.rtt
	s.Rate = c.newRate(a, s.Delivered)
	return s
}
