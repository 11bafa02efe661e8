package report

import (
	"stones/lab"
	"stones/lab/prose"
)

// A page is what the formats for people show.
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
	below []string // what it needs explained
}

// A grid is the text of a table. No cell is empty.
type grid struct {
	head  []string // one name a column; a line break says where it may be broken
	rows  [][]string
	words int // so many columns are words; the others are figures
}

// Headline says in a few lines what was thrown, along which path.
func Headline(doc lab.Document) []string {
	lines := newPage(doc, View{}).above
	for i := range lines {
		lines[i] = prose.Safe(lines[i])
	}
	return lines
}

// mostColumns is up to how many flows have a column each; of more, each has a row.
const mostColumns = 6

// newPage makes the page that suits the results: of one experiment, of several
// runs of it, or of a sweep.
func newPage(doc lab.Document, v View) page {
	combinations := combine(doc.Results)
	switch len(combinations) {
	case 0:
		return page{above: []string{nothing}}
	case 1:
		if len(combinations[0].series) <= mostColumns {
			return newComparison(combinations[0], v)
		}
	}
	return newSweep(combinations, v)
}
