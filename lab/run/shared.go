package run

import (
	"math"
	"time"

	"stones/lab"
)

// share says what each of the flows that shared a wire had of it while all of them
// ran: from when the last of them began to when the first of them ended.
func share(flows []*flow, done []lab.Outcome) {
	if len(flows) < 2 {
		return
	}
	from, to := flows[0].began, flows[0].end
	for _, x := range flows {
		from, to = max(from, x.began), min(to, x.end)
	}
	if to <= from {
		return // they never ran all at once
	}
	parts := make([]float64, len(flows))
	for i, x := range flows {
		parts[i] = float64(x.bytesWithin(from, to))
	}
	sum, squares := 0.0, 0.0
	for _, part := range parts {
		sum += part
		squares += part * part
	}
	for i, x := range flows {
		s := &lab.Shared{
			From: lab.Milliseconds(from - x.began), To: lab.Milliseconds(to - x.began),
			Goodput: rate(int64(parts[i]), to-from),
			Share:   lab.NA(lab.CauseNothingCame), Jain: lab.NA(lab.CauseNothingCame),
		}
		if sum > 0 {
			s.Share = lab.Number(millionths(parts[i] / sum))
			s.Jain = lab.Number(millionths(sum * sum / (float64(len(parts)) * squares)))
		}
		done[i].Shared = s
	}
}

// bytesWithin is how many bytes of stones came between two moments, each stone
// counted once.
func (x *flow) bytesWithin(from, to time.Duration) int64 {
	bytes := int64(0)
	for a := range x.catches.Arrivals() {
		if from <= a.At && a.At < to {
			bytes += int64(x.Plan.Size)
		}
	}
	return bytes
}

// millionths is v to six decimals: the others depend on the processor.
func millionths(v float64) float64 { return math.Round(1e6*v) / 1e6 }
