package picture

import (
	"math"
	"slices"

	"stones/lab"
)

// maxNoted is the largest number of figures in a picture, each on axes of its own.
const maxNoted = 4

// A noted is one figure that one end of a flow has noted over time.
type noted struct {
	name, who   string
	points      []point
	least, most float64
}

// notesChart is the figures that protocols of one's own have noted over time: a pair of
// axes for each figure, with a curve for each end that noted it.
func notesChart(r lab.Result, zoom Zoom) chart {
	c := chart{title: notesTitle}
	all := notes(r)
	c.says = notesSays(all)
	var figures []string
	begin, end := zoom.from(), zoom.from()
	for i, n := range all {
		all[i].points = zoom.level(n.points)
		for _, q := range all[i].points {
			end = max(end, q.x)
		}
		if !slices.Contains(figures, n.name) {
			figures = append(figures, n.name)
		}
		if !slices.Contains(c.flows, n.who) {
			c.flows = append(c.flows, n.who)
		}
	}
	time := timeAxis(sinceAxis, begin, end)
	for _, name := range figures[:min(len(figures), maxNoted)] {
		p := panel{lines: [...]int{14, 8, 6, 5}[min(len(figures), maxNoted)-1], x: time, y: axis{label: name, unit: 1, whole: true}}
		for _, n := range all {
			if n.name != name {
				continue
			}
			p.y.min, p.y.max = min(p.y.min, n.least), max(p.y.max, n.most)
			for _, q := range n.points {
				p.y.whole = p.y.whole && q.y == math.Trunc(q.y)
			}
			if i := slices.Index(c.flows, n.who); i < maxShares && len(n.points) > 0 {
				to := point{end, n.points[len(n.points)-1].y}
				p.series = append(p.series, series{firstFlow + look(i), append(n.points, to)})
			}
		}
		room := 0.1 * max(p.y.max-p.y.min, 1e-3)
		p.y.max += room
		if p.y.min < 0 {
			p.y.min -= room
		}
		c.rows = append(c.rows, []panel{p})
	}
	if len(figures) == 0 {
		c.rows = [][]panel{{{lines: 5, x: timeAxis(sinceAxis, 0, 1), y: upTo(notesLabel, 1), empty: noNotes}}}
	}
	return c
}

// notes returns the figures that were noted, in the order of their first notes.
func notes(r lab.Result) []noted {
	var all []noted
	for _, x := range r.Flows {
		for _, one := range x.Notes {
			who := x.Name
			if one.End != throwerName {
				who = catcherNoted(x.Name)
			}
			i := slices.IndexFunc(all, func(n noted) bool { return n.name == one.Name && n.who == who })
			if i < 0 {
				i = len(all)
				all = append(all, noted{name: one.Name, who: who, least: math.Inf(1), most: math.Inf(-1)})
			}
			n, v := &all[i], sane(one.Value)
			n.points = append(n.points, point{sane(one.At.Value), v})
			n.least, n.most = min(n.least, v), max(n.most, v)
		}
	}
	return all
}

// level returns the points within the zoom, with the level at its beginning.
func (z Zoom) level(points []point) []point {
	var kept []point
	for _, q := range points {
		switch {
		case z.holds(q.x):
			kept = append(kept, q)
		case q.x < z.from():
			kept = []point{{z.from(), q.y}}
		}
	}
	return kept
}
