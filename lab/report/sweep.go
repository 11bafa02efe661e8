package report

import (
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/knob"
)

// newSweep makes the page of several combinations: a row for each of them and each
// flow.
func (g *Gist) newSweep() page {
	varying, common := compare(g)
	runs := g.runs()

	var p page
	p.above = append(p.above, commonLine(append(common, seedWord+" "+g.seedsWord())))
	p.above = append(p.above, wayLines(&g.first.Experiment, varying)...)
	p.above = append(p.above, g.stackLines()...)
	if runs > 1 {
		p.above = append(p.above, sweepRunsLine(runs))
	}
	varying = slices.DeleteFunc(varying, func(k parameter) bool { return k.follows(g) || k.ofRoad(g) })
	p.table = g.grid(varying)
	if g.any&markOrdered != 0 {
		p.below = append(p.below, designLine)
	}
	infinite := func(cell string) bool { return strings.Contains(cell, lostWord) }
	for row := range p.table.all() {
		if slices.ContainsFunc(row, infinite) {
			p.below = append(p.below, infiniteLine)
			break
		}
	}
	if g.any&markSlowed != 0 { // in virtual time only TCP can be the limit, and that is a result
		p.below = append(p.below, rateLine)
	}
	if g.any&markFar != 0 {
		p.below = append(p.below, aboveLine)
	}
	p.below = append(p.below, g.troubleLines(varying)...)
	p.below = append(p.below, g.warned.lines()...)
	return p
}

// compare returns the parameters that vary among the flows of the gists, and those that
// are common to all. Of the common ones it leaves out defaults and the wire.
func compare(gists ...*Gist) (varying []parameter, common []string) {
	gists = slices.DeleteFunc(slices.Clone(gists), func(g *Gist) bool { return g.rows() == 0 })
	unset := knob.Nothing()
	for _, p := range parameters() {
		switch {
		case slices.ContainsFunc(gists, func(g *Gist) bool { return g.varies(p) || g.text(0, p) != gists[0].text(0, p) }):
			varying = append(varying, p)
		case len(gists) > 0 && !p.way && gists[0].text(0, p) != p.of(&unset, lab.TCP):
			common = append(common, p.word+" "+gists[0].said(0, p))
		}
	}
	return varying, common
}

// varies reports whether a parameter is not the same in all flows.
func (g *Gist) varies(p parameter) bool {
	return g.differ(p.number, func(row int) uint64 { return g.settings[p.number].at(0) })
}

// differ reports whether a parameter has in any row another value than of returns for
// it.
func (g *Gist) differ(parameter int, of func(row int) uint64) bool {
	set := &g.settings[parameter]
	for row := range g.rows() {
		if set.at(row) != of(row) {
			return true
		}
	}
	return false
}

// follows reports whether p is a knob of the way back that is always as on the
// way out, so that one column is enough for both.
func (p parameter) follows(g *Gist) bool {
	word, back := strings.CutSuffix(p.word, backSuffix)
	return back && !g.differ(p.number, g.settings[findParameter(word).number].at)
}

// ofRoad reports whether p is a knob of the wire that has one value on each road, where
// roads vary: the road's name says it.
func (p parameter) ofRoad(g *Gist) bool {
	road := findParameter("road")
	if !p.way || !g.varies(road) {
		return false
	}
	on := make(map[uint64]uint64)
	return !g.differ(p.number, func(row int) uint64 {
		name := g.settings[road.number].at(row)
		if _, known := on[name]; !known {
			on[name] = g.settings[p.number].at(row)
		}
		return on[name]
	})
}

// grid makes the table: what varies, and the results.
func (g *Gist) grid(varying []parameter) grid {
	where := inLone
	for l := range g.lines() {
		if l.begins(markSeveral) {
			where = inColumn
			break
		}
	}
	type told struct {
		measure
		used    bool
		largest float64
		size    float64
	}
	var columns []told
	for _, m := range measures {
		if m.is(where) {
			columns = append(columns, told{measure: m, used: !m.is(ifAny)})
		}
	}
	for l := range g.lines() {
		for i := range columns {
			m := &columns[i]
			m.used = m.used || l.happened(m.measure) || m.key == "late" && l.has(markTimed)
			m.largest = max(m.largest, l.over(m.measure).median.Value)
		}
	}
	columns = slices.DeleteFunc(columns, func(m told) bool { return !m.used })

	t := grid{words: len(varying) + 1}
	for _, v := range varying {
		t.head = append(t.head, v.word)
	}
	t.head = append(t.head, transportWord)
	for i := range columns {
		m := &columns[i]
		size, unit := m.unit.scale(m.largest)
		m.size = size
		t.head = append(t.head, withUnit(m.head, unit, "\n"))
	}
	t.made = func(yield func([]string) bool) {
		for l := range g.lines() {
			var row []string
			for _, v := range varying {
				row = append(row, l.said(v))
			}
			name := l.title()
			if l.has(markSlowed) {
				name += " " + notMet
			}
			row = append(row, name)
			for _, m := range columns {
				row = append(row, l.over(m.measure).brief(m.unit, m.size, m.is(asRange)))
			}
			if !yield(row) {
				return
			}
		}
	}
	return t
}

// brief is a spread as briefly as possible: the median, and the range only if it is
// asked for.
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
