package picture

import (
	"stones/lab"
)

// intervalChart is the goodput in each interval, and below it the median delay of the
// stones that were due in it, with a cross where it is infinite because more than half
// of them were lost.
func intervalChart(r lab.Result, zoom Zoom) chart {
	list := sides(r)
	c := chart{title: intervalTitle, says: unshownSays(intervalSays(list), len(list), len(r.Flows)), owns: ownNames(list)}
	var rates, delays []series
	begin, end := zoom.from(), zoom.from()
	fastest, slowest := 0.0, 0.001
	for _, s := range list {
		for _, i := range s.flow.Intervals {
			if zoom.holds(sane(i.From.Value)) {
				end = max(end, sane(i.To.Value))
				fastest = max(fastest, known(i.Goodput))
				slowest = max(slowest, known(i.P50))
			}
		}
	}
	for _, s := range list {
		var came, late, gone []point
		for _, i := range s.flow.Intervals {
			from, to := sane(i.From.Value), min(sane(i.To.Value), end)
			if !zoom.holds(from) {
				continue
			}
			if i.Goodput.Known() {
				came = append(came, point{from, known(i.Goodput)}, point{to, known(i.Goodput)})
			}
			switch {
			case i.P50.Known():
				late = append(late, point{from, known(i.P50)}, point{to, known(i.P50)})
			case i.Lost > 0:
				gone = append(gone, point{from, slowest})
				delays, late = append(delays, series{s.curve, late}), nil // the line does not cross a gap
			}
		}
		rates = append(rates, series{s.curve, came})
		delays = append(delays, series{s.curve, late}, series{lost, gone})
	}
	time := timeAxis(sinceAxis, begin, end)
	if end == begin {
		c.rows = [][]panel{{{lines: 9, x: time, y: upTo(goodputLabel, 1), empty: noIntervals}}}
		return c
	}
	c.rows = [][]panel{
		{{x: time, y: rateAxis(goodputLabel, fastest), lines: 9, close: true, series: rates}},
		{{x: time, y: timeAxis(medianLabel, 0, slowest*1.15), lines: 6, close: true, series: delays}},
	}
	return c
}

// known is a figure as it can be drawn; 0 if it has no value.
func known(f lab.Figure) float64 {
	if !f.Known() {
		return 0
	}
	return max(0, sane(f.Value))
}

// rateAxis is an axis for bits a second from 0.
func rateAxis(label string, most float64) axis {
	a := axis{label: label + " (bit/s)", max: max(most, 1) * 1.1, unit: 1}
	switch {
	case most >= 1e6:
		a.label, a.unit = label+" (Mbit/s)", 1e6
	case most >= 1e3:
		a.label, a.unit = label+" (kbit/s)", 1e3
	}
	return a
}
