package tcp

import (
	"math/bits"
	"time"
)

// CUBIC (RFC 9438): after a loss the window returns quickly to where the loss was,
// stays near there for a while, and then grows faster and faster.
//
// RFC 9438 section 4.2: W_cubic(t) = C * (t - K)^3 + W_max, with K =
// cubic_root((W_max - cwnd_epoch) / C). Section 4.3: where W_cubic(t) is
// less than W_est(t), CUBIC is in the Reno-friendly region. Section 4.6: ssthresh
// = flight_size * beta_cubic, with beta_cubic 0.7 and C 0.4. Linux takes the
// window instead of the flight size.
//
// The arithmetic is in integers: time in units of 1/1024 s, beta as 717/1024.

const (
	betaNum  = 717
	betaDen  = 1024
	scaleC   = 410                // C in 1/1024
	inverseC = (1 << 40) / scaleC // of the cube root's argument
	startup  = 20                 // while no loss has set W_max, at most so many ACKed segments raise the window by one
)

// A cubic is CUBIC's state.
type cubic struct {
	steered
	hystart
	max    int64         // W_max
	origin int64         // where the curve is flat
	k      int64         // K: when the curve is flat, after the beginning of the epoch, in 1/1024 s
	epoch  time.Duration // when this epoch began
	begun  bool
	minRTT time.Duration // least since the last timeout; 0 means not known

	acked   int64    // segments acknowledged in the epoch, for W_est
	reno    int64    // W_est
	count   int64    // segments to be acknowledged until the window grows by one
	counted struct { // when count was computed, and for which window
		at     time.Duration
		window int64
	}
}

// NewCubic returns CUBIC (RFC 9438) with HyStart.
func NewCubic() Control { return new(cubic) }

func (b *cubic) Name() string { return "cubic" }

// OnAck grows the window: by slow start up to the threshold (RFC 9438 section 4.10),
// then along the curve.
func (b *cubic) OnAck(s Sample) {
	b.sampleRTT(s)
	if !s.Grow {
		return
	}
	rest := b.slowStart(s.Delivered)
	if rest <= 0 {
		return
	}
	b.update(s, rest)
	b.avoid(b.count, rest)
}

// sampleRTT keeps the least round trip, but not right after a loss, when the queue
// is still full.
func (b *cubic) sampleRTT(s Sample) {
	if s.RTT < 0 || b.begun && s.Coarse-b.epoch < time.Second {
		return
	}
	rtt := max(s.RTT, us)
	if b.minRTT == 0 || rtt < b.minRTT {
		b.minRTT = rtt
	}
	if b.window < b.threshold && !s.Reducing && b.full(s, rtt, b.minRTT, b.window) {
		b.threshold = b.window
	}
}

// OnLoss lowers window and threshold. RFC 9438 section 4.7, fast convergence: if
// cwnd < W_max, further reduce W_max to cwnd * (1 + beta_cubic) / 2, to make room
// for others.
func (b *cubic) OnLoss(s Sample) {
	b.begun = false
	if s.Window < b.max {
		b.max = s.Window * (betaDen + betaNum) / (2 * betaDen)
	} else {
		b.max = s.Window
	}
	b.lower(s.Window * betaNum / betaDen)
}

// OnTimeout starts again with slow start. RFC 9438 section 4.8: at a timeout CUBIC
// follows Reno in reducing cwnd, but sets ssthresh using beta_cubic. Linux also
// forgets W_max.
func (b *cubic) OnTimeout(s Sample) {
	if !s.Again {
		b.OnLoss(s)
	}
	b.timeout(s.InFlight)
	*b = cubic{steered: b.steered, hystart: hystart{trains: b.trains, delays: b.delays}}
}

// OnSend moves the epoch by an idle time. RFC 9438 section 5.8: periods in which
// the application did not use the window do not count as time since the beginning
// of the current congestion avoidance.
func (b *cubic) OnSend(now, idle time.Duration) {
	if b.begun && idle > 0 {
		b.epoch = min(b.epoch+idle, now)
	}
}

// update computes how many segments have to be acknowledged until the window grows by
// one.
func (b *cubic) update(s Sample, acked int64) {
	b.acked += acked
	now := s.Coarse
	if b.counted.window == b.window && b.count > 0 && now-b.counted.at <= time.Second/32 {
		return
	}
	if !b.begun || now != b.counted.at {
		b.counted.at, b.counted.window = now, b.window
		if !b.begun {
			b.beginEpoch(now, acked)
		}
		b.count = b.countFor(b.curve(now))
	}
	b.friendly()
	b.count = max(b.count, 2)
}

func (b *cubic) beginEpoch(now time.Duration, acked int64) {
	b.begun, b.epoch = true, now
	b.acked, b.reno = acked, b.window
	b.k, b.origin = 0, b.window
	if b.max > b.window {
		b.k = cubeRoot(inverseC * uint64(b.max-b.window))
		b.origin = b.max
	}
}

// curve is W_cubic a round trip from now: RFC 9438 section 4.2, target = W_cubic(t
// + RTT).
func (b *cubic) curve(now time.Duration) int64 {
	t := int64(now-b.epoch+b.minRTT) * 1024 / int64(time.Second)
	d := min(max(t-b.k, b.k-t), 1<<20)
	hi, lo := bits.Mul64(uint64(d*d), uint64(d*scaleC))
	rise := int64(hi<<24 | lo>>40)
	if t < b.k {
		return b.origin - rise
	}
	return b.origin + rise
}

func (b *cubic) countFor(target int64) int64 {
	count := 100 * b.window
	if target > b.window {
		count = b.window / (target - b.window)
	}
	if b.max == 0 {
		count = min(count, startup)
	}
	return count
}

// friendly applies the Reno-friendly region. RFC 9438 section 4.3: "alpha_cubic = 3 *
// (1 - beta_cubic) / (1 + beta_cubic)". W_est thus grows by one segment for each 15/8
// windows acknowledged.
func (b *cubic) friendly() {
	each := max(b.window*15/8, 1)
	if n := (b.acked - 1) / each; n > 0 {
		b.acked -= n * each
		b.reno += n
	}
	if b.reno > b.window {
		b.count = min(b.count, b.window/(b.reno-b.window))
	}
}

// cubeRoot is the cube root of x, rounded down.
func cubeRoot(x uint64) int64 {
	var root uint64
	for bit := 21; bit >= 0; bit-- {
		try := root | 1<<bit
		if hi, lo := bits.Mul64(try*try, try); hi == 0 && lo <= x {
			root = try
		}
	}
	return int64(root)
}
