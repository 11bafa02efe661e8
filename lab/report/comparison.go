package report

import (
	"slices"
	"strings"

	"stones/lab"
)

// newComparison makes the page of one experiment: measures as rows, flows as columns.
func (c combination) newComparison() page {
	v := c.view
	var p page
	p.above = append(planLines(c), fileLines(c)...)
	p.above = append(p.above, wayLines(c.experiment(), nil)...)
	p.above = append(p.above, c.stackLines()...)
	runs := len(c.results)
	if runs > 1 {
		p.above = append(p.above, runsLine(runs))
	}
	compared := runs > 1 && len(c.series) == 2
	if compared {
		p.above = append(p.above, differenceLine(runs))
	}

	notes := footnotes{most: 22}
	if compared {
		notes.most = 17 // there is one column more
	}
	if len(c.series) > 0 {
		p.table = grid{head: []string{measureWord}, words: 1}
		for _, s := range c.series {
			p.table.head = append(p.table.head, s.title())
		}
		if compared {
			p.table.head = append(p.table.head, differenceWord)
		}
		for _, row := range c.rows(v) {
			if len(row) > 1 {
				p.table.rows = append(p.table.rows, c.shared(row[0], row[1], &notes))
				continue
			}
			p.table.rows = append(p.table.rows, c.row(row[0], compared, &notes))
		}
	}
	if runs == 1 {
		for _, s := range c.series {
			p.bars = append(p.bars, newBar(s.whole(), c.experiment().Deadline > 0))
		}
	}

	p.below = append(p.below, notes.lines()...)
	p.below = append(p.below, c.troubleLines(nil)...)
	p.below = append(p.below, farLines(c)...)
	for _, s := range c.series {
		p.below = append(p.below, s.story().String())
		if runs == 1 && s.whole().Caught != nil {
			p.below = append(p.below, caughtLine(s.name, s.whole().Caught))
		}
	}
	p.below = append(p.below, c.warned.lines()...)
	if runs == 1 {
		p.addIntervals(c)
	}
	return p
}

// rows returns the measures that have a row; two may share one.
func (c combination) rows(v View) [][]measure {
	var rows [][]measure
	for _, m := range measures {
		tells := m.is(inStory) || m.is(inAlarm) && c.happened(m)
		row := tells || v.All && m.is(inAll)
		switch last := len(rows) - 1; {
		case slices.Contains(v.Also, m.key) && !tells:
			rows = append(rows, []measure{m})
		case !row || !c.shown(m):
		case !v.All && m.key == "delay_p99_ms" && len(c.results) == 1:
			rows[last] = append(rows[last], m) // beside p50
		default:
			rows = append(rows, []measure{m})
		}
	}
	return rows
}

// farLines explain what is particular if one end is on another computer.
func farLines(c combination) []string {
	var lines []string
	if c.experiment().Path == lab.Remote {
		lines = append(lines, aboveLine)
	}
	for _, s := range c.series {
		if len(c.results) == 1 && s.whole().RTT != nil {
			lines = append(lines, farLine(s.whole()))
		}
	}
	return lines
}

// planLines say what is thrown, in one line if it is the same for all flows.
func planLines(c combination) []string {
	e := c.experiment()
	where := placeLine(e, c.seedsWord(), len(c.results))
	if len(e.Flows) == 0 {
		return []string{where}
	}
	if first := e.Flows[0]; !slices.ContainsFunc(e.Flows, func(f lab.Flow) bool { return f.Plan != first.Plan || f.Reverse }) {
		return []string{planLine(first.Plan) + ", " + where}
	}
	var lines []string
	for _, f := range e.Flows {
		line := title(f.Name) + ": " + planLine(f.Plan)
		if f.Reverse {
			line += reversedWord
		}
		lines = append(lines, line)
	}
	return append(lines, where)
}

// fileLines say what the stones carry, if anything.
func fileLines(c combination) []string {
	f := c.experiment().File
	switch say := c.experiment().Say; {
	case f.Is():
		return []string{fileLine(f)}
	case say != "":
		return []string{sayLine(say)}
	}
	return nil
}

// wayLines describe the wire, without what varies. There are none if it is a perfect
// wire.
func wayLines(e *lab.Experiment, varying []parameter) []string {
	out, back := turned(e, varying)
	var both []string
	for _, knob := range out {
		if slices.Contains(back, knob) {
			both = append(both, knob)
		}
	}
	common := func(knob string) bool { return slices.Contains(both, knob) }
	line := wireLine(both, slices.DeleteFunc(out, common), slices.DeleteFunc(back, common))
	if line == "" {
		return nil
	}
	return []string{line}
}

