package report

import (
	"io"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"stones/lab"
	"stones/lab/prose"
	"stones/lab/theory"
)

// A Side is one of two documents that are compared.
type Side struct {
	Name string // of its file
	Gist *Gist  // of NewSideGist
}

// NewSideGist returns the gist that the formats of Beside need, without results.
func NewSideGist() *Gist { return newGist(View{}, measures) }

// Beside holds the formats that show two documents beside each other: the median of
// every measure in each, and by how much it is higher in the second. A cell is compared
// with the cell of the other side that has the same parameters. Parameters that are
// constant within each document, and differ between the two, are ignored.
var Beside = map[string]func(w io.Writer, a, b Side, v View) error{
	"table":    func(w io.Writer, a, b Side, v View) error { return newBeside(a, b, v).text(w, v) },
	"markdown": func(w io.Writer, a, b Side, v View) error { return newBeside(a, b, v).markdown(w) },
	"csv":      func(w io.Writer, a, b Side, _ View) error { return besideRows(w, encodings["csv"], a, b) },
	"jsonl":    func(w io.Writer, a, b Side, _ View) error { return besideRows(w, encodings["jsonl"], a, b) },
	"json": func(w io.Writer, a, b Side, _ View) error {
		e := encodings["jsonl"]
		e.head = func(to []byte, _ []string) []byte { return append(to, "[\n"...) }
		e.end, e.between, e.foot = "}", ",\n", "\n]\n"
		return besideRows(w, e, a, b)
	},
}

// A pair is the same cell of both sides. It is empty for a side that does not have it.
type pair struct{ a, b line }

// newBeside makes the page.
func newBeside(a, b Side, v View) page {
	one, other := a.Gist, b.Gist
	_, common := compare(one)
	all := newPairs(one, other)
	cells := all.cells
	var p page
	differ, _ := compare(one, other)
	var apart, away []string
	for _, d := range differ {
		if !slices.ContainsFunc(cells, func(q parameter) bool { return q.word == d.word }) && one.rows() > 0 && other.rows() > 0 {
			apart = append(apart, d.word+" "+one.said(0, d))
			away = append(away, d.word+" "+other.said(0, d))
			common = slices.DeleteFunc(common, func(text string) bool { return strings.HasPrefix(text, d.word+" ") })
		}
	}
	p.above = append(p.above, sideLine("A", a.Name, apart, one.longest()), sideLine("B", b.Name, away, other.longest()))
	if len(common) > 0 {
		p.above = append(p.above, commonLine(common))
	}
	p.above = append(p.above, besideLine)
	p.table = all.grid(v)
	shiftable, none := false, true
	for q := range all.both() {
		none = false
		shiftable = shiftable || theory.Shiftable(len(q.a.rows), len(q.b.rows))
	}
	if !shiftable {
		p.below = append(p.below, besideFewLine)
	}
	p.below = append(p.below, all.aloneLines(a.Name, b.Name)...)
	if none {
		p.below = append(p.below, besideNoneLine)
	}
	return p
}

// varyingIn are the parameters that vary within one of two documents, or within both.
func varyingIn(one, other *Gist) []parameter {
	varying, _ := compare(one)
	further, _ := compare(other)
	for _, p := range further {
		if !slices.ContainsFunc(varying, func(q parameter) bool { return q.word == p.word }) {
			varying = append(varying, p)
		}
	}
	return varying
}

// longest is the largest number of runs of one line.
func (g *Gist) longest() int {
	n := 0
	for l := range g.lines() {
		n = max(n, len(l.rows))
	}
	return n
}

// cellOf names the cell of a line.
func cellOf(l line, cells []parameter) string {
	words := []string{l.title()}
	for _, p := range cells {
		words = append(words, p.word+" "+l.said(p))
	}
	return strings.Join(words, ", ")
}

// pairs are the cells of two gists.
type pairs struct {
	one, other *Gist
	cells      []parameter // the parameters that name a cell
	ordered    []uint32    // the results of the other
	find       map[digest]found
}

// A found is the place of a line: the first result of its combination, as a position in
// ordered, and the number of its series.
type found struct{ result, series uint32 }

// newPairs finds the cells of the other gist.
func newPairs(one, other *Gist) *pairs {
	p := &pairs{one: one, other: other, cells: varyingIn(one, other), ordered: other.ordered(), find: make(map[digest]found)}
	at := uint32(0)
	for c := range other.combinations() {
		for i, s := range c.series {
			p.find[p.key(line{&c, s})] = found{at, uint32(i)}
		}
		at += uint32(len(c.results))
	}
	return p
}

// key is the digest of a cell's name.
func (p *pairs) key(l line) digest { return digestOf([]byte(cellOf(l, p.cells))) }

