package advice

import (
	"math"
	"time"

	"stones/lab"
	"stones/lab/pace"
	"stones/lab/wire"
)

// beside holds how many times the goodput of Linux that of the path sim was:
// CUBIC on both, 10 Mbit/s, medians of 20 seeds over 8 s, Linux 6.18. The command
// crosscheck --take measures it anew.
var beside = []struct {
	loss      float64
	roundTrip time.Duration
	ratio     float64
}{
	{0.001, 20 * time.Millisecond, 1.00},
	{0.001, 40 * time.Millisecond, 0.99},
	{0.001, 100 * time.Millisecond, 1.04},
	{0.001, 300 * time.Millisecond, 0.91},
	{0.005, 20 * time.Millisecond, 1.00},
	{0.005, 40 * time.Millisecond, 0.99},
	{0.005, 100 * time.Millisecond, 0.97},
	{0.005, 300 * time.Millisecond, 1.00},
	{0.01, 20 * time.Millisecond, 1.01},
	{0.01, 40 * time.Millisecond, 0.96},
	{0.01, 100 * time.Millisecond, 0.91},
	{0.01, 300 * time.Millisecond, 0.82},
	{0.02, 20 * time.Millisecond, 1.04},
	{0.02, 40 * time.Millisecond, 0.99},
	{0.02, 100 * time.Millisecond, 1.00},
	{0.02, 300 * time.Millisecond, 1.04},
	{0.05, 20 * time.Millisecond, 1.01},
	{0.05, 40 * time.Millisecond, 1.02},
	{0.05, 100 * time.Millisecond, 1.02},
	{0.05, 300 * time.Millisecond, 0.96},
}

// How near a road must be to one that was measured, as a factor, and how far the
// stacks must be apart there to be worth telling.
const (
	alikeRoads = 1.5
	farApart   = 0.15
)

// besideLinux: where loss sets TCP's rate on a very long road, a few losses decide,
// and the stack's rate is not quite that of Linux.
func besideLinux(e *lab.Experiment, _ []lab.Outcome) []lab.Warning {
	near := func(a, b float64) bool { return b > 0 && max(a, b)/min(a, b) < alikeRoads }
	if e.Path != lab.Sim {
		return nil
	}
	for f := range e.Over(lab.TCP) {
		r := newRoad(e, f)
		for _, m := range beside {
			road := near(10, r.bandwidth/float64(wire.Mbit)) && near(m.loss, share(r.e.Out.Loss.Random)) && near(m.roundTrip.Seconds(), r.trip)
			if road && f.Plan.Rate == pace.Max() && math.Abs(m.ratio-1) > farApart {
				return []lab.Warning{{Flow: f.Name, Word: "path", Value: m.ratio, Limit: 1}}
			}
		}
	}
	return nil
}
