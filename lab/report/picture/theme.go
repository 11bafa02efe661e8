package picture

import (
	"image/color"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A theme is the colours of a file. Those of the transports are from the palette of
// Okabe and Ito, which colour-blind people can tell apart, in lighter variants on a
// dark ground.
type theme struct {
	ground color.RGBA
	roles  [green + 1]color.RGBA
}

// The themes.
var (
	light = theme{
		ground: rgb(0xFFFFFF),
		roles:  [...]color.RGBA{ink: rgb(0x1A1A1A), faint: rgb(0xD0D0D0), blue: rgb(0x0072B2), orange: rgb(0xD55E00), green: rgb(0x009E73)},
	}
	dark = theme{
		ground: rgb(0x14171C),
		roles:  [...]color.RGBA{ink: rgb(0xF0F0F0), faint: rgb(0x444A54), blue: rgb(0x56B4E9), orange: rgb(0xE69F00), green: rgb(0x2FC79B)},
	}
)

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// Sizes of letters and lines that can be read at the far end of a room.
const (
	titleSize   vg.Length = 24
	saysSize    vg.Length = 17
	labelSize   vg.Length = 15
	tickSize    vg.Length = 14
	captionSize vg.Length = 12

	thick   vg.Length = 3
	medium  vg.Length = 1.6
	hair    vg.Length = 0.8
	largely vg.Length = 4.8 // radius of a mark
	smally  vg.Length = 3
)

// A pen draws in the colours of a theme. Its font is part of the program.
type pen struct {
	theme
	letters text.Handler
}

func newPen(t theme) pen {
	face, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return pen{t, text.Plain{Fonts: font.NewCache(font.Collection{{Font: typeface, Face: face}})}}
}

// typeface is Liberation Sans, which has the widths of Arial.
var typeface = font.Font{Typeface: "Liberation", Variant: "Sans"}

// text is the style of letters.
func (p pen) text(size vg.Length, colour role) text.Style {
	return text.Style{
		Color:   p.roles[colour],
		Font:    font.From(typeface, size),
		Handler: p.letters,
	}
}

// line is the style of a line.
func (p pen) line(width vg.Length, colour role, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: p.roles[colour], Width: width, Dashes: dashes}
}

// mark adds a shape around a place to a path.
func mark(path *vg.Path, s shape, at vg.Point, r vg.Length) {
	switch s {
	case disc, speck:
		path.Move(vg.Point{X: at.X + r, Y: at.Y})
		path.Arc(at, r, 0, 6.283185307179586)
		path.Close()
	case triangle:
		path.Move(vg.Point{X: at.X, Y: at.Y + 1.2*r})
		path.Line(vg.Point{X: at.X - 1.1*r, Y: at.Y - 0.8*r})
		path.Line(vg.Point{X: at.X + 1.1*r, Y: at.Y - 0.8*r})
		path.Close()
	case square:
		path.Move(vg.Point{X: at.X - 0.9*r, Y: at.Y - 0.9*r})
		path.Line(vg.Point{X: at.X + 0.9*r, Y: at.Y - 0.9*r})
		path.Line(vg.Point{X: at.X + 0.9*r, Y: at.Y + 0.9*r})
		path.Line(vg.Point{X: at.X - 0.9*r, Y: at.Y + 0.9*r})
		path.Close()
	case diamond:
		path.Move(vg.Point{X: at.X, Y: at.Y + 1.25*r})
		path.Line(vg.Point{X: at.X - 1.1*r, Y: at.Y})
		path.Line(vg.Point{X: at.X, Y: at.Y - 1.25*r})
		path.Line(vg.Point{X: at.X + 1.1*r, Y: at.Y})
		path.Close()
	case cross:
		path.Move(vg.Point{X: at.X - r, Y: at.Y - r})
		path.Line(vg.Point{X: at.X + r, Y: at.Y + r})
		path.Move(vg.Point{X: at.X - r, Y: at.Y + r})
		path.Line(vg.Point{X: at.X + r, Y: at.Y - r})
	}
}

// marks draws a shape at each place.
func (p pen) marks(c draw.Canvas, s style, large bool, places []vg.Point) {
	if len(places) == 0 {
		return
	}
	r, width := smally, medium
	if large {
		r, width = largely, thick*0.8
	}
	if s.shape == speck {
		r *= 0.45
	}
	var path vg.Path
	for _, at := range places {
		mark(&path, s.shape, at, r)
	}
	if s.shape == cross {
		c.SetLineStyle(p.line(width, s.colour))
		c.Stroke(path)
		return
	}
	c.SetColor(p.roles[s.colour])
	c.Fill(path)
}