// stackLines say how TCP is configured, as the first flow over TCP reports it.
func (g *Gist) stackLines() []string {
	switch {
	case !g.view.All:
		return g.linux.lines()
	case g.stack != nil:
		return append([]string{stackLine(*g.stack)}, g.linux.lines()...)
	}
	return nil
}

// shortVersion shortens a version that consists of a time and a commit to the day.
func shortVersion(version string) string {
	parts := strings.Split(version, "-")
	const stamp = len("20060102150405")
	if len(parts) == 3 && len(parts[1]) == stamp && len(parts[2]) == 12 {
		return parts[1][:len("20060102")]
	}
	return version
}

// shown reports whether a measure has anything to say about a combination.
func (c combination) shown(m measure) bool {
	has := func(k mark) bool { return c.series[0].begins(k) }
	switch {
	case m.key == "late":
		return has(markTimed)
	case m.key == "reads" && !has(markReads):
		return false // one for each stone, or nearly
	case m.is(onlyReal):
		return has(markReal) && c.happened(m)
	}
	return !m.rare || c.happened(m)
}

// happened reports whether a measure is anything but 0 somewhere.
func (c combination) happened(m measure) bool {
	return slices.ContainsFunc(c.series, func(s series) bool { return s.happened(m) })
}

// shared is the row of two percentiles of one run.
func (c combination) shared(low, high measure, notes *footnotes) []string {
	row := []string{sharedName(c.experiment())}
	for _, s := range c.series {
		x := s.whole()
		one, other := low.of(x), high.of(x)
		switch {
		case one.Known() && other.Known():
			row = append(row, low.unit.number(one.Value, 1)+" / "+high.unit.write(other.Value))
		case one.Why == other.Why:
			row = append(row, notes.cell(one))
		default:
			row = append(row, low.cell(x, notes)+" / "+high.cell(x, notes))
		}
	}
	return row
}

// row is the row of a measure, with a cell for each flow.
func (c combination) row(m measure, compared bool, notes *footnotes) []string {
	name := rowName(m.key, c.experiment())
	if len(c.results) == 1 {
		row := []string{name}
		for _, s := range c.series {
			row = append(row, m.cell(s.whole(), notes))
		}
		return row
	}
	spreads := make([]spread, len(c.series))
	largest := 0.0
	for i, s := range c.series {
		spreads[i] = s.over(m)
		largest = max(largest, spreads[i].median.Value)
	}
	size, unit := m.unit.scale(largest)
	row := []string{withUnit(name, unit, ", ")}
	for i, s := range c.series {
		text := spreads[i].cell(m.unit, size, notes)
		if spreads[i].most == (lab.Figure{}) && s.byDesign(m) {
			text = byDesignWord(text)
		}
		row = append(row, text)
	}
	if compared {
		row = append(row, spreads[0].against(spreads[1], c.series[0].name, c.series[1].name))
	}
	return row
}

// cell is the cell of a measure of one flow.
func (m measure) cell(x *lab.Outcome, notes *footnotes) string {
	f := m.of(x)
	if !f.Known() {
		return notes.cell(f)
	}
	text := m.unit.write(f.Value)
	if m.byDesign(x) {
		return byDesignWord(text)
	}
	if m.whole == nil || f.Value == 0 {
		return text
	}
	if whole := m.whole(x); whole.Known() && whole.Value >= f.Value {
		text += " (" + percent(f.Value, whole.Value) + ")"
	}
	return text
}

// cell is a spread as a median and a range, without the unit.
func (s spread) cell(u unit, size float64, notes *footnotes) string {
	if s.n == 0 {
		return notes.cell(s.median)
	}
	write := func(f lab.Figure) string {
		if !f.Known() {
			return lostWord
		}
		return u.number(f.Value, size)
	}
	if s.least == s.most {
		if !s.median.Known() {
			return notes.cell(s.median)
		}
		return write(s.median)
	}
	return write(s.median) + " (" + write(s.least) + "-" + write(s.most) + ")"
}

// against says by how much s, of one flow, differs from t, of another: not at all if
// their ranges overlap.
func (s spread) against(t spread, one, other string) string {
	switch {
	case s.n == 0 || t.n == 0:
		return naWord
	case order(s.least) <= order(t.most) && order(t.least) <= order(s.most):
		return notDifferent
	case order(s.least) < order(t.least):
		return t.against(s, other, one)
	case !s.median.Known():
		return infinitelyMore(one)
	}
	return difference(one, s.median.Value/t.median.Value)
}
