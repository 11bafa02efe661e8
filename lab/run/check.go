package run

import (
	"stones/lab"
	"stones/lab/tally"
)

// Check holds an outcome that was kept to the laws that its counts alone can break.
func Check(x lab.Outcome) error {
	return tally.Score{Counts: x.Counts, Slipped: x.Pacing.Late}.Check()
}
