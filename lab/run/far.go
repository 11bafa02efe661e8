package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/path"
	"stones/lab/stone"
)

// elsewhere is the state of a flow one end of which is on another computer.
type elsewhere struct {
	far     Far  // nil if both ends are here
	reverse bool // it is the far end that throws
	giveUp  time.Duration

	agreed  path.Agreement
	report  path.Report
	missing error // why there is no report

	here []caught // what was caught here
	came []bool   // which numbers
}

// A caught stone is one that came, and when, by the clock of its catcher.
type caught struct {
	stone.Stone
	at time.Duration
}

// runFar is the only task of a flow one end of which is elsewhere. It agrees on the
// flow with that end, throws or catches, and asks that end for its report.
func (x *flow) runFar(ctx context.Context) {
	x.reads = &x.report.Reads
	x.began = x.world.Now()
	offer, err := x.offer()
	if err == nil {
		x.agreed, err = x.far.Arrange(ctx, offer)
	}
	if err != nil {
		x.throwErr = err
		return
	}
	x.began = x.world.Now()
	x.id = x.agreed.Flow
	if x.reverse && x.Plan.Pattern.Poisson { // the far thrower draws the gaps
		schedule, err := pace.NewSchedule(x.Plan, uint64(x.id))
		if err != nil {
			x.throwErr = err
			return
		}
		x.follow(schedule)
	}
	x.limit = x.began + x.schedule.Length() + x.giveUp
	if x.reverse {
		x.catchHere(ctx)
	} else if t := x.ask(ctx); t != nil {
		x.throwAll(ctx, t)
		_ = t.Close()
	}
	x.settle(ctx)
	if x.reverse {
		x.enterCaught()
		x.enterThrown()
	} else {
		x.enterReported()
	}
}

// offer returns the plan on which the ends are to agree.
func (x *flow) offer() (path.Offer, error) {
	took := x.schedule.Length()
	if x.reverse && x.Plan.Pattern.Poisson { // the far thrower draws the gaps anew: 6 sigma for its draw, 6 for ours
		took += time.Duration(12 * float64(took) / math.Sqrt(float64(x.schedule.Count())))
	}
	load, err := x.load()
	return path.Offer{
		Transport: x.Transport,
		Count:     x.schedule.Count(),
		Size:      x.Plan.Size,
		Time:      took,
		Reverse:   x.reverse,
		Rate:      x.Plan.Rate.String(),
		Pattern:   x.Plan.Pattern.String(),
		Overhear:  x.ear != nil,
		Carrying:  x.cargo != nil,
		Carries:   load,
	}, err
}

// settle asks the far end for its report. Without it the fate of the stones that did
// not come is unknown.
func (x *flow) settle(ctx context.Context) {
	reads := x.report.Reads
	counts := path.Counts{Planned: x.throws.Planned, Attempted: x.throws.Attempted, Thrown: x.throws.Thrown}
	x.report, x.missing = x.far.Settle(ctx, x.Transport, counts)
	if x.missing == nil {
		x.missing = x.contradiction()
	}
	if x.missing != nil {
		x.report, x.cut = path.Report{}, true
		if x.throwErr == nil && x.catchErr == nil {
			x.catchErr = fmt.Errorf("no report of the other end: %w", x.missing)
		}
	}
	if x.reverse {
		x.report.Reads = reads
	}
}

