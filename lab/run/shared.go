package run

import (
	"math"
	"time"

	"stones/lab"
)

// share fills in how the flows of one wire shared it while all of them ran: from when
// the last of them began to when the first of them ended. A share is a part of what was
// thrown in the same direction.
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
	ways := make(map[bool]*way) // by whether its flows are reversed
	parts := make([]float64, len(flows))
	for i, x := range flows {
		parts[i] = float64(x.bytesWithin(from, to))
		if ways[x.Reverse] == nil {
			ways[x.Reverse] = &way{}
		}
		ways[x.Reverse].add(parts[i])
	}
	for i, x := range flows {
		s := &lab.Shared{
			From: lab.Milliseconds(from - x.began), To: lab.Milliseconds(to - x.began),
			Goodput: rate(int64(parts[i]), to-from),
		}
		s.Share, s.Jain = ways[x.Reverse].fairness(parts[i])
		done[i].Shared = s
	}
}

// A way is what came over all flows of the same direction, in bytes.
type way struct {
	flows        int
	sum, squares float64
}

func (w *way) add(part float64) {
	w.flows++
	w.sum += part
	w.squares += part * part
}

// fairness is the share of a part, and Jain's fairness index of all parts.
func (w *way) fairness(part float64) (share, jain lab.Figure) {
	switch {
	case w.flows == 1:
		return lab.NA(lab.CauseAlone), lab.NA(lab.CauseAlone)
	case w.sum == 0:
		return lab.NA(lab.CauseNothingCame), lab.NA(lab.CauseNothingCame)
	}
	return lab.Number(millionths(part / w.sum)), lab.Number(millionths(w.sum * w.sum / (float64(w.flows) * w.squares)))
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

// millionths rounds v to six decimals, because further ones depend on the processor.
func millionths(v float64) float64 { return math.Round(1e6*v) / 1e6 }
