package tcp

import "time"

// A Control decides how many segments may be in flight: congestion control (RFC
// 5681). Windows are counted in segments, as Linux does.
//
// The sender calls a Control when something has happened, and asks for the window
// afterwards. How the window shrinks while losses are repaired is the sender's own
// affair (RFC 9937); the control only says where to: to its Threshold.
type Control interface {
	// Name is the word for it: "cubic", "reno".
	Name() string

	// Window is the congestion window. It is at least 1.
	Window() int64

	// Threshold is the slow start threshold; [NoThreshold] is none.
	Threshold() int64

	// OnAck is told of each ACK that delivered something.
	OnAck(Sample)

	// OnLoss is told that segments were lost or marked (RFC 3168), at most once
	// a round trip. Window and Threshold are smaller then.
	OnLoss(Sample)

	// OnTimeout is told that the retransmission timer has fired. What is still
	// in flight is in the sample: the window is one more. If the sample says
	// Again, the threshold was lowered for this loss already.
	OnTimeout(Sample)

	// OnSend is told that something is sent while nothing is in flight, and how
	// long nothing was.
	OnSend(now, idle time.Duration)

	// Resize is told what the sender has made of the window: at the beginning,
	// after an idle time, or because a loss was none.
	Resize(window, threshold int64)
}

// A Sample is what a [Control] is told.
type Sample struct {
	Now       time.Duration // exact
	Coarse    time.Duration // by the kernel's tick
	Window    int64         // in force before this, in segments
	InFlight  int64         // after this
	Delivered int64         // segments newly acknowledged, selectively or not
	Lost      int64         // segments newly taken for lost
	MSS       int64         // bytes in a full segment
	Acked     int64         // offset up to which the stream is acknowledged
	Sent      int64         // offset up to which it was sent
	RTT       time.Duration // of the segment delivered last; negative is not known
	SRTT      time.Duration
	MinRTT    time.Duration // least of the last minutes
	Pace      int64         // bytes a second at which the window would be emptied
	Grow      bool          // the window was in the way (RFC 7661), and nothing forbids it to grow
	Reducing  bool          // losses are being repaired
	Again     bool          // of OnTimeout
	Rate      Rate
}

// situation is a sample without an ACK.
func (c *Conn) situation() Sample {
	return Sample{
		Now: c.now, Coarse: c.coarse(), Window: c.cwnd, InFlight: c.q.inFlight(),
		MSS: c.mss, Acked: c.una, Sent: c.nxt,
		RTT: -1, SRTT: c.rtt.smoothed, MinRTT: c.rtt.least.value(), Pace: c.usage.rate,
	}
}

// sample is the situation after an ACK, and what it brought.
func (c *Conn) sample(a *arrival) Sample {
	s := c.situation()
	s.Delivered = c.totals.delivered - a.delivered
	s.Lost = c.totals.lost - a.lost
	s.RTT = a.newest.rtt
	s.Rate = c.newRate(a, s.Delivered)
	return s
}
