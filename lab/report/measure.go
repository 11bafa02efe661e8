package report

import (
	"cmp"
	"math"
	"slices"

	"stones/lab"
	"stones/lab/path"
)

// A measure is one figure of a flow. Its key is its column in CSV, and finds its words.
type measure struct {
	key   string
	unit  unit
	of    func(x *lab.Outcome) lab.Figure
	whole func(x *lab.Outcome) lab.Figure // the whole of which it is a part; nil if it is not a part
	rare  bool                            // not worth a line where it is 0
	built bool                            // it is 0 over TCP by design

	in     showing // where it is shown besides CSV and JSON
	head   string  // over a column, in two lines if that is narrower
	bench  string  // its unit in a benchmark's line; a share of the whole if it ends in shareUnit
	better string  // lower or higher, for benchstat; empty if neither is better
}

// A showing says where and when a measure is shown.
type showing int

// A row of the table of one experiment is inStory, inAlarm or inAll; a column of the
// table of a sweep is inColumn or inLone.
const (
	inStory  showing = 1 << iota // a row: it tells what happened
	inAlarm                      // a row where it is not 0
	inAll                        // a row with --all
	onlyReal                     // of these: only in real time, where the thrower can be too slow
	inColumn                     // a column
	inLone                       // a column where only one stone is thrown
	ifAny                        // of these: only if it is not 0 somewhere
	asRange                      // of these: with least and most, if there are several runs
)

// The directions in which a figure gets better.
const (
	lower  = "lower"
	higher = "higher"
)

// shareUnit ends the unit of a figure that a benchmark shows as a part of its whole.
const shareUnit = "-share"

// is reports whether m is shown in that way.
func (m measure) is(where showing) bool { return m.in&where != 0 }

