package report

import (
	"iter"
	"slices"

	"stones/lab"
	"stones/lab/prose"
)

// A page is the content of the formats for people.
type page struct {
	above []string // what was thrown
	bars  bars     // what became of it
	table grid
	below []string // what happened, and what to beware of
	more  []extra
}

// An extra is a further table of a page.
type extra struct {
	caption string
	grid
	below []string // explanations
}

// A grid is the text of a table. No cell is empty.
type grid struct {
	head  []string // one name a column; it may be broken at a line break
	rows  [][]string
	made  iter.Seq[[]string] // makes the rows instead, where they may be too many for memory
	words int                // so many first columns are words; the others are figures
}

// all yields the rows.
func (g grid) all() iter.Seq[[]string] {
	if g.made != nil {
		return g.made
	}
	return slices.Values(g.rows)
}

// empty reports whether there are no rows.
func (g grid) empty() bool {
	for range g.all() {
		return false
	}
	return true
}

// Headline says in a few lines what was thrown, and along which path.
func Headline(doc lab.Document) []string {
	lines := gistOf(doc, View{}).page().above
	for i := range lines {
		lines[i] = prose.Safe(lines[i])
	}
	return lines
}

// mostColumns is the largest number of flows that have a column each; if there are
// more, each has a row.
const mostColumns = 6

// page makes the page that suits the results: of one experiment, of several
// runs of it, or of a sweep.
func (g *Gist) page() page {
	switch len(g.combined) {
	case 0:
		return page{above: []string{nothing}}
	case 1:
		for c := range g.combinations() {
			if len(c.series) <= mostColumns {
				return c.newComparison()
			}
		}
	}
	return g.newSweep()
}
