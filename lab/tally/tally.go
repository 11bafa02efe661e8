package tally

import (
	"iter"
	"maps"
	"time"

	"stones/lab/stone"
)

// A Tally is what both sides know, when both are done.
type Tally struct {
	Throws  *Throws
	Catches *Catches // nil if the catcher's report is missing: what became of the stones is unknown

	// Unknown reports whether the fate of stone n, which was thrown and did not come,
	// is unknown because the flow ended while it was on its way. Otherwise it is lost.
	// Nil means never.
	Unknown func(n uint64) bool
}

// A Fate is what became of one stone that was thrown.
type Fate struct {
	Number uint64
	Copies int   // how many came
	Delay  Delay // of the first copy, infinite if the stone is lost; none if unknown
}

// Fates yields the stones thrown in order of number.
func (t Tally) Fates() iter.Seq[Fate] {
	return func(yield func(Fate) bool) {
		for n := range t.Throws.thrown.all() {
			f := Fate{Number: n}
			if t.Catches != nil {
				f.Copies = t.Catches.Copies(n)
				if !t.unknown(n) {
					f.Delay = Delay{Kind: Infinite}
				}
				if d, ok := t.Catches.FirstDelay(n); ok {
					f.Delay = finite(d)
				}
			}
			if !yield(f) {
				return
			}
		}
	}
}

// A Score is what a flow comes to. It is plain data; times are on the clock
// of the stones' Due. Counts are of stones unless they say otherwise.
type Score struct {
	stone.Counts

	// Of the thrower.
	ThrownBytes int64
	FirstThrow  time.Duration // only if Thrown > 0
	LastThrow   time.Duration // only if Thrown > 0
	FirstDue    time.Duration // when the stone of FirstThrow was
	LastDue     time.Duration // when the stone of LastThrow was
	DueBefore   int           // thrown, and due before LastDue

	// How well the thrower kept to the plan. Percentiles are at most 0.4 % too
	// high; the ends are exact.
	Slipped    int           // thrown more than 1 ms after they were due
	Slip       Delays        // by how much each was thrown after it was due; none if Thrown is 0
	Gap        Delays        // from a throw to the next; none if Thrown < 2
	BackToBack int           // the longest run of stones thrown in less than half their planned gaps
	Waited     time.Duration // sum of the throws that took longer than 1 ms, though the stone was due

	// Of the delivered.
	Replicated     int // came more than once; Replicated / Delivered is RFC 5560's replicated rate
	DeliveredBytes int64
	FirstArrival   time.Duration // of a first copy; only if Delivered > 0
	LastArrival    time.Duration // of a first copy; only if Delivered > 0

	// End is when the last first copy came, or when the last stone attempted was
	// due, and the least delay, whichever is later: so that what is lost at the end
	// counts as what is lost before. Only if Delivered > 0.
	End time.Duration

	// In time.
	Deadline time.Duration // 0 if there is none; what took longer is late
	Delay    Delays
	PDV      Delays // Delay less its Min (RFC 5481 section 4.2)
	IPDV     IPDV
	Jitter   Jitter

	// Standstill is the longest stretch from one first arrival to the next, or
	// from the start to the first, in which the stone after the highest that had
	// come was already due. Without a schedule, stones are due when they are
	// thrown: it is the longest stretch from the first throw, or one first arrival,
	// to the next. The end counts as the beginning does: the last stretch goes from
	// the last first arrival to End.
	Standstill time.Duration

	Reordering Reordering
}

// Score counts. A stone that takes longer than deadline is late; 0 means no deadline.
func (t Tally) Score(deadline time.Duration) Score {
	s := Score{
		Counts: stone.Counts{
			Planned:   t.Throws.Planned,
			Attempted: t.Throws.Attempted,
			Thrown:    t.Throws.Thrown,
			NotThrown: maps.Clone(t.Throws.NotThrown),
		},
		ThrownBytes: t.Throws.Bytes,
		FirstThrow:  t.Throws.First,
		LastThrow:   t.Throws.Last,
		FirstDue:    t.Throws.FirstDue,
		LastDue:     t.Throws.LastDue,
		DueBefore:   t.Throws.DueBefore,
		Slipped:     t.Throws.Slipped,
		Slip:        delaysOf(&t.Throws.slips),
		Gap:         delaysOf(&t.Throws.gaps),
		BackToBack:  t.Throws.BackToBack,
		Waited:      t.Throws.Waited,
		Deadline:    deadline,
	}
	if s.Planned == 0 {
		s.Planned = s.Attempted
	}
	s.NotAttempted = max(s.Planned-s.Attempted, 0)

	c := t.Catches
	if c == nil {
		s.Unknown = s.Thrown
		return s
	}
	s.Arrivals, s.Damaged, s.Foreign, s.AfterDrain = c.arrivals, c.damaged, c.foreign, c.afterDrain
	s.DeliveredBytes, s.FirstArrival, s.LastArrival = c.bytes, c.first, c.last
	s.addDelivered(c)
	if s.Delivered > 0 && s.Thrown > 0 {
		s.End = c.end(s)
	}
	s.Standstill = c.silence(s)
	s.Reordering = c.reordering()
	s.Reordered, s.Reordered3, s.Extent = s.Reordering.Runs, s.Reordering.Three, s.Reordering.MaxExtent
	s.IPDV = c.ipdv()
	s.Jitter = c.jitter()

	for p := range t.LossPeriods() {
		s.Lost += p.Length
		s.LossPeriods++
		s.LongestLoss = max(s.LongestLoss, p.Length)
	}
	s.Unknown = t.unknowns()
	s.Delay = Delays{
		P50: t.percentile(50, 100, s.Lost),
		P95: t.percentile(95, 100, s.Lost),
		P99: t.percentile(99, 100, s.Lost),
	}
	if s.Delivered > 0 {
		s.Delay.Min, s.Delay.Max = finite(c.least), finite(c.most)
	}
	s.PDV = s.Delay.less(c.least)
	return s
}

// addDelivered counts the states of the stones that came.
func (s *Score) addDelivered(c *Catches) {
	for i, d := range c.delays {
		if c.copies[i] == 0 {
			continue
		}
		s.Delivered++
		if c.copies[i] > 1 {
			s.Replicated++
			s.Duplicated += int(c.copies[i]) - 1
		}
		if s.Deadline > 0 && d > s.Deadline {
			s.Late++
		}
		if d > c.least+Slack {
			s.HeldUp++
		}
	}
	for _, copies := range c.many {
		s.Duplicated += copies
	}
}
