// Package pace says when each stone is due.
//
// A stone's time follows from its number: it is never found by adding a gap to
// the present, so nothing drifts and nothing depends on how the throwing goes.
// Both transports get the same [Schedule]. All arithmetic is in integers; the
// hundred millionth stone of a steady plan is due to the nanosecond.
//
// What it deliberately lacks: it slows nobody down. A thrower that is held up,
// by TCP for example, finds the next stones due already and throws them at
// once ([CatchUp]); no stone is skipped and no due time is moved. So the waiting
// shows in the stones' flight times and is not left out of the measurement.
package pace

import (
	"context"
	"fmt"
	"iter"
	"math/bits"
	"time"

	"stones/lab/clock"
	"stones/lab/quantity"
	"stones/lab/stone"
)

// A Policy is what a thrower does that was held up.
type Policy string

// CatchUp is the name of what a thrower does that was held up: it throws all
// that is due already, in order and at once.
const CatchUp Policy = "catch-up"

// Limits of what a plan may ask for.
const (
	MaxCount = 100_000_000        // stones
	MaxTime  = 10_000 * time.Hour // from the first stone to the last
)

// A Plan says how many stones to throw, how big, and when. It is plain data.
type Plan struct {
	Count   int           `json:"count,omitzero"` // stones to throw; 0 if Time decides
	Time    time.Duration `json:"time,omitzero"`  // throw those that are due before this; 0 if Count decides
	Size    int           `json:"size,omitzero"`  // bytes a stone, as in [stone.Stone]
	Rate    Rate          `json:"rate,omitzero"`
	Pattern Pattern       `json:"pattern,omitzero"`
}

// Validate returns a [quantity.InvalidError] for the first field that is out of range,
// or does not go with another one.
func (p Plan) Validate() error {
	switch {
	case p.Count != 0 && p.Time != 0:
		return quantity.Invalid("count", p.Count, fmt.Sprintf("does not go with the time %s; set one of them", quantity.FormatDuration(p.Time)))
	case p.Time == 0 && (p.Count < 1 || p.Count > MaxCount):
		return quantity.Invalid("count", p.Count, quantity.OutOfRange(1, MaxCount))
	case p.Time < 0 || p.Time > MaxTime:
		return quantity.Invalid("time", p.Time, quantity.OutOfRange(time.Nanosecond, MaxTime))
	case p.Size < stone.HeaderLen || p.Size > stone.MaxSize:
		return quantity.Invalid("size", p.Size, quantity.OutOfRange(stone.HeaderLen, stone.MaxSize))
	case p.Rate.kind == unset:
		return quantity.Invalid("rate", p.Rate, notRate)
	case p.Pattern.Poisson && p.Pattern.Burst != 0:
		return quantity.Invalid("pattern", p.Pattern, "one pattern at a time: poisson, or burst")
	case p.Pattern.Burst < 0 || p.Pattern.Burst > MaxCount:
		return quantity.Invalid("pattern", p.Pattern, quantity.OutOfRange(Pattern{Burst: 1}, Pattern{Burst: MaxCount}))
	case p.Rate.kind == unpaced && p.Pattern != Pattern{}:
		return quantity.Invalid("pattern", p.Pattern, "does not go with the rate max, which has no pattern")
	case !p.Rate.inRange():
		return quantity.Invalid("rate", p.Rate, p.Rate.kind.outOfRange())
	}
	return nil
}

// PerSecond is the rate in stones a second; 0 if there is no limit.
func (p Plan) PerSecond() float64 { return float64(p.Rate.Stones(p.Size)) / 1e6 }

// A Schedule holds when each stone of a plan is due. Two transports that get
// the same one throw the same stones at the same times.
type Schedule struct {
	plan     Plan
	count    int
	num, den uint64          // the mean gap between stones is num/den nanoseconds
	poisson  []time.Duration // the offsets, stone 1 first; nil if there is a closed form
}

