package report

import (
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"stones/lab"
	"stones/lab/prose"
)

// width is that of the terminals and projectors for which lines are broken.
const width = 80

// Table writes the page for a terminal, in plain ASCII as far as the words are.
func Table(w io.Writer, doc lab.Document) error { return newPage(doc).text(w) }

// text writes the page for a terminal.
func (p page) text(w io.Writer) error {
	var text strings.Builder
	write := func(lines ...string) {
		for _, line := range lines {
			text.WriteString(strings.Join(prose.Wrap(prose.Safe(line), width, "", "  "), "\n") + "\n")
		}
	}
	draw := func(g grid) error {
		if len(g.rows) == 0 {
			return nil
		}
		var table strings.Builder
		if err := g.render(&table); err != nil {
			return err
		}
		for line := range strings.Lines(table.String()) {
			text.WriteString(strings.TrimRight(line, " \n") + "\n")
		}
		return nil
	}
	write(p.above...)
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

// render draws the grid: with a frame, or without one if it needs the room.
func (g grid) render(w io.Writer) error {
	aligns := make([]tw.Align, len(g.head))
	for i := range aligns {
		aligns[i] = tw.AlignRight
		if i < g.words {
			aligns[i] = tw.AlignLeft
		}
	}
	alignment := tw.CellAlignment{PerColumn: aligns}
	look := tw.Rendition{Symbols: tw.NewSymbols(tw.StyleASCII)}
	padding := tw.CellPadding{Global: tw.Padding{Left: " ", Right: " ", Overwrite: true}}
	if g.wide {
		look.Borders = tw.BorderNone
		look.Settings.Separators = tw.Separators{BetweenColumns: tw.Off}
		padding.Global.Left = ""
	}
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
