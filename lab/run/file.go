package run

import (
	"errors"
	"iter"

	"stones/lab"
	"stones/lab/stone"
)

// errNoContent is why a file cannot be thrown that a document tells of.
var errNoContent = errors.New("lab: the bytes of the file are not here; only its name is kept with a result")

// carrying yields the stones with what they carry.
func (x *flow) carrying(stones iter.Seq[stone.Stone]) iter.Seq[stone.Stone] {
	if x.got == nil {
		return stones
	}
	return func(yield func(stone.Stone) bool) {
		for s := range stones {
			s.Carries = x.file.Part(s.Number, s.Size)
			if !yield(s) {
				return
			}
		}
	}
}

// takes notes what a stone carried, and reports whether that is what it should be. A
// number outside the plan is for others to refuse.
func (x *flow) takes(s stone.Stone) bool {
	return x.got == nil || s.Number < 1 || s.Number > uint64(x.schedule.Count()) || x.got.Add(s.Number, s.Carries)
}

// takeReported notes what the stones carried that the other end reports. It tells
// nothing of them but the sum.
func (x *flow) takeReported() error {
	if x.got == nil {
		return nil
	}
	var sum stone.Sum
	seen := make([]bool, x.schedule.Count())
	for _, s := range x.report.Stones {
		if !seen[s.Number-1] {
			seen[s.Number-1] = true
			sum.Add(s.Number, x.file.Part(s.Number, x.Plan.Size))
		}
	}
	if sum != x.report.Carried {
		return errors.New("it tells of stones that carried something else than was thrown")
	}
	for i, came := range seen {
		if n := uint64(i) + 1; came {
			x.got.Add(n, x.file.Part(n, x.Plan.Size))
		}
	}
	return nil
}

// fileFigures is what came of the file.
func (x *flow) fileFigures(r *lab.Outcome) {
	if x.got != nil {
		r.Caught = x.got.Caught()
	}
}
