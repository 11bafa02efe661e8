package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"stones/lab"
)

// A bar shows the fates of a flow's stones.
type bar struct {
	name  string
	parts []fate
}

// A fate is a part of the stones, and how it is shown.
type fate struct {
	mark, style, word string
	stones            int
}

// newBar makes the bar of a flow.
func newBar(x *lab.Outcome, deadline bool) bar {
	onTime := onTimeWord
	if !deadline {
		onTime = caughtWord
	}
	return bar{title(x.Name), []fate{
		{"#", green, onTime, x.Delivered - x.Late},
		{"+", yellow, lateWord, x.Late},
		{"x", red, lostWord, x.Lost},
		{"?", grey, unknownWord, x.Unknown},
		{".", grey, notThere, x.Planned - x.Thrown},
	}}
}

// legend says what the bar is made of.
func (b bar) legend() string {
	var words []string
	for _, p := range b.parts {
		if p.stones > 0 {
			words = append(words, fmt.Sprintf("%s %d %s", p.mark, p.stones, p.word))
		}
	}
	return strings.Join(words, "  ")
}

// cells divides n cells among the parts. Each part that is not empty gets at least one,
// and the largest gets what rounding leaves.
func (b bar) cells(n int) []int {
	cells := make([]int, len(b.parts))
	all, largest, left := 0, 0, n
	for i, p := range b.parts {
		all += p.stones
		if p.stones > b.parts[largest].stones {
			largest = i
		}
	}
	for i, p := range b.parts {
		if p.stones > 0 {
			cells[i] = max(1, n*p.stones/all)
		}
		left -= cells[i]
	}
	cells[largest] += left
	return cells
}

// The width of a bar, in cells.
const (
	mostCells  = 50
	leastCells = 10
)

// bars has a bar for each flow.
type bars []bar

// draw returns the lines of the bars, one below the other, as wide as there is room.
func (all bars) draw(v View) []string {
	name, legend := 0, 0
	for _, b := range all {
		name = max(name, utf8.RuneCountInString(b.name))
		legend = max(legend, utf8.RuneCountInString(b.legend()))
	}
	cells := min(v.width()-name-legend-3, mostCells)
	if cells < leastCells {
		return nil // too narrow; the table has the same counts
	}
	var lines []string
	for _, b := range all {
		var line strings.Builder
		fmt.Fprintf(&line, "%-*s ", name, b.name)
		for i, n := range b.cells(cells) {
			line.WriteString(v.paint(b.parts[i].style, strings.Repeat(b.parts[i].mark, n)))
		}
		lines = append(lines, line.String()+"  "+b.legend())
	}
	return lines
}
