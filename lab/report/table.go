//go:build !js

package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"stones/lab"
	"stones/lab/prose"
)

// Table writes the page for a terminal, in plain ASCII unless names are not.
func Table(w io.Writer, doc lab.Document, v View) error { return gistOf(doc, v).page().text(w, v) }

// text writes the page for a terminal.
func (p page) text(w io.Writer, v View) error {
	b := bufio.NewWriter(w)
	write := func(lines ...string) {
		for _, line := range lines {
			fmt.Fprint(b, strings.Join(prose.Wrap(prose.Safe(line), v.width(), "", "  "), "\n")+"\n")
		}
	}
	write(p.above...)
	for _, line := range p.bars.draw(v) {
		fmt.Fprint(b, line+"\n")
	}
	if err := p.table.fit(b, v); err != nil {
		return err
	}
	write(p.below...)
	for _, x := range p.more {
		write("", x.caption)
		if err := x.fit(b, v); err != nil {
			return err
		}
		write(x.below...)
	}
	return b.Flush()
}

// fit draws the grid, if it has rows. If it is too wide for the view, it draws several
// tables one below the other: each has the columns of words, and as many of the others
// as there is room for, but at least one.
func (g grid) fit(b *bufio.Writer, v View) error {
	if g.empty() {
		return nil
	}
	widest := g.widest()
	widths := make([]int, len(g.head))
	for i, name := range g.head {
		widths[i] = letters(widest[i])
		for line := range strings.SplitSeq(name, "\n") {
			widths[i] = max(widths[i], letters(line))
		}
		widths[i] += len(g.gap())
	}
	words := sum(widths[:g.words])
	for from, tables := g.words, 0; from < len(g.head) || tables == 0; tables++ {
		before, broad := from, words
		for before < len(g.head) && (before == from || broad+widths[before] <= v.width()) {
			broad += widths[before]
			before++
		}
		if tables > 0 {
			fmt.Fprint(b, "\n")
		}
		if err := g.render(b, v, from, before, widest); err != nil {
			return err
		}
		from = before
	}
	return nil
}

// letters is the width of text.
func letters(text string) int { return utf8.RuneCountInString(prose.Safe(text)) }

// widest returns the widest cell of each column.
func (g grid) widest() []string {
	widest := make([]string, len(g.head))
	for row := range g.all() {
		for i, cell := range row {
			if letters(cell) > letters(widest[i]) {
				widest[i] = cell
			}
		}
	}
	return widest
}

func sum(numbers []int) int {
	n := 0
	for _, one := range numbers {
		n += one
	}
	return n
}

// gap is the space between columns. Between words, one blank would not be seen as a
// gap.
func (g grid) gap() string {
	if g.words == len(g.head) {
		return "  "
	}
	return " "
}

// drawnRows is how many rows are drawn at once, because the library that draws them
// holds them in memory.
const drawnRows = 1000

// render draws the columns of words, and the others from one on and before another.
// More than drawnRows rows are drawn in parts. Each part is drawn with the head and a
// row of the widest cells, so that its columns are as wide as in the other parts; put
// leaves these out.
func (g grid) render(b *bufio.Writer, v View, from, before int, widest []string) error {
	pick := func(cells []string) []string { return slices.Concat(cells[:g.words], cells[from:before]) }
	part := grid{head: pick(g.head), words: g.words}
	parts := 0
	put := func(more bool) error {
		rows := len(part.rows)
		if whole := parts == 0 && !more; !whole {
			part.rows = append(part.rows, pick(widest))
		}
		err := part.put(b, v, parts == 0, rows)
		part.rows = part.rows[:0]
		parts++
		return err
	}
	for row := range g.all() {
		if len(part.rows) == drawnRows {
			if err := put(true); err != nil {
				return err
			}
		}
		part.rows = append(part.rows, pick(row))
	}
	return put(false)
}

// put draws the grid, and writes the head, if headed, and so many of its rows. The
// names of the columns are bold where there is colour.
func (g grid) put(b *bufio.Writer, v View, headed bool, rows int) error {
	var table strings.Builder
	if err := g.draw(&table); err != nil {
		return err
	}
	above := true
	for line := range strings.Lines(table.String()) {
		line = strings.TrimRight(line, " \n")
		rule := above && strings.HasPrefix(line, "--")
		if above && !rule {
			line = v.paint(bold, line)
		}
		if above && headed || !above && rows > 0 {
			fmt.Fprint(b, line+"\n")
		}
		if !above {
			rows--
		}
		above = above && !rule
	}
	return nil
}

// draw draws the grid without a frame.
func (g grid) draw(w io.Writer) error {
	aligns := make([]tw.Align, len(g.head))
	for i := range aligns {
		aligns[i] = tw.AlignRight
		if i < g.words {
			aligns[i] = tw.AlignLeft
		}
	}
	alignment := tw.CellAlignment{PerColumn: aligns}
	look := tw.Rendition{Symbols: tw.NewSymbols(tw.StyleASCII), Borders: tw.BorderNone}
	look.Settings.Separators = tw.Separators{BetweenColumns: tw.Off}
	padding := tw.CellPadding{Global: tw.Padding{Right: g.gap(), Overwrite: true}}
	table := tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(look)),
		tablewriter.WithHeaderConfig(tw.CellConfig{Padding: padding}),
		tablewriter.WithRowConfig(tw.CellConfig{Padding: padding}),
		tablewriter.WithHeaderAlignmentConfig(alignment),
		tablewriter.WithRowAlignmentConfig(alignment),
		tablewriter.WithHeaderAutoFormat(tw.Off), // after the configuration, which would switch it on
	)
	head := make([]string, len(g.head))
	for i, name := range g.head {
		lines := strings.Split(name, "\n")
		for j := range lines {
			lines[j] = prose.Safe(lines[j])
		}
		head[i] = strings.Join(lines, "\n")
	}
	table.Header(head)
	for _, row := range g.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = prose.Safe(cell)
		}
		if err := table.Append(cells); err != nil {
			return err
		}
	}
	return table.Render()
}
