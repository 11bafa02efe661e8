package report

import (
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/pace"
)

// A line is the flows that one row of a sweep stands for.
type line struct {
	*combination
	series
}

// newSweep makes the page of several combinations: a row for each and each flow.
func newSweep(combinations []combination, v View) page {
	var lines []line
	runs := 0
	for i := range combinations {
		c := &combinations[i]
		runs = max(runs, len(c.results))
		for _, s := range c.series {
			lines = append(lines, line{c, s})
		}
	}
	varying, common := compare(lines)

	var p page
	p.above = append(p.above, commonLine(append(common, seedWord+" "+seeds(combinations))))
	p.above = append(p.above, wayLines(combinations[0], varying)...)
	p.above = append(p.above, stackLines(combinations, v)...)
	if runs > 1 {
		p.above = append(p.above, sweepRunsLine(runs))
	}
	varying = slices.DeleteFunc(varying, func(k parameter) bool { return k.follows(lines) || k.ofRoad(lines) })
	p.table = newGrid(lines, varying)
	if slices.ContainsFunc(lines, func(l line) bool { return l.is().Ordered }) {
		p.below = append(p.below, designLine)
	}
	infinite := func(cell string) bool { return strings.Contains(cell, lostWord) }
	if slices.ContainsFunc(p.table.rows, func(row []string) bool { return slices.ContainsFunc(row, infinite) }) {
		p.below = append(p.below, infiniteLine)
	}
	if slices.ContainsFunc(lines, line.slowed) {
		p.below = append(p.below, rateLine)
	}
	if slices.ContainsFunc(lines, func(l line) bool { return l.experiment().Path == lab.Remote }) {
		p.below = append(p.below, aboveLine)
	}
	p.below = append(p.below, troubles(combinations, varying)...)
	p.below = append(p.below, warnings(combinations)...)
	return p
}

// slowed reports whether the asked rate was not met, where time is real. In
// virtual time only TCP holds stones up, which is what is to be seen.
func (l line) slowed() bool {
	return l.experiment().Path != lab.Sim && slices.ContainsFunc(l.flows, func(x *lab.Outcome) bool { return !x.Pacing.Met })
}

// unset is an experiment in which nothing was chosen.
func unset() lab.Experiment {
	return lab.Experiment{Flows: []lab.Flow{lab.Over(lab.TCP, pace.Plan{}), lab.Over(lab.UDP, pace.Plan{})}}
}

// compare tells the parameters that vary from those that are the same in all
// lines. Of these it leaves out what nobody has set, and what the wire is like.
func compare(lines []line) (varying []parameter, common []string) {
	unset := unset()
	for _, p := range parameters() {
		texts := p.column(lines)
		switch {
		case differ(texts):
			varying = append(varying, p)
		case len(texts) > 0 && !p.way && texts[0] != p.of(&unset, lab.TCP):
			common = append(common, p.word+" "+p.said(lines[0].experiment(), lines[0].name))
		}
	}
	return varying, common
}

// differ reports whether not all texts are the same.
func differ(texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return text != texts[0] })
}

// column is what the parameter is in each line.
func (p parameter) column(lines []line) []string {
	var texts []string
	for _, l := range lines {
		texts = append(texts, p.of(l.experiment(), l.name))
	}
	return texts
}

// follows reports whether p is a knob of the way back that is always as on the
// way out, so that one column is enough for both.
func (p parameter) follows(lines []line) bool {
	word, back := strings.CutSuffix(p.word, backSuffix)
	return back && slices.Equal(p.column(lines), findParameter(word).column(lines))
}

// ofRoad reports whether p is a knob of the wire that is on each road as on that road
// everywhere, where roads vary: the road's name says it.
func (p parameter) ofRoad(lines []line) bool {
	road, own := findParameter("road").column(lines), p.column(lines)
	if !p.way || !differ(road) {
		return false
	}
	on := make(map[string]string)
	for i, name := range road {
		if text, known := on[name]; known && text != own[i] {
			return false
		}
		on[name] = own[i]
	}
	return true
}

// newGrid makes the table: what varies, and what came of it.
func newGrid(lines []line, varying []parameter) grid {
	g := grid{words: len(varying) + 1, rows: make([][]string, len(lines))}
	add := func(head string, cell func(l line) string) {
		g.head = append(g.head, head)
		for i, l := range lines {
			g.rows[i] = append(g.rows[i], cell(l))
		}
	}
	for _, v := range varying {
		add(v.word, func(l line) string { return v.said(l.experiment(), l.name) })
	}
	add(transportWord, func(l line) string {
		if l.slowed() {
			return l.title() + " " + notMet
		}
		return l.title()
	})
	where := inColumn
	if !slices.ContainsFunc(lines, func(l line) bool { return l.flows[0].Planned > 1 }) {
		where = inLone
	}
	for _, m := range measures {
		if !m.is(where) {
			continue
		}
		largest, used := 0.0, !m.is(ifAny)
		for _, l := range lines {
			used = used || l.happened(m) || m.key == "late" && l.experiment().Deadline > 0
			largest = max(largest, m.over(l.flows).median.Value)
		}
		if size, unit := m.unit.scale(largest); used {
			add(withUnit(m.head, unit, "\n"), func(l line) string { return m.over(l.flows).brief(m.unit, size, m.is(asRange)) })
		}
	}
	return g
}

// brief is a spread in as few letters as possible: the median, and the range
// only if it is asked for.
func (s spread) brief(u unit, size float64, ranged bool) string {
	switch {
	case s.n == 0:
		return kindWord(s.median.Why)
	case ranged && s.least != s.most:
		return s.cell(u, size, nil)
	case !s.median.Known():
		return lostWord
	}
	return u.number(s.median.Value, size)
}
