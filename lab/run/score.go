package run

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"syscall"
	"time"

	"stones/lab"
	"stones/lab/path"
	"stones/lab/tally"
)

// score puts together what the thrower, the catcher and the path know, and
// holds it to the laws.
func (x *flow) score(e lab.Experiment) lab.Outcome {
	seen := x.world.Record(x.Name)
	t := tally.Tally{Throws: &x.throws, Catches: x.catches}
	switch {
	case x.is.Ordered && x.far != nil && (x.cut || x.failure() != nil):
		t.Unknown = func(uint64) bool { return true } // the other end may have it
	case !x.is.Ordered && x.cut:
		// What was on its way at the end is not lost.
		t.Unknown = func(n uint64) bool { return seen.Causes == nil || seen.Causes(n) == 0 }
	}
	x.tally = t
	s := t.Score(e.Deadline)
	x.end = s.End
	r := lab.Outcome{
		Name:      x.Name,
		Transport: x.Transport,
		Stack:     x.world.Stack(),

		Counts: s.Counts,
		Reads:  *x.reads,
		Wire:   wireFigures(x.is, seen),
		Drain:  x.world.DrainRule(),
	}
	if r.NotThrown == nil {
		r.NotThrown = map[string]int{}
	}
	if err := x.failure(); err != nil {
		// Once the far end has agreed, only its answer no is a refusal: a refused connection means that it has gone.
		agreed := x.far != nil && x.agreed.Flow != 0
		r.Error, r.Refused = err.Error(), errors.Is(err, syscall.ECONNREFUSED) && (!agreed || errors.Is(err, path.ErrNo))
	} else {
		r.Complete = true
	}
	if err := x.laws(t, s, seen); err != nil {
		r.Broken = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	r.ReceiverDrops = receiverDrops(x.is, seen)
	r.Pacing = x.pacing(e.Asleep, s, r.ReceiverDrops)
	x.times(&r, s, seen)
	r.Waiting = x.waiting(s, seen)
	r.Notes = x.notes
	x.fileFigures(&r)
	x.textFigures(&r)
	x.answerFigures(&r)
	if e.Overhear {
		r.Overheard = x.overheard(seen)
	}
	if x.far != nil {
		x.farFigures(&r)
	}
	if e.PerStone {
		r.Stones = x.stones(t, s, seen)
	}
	r.Counters = seen.Counters
	if e.Packets {
		r.Packets = x.packets(seen)
	}
	if e.Interval > 0 {
		r.Intervals = x.intervals(t, e.Deadline)
	}
	return r
}

// laws checks every law that is known to apply.
func (x *flow) laws(t tally.Tally, s tally.Score, seen path.Record) error {
	errs := []error{s.Check(), x.world.Check(), x.checkAnswers(), x.overdropped(s, seen)}
	if x.is.Ordered {
		errs = append(errs, x.catches.CheckStream())
	} else if x.Transport == lab.Own {
		errs = append(errs, settled(seen, x.failure() == nil))
	} else if seen.Exact {
		errs = append(errs, t.Compare(seen.Copies, seen.Behind), explained(t, seen))
	}
	return errors.Join(errs...)
}

// overdropped is law 9: what the catcher's full socket dropped is among the missing.
// Copies that the road made may be dropped too; they are known only where the path is
// seen.
func (x *flow) overdropped(s tally.Score, seen path.Record) error {
	missing := s.Thrown - s.Delivered
	if seen.Exact {
		missing += seen.Out.Copied - s.Duplicated
	}
	known := x.is.Over == lab.UDP && seen.DropsUnknown == "" && (seen.Exact || s.Duplicated == 0)
	if known && seen.ReceiverDrops > missing {
		return fmt.Errorf("law 9: receiver drops %d > missing %d", seen.ReceiverDrops, missing)
	}
	return nil
}

// settled is the law of a protocol of one's own: every datagram of its arrived, was
// lost for a known cause, or was on its way when the flow was cut short.
func settled(seen path.Record, complete bool) error {
	for _, way := range []struct {
		name string
		path.Direction
	}{{"out", seen.Out}, {"back", seen.Back}} {
		given, gone := way.Sent+way.Copied, way.Arrived+way.Lost+way.Overflowed+way.TooBig
		if gone > given || complete && gone < given {
			return fmt.Errorf("law 5: on the way %s %d packets were given or copied, but %d came or were lost", way.name, given, gone)
		}
	}
	return nil
}

// explained is law 5 from the other side: the path must know why each lost stone was
// lost.
func explained(t tally.Tally, seen path.Record) error {
	for n := range t.LostNumbers() {
		if seen.Causes(n) == 0 {
			return fmt.Errorf("law 5: stone %d is lost, but the path lost 0 of its packets", n)
		}
	}
	return nil
}

// times fills in what is measured in time.
func (x *flow) times(r *lab.Outcome, s tally.Score, seen path.Record) {
	nothing := lab.NA(lab.CauseNothingCame)
	r.Delay = lab.Delays{Min: delay(s.Delay.Min), P50: delay(s.Delay.P50), P95: delay(s.Delay.P95), P99: delay(s.Delay.P99), Max: delay(s.Delay.Max)}
	r.Connect = lab.Milliseconds(x.connected - x.began)
	if !x.is.Asks {
		r.Connect = lab.NA(lab.CauseNeverAsks)
		if x.Transport == lab.Own {
			r.Connect = lab.NA(lab.CauseOwnWay)
		}
	} else if r.Refused && !x.answered {
		r.Connect = lab.NA(lab.CauseRefused)
	} else if !x.answered {
		r.Connect = lab.NA(lab.CauseNoAnswer)
	}
	r.Jitter, r.Standstill, r.Done, r.Throughput, r.Goodput = nothing, nothing, nothing, nothing, nothing
	if !seen.Exact {
		r.Throughput = lab.NA(path.Silent)
	}
	if s.Delivered > 0 {
		span := s.End - x.began
		r.Standstill = lab.Milliseconds(s.Standstill)
		r.Done = lab.Milliseconds(s.LastArrival - x.began)
		r.Goodput = rate(s.DeliveredBytes, span)
		if seen.Exact {
			r.Throughput = rate(int64(seen.Out.ArrivedBytes), span)
		}
	}
	if s.Jitter.Pairs > 0 {
		r.Jitter = lab.Milliseconds(s.Jitter.Last)
	} else if s.Delivered > 0 {
		r.Jitter = lab.NA(lab.CauseOneCame)
	}
	r.Samples = []lab.Sample{}
	for _, sample := range seen.Samples {
		r.Samples = append(r.Samples, lab.Sample{
			At: lab.Milliseconds(sample.At - x.began), Cwnd: sample.Cwnd, Ssthresh: sample.Ssthresh,
			RTT: lab.Milliseconds(sample.RTT), RTO: lab.Milliseconds(sample.RTO),
		})
	}
}

// delay returns a delay as a figure.
func delay(d tally.Delay) lab.Figure {
	switch d.Kind {
	case tally.Finite:
		return lab.Milliseconds(d.D)
	case tally.Infinite:
		return lab.Infinite()
	case tally.None:
	}
	return lab.NA(lab.CauseNothingCame)
}

// rate is bytes over a time in bits a second, rounded down.
func rate(bytes int64, over time.Duration) lab.Figure {
	if over <= 0 {
		return lab.NA(lab.CauseNoTime)
	}
	hi, lo := bits.Mul64(uint64(bytes)*8, uint64(time.Second))
	if hi >= uint64(over) {
		return lab.NA(lab.CauseNoTime)
	}
	bps, _ := bits.Div64(hi, lo, uint64(over))
	return lab.Number(int64(bps))
}

// wireFigures are the figures of what the path saw, if it did.
func wireFigures(is lab.Transport, seen path.Record) lab.Wire {
	again, timeouts := lab.Number(seen.Retransmitted), lab.Number(seen.Timeouts)
	if !is.Again {
		again, timeouts = lab.NA(lab.CauseThrowsOnce), lab.NA(lab.CauseNoTimeouts)
	} else if seen.CountsUnknown != "" {
		again, timeouts = lab.NA(seen.CountsUnknown), lab.NA(seen.CountsUnknown)
	} else if seen.TimeoutsUnknown != "" {
		timeouts = lab.NA(seen.TimeoutsUnknown)
	}
	if !seen.Exact {
		na := lab.NA(path.Silent)
		return lab.Wire{Packets: na, DataPackets: na, Bytes: na, Dropped: na, Overflowed: na, Marked: na, Damaged: na, Copied: na, Retransmitted: again, Timeouts: timeouts, LateP50: na, LateP99: na, LateMax: na}
	}
	out, back := seen.Out, seen.Back
	return lab.Wire{
		Packets: lab.Number(out.Sent), DataPackets: lab.Number(out.Data), Bytes: lab.Number(out.Bytes),
		Dropped: lab.Number(out.Lost), Overflowed: lab.Number(out.Overflowed), Marked: lab.Number(out.Marked), Damaged: lab.Number(out.Damaged), Copied: lab.Number(out.Copied),
		Retransmitted: again, Timeouts: timeouts, Back: &back,
		LateP50: lab.Milliseconds(seen.Lateness.P50), LateP99: lab.Milliseconds(seen.Lateness.P99), LateMax: lab.Milliseconds(seen.Lateness.Max),
	}
}

// receiverDrops is how many stones were dropped because the catcher's socket buffer was
// full.
func receiverDrops(is lab.Transport, seen path.Record) lab.Figure {
	switch {
	case is.Ordered:
		return lab.Number(0) // a full buffer stops the thrower
	case seen.DropsUnknown != "":
		return lab.Untold(seen.DropsUnknown)
	default:
		return lab.Number(seen.ReceiverDrops)
	}
}

// stones is what became of every stone.
func (x *flow) stones(t tally.Tally, s tally.Score, seen path.Record) []lab.StoneRecord {
	var list []lab.StoneRecord
	due := x.dues()
	for f := range t.Fates() {
		r := lab.StoneRecord{Number: f.Number, Copies: f.Copies, Due: lab.NA(lab.CauseDueWhenThrown), First: lab.NA(lab.CauseDidNotCome)}
		at, known := due(f.Number)
		if known {
			r.Due = lab.Milliseconds(at)
		}
		switch {
		case f.Copies > 0:
			r.Fate = lab.StoneDelivered
			r.First = lab.Milliseconds(at + f.Delay.D)
		case f.Delay.Kind == tally.None:
			r.Fate = lab.StoneUnknown
		case seen.Causes != nil && seen.Causes(f.Number)&path.ReceiverDrop != 0:
			r.Fate = lab.StoneReceiverDrop
		default:
			r.Fate = lab.StoneLost
		}
		list = append(list, r)
	}
	x.addWaits(list, s, seen)
	return list
}

// dues returns when each stone was due, from the start of the plan. Without a schedule
// that is when it was thrown, which is known only of those that came.
func (x *flow) dues() func(n uint64) (at time.Duration, known bool) {
	if x.schedule.Paced() {
		return func(n uint64) (time.Duration, bool) { return x.schedule.Offset(n), true }
	}
	thrown := make(map[uint64]time.Duration)
	for a := range x.catches.Arrivals() {
		thrown[a.Number] = a.At - a.Delay - x.connected
	}
	return func(n uint64) (time.Duration, bool) {
		at, known := thrown[n]
		return at, known
	}
}