// all yields the cells of both sides, those of the first side first. A side that does
// not have a cell has an empty line there.
func (p *pairs) all() iter.Seq[pair] {
	return func(yield func(pair) bool) {
		left := maps.Clone(p.find)
		for l := range p.one.lines() {
			q, key := pair{a: l}, p.key(l)
			if at, there := left[key]; there {
				c := p.other.begins(p.ordered[at.result:])
				q.b = line{&c, c.series[at.series]}
				delete(left, key)
			}
			if !yield(q) {
				return
			}
		}
		if len(left) == 0 {
			return
		}
		for l := range p.other.lines() {
			if _, alone := left[p.key(l)]; alone && !yield(pair{b: l}) {
				return
			}
		}
	}
}

// both yields the cells that both sides have.
func (p *pairs) both() iter.Seq[pair] {
	return func(yield func(pair) bool) {
		for q := range p.all() {
			if q.both() && !yield(q) {
				return
			}
		}
	}
}

// both reports whether both sides have the cell.
func (q pair) both() bool { return q.a.combination != nil && q.b.combination != nil }

// either returns the line of a side that has the cell.
func (q pair) either() line {
	if q.a.combination != nil {
		return q.a
	}
	return q.b
}

// aloneLines name the cells that only one side has. a and b are the names of the sides.
func (p *pairs) aloneLines(a, b string) (lines []string) {
	var first [2]string
	var only [2]int
	count := func(side int, l line) {
		if only[side]++; only[side] == 1 {
			first[side] = cellOf(l, p.cells)
		}
	}
	for q := range p.all() {
		switch {
		case q.b.combination == nil:
			count(0, q.a)
		case q.a.combination == nil:
			count(1, q.b)
		}
	}
	for i, name := range []string{a, b} {
		if only[i] > 0 {
			lines = append(lines, andMore(aloneLine(name, first[i]), only[i]-1))
		}
	}
	return lines
}

// grid has a row for each cell and measure.
func (p *pairs) grid(v View) grid {
	g := grid{words: len(p.cells) + 2}
	for _, c := range p.cells {
		g.head = append(g.head, c.word)
	}
	g.head = append(g.head, transportWord, measureWord, "A", "B", besideHead, besideInterval)
	g.made = func(yield func([]string) bool) {
		for q := range p.both() {
			for _, m := range measures {
				told := m.is(inStory) || v.All && m.is(inAll) || slices.Contains(v.Also, m.key)
				if !told || !q.a.combination.shown(m) && !q.b.combination.shown(m) || q.nothing(m) {
					continue
				}
				var row []string
				for _, c := range p.cells {
					row = append(row, q.a.said(c))
				}
				if !yield(append(append(row, q.a.title()), q.row(m)...)) {
					return
				}
			}
		}
	}
	return g
}

// nothing reports whether neither side has a figure.
func (q pair) nothing(m measure) bool { return q.a.over(m).n == 0 && q.b.over(m).n == 0 }

// row is the measure's name, both medians, the shift and its interval.
func (q pair) row(m measure) []string {
	one, other := q.a.over(m), q.b.over(m)
	size, unit := m.unit.scale(max(one.median.Value, other.median.Value))
	row := []string{withUnit(besideName(m.key), unit, ", "), one.brief(m.unit, size, false), other.brief(m.unit, size, false)}
	from, to := q.a.sample(m), q.b.sample(m)
	if len(from) == 0 || len(to) == 0 {
		return append(row, naWord, noCell)
	}
	s := theory.Shift(from, to)
	write := func(by float64) string { return shifted(by, m.unit, size) }
	switch {
	case !s.Sure:
		return append(row, write(s.By)+share(s.By, one.median), tooFewWord)
	case s.Apart():
		return append(row, write(s.By)+share(s.By, one.median), fromTo(write(s.From), write(s.To)))
	}
	return append(row, notDifferent, fromTo(write(s.From), write(s.To)))
}

// sample returns the values of a measure. A lost one is infinite.
func (s series) sample(m measure) []float64 {
	var values []float64
	for f := range s.of(m) {
		if f.Known() || f == lab.Infinite() {
			values = append(values, order(f))
		}
	}
	return values
}

// shifted writes a difference, with its sign.
func shifted(by float64, u unit, size float64) string {
	sign := "+"
	switch {
	case by == 0:
		return "0"
	case by < 0:
		sign, by = "-", -by
	}
	if math.IsInf(by, 1) {
		return sign + infiniteWord
	}
	return sign + u.number(by, size)
}

// share is a difference as a percentage of a median.
func share(by float64, of lab.Figure) string {
	if !of.Known() || of.Value == 0 || by == 0 || math.IsInf(by, 0) {
		return ""
	}
	sign := "+"
	if by < 0 {
		sign, by = "-", -by
	}
	return " (" + sign + human(100*by/of.Value) + "%)"
}

// sideName is the name of a side, cut to 40 characters.
func sideName(name string) string { return prose.Cut(prose.Safe(name), 40) }
