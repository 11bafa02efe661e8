package report

import (
	"io"
	"math"
	"slices"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/theory"
)

// WithTheory holds the formats that can show theory beside measurement, by
// the names that --format takes.
var WithTheory = map[string]Writer{
	"table": func(w io.Writer, doc lab.Document, v View) error {
		g := gistOf(doc, v)
		p := g.page()
		p.addTheory(g, doc)
		return p.text(w, v)
	},
	"markdown": func(w io.Writer, doc lab.Document, v View) error {
		g := gistOf(doc, v)
		p := g.page()
		p.addTheory(g, doc)
		return p.markdown(w)
	},
	"csv": func(w io.Writer, doc lab.Document, _ View) error { return writeCSV(w, doc, true) },
	"json": func(w io.Writer, doc lab.Document, _ View) error {
		return streamJSON(w, doc.Version, resultsOf(doc), true)
	},
}

// A deviation is what was measured, and what theory says of it. Both are means
// if there are several flows.
type deviation struct {
	measured lab.Figure
	advice.Expected
}

// deviate compares a measure of flows with theory. There is at least one
// flow.
func deviate(e *lab.Experiment, flows []*lab.Outcome, key string) deviation {
	var mean deviation
	n := float64(len(flows))
	var expectations []theory.Estimate
	for _, x := range flows {
		measured, expected := find(key).of(x), advice.Expect(e, x, key)
		if !measured.Known() {
			return deviation{measured: measured, Expected: expected}
		}
		if expected.Why != "" && mean.Why == "" {
			mean.Why = expected.Why
		}
		mean.measured.Value += measured.Value / n
		expectations = append(expectations, expected.Estimate)
		mean.Most = expected.Most
	}
	mean.Estimate = theory.Average(expectations)
	return mean
}

// known reports whether there is anything to compare.
func (d deviation) known() bool { return d.Why == "" && d.measured.Known() }

// expected is what theory says, or why it says nothing.
func (d deviation) theory() lab.Figure {
	if d.Why != "" {
		return lab.NA(d.Why)
	}
	return millionths(d.Mean)
}

// sigmas is how many standard deviations the measurement is above theory.
func (d deviation) sigmas() lab.Figure {
	switch {
	case !d.known():
		return lab.NA(lab.CauseNotCompared)
	case d.Sigma == 0:
		return lab.NA(lab.CauseNoChance)
	case d.Few():
		return lab.Figure{Why: lab.Reason{Kind: lab.TooFew}}
	}
	return millionths((d.measured.Value - d.Mean) / d.Sigma)
}

// percent is how many per cent of theory the measurement is above it.
func (d deviation) percent() lab.Figure {
	switch {
	case !d.known():
		return lab.NA(lab.CauseNotCompared)
	case d.measured.Value == d.Mean:
		return lab.Number(0)
	case d.Mean == 0:
		return lab.NA(lab.CauseNoneExpected)
	}
	return millionths(100 * (d.measured.Value - d.Mean) / d.Mean)
}

// millionths is v to six decimals: the others depend on the processor.
func millionths(v float64) lab.Figure { return lab.Number(math.Round(1e6*v)/1e6 + 0) }

// addTheory adds the table of theory beside measurement: a row for each measure
// that has a formula, and each flow.
func (p *page) addTheory(g *Gist, doc lab.Document) {
	if len(g.combined) != 1 {
		p.below = append(p.below, theoryOfOne)
		return
	}
	for c := range g.combinations() {
		p.more = append(p.more, c.theory(doc))
	}
}

// theory is the table of the only combination of a document.
func (c combination) theory(doc lab.Document) extra {
	notes := footnotes{most: 0}
	g := grid{head: theoryHead(len(c.results)), words: 2}
	for _, key := range advice.Keys() {
		m := find(key)
		for _, s := range c.series {
			var flows []*lab.Outcome
			for i := range doc.Results {
				for j := range doc.Results[i].Flows {
					if x := &doc.Results[i].Flows[j]; x.Name == s.name {
						flows = append(flows, x)
					}
				}
			}
			d := deviate(c.experiment(), flows, key)
			if !d.measured.Known() && d.measured != lab.Infinite() {
				continue // what does not apply has no theory either
			}
			g.rows = append(g.rows, append([]string{rowName(key, c.experiment()), title(s.name)}, d.cells(m.unit, &notes)...))
		}
	}
	return extra{caption: theoryCaption, grid: g, below: append([]string{theoryLine}, notes.lines()...)}
}

// cells are what was measured, what theory says, its band, and how far the one
// is from the other.
func (d deviation) cells(u unit, notes *footnotes) []string {
	measured := lostWord
	if d.measured.Known() {
		measured = u.write(rounded(d.measured.Value, u))
	}
	if d.Why != "" {
		cell := notes.cell(lab.NA(d.Why))
		return []string{measured, cell, noCell, noCell}
	}
	expected, band := u.write(rounded(d.Mean, u)), noCell
	if d.Most {
		expected = boundWord(expected)
	}
	if d.Sigma > 0 {
		low, high := d.Band()
		size, _ := u.scale(high)
		band = u.number(rounded(max(low, 0), u), size) + "-" + u.number(rounded(high, u), size)
	}
	return []string{measured, expected, band, d.off()}
}

// off is how far the measurement is from theory, in words.
func (d deviation) off() string {
	switch sigmas := d.sigmas(); {
	case sigmas.Known():
		return signed(sigmas.Value) + " " + sigmaWord
	case sigmas.Why.Kind == lab.TooFew:
		return d.inside()
	}
	if percent := d.percent(); percent.Known() {
		return signed(percent.Value) + "%"
	}
	return naWord
}

// inside says whether the measurement is what chance may do.
func (d deviation) inside() string {
	if low, high := d.Band(); d.measured.Value < low || d.measured.Value > high {
		return outsideBand
	}
	return insideBand
}

// rounded leaves a tenth of what is counted: a mean of counts is none.
func rounded(v float64, u unit) float64 {
	if u == count {
		return math.Round(10*v) / 10
	}
	return v
}

// withTheory adds theory to every flow.
func withTheory(r lab.Result) lab.Result {
	r.Flows = slices.Clone(r.Flows)
	for i := range r.Flows {
		x := &r.Flows[i]
		theory := make(map[string]lab.Expectation)
		for _, key := range advice.Keys() {
			d := deviate(&r.Experiment, []*lab.Outcome{x}, key)
			theory[key] = lab.Expectation{Expected: d.theory(), Bound: d.Most, Sigma: millionths(d.Sigma), Sigmas: d.sigmas(), Percent: d.percent()}
		}
		x.Theory = theory
	}
	return r
}
