package report

import (
	"io"
	"math"
	"slices"
	"strings"

	"stones/lab"
)

// A Comparison is one figure of an experiment that was run on two paths: on sim, and on
// netns, which uses the kernel's stack.
type Comparison struct {
	Lesson     string // that the experiment belongs to
	Turned     string // the knob that tells it from others of the same lesson
	Transport  string
	Key        string // of the figure, as in CSV
	Sim, Netns lab.Figure

	Least, Most float64    // by how much netns may be above sim
	Sigma       bool       // these are 4 sigma of what chance decides
	Known       Difference // the known difference that makes them further apart than usual; empty if there is none
	Outside     bool       // they are further apart than is allowed
}

// A Difference names a known difference between the two stacks. Its sentence is in this
// package.
type Difference string

// The known differences.
const (
	CoarseTimer Difference = "coarse-timer" // the kernel's timers go off late
)

// Value returns the figure of x that has the key as its name in CSV. There must
// be such a figure.
func Value(x *lab.Outcome, key string) lab.Figure { return find(key).of(x) }

// Crosscheck writes comparisons as a table for a terminal, a row each. doc has the
// results from which they were made; again is how many experiments were run once more
// because they were outside. Its errors are those of w.
func Crosscheck(w io.Writer, doc lab.Document, comparisons []Comparison, again int, v View) error {
	if len(comparisons) == 0 {
		return page{above: []string{nothing}}.text(w, v)
	}
	p := page{above: append([]string{crosscheckLine}, stacksOf(doc, false)...)}
	p.table = grid{words: 3, head: crosscheckHead}
	var known []Difference
	outside := 0
	for _, c := range comparisons {
		mark := insideWord
		switch {
		case c.Outside:
			mark = outsideWord
			outside++
		case c.Known != "":
			if !slices.Contains(known, c.Known) {
				known = append(known, c.Known)
			}
			mark = knownWord(slices.Index(known, c.Known) + 1)
		}
		p.table.rows = append(p.table.rows, append(c.cells(), mark))
	}
	p.below = append(p.below, allowedLine)
	for i, d := range known {
		p.below = append(p.below, footnote(i+1, differences[d]))
	}
	if again > 0 {
		p.below = append(p.below, againLine(again))
	}
	p.below = append(p.below, insideLine(len(comparisons), outside))
	return p.text(w, v)
}

// cells is the row of c, without the verdict.
func (c Comparison) cells() []string {
	m := find(c.Key)
	_, unit := m.unit.scale(0)
	row := []string{c.Lesson + " " + c.Turned, title(c.Transport), withUnit(crosscheckNames[c.Key], unit, " ")}
	for _, f := range []lab.Figure{c.Sim, c.Netns} {
		cell := kindWord(f.Why)
		if f.Known() {
			cell = m.unit.number(f.Value, 1)
		}
		row = append(row, cell)
	}
	apart := noCell
	if c.Sim.Known() && c.Netns.Known() {
		apart = above(m.unit, c.Netns.Value-c.Sim.Value)
	}
	return append(row, apart, c.allowed())
}

// allowed says how far apart the two may be.
func (c Comparison) allowed() string {
	switch {
	case c.Sigma:
		return sigmasWord(tenths(c.Most))
	case c.Least == -c.Most:
		return tenths(c.Most)
	}
	return fromTo(tenths(c.Least), tenths(c.Most))
}

// tenths writes v to a tenth.
func tenths(v float64) string { return plain(math.Round(v*10) / 10) }

// above writes how far something is above something else, with its sign.
func above(u unit, v float64) string {
	if u != count {
		return signed(v)
	}
	return strings.TrimSuffix(signed(v), ".0")
}

// stacksOf says how TCP is configured on each path, without the recovery if that
// varies.
func stacksOf(doc lab.Document, varies bool) []string {
	var lines []string
	for _, path := range []string{lab.Sim, lab.Netns} {
		at := slices.IndexFunc(doc.Results, func(r lab.Result) bool {
			return r.Experiment.Path == path && r.Experiment.Has(lab.TCP) && len(r.Flows) > 0
		})
		if at < 0 {
			continue
		}
		s := doc.Results[at].Flows[0].Stack
		if varies {
			s.Recovery = ""
		}
		lines = append(lines, path+", "+stackLine(s))
	}
	return lines
}
