package advice

import (
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/wire"
)

// beside holds the roads on which the goodput of the path sim was more than 15 % off that of
// Linux, and how many times that it was: CUBIC on both, medians of 20 seeds over 8 s,
// Linux 6.18. A test holds it to the figures that are kept of Linux.
var beside = []struct {
	bandwidth wire.Bandwidth
	loss      float64
	roundTrip time.Duration
	ratio     float64
}{
	{100 * wire.Mbit, 0.0001, 100 * time.Millisecond, 1.15},
}

// alikeRoads is how near a road must be to one that was measured, as a factor.
const alikeRoads = 1.5

// besideLinux: where few losses set TCP's rate on a fast and long road, each of them
// decides much, and the stack's rate is not quite that of Linux.
func besideLinux(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	near := func(a, b float64) bool { return b > 0 && max(a, b)/min(a, b) < alikeRoads }
	if e.Path != lab.Sim {
		return nil
	}
	for f := range e.Over(lab.TCP) {
		r := newRoad(e, f)
		for _, m := range beside {
			road := near(float64(m.bandwidth), r.bandwidth) && near(m.loss, share(r.e.Out.Loss.Random)) && near(m.roundTrip.Seconds(), r.trip)
			if road && f.Plan.Rate == pace.Max() {
				return []lab.Warning{{Flow: f.Name, Word: "path", Value: m.ratio, Limit: 1}}
			}
		}
	}
	return nil
}
