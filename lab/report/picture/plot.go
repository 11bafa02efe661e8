package picture

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (c chart) heading() (title, says string) { return c.title, c.says }

// draw draws the legend, and below it the panels in rows and columns.
func (c chart) draw(p pen, area draw.Canvas) {
	area = p.legend(area, c.legend(), c.name)
	places, left := newGrid(p, c.rows, area)
	for i, row := range places {
		for j, place := range row {
			one := content{p, c.rows[i][j]}
			if j > 0 {
				one.y.label = ""
			}
			one.grid(place)
			one.frame(place, left)
			one.plot(place)
		}
	}
}

// legend draws the legend of the looks, and returns the area that is left.
func (p pen) legend(area draw.Canvas, looks []look, name func(look) string) draw.Canvas {
	style := p.text(labelSize, ink)
	style.YAlign = draw.YCenter
	sink := style.FontExtents().Descent // the middle of a line is not that of its letters
	x, y := area.Min.X, area.Max.Y-leading(style)*0.6
	for _, l := range looks {
		const sample = 34
		s := styles[l]
		if x > area.Min.X && x+sample+6+style.Width(name(l)) > area.Max.X {
			x, y = area.Min.X, y-leading(style)
			area.Max.Y -= leading(style)
		}
		middle := vg.Point{X: x + sample/2, Y: y}
		if s.drawing == marks {
			p.marks(area, s, true, []vg.Point{middle})
		} else {
			area.StrokeLine2(p.stroke(s), x, y, x+sample, y)
		}
		area.FillText(style, vg.Point{X: x + sample + 6, Y: y + sink}, name(l))
		x += sample + 6 + style.Width(name(l)) + 1.5*margin
	}
	area.Max.Y -= leading(style) * 1.4
	return area
}

// stroke is the line style of a look.
func (p pen) stroke(s style) draw.LineStyle {
	switch s.drawing {
	case pairs:
		return p.pair(s)
	case dashes:
		return p.line(thick*0.75, s.colour, 9, 5)
	case dots:
		return p.line(medium, s.colour, 2, 4)
	case marks, curve, steps:
	}
	return p.line(thick, s.colour)
}

// pair is the line style of a line between two points.
func (p pen) pair(s style) draw.LineStyle {
	switch s.line {
	case dottedLine:
		return p.line(thick*0.75, s.colour, 2, 3)
	case dashedLine:
		return p.line(thick*0.75, s.colour, 7, 3)
	case boldLine:
		return p.line(thick, s.colour)
	case plainLine:
	}
	return p.line(hair, s.colour)
}

// A content is a panel, and the pen that draws it.
type content struct {
	pen
	panel
}

// grid draws a thin line at each tick.
func (k content) grid(c draw.Canvas) {
	line := k.line(hair, faint)
	for _, t := range k.x.ticks(mostX) {
		x := c.X(k.x.place(t.value))
		c.StrokeLine2(line, x, c.Min.Y, x, c.Max.Y)
	}
	for _, t := range k.y.ticks(mostY) {
		y := c.Y(k.y.place(t.value))
		c.StrokeLine2(line, c.Min.X, y, c.Max.X, y)
	}
}

// plot draws the series.
func (k content) plot(c draw.Canvas) {
	at := func(q point) vg.Point { return vg.Point{X: c.X(k.x.place(q.x)), Y: c.Y(k.y.place(q.y))} }
	if k.empty != "" {
		k.nothing(c, k.empty)
	}
	for _, s := range k.series {
		k.one(c, s, at)
	}
}

// nothing writes into the middle why there is nothing to see.
func (p pen) nothing(area draw.Canvas, why string) {
	style := p.text(labelSize, ink)
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	area.FillText(style, area.Center(), why)
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

// corners inserts a corner between every two places.
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
