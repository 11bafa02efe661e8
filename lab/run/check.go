package run

import (
	"stones/lab"
	"stones/lab/tally"
)

// Check holds an outcome that was kept to the laws that its counts alone can break.
func Check(x lab.Outcome) error {
	return tally.Score{
		Planned: x.Planned, Attempted: x.Attempted, NotAttempted: x.NotAttempted, Thrown: x.Thrown, NotThrown: x.NotThrown,
		Arrivals: x.Arrivals, Delivered: x.Delivered, Duplicated: x.Duplicated, Damaged: x.Damaged, Foreign: x.Foreign, AfterDrain: x.AfterDrain,
		Lost: x.Lost, Unknown: x.Unknown, Late: x.Late, HeldUp: x.HeldUp, Reordered: x.Reordered, Slipped: x.Pacing.Late,
	}.Check()
}
