//go:build !js

package report

import (
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

// Table writes the page for a terminal, in plain ASCII as far as the words are.
func Table(w io.Writer, doc lab.Document, v View) error { return newPage(doc, v).text(w, v) }

// text writes the page for a terminal.
func (p page) text(w io.Writer, v View) error {
	var text strings.Builder
	write := func(lines ...string) {
		for _, line := range lines {
			text.WriteString(strings.Join(prose.Wrap(prose.Safe(line), v.width(), "", "  "), "\n") + "\n")
		}
	}
	draw := func(g grid) error {
		if len(g.rows) == 0 {
			return nil
		}
		tables, err := g.fit(v)
		if err != nil {
			return err
		}
		text.WriteString(strings.Join(tables, "\n"))
		return nil
	}
	write(p.above...)
	for _, line := range p.bars.draw(v) {
		text.WriteString(line + "\n")
	}
	if err := draw(p.table); err != nil {
		return err
	}
	write(p.below...)
	for _, x := range p.more {
		write("", x.caption)
		if err := draw(x.grid); err != nil {
			return err
		}
		write(x.below...)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// fit draws the grid, in several tables below each other if it is too broad for
// the view: each has the columns of words, and as many of the others as there is
// room for, one at least.
func (g grid) fit(v View) ([]string, error) {
	widths := g.widths()
	words := sum(widths[:g.words])
	var tables []string
	for from := g.words; from < len(g.head) || len(tables) == 0; {
		before, broad := from, words
		for before < len(g.head) && (before == from || broad+widths[before] <= v.width()) {
			broad += widths[before]
			before++
		}
		table, err := g.columns(from, before).render(v)
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
		from = before
	}
	return tables, nil
}

// widths are how broad the columns are, with the gap behind each.
func (g grid) widths() []int {
	widths := make([]int, len(g.head))
	for i, name := range g.head {
		for line := range strings.SplitSeq(name, "\n") {
			widths[i] = max(widths[i], utf8.RuneCountInString(prose.Safe(line)))
		}
		for _, row := range g.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(prose.Safe(row[i])))
		}
		widths[i] += len(g.gap())
	}
	return widths
}

func sum(numbers []int) int {
	n := 0
	for _, one := range numbers {
		n += one
	}
	return n
}

// gap is what stands between columns: of words, one blank is no gap.
func (g grid) gap() string {
	if g.words == len(g.head) {
		return "  "
	}
	return " "
}

// columns is the grid with its words, and the columns from one on and before
// another.
func (g grid) columns(from, before int) grid {
	part := grid{words: g.words}
	pick := func(cells []string) []string { return slices.Concat(cells[:g.words], cells[from:before]) }
	part.head = pick(g.head)
	for _, row := range g.rows {
		part.rows = append(part.rows, pick(row))
	}
	return part
}

// render draws the grid. The names of the columns are bold where there is colour.
func (g grid) render(v View) (string, error) {
	var table strings.Builder
	if err := g.draw(&table); err != nil {
		return "", err
	}
	var b strings.Builder
	above := true
	for line := range strings.Lines(table.String()) {
		line = strings.TrimRight(line, " \n")
		if strings.HasPrefix(line, "--") {
			above = false
		} else if above {
			line = v.paint(bold, line)
		}
		b.WriteString(line + "\n")
	}
	return b.String(), nil
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
