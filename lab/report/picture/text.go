package picture

import (
	"slices"
	"strings"

	"stones/lab/prose"
)

// textWidth is the width of the terminals and projectors that the pictures are made
// for.
const textWidth = 80

// text formats the chart for a terminal.
func (c chart) text() []string {
	lines := []string{c.title}
	legend := c.legendText(c.legend(), c.dense())
	if len(c.title)+len(legend) <= textWidth {
		lines[0] += legend
	} else {
		lines = append(lines, wrapText(strings.TrimSpace(legend))...)
	}
	for _, row := range c.rows {
		for abreast := range slices.Chunk(row, 2) {
			lines = append(lines, rowText(abreast)...)
		}
	}
	return append(lines, wrapText(c.says)...)
}

// dense reports whether there is a panel whose letters stand for many stones.
func (c chart) dense() bool {
	return slices.ContainsFunc(c.rows, func(row []panel) bool { return !row[0].close })
}

// legendText says what the letters mean. In a dense panel a small letter stands for
// several stones, some of which are lost.
func (c chart) legendText(looks []look, dense bool) string {
	var parts []string
	curves := 0
	for _, l := range looks {
		parts = append(parts, string(styles[l].letter)+" "+c.name(l))
		if tcpSteps <= l && l <= ownSteps2 {
			curves++
		}
	}
	switch {
	case curves == 2:
		parts = append(parts, "* "+bothName)
	case curves > 2:
		parts = append(parts, "* "+severalName)
	}
	if dense && slices.Contains(looks, lost) {
		parts = append(parts, "t u"+[...]string{"", " o", " o p"}[len(c.owns)]+" "+someLostName)
	}
	if len(parts) == 0 {
		return ""
	}
	return "   [" + strings.Join(parts, ", ") + "]"
}

// rowText formats panels side by side.
func rowText(row []panel) []string {
	const gap = 2
	width := (textWidth - gap*(len(row)-1)) / len(row)
	var lines []string
	for i, p := range row {
		for j, line := range p.text(width) {
			if i == 0 {
				lines = append(lines, line)
				continue
			}
			lines[j] = pad(lines[j], (width+gap)*i) + line
		}
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// pad fills a line with blanks up to that length.
func pad(line string, length int) string {
	return line + strings.Repeat(" ", max(0, length-len(line)))
}

// text formats the panel for a terminal.
func (p panel) text(width int) []string {
	labels := p.rowLabels()
	gutter := 0
	for _, label := range labels {
		gutter = max(gutter, len(label))
	}
	head := p.y.label
	if p.title != "" {
		head += "  " + p.title
	}
	lines := []string{head}
	inner := max(10, width-gutter-1)
	for i, row := range p.grid(inner) {
		lines = append(lines, strings.Repeat(" ", gutter-len(labels[i]))+labels[i]+"|"+string(row))
	}
	rule, numbers := p.foot(inner)
	indent := strings.Repeat(" ", gutter)
	middle := strings.Repeat(" ", max(0, (inner-len(p.x.label))/2))
	return append(lines, indent+"+"+rule, indent+" "+numbers, indent+" "+middle+p.x.label)
}

// row is the line, counted from the top, in which v stands.
func (p panel) row(v float64) int {
	return p.lines - 1 - cell(p.y.place(v), p.lines)
}

// cell is the number of the equal part, of n from 0 to 1, in which a place lies.
func cell(place float64, n int) int { return min(max(int(place*float64(n)), 0), n-1) }

// rowLabels are the numbers at the left, one for each line.
func (p panel) rowLabels() []string {
	labels := make([]string, p.lines)
	most := max(2, p.lines/2)
	if p.y.whole && p.y.max-p.y.min == float64(p.lines) {
		most = p.lines // each has a line of its own
	}
	for _, t := range p.y.ticks(most) {
		labels[p.row(t.value)] = t.label
	}
	return labels
}

// foot is the axis below: the rule, and the numbers under it.
func (p panel) foot(width int) (rule, numbers string) {
	line, under := fill('-', width), fill(' ', width)
	free := 0
	for _, t := range p.x.ticks(max(2, width/9)) {
		at := cell(p.x.place(t.value), width)
		line[at] = '+'
		from := min(max(0, at-len(t.label)/2), max(0, width-len(t.label)))
		if from < free || from+len(t.label) > width {
			continue
		}
		copy(under[from:], t.label)
		free = from + len(t.label) + 1
	}
	return string(line), string(under)
}

func fill(letter byte, n int) []byte {
	line := make([]byte, n)
	for i := range line {
		line[i] = letter
	}
	return line
}

// grid is the part between the axes.
func (p panel) grid(width int) [][]byte {
	g := make([][]byte, p.lines)
	for i := range g {
		g[i] = fill(' ', width)
	}
	if p.empty != "" {
		for i, line := range prose.Wrap(p.empty, width-2, "", "") {
			if at := i + 1; at < len(g) {
				copy(g[at][1:], line)
			}
		}
	}
	for _, s := range p.series {
		p.letters(g, s)
	}
	return g
}

// letters draws a series into the grid.
func (p panel) letters(g [][]byte, s series) {
	style := styles[s.look]
	width := len(g[0])
	put := func(row, column int) {
		at := &g[row][column]
		switch {
		case udpSteps <= s.look && s.look <= ownSteps2 && *at != ' ' && *at != style.letter && *at != styles[never].letter:
			*at = '*'
		case s.look == never && *at != ' ': // a curve stays visible
		case s.look == lost && !p.close && *at != ' ' && *at != style.letter:
			*at |= ' ' // to lower case
		default:
			*at = style.letter
		}
	}
	lastRow, lastColumn, line := 0, 0, false
	for i, q := range s.points {
		if !p.x.holds(q.x) || !p.y.holds(q.y) {
			continue
		}
		row, column := p.row(q.y), cell(p.x.place(q.x), width)
		switch {
		case style.drawing == marks, !line:
		case style.drawing == pairs && i%2 == 0:
		case style.drawing == curve:
			for c := lastColumn; c <= column; c++ {
				put(lastRow+(row-lastRow)*(c-lastColumn)/max(1, column-lastColumn), c)
			}
		default: // to the right, then up or down
			for c := lastColumn; c <= column; c++ {
				put(lastRow, c)
			}
			for r := min(row, lastRow); r <= max(row, lastRow); r++ {
				put(r, column)
			}
		}
		put(row, column)
		lastRow, lastColumn, line = row, column, true
	}
}

// wrapText breaks a sentence into lines like those of the table above it.
func wrapText(text string) []string { return prose.Wrap(text, textWidth, "", "  ") }
