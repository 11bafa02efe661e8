package report

import (
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"stones/lab"
	"stones/lab/quantity"
)

// intervalGoodput is the goodput within the first interval: over the same time for
// every run, however long the last stones take.
var intervalGoodput = measure{key: "goodput_bps", unit: bitsASecond, of: func(x *lab.Outcome) lab.Figure {
	if len(x.Intervals) == 0 {
		return lab.NA(noInterval)
	}
	return x.Intervals[0].Goodput
}}

// An engine is a path and how TCP there recovers from loss.
type engine struct{ path, recovery string }

// A goodputRow is the goodput of TCP at one loss and one round-trip time.
type goodputRow struct {
	loss    string
	rtt     time.Duration
	goodput map[engine]spread
}

// CrosscheckGoodput writes a table for a terminal: the goodput of TCP on netns, and
// beside it on sim with each kind of loss recovery, a row for each loss and round-trip
// time. The results are of throwing over TCP with one interval for the whole time;
// those of one row differ only in the seed. Its errors are those of w.
func CrosscheckGoodput(w io.Writer, doc lab.Document, v View) error {
	g := newGist(v, []measure{intervalGoodput}).of(doc)
	combinations := slices.Collect(g.combinations())
	if len(combinations) == 0 {
		return page{above: []string{nothing}}.text(w, v)
	}
	of := func(c combination) *lab.Experiment { return &doc.Results[c.results[0]].Experiment }
	engines := enginesOf(combinations, of)
	rows, runs := goodputRows(combinations, of)
	e := of(combinations[0])
	var p page
	p.above = append(p.above, planLine(e.Flows[0].Plan))
	p.above = append(p.above, wayLines(e, []parameter{findParameter("loss"), findParameter("delay"), findParameter("delay" + backSuffix)})...)
	p.above = append(p.above, stacksOf(doc, true)...)
	p.above = append(p.above, goodputLine(quantity.FormatDuration(e.Flows[0].Plan.Time), runs))

	p.table = grid{words: 2, head: slices.Clone(goodputHead)}
	for _, g := range engines {
		p.table.head = append(p.table.head, g.head())
		if g.path == lab.Sim {
			p.table.head = append(p.table.head, ratioHead)
		}
	}
	for _, r := range rows {
		p.table.rows = append(p.table.rows, r.cells(engines))
	}
	p.below = append(p.below, ratioLine)
	for _, g := range engines {
		if d := distanceOf(rows, g); g.path == lab.Sim && d.n > 0 {
			p.below = append(p.below, distanceLine(g, d))
		}
	}
	return p.text(w, v)
}

// enginesOf returns the engines of the combinations, netns first.
func enginesOf(combinations []combination, of func(c combination) *lab.Experiment) []engine {
	var engines []engine
	for _, path := range []string{lab.Netns, lab.Sim} {
		for _, c := range combinations {
			if g := engineOf(of(c)); g.path == path && !slices.Contains(engines, g) {
				engines = append(engines, g)
			}
		}
	}
	return engines
}

func engineOf(e *lab.Experiment) engine { return engine{e.Path, e.Recovery} }

// goodputRows returns the rows, and the largest number of runs of a cell.
func goodputRows(combinations []combination, of func(c combination) *lab.Experiment) (rows []goodputRow, runs int) {
	for _, c := range combinations {
		if len(c.series) == 0 {
			continue
		}
		e := of(c)
		loss, rtt := e.Out.Loss.String(), e.Out.Delay+e.Back.Delay
		at := slices.IndexFunc(rows, func(r goodputRow) bool { return r.loss == loss && r.rtt == rtt })
		if at < 0 {
			at = len(rows)
			rows = append(rows, goodputRow{loss, rtt, make(map[engine]spread)})
		}
		rows[at].goodput[engineOf(e)] = c.series[0].over(intervalGoodput)
		runs = max(runs, len(c.results))
	}
	return rows, runs
}

// cells is the row of r, in Mbit/s.
func (r goodputRow) cells(engines []engine) []string {
	row := []string{r.loss, quantity.FormatDuration(r.rtt)}
	for _, g := range engines {
		cell := noCell
		if s := r.goodput[g]; s.n > 0 {
			cell = s.cell(bitsASecond, 1e6, nil)
		}
		row = append(row, cell)
		if g.path == lab.Sim {
			row = append(row, r.ratioCell(g))
		}
	}
	return row
}

// ratio is the engine's goodput over that of netns, if both are known.
func (r goodputRow) ratio(g engine) (ratio float64, ok bool) {
	s, kernel := r.goodput[g], r.goodput[engine{path: lab.Netns}]
	if s.n == 0 || kernel.n == 0 || s.median.Value <= 0 || kernel.median.Value <= 0 {
		return 0, false
	}
	return s.median.Value / kernel.median.Value, true
}

func (r goodputRow) ratioCell(g engine) string {
	ratio, ok := r.ratio(g)
	if !ok {
		return noCell
	}
	text := strconv.FormatFloat(ratio, 'f', 2, 64)
	s, kernel := r.goodput[g], r.goodput[engine{path: lab.Netns}]
	if order(s.least) <= order(kernel.most) && order(kernel.least) <= order(s.most) {
		text = notDifferent + text
	}
	return text
}

// A distance is how far an engine is from netns over all rows: the sum and the maximum
// of |log ratio|, for which twice as fast is as far as half as fast.
type distance struct {
	n         int // rows
	sum, most float64
}

func distanceOf(rows []goodputRow, g engine) distance {
	var d distance
	for _, r := range rows {
		if ratio, ok := r.ratio(g); ok {
			d.n++
			d.sum += math.Abs(math.Log(ratio))
			d.most = max(d.most, math.Abs(math.Log(ratio)))
		}
	}
	return d
}
