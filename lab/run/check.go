package run

import (
	"stones/lab"
	"stones/lab/tally"
)

// Check checks the laws of a kept outcome that need nothing but its counts.
func Check(x lab.Outcome) error {
	return tally.Score{Counts: x.Counts, Slipped: x.Pacing.Late}.Check()
}
