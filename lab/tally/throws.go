package tally

import (
	"time"

	"stones/lab/quantity"
	"stones/lab/stone"
)

// Slack is how late a stone may be, thrown or caught, before it counts as
// slipped or as held up.
const Slack = time.Millisecond

// Throws is what the thrower knows. The zero value is ready; set Planned, and
// let Add set the rest. It has one writer.
type Throws struct {
	Planned int // stones in the plan; 0 if it is open-ended: the score then takes Attempted

	Attempted int
	Thrown    int
	NotThrown map[string]int // stones attempted and not thrown, by cause; nil if none
	Bytes     int64          // of the stones thrown

	First, Last       time.Duration // when the first and the last stone were thrown; only if Thrown > 0
	FirstDue, LastDue time.Duration // when these two were due
	DueBefore         int           // stones thrown that were due before LastDue: all but the last, or the last burst

	// How well the thrower kept to the plan.
	Slipped    int           // stones thrown more than 1 ms after they were due
	BackToBack int           // stones of the longest run, each thrown less than half its planned gap after the one before; 1 if there is none
	Waited     time.Duration // sum of the throws that took longer than 1 ms, though the stone was due

	thrown numbers
	run    int                // stones of the run that goes on
	slips  quantity.Histogram // from due to thrown
	gaps   quantity.Histogram // from a throw to the next
}

// Add records that the stone s was attempted at time at, on the clock of s.Due.
// An empty cause means that it was thrown. Otherwise it was not, and cause says
// why: causes are counted apart, so there should be few.
//
// Every stone is attempted once, in order of number, and none is due before the
// one before it.
func (t *Throws) Add(s stone.Stone, at time.Duration, cause string) {
	t.Attempted++
	if cause != "" {
		if t.NotThrown == nil {
			t.NotThrown = make(map[string]int)
		}
		t.NotThrown[cause]++
		return
	}
	began := s.Due // or as soon as the one before had left
	if t.Thrown == 0 {
		t.First, t.FirstDue = at, s.Due
		t.run, t.BackToBack = 1, 1
	} else {
		t.follow(at-t.Last, s.Due-t.LastDue)
		began = max(began, t.Last)
	}
	t.Last, t.LastDue = at, s.Due
	t.Thrown++
	t.Bytes += int64(s.Size)
	t.thrown.add(s.Number)

	slip := at - s.Due
	t.slips.Add(slip)
	if slip > Slack {
		t.Slipped++
		if took := at - began; took > Slack {
			t.Waited += took
		}
	}
}

// follow notes the gap from one throw to the next, and what was planned. Stones
// of a burst are due at the same time: they neither make a run nor end one.
func (t *Throws) follow(gap, planned time.Duration) {
	t.gaps.Add(gap)
	if planned == 0 {
		return
	}
	t.DueBefore = t.Thrown
	t.run++
	if 2*gap >= planned {
		t.run = 1
	}
	t.BackToBack = max(t.BackToBack, t.run)
}
