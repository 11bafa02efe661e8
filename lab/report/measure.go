package report

import (
	"cmp"
	"math"
	"slices"

	"stones/lab"
	"stones/lab/path"
)

// A measure is one thing that is known of a flow. Its key is the name of
// the column in CSV, and what its words are found by.
type measure struct {
	key   string
	unit  unit
	of    func(x *lab.Outcome) lab.Figure
	whole func(x *lab.Outcome) lab.Figure // of which it is a share; nil if it is none
	rare  bool                            // not worth a line where it is 0
	built bool                            // TCP is built so that it is 0
}

// measures holds all of them, in the order in which they are shown.
var measures = []measure{
	{key: "planned", of: stones(func(x *lab.Outcome) int { return x.Planned })},
	{key: "attempted", of: stones(func(x *lab.Outcome) int { return x.Attempted })},
	{key: "thrown", of: thrown},
	{key: "not_thrown", rare: true, of: stones(notThrown)},
	{key: "not_attempted", rare: true, of: stones(func(x *lab.Outcome) int { return x.NotAttempted })},
	{key: "delivered", whole: thrown, of: delivered},
	{key: "late", whole: delivered, of: stones(func(x *lab.Outcome) int { return x.Late })},
	{key: "held_up", whole: delivered, of: heldUp},
	{key: "waited_to_leave", whole: heldUp, of: waiting(func(w *lab.Waiting) lab.Figure { return w.ToLeave.Stones })},
	{key: "thrown_again", whole: heldUp, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Again.Stones })},
	{key: "waited_for_earlier", whole: heldUp, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Earlier.Stones })},
	{key: "lost", whole: thrown, built: true, of: stones(func(x *lab.Outcome) int { return x.Lost })},
	{key: "unknown", whole: thrown, rare: true, of: stones(func(x *lab.Outcome) int { return x.Unknown })},
	{key: "longest_loss", of: stones(func(x *lab.Outcome) int { return x.LongestLoss })},
	{key: "loss_periods", of: stones(func(x *lab.Outcome) int { return x.LossPeriods })},
	{key: "reordered", whole: delivered, built: true, of: stones(func(x *lab.Outcome) int { return x.Reordered })},
	{key: "reordered_3", whole: delivered, of: stones(func(x *lab.Outcome) int { return x.Reordered3 })},
	{key: "reordering_extent", of: stones(func(x *lab.Outcome) int { return x.Extent })},
	{key: "duplicated", built: true, of: stones(func(x *lab.Outcome) int { return x.Duplicated })},
	{key: "damaged", rare: true, of: stones(func(x *lab.Outcome) int { return x.Damaged })},
	{key: "foreign", rare: true, of: stones(func(x *lab.Outcome) int { return x.Foreign })},
	{key: "after_drain", rare: true, of: stones(func(x *lab.Outcome) int { return x.AfterDrain })},
	{key: "arrivals", of: stones(func(x *lab.Outcome) int { return x.Arrivals })},
	{key: "reads", of: stones(func(x *lab.Outcome) int { return x.Reads })},
	{key: "receiver_drops", of: func(x *lab.Outcome) lab.Figure { return x.ReceiverDrops }},

	{key: "wire_packets", of: wirePackets},
	{key: "wire_data_packets", of: func(x *lab.Outcome) lab.Figure { return x.Wire.DataPackets }},
	{key: "wire_bytes", of: func(x *lab.Outcome) lab.Figure { return x.Wire.Bytes }},
	{key: "wire_dropped", whole: wirePackets, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Dropped }},
	{key: "wire_overflowed", whole: wirePackets, rare: true, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Overflowed }},
	{key: "wire_marked", whole: wirePackets, rare: true, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Marked }},
	{key: "wire_damaged", whole: wirePackets, rare: true, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Damaged }},
	{key: "wire_copied", rare: true, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Copied }},
	{key: "retransmitted", of: func(x *lab.Outcome) lab.Figure { return x.Wire.Retransmitted }},
	{key: "timeouts", rare: true, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Timeouts }},
	{key: "wire_late_p50_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateP50 }},
	{key: "wire_late_p99_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateP99 }},
	{key: "wire_late_max_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateMax }},
	{key: "back_packets", of: back(func(d *path.Direction) int { return d.Sent })},
	{key: "back_bytes", of: back(func(d *path.Direction) int { return d.Bytes })},
	{key: "back_dropped", of: back(func(d *path.Direction) int { return d.Lost })},
	{key: "back_overflowed", of: back(func(d *path.Direction) int { return d.Overflowed })},

	{key: "delay_min_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.Min }},
	{key: "delay_p50_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P50 }},
	{key: "delay_p95_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P95 }},
	{key: "delay_p99_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P99 }},
	{key: "delay_max_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.Max }},
	{key: "waited_to_leave_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.ToLeave.Sum })},
	{key: "thrown_again_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Again.Sum })},
	{key: "waited_for_earlier_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Earlier.Sum })},
	{key: "waited_on_road_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Road.Sum })},
	{key: "jitter_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Jitter }},
	{key: "standstill_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Standstill }},
	{key: "throughput_bps", unit: bitsASecond, of: func(x *lab.Outcome) lab.Figure { return x.Throughput }},
	{key: "goodput_bps", unit: bitsASecond, of: func(x *lab.Outcome) lab.Figure { return x.Goodput }},
	{key: "shared_goodput_bps", unit: bitsASecond, rare: true, of: shared(func(s *lab.Shared) lab.Figure { return s.Goodput })},
	{key: "share", unit: parts, rare: true, of: shared(func(s *lab.Shared) lab.Figure { return s.Share })},
	{key: "jain", unit: parts, rare: true, of: shared(func(s *lab.Shared) lab.Figure { return s.Jain })},
	{key: "connect_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Connect }},
	{key: "done_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Done }},
	{key: "thrown_late", of: stones(func(x *lab.Outcome) int { return x.Pacing.Late })},
	{key: "asked_rate", unit: stonesASecond, of: asked},
	{key: "offered_rate", unit: stonesASecond, whole: asked, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.Offered }},
	{key: "schedule_error_p50_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorP50 }},
	{key: "schedule_error_p99_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorP99 }},
	{key: "schedule_error_max_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorMax }},
	{key: "gap_p50_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.GapP50 }},
	{key: "gap_p99_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.GapP99 }},
	{key: "back_to_back", of: func(x *lab.Outcome) lab.Figure { return x.Pacing.BackToBack }},
}

// Keys are those of all measures, as csv names them.
func Keys() []string {
	var keys []string
	for _, m := range measures {
		keys = append(keys, m.key)
	}
	return keys
}

// find returns the measure of that key.
func find(key string) measure {
	for _, m := range measures {
		if m.key == key {
			return m
		}
	}
	panic("report: no measure " + key)
}

// stones turns a field that counts stones into a figure.
func stones(field func(x *lab.Outcome) int) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure { return lab.Number(field(x)) }
}

// back turns a field of the way back into a figure.
func back(field func(d *path.Direction) int) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Wire.Back == nil {
			return lab.NA(lab.CauseUnseen)
		}
		return lab.Number(field(x.Wire.Back))
	}
}

// shared turns a figure of what a flow had of a shared wire into a figure of the
// flow.
func shared(of func(s *lab.Shared) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Shared == nil {
			return lab.NA(lab.CauseAlone)
		}
		return of(x.Shared)
	}
}

// waiting turns a figure of what stones waited for into a figure of the flow.
func waiting(of func(w *lab.Waiting) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure { return of(&x.Waiting) }
}

func heldUp(x *lab.Outcome) lab.Figure      { return lab.Number(x.HeldUp) }
func asked(x *lab.Outcome) lab.Figure       { return x.Pacing.Asked }
func thrown(x *lab.Outcome) lab.Figure      { return lab.Number(x.Thrown) }
func delivered(x *lab.Outcome) lab.Figure   { return lab.Number(x.Delivered) }
func wirePackets(x *lab.Outcome) lab.Figure { return x.Wire.Packets }

// notThrown counts the stones that were attempted in vain, whatever the cause.
func notThrown(x *lab.Outcome) int {
	n := 0
	for _, stones := range x.NotThrown {
		n += stones
	}
	return n
}

// byDesign reports whether m can be nothing but 0 in this flow, and is.
func (m measure) byDesign(x *lab.Outcome) bool {
	return m.built && x.Is().Ordered && m.of(x) == lab.Figure{}
}

// A spread is what a measure came to in several flows. Figures without a
// value are left out of it, but for infinite ones, which come last.
type spread struct {
	least, median, most lab.Figure
	n                   int // figures in it; if 0, the three are the reason
}

// over returns the spread of m over the flows, of which there is at least
// one.
func (m measure) over(flows []*lab.Outcome) spread {
	var figures []lab.Figure
	for _, x := range flows {
		if f := m.of(x); f.Known() || f == lab.Infinite() {
			figures = append(figures, f)
		}
	}
	if len(figures) == 0 {
		f := m.of(flows[0])
		return spread{least: f, median: f, most: f}
	}
	slices.SortFunc(figures, func(a, b lab.Figure) int { return cmp.Compare(order(a), order(b)) })
	n := len(figures)
	s := spread{least: figures[0], median: figures[n/2], most: figures[n-1], n: n}
	// RFC 2330 section 11.3: the median of an even number of figures is the mean
	// of the two in the middle.
	if low := figures[(n-1)/2]; s.median.Known() && low.Known() {
		s.median.Value = low.Value/2 + s.median.Value/2
	}
	return s
}

// order puts the figures of a spread in order: infinite ones come last.
func order(f lab.Figure) float64 {
	if !f.Known() {
		return math.Inf(1)
	}
	return f.Value
}
