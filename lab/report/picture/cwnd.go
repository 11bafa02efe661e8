package picture

import (
	"stones/lab"
)

// windowChart is the state of TCP over time: the congestion window and the slow start
// threshold, with a cross where a packet was lost; below that the round-trip time, and
// below that the queue, if the packets were kept.
func windowChart(r lab.Result, zoom Zoom) chart {
	c := chart{title: windowTitle}
	x := find(r, lab.TCP)
	if x == nil || len(x.Samples) == 0 {
		c.rows = [][]panel{{{lines: 9, x: timeAxis(sinceAxis, 0, 1), y: upTo(windowLabel, 10), empty: noSamples}}}
		return c
	}
	flows := 0
	for _, x := range r.Flows {
		if x.Transport == lab.TCP {
			flows++
		}
	}
	c.says = unshownSays(windowSays(x.Samples), 1, flows)
	samples, begin := zoom.samples(x.Samples), zoom.from()
	if len(samples) == 0 {
		c.rows = [][]panel{{{lines: 9, x: timeAxis(sinceAxis, zoom.from(), zoom.to()), y: upTo(windowLabel, 10), empty: noneThen}}}
		return c
	}
	var windows, thresholds, trips []point
	end, widest, longest := begin, 1.0, 0.0
	for _, s := range samples {
		at := sane(s.At.Value)
		end, widest = max(end, at), max(widest, float64(s.Cwnd))
		windows = append(windows, point{at, float64(s.Cwnd)})
		if s.RTT.Known() {
			trips = append(trips, point{at, sane(s.RTT.Value)})
			longest = max(longest, sane(s.RTT.Value))
		}
	}
	for _, s := range samples {
		if s.Ssthresh > 0 {
			thresholds = append(thresholds, point{sane(s.At.Value), float64(s.Ssthresh)})
			widest = max(widest, float64(s.Ssthresh))
		}
	}
	gone := losses(x, samples, zoom)
	for _, q := range gone {
		end = max(end, q.x)
	}
	time := timeAxis(sinceAxis, begin, end)
	trip := timeAxis(tripLabel, 0, max(longest, 0.001)*1.15)
	c.rows = [][]panel{
		{{x: time, y: upTo(windowLabel, widest), lines: 9, series: []series{{window, windows}, {threshold, thresholds}, {lost, gone}}}},
		{{x: time, y: trip, lines: 6, series: []series{{roundTrip, trips}}}},
	}
	if queue, ok := queuePanel(r, zoom, x); ok {
		c.rows = append(c.rows, []panel{queue})
	}
	return c
}

// upTo is an axis for counts from 0.
func upTo(label string, most float64) axis {
	return axis{label: label, min: 0, max: most * 1.1, unit: 1, whole: true}
}