// catchHere catches what the far end throws, until the path says that no more
// will come.
func (x *flow) catchHere(ctx context.Context) {
	if x.catchErr = x.listen(ctx, 0); x.catchErr != nil {
		return
	}
	reads := x.reads // the catcher's own
	x.reads = &x.report.Reads
	most := 4*x.schedule.Count() + 1000
	x.came = make([]bool, x.schedule.Count())
	for s, err := range x.catcher.Catch() {
		at := x.world.Arrival(x.Name)
		strange := err != nil || s.Flow != x.id || s.Number < 1 || s.Number > uint64(len(x.came))
		if x.is.Ordered && (strange || s.Number != uint64(len(x.here))+1) {
			x.catchErr = cmp.Or(err, fmt.Errorf("stone %d of flow %d came; the next one is stone %d of flow %d", s.Number, s.Flow, len(x.here)+1, x.id))
			break
		}
		if strange {
			x.noteOther(err)
			continue
		}
		if len(x.here) == most {
			x.catchErr = errors.New("far more came than was agreed on")
			break
		}
		x.here = append(x.here, caught{s, at})
		if !x.came[s.Number-1] {
			x.came[s.Number-1] = true
			x.arrived.Add(1)
		}
	}
	_ = x.catcher.Close()
	x.report.Reads = *reads
	if ctx.Err() != nil {
		x.cut, x.catchErr = true, context.Cause(ctx)
	}
}

// Limits of what a report can say and be true.
const (
	mostOthers = 1 << 24        // arrivals that are no stones of the flow
	mostTime   = 24 * time.Hour // since the plan
)

// contradiction returns an error if a report contradicts the plan, or itself. Wrong
// totals are found by the laws.
func (x *flow) contradiction() error {
	r := x.report
	planned := uint64(x.schedule.Count())
	start := x.connected // when the plan began, if that was here
	if x.reverse && len(r.Stones) > 0 {
		start = r.Stones[0].Due - x.schedule.Offset(min(max(r.Stones[0].Number, 1), planned))
	}
	last := path.Told{}
	for _, s := range r.Stones {
		switch {
		case s.Number < 1 || s.Number > planned:
			return fmt.Errorf("it tells of stone %d of %d", s.Number, planned)
		case s.At < last.At || s.At > mostTime:
			return fmt.Errorf("it tells of stone %d at %v, after one at %v", s.Number, s.At, last.At)
		case s.Due-start != x.schedule.Offset(s.Number):
			return fmt.Errorf("it tells of stone %d as due %v from the start of the plan; that is %v", s.Number, s.Due-start, x.schedule.Offset(s.Number))
		case x.reverse && s.Number <= last.Number:
			return fmt.Errorf("it threw stone %d after stone %d", s.Number, last.Number)
		}
		last = s
	}
	if x.reverse {
		return x.miscounted(last.Number)
	}
	if err := x.takeReported(); err != nil {
		return err
	}
	for _, n := range []int{r.Damaged, r.Foreign, r.Reads, r.Drops} {
		if n < 0 || n > mostOthers {
			return fmt.Errorf("it counts %d of what is no stone; allowed 0 to %d", n, mostOthers)
		}
	}
	return nil
}

// miscounted returns an error if a far thrower's counts cannot be true. Last is the
// number of the last stone that it threw.
func (x *flow) miscounted(last uint64) error {
	r := x.report
	notThrown := 0
	for _, n := range r.NotThrown {
		if n < 0 {
			return fmt.Errorf("it counts %d stones", n)
		}
		notThrown += n
	}
	switch {
	case r.Planned != x.schedule.Count():
		return fmt.Errorf("it planned %d stones of %d", r.Planned, x.schedule.Count())
	case r.Attempted > r.Planned || last > uint64(max(r.Attempted, 0)):
		return fmt.Errorf("it attempted %d stones of %d and threw stone %d", r.Attempted, r.Planned, last)
	case r.Attempted != len(r.Stones)+notThrown:
		return fmt.Errorf("it attempted %d stones, threw %d and did not throw %d", r.Attempted, len(r.Stones), notThrown)
	}
	return nil
}

// enterReported enters what the far catcher caught. Only the differences of its times
// mean anything here: they are shifted so that the least delay is 0.
func (x *flow) enterReported() {
	r := x.report
	least := mostTime
	for _, s := range r.Stones {
		least = min(least, s.At-s.Due)
	}
	for _, s := range r.Stones {
		x.catches.Add(stone.Stone{Flow: x.id, Number: s.Number, Due: s.Due, Size: x.Plan.Size}, s.At-least)
	}
	x.arrived.Store(int64(len(r.Stones)))
	for range r.Damaged {
		x.catches.Damaged()
	}
	for range r.Foreign {
		x.catches.Foreign()
	}
}

