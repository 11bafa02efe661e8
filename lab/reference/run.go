package reference

import (
	"stones/lab"
)

// A Run is what came of one cell with one seed.
type Run struct {
	Seed   uint64
	Values map[string]float64 // by the names of the columns
}

// columns are those that every run has. The kernel's own counters stand behind
// them in a file.
var columns = []string{
	"thrown", "delivered",
	"held_up",    // stones with a delay of over 5 ms more than the least
	"connect_ms", // the handshake
	"p50_ms", "p99_ms", "max_ms",
	"retransmitted", // segments
	"acks",          // packets from the catcher, of the handshake and of closing too
	"lost",          // packets on the way out
	"overflowed",    // packets that found the queue full
	"goodput_bps",   // from the first stone's due time to the last arrival
	"late_ms",       // how late packets came out of the wire, at the 99th percentile
}

// heldUp is how many milliseconds more than the least a delay may be before its
// stone counts as held up: more than a computer adds that does something else.
const heldUp = 5

// NewRun takes the figures of a run from its flow, which must have what became
// of every stone, and from the kernel's counters, if there are any.
func NewRun(seed uint64, x *lab.Outcome, size int, counters map[string]uint64) Run {
	v := map[string]float64{
		"thrown":        float64(x.Thrown),
		"delivered":     float64(x.Delivered),
		"connect_ms":    x.Connect.Value,
		"p50_ms":        x.Delay.P50.Value,
		"p99_ms":        x.Delay.P99.Value,
		"max_ms":        x.Delay.Max.Value,
		"retransmitted": x.Wire.Retransmitted.Value,
		"lost":          x.Wire.Dropped.Value,
		"overflowed":    x.Wire.Overflowed.Value,
		"late_ms":       x.Wire.LateP99.Value,
	}
	if x.Wire.Back != nil {
		v["acks"] = float64(x.Wire.Back.Sent)
	}
	last := 0.0
	for _, s := range x.Stones {
		if !s.First.Known() {
			continue
		}
		last = max(last, s.First.Value)
		if s.Due.Known() && s.First.Value-s.Due.Value > x.Delay.Min.Value+heldUp {
			v["held_up"]++
		}
	}
	if last > 0 {
		v["goodput_bps"] = float64(x.Delivered) * float64(size) * 8 * 1000 / last
	}
	for name, n := range counters {
		v[name] = float64(n)
	}
	return Run{seed, v}
}

// Late is how many milliseconds late packets came out of the wire, at the 99th
// percentile.
func (r Run) Late() float64 { return r.Values["late_ms"] }
