package tally

import (
	"time"

	"stones/lab/stone"
)

// slack is how late a stone may be, thrown or caught, before it counts as
// slipped or as held up.
const slack = time.Millisecond

// Throws is what the thrower knows. The zero value is ready; set Planned, and
// let Add set the rest. It has one writer.
type Throws struct {
	Planned int // stones in the plan; 0 if it is open-ended: then it is what was attempted

	Attempted int
	Thrown    int
	NotThrown map[string]int // stones attempted and not thrown, by cause; nil if none
	Bytes     int64          // of the stones thrown

	First, Last time.Duration // when the first and the last stone were thrown; only if Thrown > 0

	// How well the thrower kept to the plan.
	Slipped   int           // stones thrown more than 1 ms after they were due
	WorstSlip time.Duration // the longest a thrown stone was behind its time; at least 0

	thrown numbers
}

// Add records that the stone s was attempted at time at, on the clock of s.Due.
// An empty cause means that it was thrown. Otherwise it was not, and cause says
// why: causes are counted apart, so there should be few.
//
// Every stone is attempted once, in order of number.
func (t *Throws) Add(s stone.Stone, at time.Duration, cause string) {
	t.Attempted++
	if cause != "" {
		if t.NotThrown == nil {
			t.NotThrown = make(map[string]int)
		}
		t.NotThrown[cause]++
		return
	}
	if t.Thrown == 0 {
		t.First = at
	}
	t.Last = at
	t.Thrown++
	t.Bytes += int64(s.Size)
	t.thrown.add(s.Number)

	slip := at - s.Due
	t.WorstSlip = max(t.WorstSlip, slip)
	if slip > slack {
		t.Slipped++
	}
}
