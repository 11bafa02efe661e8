package report

import (
	"io"
	"iter"
	"math"
	"slices"

	"stones/lab"
	"stones/lab/advice"
	"stones/lab/theory"
)

// WithTheory holds the formats that can show theory beside measurement, by the names
// that --format takes. Some of them read the results twice.
var WithTheory = map[string]Stream{
	"table": func(w io.Writer, _ string, results iter.Seq2[lab.Result, error], v View) error {
		p, err := theoryPage(results, v)
		if err != nil {
			return err
		}
		return p.text(w, v)
	},
	"markdown": func(w io.Writer, _ string, results iter.Seq2[lab.Result, error], v View) error {
		p, err := theoryPage(results, v)
		if err != nil {
			return err
		}
		return p.markdown(w)
	},
	"csv": func(w io.Writer, version string, results iter.Seq2[lab.Result, error], _ View) error {
		return writeCSV(w, version, results, true)
	},
	"json": func(w io.Writer, version string, results iter.Seq2[lab.Result, error], _ View) error {
		return writeJSON(w, version, results, true)
	},
}

// A deviation is a measurement and its theory. Both are means if there are several
// flows.
type deviation struct {
	measured lab.Figure
	advice.Expected
}

// deviate compares a measure of a flow with theory.
func deviate(e *lab.Experiment, x *lab.Outcome, key string) deviation {
	mean := deviations{Average: theory.Average{N: 1}}
	mean.add(e, x, key)
	return mean.mean()
}

// deviations are those of several flows. If one of them was not measured, there is no
// mean.
type deviations struct {
	theory.Average
	sum   deviation
	ended bool // a flow was not measured; sum is that flow's
}

// add adds a measure of a flow.
func (m *deviations) add(e *lab.Experiment, x *lab.Outcome, key string) {
	if m.ended {
		return
	}
	measured, expected := find(key).of(x), advice.Expect(e, x, key)
	if !measured.Known() {
		m.sum, m.ended = deviation{measured: measured, Expected: expected}, true
		return
	}
	if m.sum.Why == "" {
		m.sum.Why = expected.Why
	}
	m.sum.measured.Value += measured.Value / float64(m.N)
	m.sum.Most = expected.Most
	m.Add(expected.Estimate)
}

// mean returns the mean deviation, once all are added.
func (m *deviations) mean() deviation {
	if !m.ended {
		m.sum.Estimate = m.Estimate()
	}
	return m.sum
}

// known reports whether there is anything to compare.
func (d deviation) known() bool { return d.Why == "" && d.measured.Known() }

// theory is what theory predicts, or why it does not.
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

// millionths rounds v to six decimals, because further ones depend on the processor.
func millionths(v float64) lab.Figure { return lab.Number(math.Round(1e6*v)/1e6 + 0) }

// theoryPage is the page with the table of theory beside measurement: a row for each
// measure that has a formula, and each flow.
func theoryPage(results iter.Seq2[lab.Result, error], v View) (page, error) {
	g := NewGist("table", v)
	for r, err := range results {
		if err != nil {
			return page{}, err
		}
		g.Add(&r)
	}
	p := g.page()
	if len(g.combined) != 1 {
		p.below = append(p.below, theoryOfOne)
		return p, nil
	}
	for c := range g.combinations() {
		table, err := c.theory(results)
		if err != nil {
			return page{}, err
		}
		p.more = append(p.more, table)
	}
	return p, nil
}

// theory makes the table of theory; c is the only combination of the results.
func (c combination) theory(results iter.Seq2[lab.Result, error]) (extra, error) {
	keys := advice.Keys()
	means := make([][]deviations, len(keys)) // by key and series
	for k := range keys {
		for _, s := range c.series {
			means[k] = append(means[k], deviations{Average: theory.Average{N: len(s.rows)}})
		}
	}
	for r, err := range results {
		if err != nil {
			return extra{}, err
		}
		for j := range r.Flows {
			x := &r.Flows[j]
			i := slices.IndexFunc(c.series, func(s series) bool { return s.name == x.Name })
			for k, key := range keys {
				means[k][i].add(c.experiment(), x, key)
			}
		}
	}
	notes := footnotes{most: 0}
	g := grid{head: theoryHead(len(c.results)), words: 2}
	for k, key := range keys {
		for i, s := range c.series {
			d := means[k][i].mean()
			if !d.measured.Known() && d.measured != lab.Infinite() {
				continue // there is nothing to compare
			}
			g.rows = append(g.rows, append([]string{rowName(key, c.experiment()), title(s.name)}, d.cells(find(key).unit, &notes)...))
		}
	}
	return extra{caption: theoryCaption, grid: g, below: append([]string{theoryLine}, notes.lines()...)}, nil
}

// cells are the measurement, the theory, its band, and how far the measurement is off.
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

// off is how far the measurement is off, in words.
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

// inside says whether the measurement is within the band of theory.
func (d deviation) inside() string {
	if low, high := d.Band(); d.measured.Value < low || d.measured.Value > high {
		return outsideBand
	}
	return insideBand
}

// rounded rounds counts to a tenth, because a mean of counts need not be whole.
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
			d := deviate(&r.Experiment, x, key)
			theory[key] = lab.Expectation{Expected: d.theory(), Bound: d.Most, Sigma: millionths(d.Sigma), Sigmas: d.sigmas(), Percent: d.percent()}
		}
		x.Theory = theory
	}
	return r
}
