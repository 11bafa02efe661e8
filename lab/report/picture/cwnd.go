package picture

import (
	"stones/lab"
)

// windowChart is the state of TCP over time: the congestion window and the slow
// start threshold above, the round-trip time below.
func windowChart(r lab.Result) chart {
	c := chart{title: windowTitle}
	x := find(r, lab.TCP)
	if x == nil || len(x.Samples) == 0 {
		c.rows = [][]panel{{{lines: 9, x: timeAxis(sinceAxis, 0, 1), y: upTo(windowLabel, 10), empty: noSamples}}}
		return c
	}
	c.says = windowSays(x.Samples)
	var windows, thresholds, trips []point
	end, widest, longest := 0.0, 1.0, 0.0
	for _, s := range x.Samples {
		at := sane(s.At.Value)
		end, widest = max(end, at), max(widest, float64(s.Cwnd))
		windows = append(windows, point{at, float64(s.Cwnd)})
		if s.RTT.Known() {
			trips = append(trips, point{at, sane(s.RTT.Value)})
			longest = max(longest, sane(s.RTT.Value))
		}
	}
	for _, s := range x.Samples {
		if s.Ssthresh > 0 {
			thresholds = append(thresholds, point{sane(s.At.Value), float64(s.Ssthresh)})
			widest = max(widest, float64(s.Ssthresh))
		}
	}
	time := timeAxis(sinceAxis, 0, end)
	trip := timeAxis(tripLabel, 0, max(longest, 0.001)*1.15)
	c.rows = [][]panel{
		{{x: time, y: upTo(windowLabel, widest), lines: 9, series: []series{{window, windows}, {threshold, thresholds}}}},
		{{x: time, y: trip, lines: 6, series: []series{{roundTrip, trips}}}},
	}
	return c
}

// upTo is an axis for counts from 0.
func upTo(label string, most float64) axis {
	return axis{label: label, min: 0, max: most * 1.1, unit: 1, whole: true}
}
