package picture

import (
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The largest numbers of ticks on an axis.
const mostX, mostY = 7, 6

// Distances between an axis, its numbers and its name.
const (
	tickLength vg.Length = 5
	tickGap    vg.Length = 4
	nameGap    vg.Length = 8
	titleGap   vg.Length = 6
)

// edges is the room that a panel needs around its data.
type edges struct{ left, right, bottom, top vg.Length }

// edges returns the room for the axes' numbers and names, and for the title. The name
// of the vertical axis stands only beside the first panel of a row.
func (k content) edges(first bool) edges {
	number, name := k.pen.text(tickSize, ink), k.pen.text(labelSize, ink)
	e := edges{
		left:   tickLength + tickGap + widest(number, k.y.ticks(mostY)),
		right:  k.overhang(number),
		bottom: tickLength + leading(number) + leading(name),
	}
	if first {
		e.left += leading(name) + nameGap
	}
	if k.title != "" {
		e.top = leading(name) + titleGap
	}
	return e
}

// overhang is how far the last number of the horizontal axis reaches beyond it,
// if the axis is about as wide as a quarter of the sheet.
func (k content) overhang(style text.Style) vg.Length {
	ticks := k.x.ticks(mostX)
	if len(ticks) == 0 {
		return 0
	}
	last := ticks[len(ticks)-1]
	space := vg.Length(1-k.x.place(last.value)) * sheetWidth / 4
	return max(0, style.Width(last.label)/2-space)
}

func widest(style text.Style, ticks []tick) (w vg.Length) {
	for _, t := range ticks {
		w = max(w, style.Width(t.label))
	}
	return w
}

// newGrid returns the areas of the panels' data, all of one size, and the width of the
// margin left of the first column.
func newGrid(p pen, rows [][]panel, area draw.Canvas) (places [][]draw.Canvas, left vg.Length) {
	columns := make([]edges, len(rows[0])) // left and right
	lines := make([]edges, len(rows))      // bottom and top
	for i, row := range rows {
		for j, one := range row {
			e := content{p, one}.edges(j == 0)
			columns[j].left, columns[j].right = max(columns[j].left, e.left), max(columns[j].right, e.right)
			lines[i].bottom, lines[i].top = max(lines[i].bottom, e.bottom), max(lines[i].top, e.top)
		}
	}
	const padX, padY = 2 * margin, margin / 2
	width := area.Max.X - area.Min.X + padX
	for _, e := range columns {
		width -= e.left + e.right + padX
	}
	height := area.Max.Y - area.Min.Y + padY
	for _, e := range lines {
		height -= e.bottom + e.top + padY
	}
	width, height = width/vg.Length(len(columns)), height/vg.Length(len(lines))

	y := area.Max.Y
	for _, line := range lines {
		y -= line.top
		x := area.Min.X
		var row []draw.Canvas
		for _, column := range columns {
			x += column.left
			place := area
			place.Min, place.Max = vg.Point{X: x, Y: y - height}, vg.Point{X: x + width, Y: y}
			row = append(row, place)
			x += width + column.right + padX
		}
		places = append(places, row)
		y -= height + line.bottom + padY
	}
	return places, columns[0].left
}

// frame draws the title above c, and the axes below it and at its left. The name of the
// vertical axis stands away from c by that distance.
func (k content) frame(c draw.Canvas, away vg.Length) {
	name := k.pen.text(labelSize, ink)
	name.XAlign, name.YAlign = draw.XCenter, draw.YBottom
	sink := name.FontExtents().Descent
	c.FillText(name, vg.Point{X: c.Center().X, Y: c.Max.Y + titleGap + sink}, k.title)
	k.below(c)
	k.beside(c)
	name.YAlign = draw.YTop
	c.FillText(name, vg.Point{X: c.Center().X, Y: c.Min.Y - tickLength - leading(k.pen.text(tickSize, ink))}, k.x.label)
	name.Rotation = math.Pi / 2
	c.FillText(name, vg.Point{X: c.Min.X - away, Y: c.Center().Y}, k.y.label)
}

// below draws the horizontal axis and its numbers.
func (k content) below(c draw.Canvas) {
	number, line := k.pen.text(tickSize, ink), k.line(medium, ink)
	number.XAlign, number.YAlign = draw.XCenter, draw.YTop
	c.StrokeLine2(line, c.Min.X, c.Min.Y, c.Max.X, c.Min.Y)
	for _, t := range k.x.ticks(mostX) {
		x := c.X(k.x.place(t.value))
		c.StrokeLine2(line, x, c.Min.Y-tickLength, x, c.Min.Y)
		c.FillText(number, vg.Point{X: x, Y: c.Min.Y - tickLength}, t.label)
	}
}

// beside draws the vertical axis and its numbers.
func (k content) beside(c draw.Canvas) {
	number, line := k.pen.text(tickSize, ink), k.line(medium, ink)
	number.XAlign, number.YAlign = draw.XRight, draw.YCenter
	sink := number.FontExtents().Descent // the middle of a line is not that of its letters
	c.StrokeLine2(line, c.Min.X, c.Min.Y, c.Min.X, c.Max.Y)
	for _, t := range k.y.ticks(mostY) {
		y := c.Y(k.y.place(t.value))
		c.StrokeLine2(line, c.Min.X-tickLength, y, c.Min.X, y)
		c.FillText(number, vg.Point{X: c.Min.X - tickLength - tickGap, Y: y + sink}, t.label)
	}
}