// enterCaught enters what was caught here. The stones' Due is on the far thrower's
// clock, which is shifted so that the least delay is 0.
func (x *flow) enterCaught() {
	x.connected = x.began
	if len(x.here) == 0 {
		return
	}
	first := x.here[0]
	start := first.Due - x.schedule.Offset(first.Number) // of the plan, by the thrower's clock
	least := first.at - first.Due
	for _, s := range x.here {
		if s.Due-start == x.schedule.Offset(s.Number) {
			least = min(least, s.at-s.Due)
		}
	}
	x.connected = start + least
	for _, s := range x.here {
		ofPlan := s.Due-start == x.schedule.Offset(s.Number)
		s.Due += least
		switch sound := ofPlan && x.takes(s.Stone); {
		case x.is.Ordered && !sound:
			x.catchErr = fmt.Errorf("stone %d is none of the plan's", s.Number)
			return
		case !ofPlan:
			x.catches.Foreign()
			continue
		case !sound:
			x.noteOther(stone.ErrDamaged)
			continue
		}
		x.catches.Add(s.Stone, s.at)
	}
}

// enterThrown enters what the far thrower threw. Without its report all planned stones
// count as thrown, and those that did not come are unknown.
func (x *flow) enterThrown() {
	due := func(n uint64) time.Duration { return x.connected + x.schedule.Offset(n) }
	add := func(n uint64, slip time.Duration, cause string) {
		x.throws.Add(stone.Stone{Flow: x.id, Number: n, Due: due(n), Size: x.Plan.Size}, due(n)+slip, cause)
		x.noteDue(n, due(n)-x.began)
	}
	if x.missing != nil {
		for n := range uint64(x.schedule.Count()) {
			add(n+1, 0, "")
		}
		return
	}
	var causes []string // of those that are not among the thrown
	for _, cause := range slices.Sorted(maps.Keys(x.report.NotThrown)) {
		causes = append(causes, slices.Repeat([]string{cause}, x.report.NotThrown[cause])...)
	}
	thrown := x.report.Stones
	for n := uint64(1); n <= uint64(x.report.Attempted); n++ {
		if len(thrown) > 0 && thrown[0].Number == n {
			add(n, thrown[0].At-thrown[0].Due, "")
			thrown = thrown[1:]
			continue
		}
		add(n, 0, causes[0])
		causes = causes[1:]
	}
	x.attempted.Store(int64(x.throws.Attempted))
}

// farFigures corrects the figures that differ, or are unknown, because one end is
// elsewhere.
func (x *flow) farFigures(r *lab.Outcome) {
	if x.agreed.Flow == 0 { // nothing was agreed on
		r.Delay.Above = true
		return
	}
	r.RTT = &lab.RoundTrip{Min: lab.Milliseconds(x.agreed.RTTMin), Median: lab.Milliseconds(x.agreed.RTTMedian)}
	r.Delay.Above = true
	r.Drained = new(lab.Milliseconds(x.report.Drained))
	if x.reverse {
		r.Drained = nil // this end waited, and by its own rule
	}
	if x.reverse && x.is.Asks {
		r.Connect = lab.NA(lab.CauseReverse)
	}
	if x.missing == nil {
		return
	}
	r.Drained = nil
	unknown := lab.Untold(lab.CauseNoReport)
	if x.reverse {
		r.Pacing = lab.Pacing{
			Policy: r.Pacing.Policy, Asked: r.Pacing.Asked, Offered: unknown, Met: true,
			ErrorP50: unknown, ErrorP99: unknown, ErrorMax: unknown, GapP50: unknown, GapP99: unknown, BackToBack: unknown,
		}
		return
	}
	r.ReceiverDrops, r.Jitter, r.Standstill, r.Done, r.Goodput = unknown, unknown, unknown, unknown, unknown
	r.Delay = lab.Delays{Min: unknown, P50: unknown, P95: unknown, P99: unknown, Max: unknown, Above: true}
}
