package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"stones/lab/reference"
)

// Reference writes how near a TCP is to a reference: a table for each kind of cells, a
// row each, and a summary. about and ref describe the two. Its errors are those of w.
func Reference(w io.Writer, about, ref map[string]string, rows []reference.Row, v View) error {
	if len(rows) == 0 {
		return page{above: []string{nothing}}.text(w, v)
	}
	p := page{above: []string{referenceLine(about, ref), pairLine}}
	for _, kind := range kindsOf(rows) {
		p.more = append(p.more, extra{caption: kindCaption(kind), grid: kindGrid(kind, rows)})
	}
	p.more = append(p.more, extra{caption: nearCaption, grid: nearGrid(rows), below: []string{factorLine}})
	return p.text(w, v)
}

// kindsOf are the kinds of the rows, in their order.
func kindsOf(rows []reference.Row) []reference.Kind {
	var kinds []reference.Kind
	for _, r := range rows {
		if !slices.Contains(kinds, r.Kind) {
			kinds = append(kinds, r.Kind)
		}
	}
	return kinds
}

// kindGrid is the table of the cells of one kind.
func kindGrid(kind reference.Kind, rows []reference.Row) grid {
	g := grid{words: 1, head: []string{"cell", "runs"}}
	for _, f := range kind.Figures() {
		g.head = append(g.head, referenceNames[f])
	}
	for _, r := range rows {
		if r.Kind != kind {
			continue
		}
		cells := []string{r.Name, strconv.Itoa(min(r.Runs, r.ReferenceRuns))}
		for _, p := range r.Pairs {
			cells = append(cells, pairCell(p))
		}
		g.rows = append(g.rows, cells)
	}
	return g
}

// pairCell is one median beside the other. A difference that chance hardly explains is
// marked.
func pairCell(p reference.Pair) string {
	mark := ""
	if math.Abs(p.Z) > 3 {
		mark = "!"
	}
	return fmt.Sprintf("%s %s%s", digits(p, p.Median), digits(p, p.Reference), mark)
}

// digits writes a value with three significant digits, or all those before its point.
func digits(p reference.Pair, v float64) string {
	if p.Figure == reference.Goodput {
		v /= 1e6
	}
	places := 0
	switch {
	case p.Count:
	case v < 10:
		places = 2
	case v < 100:
		places = 1
	}
	text := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// nearGrid is the summary by kinds and figures.
func nearGrid(rows []reference.Row) grid {
	g := grid{words: 2, head: nearHead}
	for _, kind := range kindsOf(rows) {
		of := slices.DeleteFunc(slices.Clone(rows), func(r reference.Row) bool { return r.Kind != kind })
		for _, f := range kind.Figures() {
			n := reference.In(of, f)
			apart := strconv.FormatFloat(n.Factor, 'f', 2, 64)
			if f.Share {
				apart = strconv.FormatFloat(n.Factor, 'f', 1, 64) + " points"
			}
			g.rows = append(g.rows, []string{string(kind), oneLine(referenceNames[f]), strconv.Itoa(n.Cells), apart, strconv.Itoa(len(n.Beyond)), strconv.FormatFloat(n.Worst, 'f', 1, 64)})
		}
	}
	return g
}

// oneLine puts the head of a column on one line.
func oneLine(head string) string { return strings.ReplaceAll(head, "\n", ", ") }

// Words of the reference.
const (
	pairLine    = "Each cell: its median, and that of the reference; ! where a rank test finds them apart (|z| > 3)."
	nearCaption = "How near"
	factorLine  = "apart: the mean ratio of medians, larger over smaller; of shares, the mean difference."
)

// nearHead names the columns of the summary.
var nearHead = []string{"kind", "figure", "cells", "apart", "|z| > 3", "greatest"}

// referenceNames are the figures' names in the tables.
var referenceNames = map[reference.Figure]string{
	reference.P50:           "p50\nms",
	reference.P99:           "p99\nms",
	reference.Max:           "max\nms",
	reference.Connect:       "connect\nms",
	reference.HeldUp:        "held up\n%",
	reference.Retransmitted: "sent again",
	reference.ACKs:          "ACKs",
	reference.Goodput:       "goodput\nMbit/s",
}

// referenceLine says what is compared.
func referenceLine(about, ref map[string]string) string {
	return fmt.Sprintf("%s beside %s, taken %s.", about["stack"], ref["stack"], ref["taken"])
}

// kindCaption is the caption of the table of a kind.
func kindCaption(kind reference.Kind) string {
	return map[reference.Kind]string{
		reference.Stream: "Streams: stones at a rate",
		reference.Event:  "Single events",
		reference.Bulk:   "Bulk: as fast as TCP goes",
		reference.Window: "Socket buffers set by hand, and a catcher that sleeps",
		reference.Drawn:  "Drawn by lot",
	}[kind]
}