// NewSchedule returns the schedule of a plan. The first stone is due at once.
// Only the poisson pattern has chance in it, and needs the seed; the same seed
// gives the same schedule. The error is a [quantity.InvalidError].
//
// A poisson schedule takes 8 bytes a stone, the others nothing.
func NewSchedule(plan Plan, seed uint64) (*Schedule, error) {
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	s := &Schedule{plan: plan, count: plan.Count}
	if !s.Paced() {
		return s, nil
	}
	s.num, s.den = plan.Rate.gap(plan.Size)
	if plan.Time > 0 {
		n, ok := s.before(plan.Time)
		if !ok || n > MaxCount {
			return nil, quantity.Invalid("time", plan.Time, fmt.Sprintf("too many stones at the rate %v; allowed 1 to %d", plan.Rate, MaxCount))
		}
		s.count = int(n)
	}
	if !plan.Pattern.Poisson {
		if _, ok := s.after(uint64(s.count - 1)); !ok {
			return nil, s.tooLong()
		}
		return s, nil
	}
	return s, s.draw(seed)
}

// tooLong is the error of a schedule that goes on for more than MaxTime.
func (s *Schedule) tooLong() error {
	return quantity.Invalid("count", s.count, fmt.Sprintf("takes too long at the rate %v; allowed up to %s", s.plan.Rate, quantity.FormatDuration(MaxTime)))
}

// Paced reports whether there is a schedule. At the rate max there is none: a
// stone is due when the thrower gets to it.
func (s *Schedule) Paced() bool { return s.plan.Rate.kind != unpaced }

// Count is the number of stones. It is 0 if nobody can know: at the rate max,
// for a time.
func (s *Schedule) Count() int { return s.count }

// Offset is when stone n, from 1 to Count, is due after the start. It is 0 for
// all if the schedule is not paced.
func (s *Schedule) Offset(n uint64) time.Duration {
	switch {
	case !s.Paced():
		return 0
	case s.poisson != nil:
		return s.poisson[n-1]
	}
	gaps := n - 1
	if burst := uint64(s.plan.Pattern.Burst); burst > 1 {
		gaps -= gaps % burst
	}
	offset, _ := s.after(gaps)
	return offset
}

// Length is how long throwing takes by the plan, from the first stone to the last;
// 0 if the plan does not say.
func (s *Schedule) Length() time.Duration {
	if s.Paced() && s.count > 0 {
		return s.Offset(uint64(s.count))
	}
	return s.plan.Time
}

// after returns how long n gaps are, rounded down to the nanosecond. It is not
// ok if that is more than MaxTime.
func (s *Schedule) after(n uint64) (offset time.Duration, ok bool) {
	hi, lo := bits.Mul64(n, s.num)
	if hi >= s.den {
		return 0, false
	}
	ns, _ := bits.Div64(hi, lo, s.den)
	return time.Duration(ns), ns <= uint64(MaxTime)
}

// before returns how many stones are due before d: of the steady pattern, or of
// whole bursts. It is not ok if they cannot be counted.
func (s *Schedule) before(d time.Duration) (n uint64, ok bool) {
	hi, lo := bits.Mul64(uint64(d), s.den)
	if hi >= s.num {
		return 0, false
	}
	n, rest := bits.Div64(hi, lo, s.num)
	if rest > 0 {
		n++ // n-1 gaps are less than d
	}
	if burst := uint64(s.plan.Pattern.Burst); burst > 1 {
		n = (n-1)/burst*burst + burst // a burst that begins in time is thrown whole
	}
	return n, true
}

// Stones yields the stones of a flow that begins at start on the clock c,
// each when it is due. It ends when the plan does, or with ctx.
//
// At the rate max the due time is that at which the thrower asked.
func (s *Schedule) Stones(ctx context.Context, c clock.Clock, start time.Duration, flow uint32) iter.Seq[stone.Stone] {
	last := uint64(s.count)
	if last == 0 {
		last = MaxCount
	}
	return func(yield func(stone.Stone) bool) {
		for n := uint64(1); n <= last; n++ {
			due := start + s.Offset(n)
			if c.SleepUntil(ctx, due) != nil {
				return
			}
			if !s.Paced() {
				due = c.Now()
				if s.plan.Time > 0 && due-start >= s.plan.Time {
					return
				}
			}
			if !yield(stone.Stone{Flow: flow, Number: n, Due: due, Size: s.plan.Size}) {
				return
			}
		}
	}
}
