package tcp

import "time"

// A Control decides how many segments may be in flight: congestion control (RFC
// 5681). Windows are counted in segments, as Linux does.
//
// The sender calls it when something has happened, and then asks for Window and
// Threshold. While it recovers from a loss it lets the window follow the
// threshold by proportional rate reduction (RFC 9937) and tells the control so.
type Control interface {
	// Name is the word for it: "cubic", "reno".
	Name() string

	// Window is the congestion window.
	Window() int64

	// Threshold is the slow start threshold; [NoThreshold] is none.
	Threshold() int64

	// OnAck is told of every ACK that delivered something.
	OnAck(Sample)

	// OnLoss is told that segments were lost, or marked (ECN), once a round
	// trip. Window and Threshold are smaller then. A following OnUndo takes
	// that back.
	OnLoss(Sample)

	// OnTimeout is told that the retransmission timer has fired. s.InFlight is
	// what remains in flight: the new window is one more. If s.Again, the
	// threshold was reduced for this loss already.
	OnTimeout(Sample)

	// OnUndo is told that the last reductions were for nothing.
	OnUndo(Sample)

	// OnIdle is told that the program has sent nothing for long, or has not used
	// its window, and what the sender thinks of the window now.
	OnIdle(now time.Duration, window, threshold int64)

	// OnSend is told that a segment is sent while nothing is in flight.
	OnSend(now, idle time.Duration)
}

// A Sample is what one ACK told.
type Sample struct {
	Now       time.Duration
	Window    int64         // the window in force, in segments
	InFlight  int64         // after the ACK
	Delivered int64         // segments newly acknowledged, selectively or not
	Lost      int64         // segments newly taken for lost
	RTT       time.Duration // of the newest of them; 0 is not known
	MinRTT    time.Duration // least of the last minutes
	SRTT      time.Duration
	MSS       int64
	Acked     int64 // stream offset that is acknowledged now
	Sent      int64 // stream offset up to which was sent
	Grow      bool  // the window was in the way (RFC 7661), and no loss forbids to grow
	Slow      bool  // not used yet
	Reducing  bool  // the sender recovers from a loss
	Again     bool
	Rate      Rate
}

// A Rate is how fast data were delivered: bytes a second, over the time that
// sending or acknowledging them took, whichever is longer.
type Rate struct {
	Segments int64 // delivered over Interval
	Interval time.Duration
	Limited  bool // by the program: the path may be faster
}