// measures holds all measures, in the order in which they are shown.
var measures = []measure{
	{key: "planned", of: stones(func(x *lab.Outcome) int { return x.Planned })},
	{key: "attempted", of: stones(func(x *lab.Outcome) int { return x.Attempted })},
	{key: "thrown", in: inAll, of: thrown},
	{key: "not_thrown", rare: true, in: inAlarm | inAll, of: stones(notThrown)},
	{key: "not_attempted", rare: true, in: inAlarm | inAll, of: stones(func(x *lab.Outcome) int { return x.NotAttempted })},
	{key: "delivered", whole: thrown, in: inStory | inAll | inColumn | inLone | asRange, head: "delivered", bench: "delivered-share", better: higher, of: delivered},
	{key: "late", whole: delivered, in: inStory | inAll | inColumn | ifAny, head: "late", bench: "late-share", better: lower, of: stones(func(x *lab.Outcome) int { return x.Late })},
	{key: "held_up", whole: delivered, in: inStory | inAll | inColumn, head: "held\nup", bench: "held-up-share", better: lower, of: heldUp},
	{key: "waited_to_leave", whole: heldUp, in: inAll, of: waiting(func(w *lab.Waiting) lab.Figure { return w.ToLeave.Stones })},
	{key: "thrown_again", whole: heldUp, in: inAll, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Again.Stones })},
	{key: "waited_for_earlier", whole: heldUp, in: inStory | inAll, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Earlier.Stones })},
	{key: "lost", whole: thrown, built: true, in: inStory | inAll | inColumn | inLone, head: "lost", of: stones(func(x *lab.Outcome) int { return x.Lost })},
	{key: "unknown", whole: thrown, rare: true, in: inAlarm | inAll | inColumn | ifAny, head: "un-\nknown", of: stones(func(x *lab.Outcome) int { return x.Unknown })},
	{key: "longest_loss", of: stones(func(x *lab.Outcome) int { return x.LongestLoss })},
	{key: "loss_periods", of: stones(func(x *lab.Outcome) int { return x.LossPeriods })},
	{key: "reordered", whole: delivered, built: true, in: inStory | inAll | inColumn | ifAny, head: "re-\nord.", bench: "reordered-share", better: lower, of: stones(func(x *lab.Outcome) int { return x.Reordered })},
	{key: "reordered_3", whole: delivered, of: stones(func(x *lab.Outcome) int { return x.Reordered3 })},
	{key: "reordering_extent", of: stones(func(x *lab.Outcome) int { return x.Extent })},
	{key: "duplicated", built: true, in: inAlarm | inAll | inColumn | ifAny, head: "dup.", of: stones(func(x *lab.Outcome) int { return x.Duplicated })},
	{key: "damaged", rare: true, in: inAlarm | inAll, of: stones(func(x *lab.Outcome) int { return x.Damaged })},
	{key: "foreign", rare: true, in: inAlarm | inAll, of: stones(func(x *lab.Outcome) int { return x.Foreign })},
	{key: "after_drain", rare: true, in: inAlarm | inAll, of: stones(func(x *lab.Outcome) int { return x.AfterDrain })},
	{key: "arrivals", of: stones(func(x *lab.Outcome) int { return x.Arrivals })},
	{key: "reads", in: inAll, of: stones(func(x *lab.Outcome) int { return x.Reads })},
	{key: "cut_letters", rare: true, in: inStory | inAll, of: func(x *lab.Outcome) lab.Figure {
		if x.CutLetters == nil {
			return lab.NA(lab.CauseNoText)
		}
		return *x.CutLetters
	}},
	{key: "receiver_drops", in: inAlarm | inAll | inColumn | ifAny, head: "rcvr\ndrops", of: func(x *lab.Outcome) lab.Figure { return x.ReceiverDrops }},

	{key: "answers_came", whole: thrown, rare: true, in: inStory | inAll | inColumn | ifAny, head: "ans-\nwers", of: answers(func(a *lab.Answers) lab.Figure { return lab.Number(a.Came) })},
	{key: "answers_p50_ms", unit: milliseconds, rare: true, in: inStory | inAll | inColumn | ifAny, head: "answer\np50", of: answers(func(a *lab.Answers) lab.Figure { return a.P50 })},
	{key: "answers_p99_ms", unit: milliseconds, rare: true, in: inStory | inAll, of: answers(func(a *lab.Answers) lab.Figure { return a.P99 })},
	{key: "answers_max_ms", unit: milliseconds, of: answers(func(a *lab.Answers) lab.Figure { return a.Max })},
	{key: "answers_done_ms", unit: milliseconds, rare: true, in: inStory | inAll, of: answers(func(a *lab.Answers) lab.Figure { return a.Done })},
	{key: "file_bytes", whole: file(func(c *lab.Caught) int { return c.Of }), rare: true, in: inStory | inAll, of: file(func(c *lab.Caught) int { return c.Bytes })},
	{key: "file_holes", rare: true, in: inStory | inAll | inColumn | ifAny, head: "holes", of: file(func(c *lab.Caught) int { return c.Holes })},

	{key: "wire_packets", in: inAll, bench: "wire-packets", of: wirePackets},
	{key: "wire_data_packets", of: func(x *lab.Outcome) lab.Figure { return x.Wire.DataPackets }},
	{key: "wire_bytes", of: func(x *lab.Outcome) lab.Figure { return x.Wire.Bytes }},
	{key: "wire_dropped", whole: wirePackets, in: inAlarm | inAll | inColumn | inLone, head: "wire\ndrops", bench: "wire-dropped", of: func(x *lab.Outcome) lab.Figure { return x.Wire.Dropped }},
	{key: "wire_overflowed", whole: wirePackets, rare: true, in: inAlarm | inAll | inColumn | ifAny, head: "queue\nfull", of: func(x *lab.Outcome) lab.Figure { return x.Wire.Overflowed }},
	{key: "wire_marked", whole: wirePackets, rare: true, in: inAlarm | inAll, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Marked }},
	{key: "wire_damaged", whole: wirePackets, rare: true, in: inAlarm | inAll, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Damaged }},
	{key: "wire_copied", rare: true, in: inAlarm | inAll, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Copied }},
	{key: "retransmitted", in: inStory | inAll | inColumn | inLone, head: "re-\nsent", bench: "retransmitted", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Retransmitted }},
	{key: "timeouts", rare: true, in: inAlarm | inAll, of: func(x *lab.Outcome) lab.Figure { return x.Wire.Timeouts }},
	{key: "wire_late_p50_ms", unit: milliseconds, in: inAll | onlyReal, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateP50 }},
	{key: "wire_late_p99_ms", unit: milliseconds, in: inAll | onlyReal, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateP99 }},
	{key: "wire_late_max_ms", unit: milliseconds, in: inAll | onlyReal, of: func(x *lab.Outcome) lab.Figure { return x.Wire.LateMax }},
	{key: "back_packets", of: back(func(d *path.Direction) int { return d.Sent })},
	{key: "back_bytes", of: back(func(d *path.Direction) int { return d.Bytes })},
	{key: "back_dropped", of: back(func(d *path.Direction) int { return d.Lost })},
	{key: "back_overflowed", of: back(func(d *path.Direction) int { return d.Overflowed })},

	{key: "delay_min_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.Min }},
	{key: "delay_p50_ms", unit: milliseconds, in: inStory | inAll | inColumn, head: "p50", bench: "p50-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P50 }},
	{key: "delay_p95_ms", unit: milliseconds, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P95 }},
	{key: "delay_p99_ms", unit: milliseconds, in: inStory | inAll | inColumn | asRange, head: "p99", bench: "p99-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Delay.P99 }},
	{key: "delay_max_ms", unit: milliseconds, in: inAll, bench: "max-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Delay.Max }},
	{key: "waited_to_leave_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.ToLeave.Sum })},
	{key: "thrown_again_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Again.Sum })},
	{key: "waited_for_earlier_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Earlier.Sum })},
	{key: "waited_on_road_ms", unit: milliseconds, of: waiting(func(w *lab.Waiting) lab.Figure { return w.Road.Sum })},
	{key: "jitter_ms", unit: milliseconds, in: inAll, bench: "jitter-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Jitter }},
	{key: "standstill_ms", unit: milliseconds, in: inAll, bench: "standstill-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Standstill }},
	{key: "throughput_bps", unit: bitsASecond, in: inStory | inAll, bench: "throughput-bps", of: func(x *lab.Outcome) lab.Figure { return x.Throughput }},
	{key: "goodput_bps", unit: bitsASecond, in: inStory | inAll | inColumn | asRange, head: "goodput", bench: "goodput-bps", better: higher, of: func(x *lab.Outcome) lab.Figure { return x.Goodput }},
	{key: "shared_goodput_bps", unit: bitsASecond, rare: true, in: inStory | inAll, of: shared(func(s *lab.Shared) lab.Figure { return s.Goodput })},
	{key: "share", unit: parts, rare: true, in: inStory | inAll | inColumn | ifAny, head: "share", of: shared(func(s *lab.Shared) lab.Figure { return s.Share })},
	{key: "jain", unit: parts, rare: true, in: inAll, of: shared(func(s *lab.Shared) lab.Figure { return s.Jain })},
	{key: "delay_idle_ms", unit: milliseconds, rare: true, in: inAll, bench: "idle-ms", better: lower, of: load(func(l *lab.Load) lab.Figure { return l.Idle })},
	{key: "delay_under_load_ms", unit: milliseconds, rare: true, in: inAll, bench: "under-load-ms", better: lower, of: load(func(l *lab.Load) lab.Figure { return l.Loaded })},
	{key: "round_trips_a_minute", unit: aMinute, rare: true, in: inAll, bench: "round-trips/min", better: higher, of: load(func(l *lab.Load) lab.Figure { return l.RoundTrips })},
	{key: "connect_ms", unit: milliseconds, in: inStory | inAll | inLone, head: "connect", bench: "connect-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Connect }},
	{key: "done_ms", unit: milliseconds, in: inAll | inLone, head: "done", bench: "done-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Done }},
	{key: "thrown_late", of: stones(func(x *lab.Outcome) int { return x.Pacing.Late })},
	{key: "asked_rate", unit: stonesASecond, in: inAll | onlyReal, of: asked},
	{key: "offered_rate", unit: stonesASecond, whole: asked, in: inAll | onlyReal, bench: "offered-stones/s", of: func(x *lab.Outcome) lab.Figure { return x.Pacing.Offered }},
	{key: "schedule_error_p50_ms", unit: milliseconds, in: inAll | onlyReal, bench: "schedule-error-p50-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorP50 }},
	{key: "schedule_error_p99_ms", unit: milliseconds, in: inAll | onlyReal, bench: "schedule-error-p99-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorP99 }},
	{key: "schedule_error_max_ms", unit: milliseconds, in: inAll | onlyReal, bench: "schedule-error-max-ms", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.ErrorMax }},
	{key: "gap_p50_ms", unit: milliseconds, in: inAll | onlyReal, bench: "gap-p50-ms", of: func(x *lab.Outcome) lab.Figure { return x.Pacing.GapP50 }},
	{key: "gap_p99_ms", unit: milliseconds, in: inAll | onlyReal, bench: "gap-p99-ms", of: func(x *lab.Outcome) lab.Figure { return x.Pacing.GapP99 }},
	{key: "back_to_back", in: inAll | onlyReal, bench: "back-to-back", better: lower, of: func(x *lab.Outcome) lab.Figure { return x.Pacing.BackToBack }},
}

// Keys returns the keys of all measures, as csv names them.
func Keys() []string {
	var keys []string
	for _, m := range measures {
		keys = append(keys, m.key)
	}
	return keys
}

// Figure returns the figure of a flow by its key, which must be one of Keys.
func Figure(key string, x *lab.Outcome) lab.Figure { return find(key).of(x) }

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

// answers turns a figure of the answers into a figure of the flow.
func answers(of func(a *lab.Answers) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Answers == nil {
			return lab.NA(lab.CauseNoAnswers)
		}
		return of(x.Answers)
	}
}

// file turns a count of the file's arrival into a figure.
func file(of func(c *lab.Caught) int) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Caught == nil {
			return lab.NA(lab.CauseNoFile)
		}
		return lab.Number(of(x.Caught))
	}
}

// shared turns a figure of a flow on a shared wire into a figure of the flow.
func shared(of func(s *lab.Shared) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Shared == nil {
			return lab.NA(lab.CauseAlone)
		}
		return of(x.Shared)
	}
}

// load turns a figure of a paced flow beside bulk flows into a figure of the flow.
func load(of func(l *lab.Load) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure {
		if x.Load == nil {
			return lab.NA(lab.CauseNoBulk)
		}
		return of(x.Load)
	}
}

// waiting turns a figure of the stones' waiting into a figure of the flow.
func waiting(of func(w *lab.Waiting) lab.Figure) func(x *lab.Outcome) lab.Figure {
	return func(x *lab.Outcome) lab.Figure { return of(&x.Waiting) }
}

func heldUp(x *lab.Outcome) lab.Figure      { return lab.Number(x.HeldUp) }
func asked(x *lab.Outcome) lab.Figure       { return x.Pacing.Asked }
func thrown(x *lab.Outcome) lab.Figure      { return lab.Number(x.Thrown) }
func delivered(x *lab.Outcome) lab.Figure   { return lab.Number(x.Delivered) }
func wirePackets(x *lab.Outcome) lab.Figure { return x.Wire.Packets }

// notThrown counts the stones that were attempted and not thrown, for any cause.
func notThrown(x *lab.Outcome) int {
	n := 0
	for _, stones := range x.NotThrown {
		n += stones
	}
	return n
}

// byDesign reports whether m can only be 0 in this flow, and is 0.
func (m measure) byDesign(x *lab.Outcome) bool {
	return m.built && x.Is().Ordered && m.of(x) == lab.Figure{}
}

// byDesign is the same for the first run.
func (s series) byDesign(m measure) bool {
	return m.built && s.begins(markOrdered) && s.figure(m, 0) == lab.Figure{}
}

// A spread is the range of a measure in several flows. Figures without a value are left
// out, except for infinite ones, which come last.
type spread struct {
	least, median, most lab.Figure
	n                   int // how many figures; if 0, each of the three has the reason
}

// over returns the spread of a measure over the runs.
func (s series) over(m measure) spread {
	if len(s.rows) == 0 {
		return spread{}
	}
	return spreadOf(slices.Collect(s.of(m)))
}

// spreadOf returns the spread of figures, of which there must be at least one. It sorts
// them.
func spreadOf(figures []lab.Figure) spread {
	first := figures[0]
	figures = slices.DeleteFunc(figures, func(f lab.Figure) bool { return !f.Known() && f != lab.Infinite() })
	if len(figures) == 0 {
		return spread{least: first, median: first, most: first}
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

// order is a sort key for the figures of a spread: infinite ones come last.
func order(f lab.Figure) float64 {
	if !f.Known() {
		return math.Inf(1)
	}
	return f.Value
}
