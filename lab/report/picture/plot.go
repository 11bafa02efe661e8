package picture

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (c chart) heading() (title, says string) { return c.title, c.says }

// draw draws the legend and below it the panels.
func (c chart) draw(p pen, area draw.Canvas) {
	area = p.legend(area, c.legend())
	plots := make([][]*plot.Plot, len(c.rows))
	for i, row := range c.rows {
		for j, one := range row {
			plots[i] = append(plots[i], one.plot(p, j == 0))
		}
	}
	tiles := draw.Tiles{Rows: len(c.rows), Cols: len(c.rows[0]), PadX: 2 * margin, PadY: margin / 2}
	for i, row := range plot.Align(plots, tiles, area) {
		for j, place := range row {
			plots[i][j].Draw(place)
		}
	}
}

// legend writes what the looks mean in a line, and returns what is left.
func (p pen) legend(area draw.Canvas, looks []look) draw.Canvas {
	style := p.text(labelSize, ink)
	style.YAlign = draw.YCenter
	sink := style.FontExtents().Descent // the middle of a line is not that of its letters
	x, y := area.Min.X, area.Max.Y-leading(style)*0.6
	for _, l := range looks {
		const sample = 34
		s := styles[l]
		middle := vg.Point{X: x + sample/2, Y: y}
		if s.drawing == marks {
			p.marks(area, s, true, []vg.Point{middle})
		} else {
			area.StrokeLine2(p.stroke(s), x, y, x+sample, y)
		}
		area.FillText(style, vg.Point{X: x + sample + 6, Y: y + sink}, s.name)
		x += sample + 6 + style.Width(s.name) + 1.5*margin
	}
	area.Max.Y -= leading(style) * 1.4
	return area
}

// stroke is the style of a look's line.
func (p pen) stroke(s style) draw.LineStyle {
	switch s.drawing {
	case pairs:
		return p.line(hair, s.colour)
	case dashes:
		return p.line(thick*0.75, s.colour, 9, 5)
	case dots:
		return p.line(medium, s.colour, 2, 4)
	case marks, curve, steps:
	}
	return p.line(thick, s.colour)
}

// plot makes the axes of a panel, and what stands between them. The name of the
// vertical axis stands beside the first panel of a row only.
func (p panel) plot(k pen, first bool) *plot.Plot {
	drawn := plot.New()
	drawn.BackgroundColor = nil
	drawn.Title.Text = p.title
	drawn.Title.TextStyle = k.text(labelSize, ink)
	drawn.Title.TextStyle.XAlign, drawn.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
	drawn.Title.Padding = 3
	k.axis(&drawn.X, p.x, 7)
	k.axis(&drawn.Y, p.y, 6)
	if !first {
		drawn.Y.Label.Text = ""
	}
	drawn.Add(content{k, p})
	return drawn
}

// axis makes an axis of a plot like a. It goes from 0 to 1 throughout, and the
// numbers stand where they belong.
func (p pen) axis(drawn *plot.Axis, a axis, most int) {
	drawn.Min, drawn.Max = 0, 1
	drawn.Padding = 0
	drawn.LineStyle = p.line(medium, ink)
	drawn.Label.Text = a.label
	drawn.Label.Padding = 2
	xalign, yalign := drawn.Label.TextStyle.XAlign, drawn.Label.TextStyle.YAlign
	drawn.Label.TextStyle = p.text(labelSize, ink)
	drawn.Label.TextStyle.XAlign, drawn.Label.TextStyle.YAlign = xalign, yalign
	xalign, yalign = drawn.Tick.Label.XAlign, drawn.Tick.Label.YAlign
	drawn.Tick.Label = p.text(tickSize, ink)
	drawn.Tick.Label.XAlign, drawn.Tick.Label.YAlign = xalign, yalign
	drawn.Tick.LineStyle = p.line(medium, ink)
	drawn.Tick.Length = 5
	var all plot.ConstantTicks
	for _, t := range a.ticks(most) {
		all = append(all, plot.Tick{Value: a.place(t.value), Label: t.label})
	}
	drawn.Tick.Marker = all
}

// content is what stands between the axes of a panel.
type content struct {
	pen
	panel
}

// Plot draws a grid, and on it the series.
func (k content) Plot(c draw.Canvas, _ *plot.Plot) {
	at := func(q point) vg.Point { return vg.Point{X: c.X(k.x.place(q.x)), Y: c.Y(k.y.place(q.y))} }
	grid := k.line(hair, faint)
	for _, t := range k.x.ticks(7) {
		x := at(point{t.value, k.y.min}).X
		c.StrokeLine2(grid, x, c.Min.Y, x, c.Max.Y)
	}
	for _, t := range k.y.ticks(6) {
		y := at(point{k.x.min, t.value}).Y
		c.StrokeLine2(grid, c.Min.X, y, c.Max.X, y)
	}
	if k.empty != "" {
		style := k.pen.text(labelSize, ink)
		style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
		c.FillText(style, c.Center(), k.empty)
	}
	for _, s := range k.series {
		k.one(c, s, at)
	}
}

// one draws a series.
func (k content) one(c draw.Canvas, s series, at func(point) vg.Point) {
	style := styles[s.look]
	var places []vg.Point
	for _, q := range k.thin(s) {
		if k.x.holds(q.x) && k.y.holds(q.y) {
			places = append(places, at(q))
		}
	}
	switch style.drawing {
	case marks:
		k.marks(c, style, k.close, places)
	case pairs:
		var path vg.Path
		for i := 1; i < len(places); i += 2 {
			path.Move(places[i-1])
			path.Line(places[i])
		}
		c.SetLineStyle(k.stroke(style))
		c.Stroke(path)
	case steps, dashes:
		c.StrokeLines(k.stroke(style), corners(places))
	case curve, dots:
		c.StrokeLines(k.stroke(style), places)
	}
}

// corners puts a corner between each two places.
func corners(places []vg.Point) []vg.Point {
	var path []vg.Point
	for i, at := range places {
		if i > 0 {
			path = append(path, vg.Point{X: at.X, Y: places[i-1].Y})
		}
		path = append(path, at)
	}
	return path
}
