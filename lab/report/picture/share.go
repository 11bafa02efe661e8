package picture

import (
	"stones/lab"
)

// maxShares is the largest number of flows that can be told apart.
const maxShares = 6

// shareChart is the goodput of each flow in each interval, over the time of the whole
// run.
func shareChart(r lab.Result, zoom Zoom) chart {
	c := chart{title: shareTitle, says: shareSays(r)}
	begun := beginnings(r)
	begin, end, fastest := zoom.from(), zoom.from(), 0.0
	var curves []series
	for n, x := range r.Flows[:min(len(r.Flows), maxShares)] {
		one := series{look: firstFlow + look(n)}
		for _, i := range x.Intervals {
			from, to := begun[n]+sane(i.From.Value), begun[n]+sane(i.To.Value)
			if !zoom.holds(from) || !i.Goodput.Known() {
				continue
			}
			end, fastest = max(end, to), max(fastest, known(i.Goodput))
			one.points = append(one.points, point{from, known(i.Goodput)}, point{to, known(i.Goodput)})
		}
		curves = append(curves, one)
		c.flows = append(c.flows, nameOf(x))
	}
	p := panel{lines: 14, close: true, x: timeAxis(runAxis, begin, end), y: rateAxis(goodputLabel, fastest), series: curves}
	if end == begin {
		p.series, p.empty = nil, noIntervals
	}
	c.rows = [][]panel{{p}}
	return c
}

// beginnings returns when each of the flows that shared a wire began, in ms since the
// first of them did. This follows from where the common window lies in each flow's own
// time. Without such a window all are 0.
func beginnings(r lab.Result) []float64 {
	begun, last := make([]float64, len(r.Flows)), 0.0
	for _, x := range r.Flows {
		if x.Shared == nil {
			return begun
		}
		last = max(last, sane(x.Shared.From.Value))
	}
	for i, x := range r.Flows {
		begun[i] = last - sane(x.Shared.From.Value)
	}
	return begun
}
