package tcp

import "time"

// NewReno's congestion control: slow start, congestion avoidance, half of the
// window after a loss.
//
// RFC 5681 section 3.1: "During slow start, a TCP increments cwnd by at most SMSS
// bytes for each ACK received that cumulatively acknowledges new data." and during
// congestion avoidance, cwnd is incremented by roughly 1 full-sized segment per
// round-trip time. Linux counts segments acknowledged, not ACKs (RFC 3465), without
// a limit on how much one ACK may count.

// A steered window is what both congestion controls have in common.
type steered struct {
	window    int64
	threshold int64
	credit    int64 // segments acknowledged since the window grew last
}

func (w *steered) Window() int64                  { return w.window }
func (w *steered) Threshold() int64               { return w.threshold }
func (w *steered) OnSend(_, _ time.Duration)      {}
func (w *steered) Resize(window, threshold int64) { w.window, w.threshold = window, threshold }

// slowStart grows the window by acked segments up to the threshold, and returns
// what is left of them.
func (w *steered) slowStart(acked int64) (rest int64) {
	if w.window >= w.threshold {
		return acked
	}
	grown := min(w.window+acked, w.threshold)
	rest = acked - (grown - w.window)
	w.window = grown
	return rest
}

// avoid grows the window by one for each count segments acknowledged.
func (w *steered) avoid(count, acked int64) {
	if w.credit >= count { // count has become smaller
		w.credit = 0
		w.window++
	}
	w.credit += acked
	if w.credit >= count {
		w.window += w.credit / count
		w.credit %= count
	}
}

// lower sets window and threshold after a loss.
func (w *steered) lower(threshold int64) {
	w.threshold = max(threshold, 2)
	w.window = w.threshold
	w.credit = 0
}

// timeout sets the window after a timeout.
func (w *steered) timeout(inFlight int64) {
	w.window = inFlight + 1
	w.credit = 0
}

type reno struct{ steered }

// NewReno returns NewReno's congestion control (RFC 5681).
func NewReno() Control { return new(reno) }

func (r *reno) Name() string { return "reno" }

func (r *reno) OnAck(s Sample) {
	if !s.Grow {
		return
	}
	if rest := r.slowStart(s.Delivered); rest > 0 {
		r.avoid(r.window, rest)
	}
}

func (r *reno) OnLoss(s Sample) { r.lower(s.Window / 2) }

func (r *reno) OnTimeout(s Sample) {
	if !s.Again {
		r.lower(s.Window / 2)
	}
	r.timeout(s.InFlight)
}
