package picture

import (
	"bytes"
	"html"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"stones/lab/prose"
)

// The size of a file in points, and its pixels an inch if it has pixels.
const (
	sheetWidth  vg.Length = 960
	sheetHeight vg.Length = 540
	margin      vg.Length = 18
	resolution            = 144
)

// A sheet is a picture with its title, caption and sentence, as it stands in a file.
type sheet struct {
	theme   theme
	caption []string
	body    body
}

// A body is the picture on a sheet.
type body interface {
	heading() (title, says string)
	draw(pen, draw.Canvas)
}

// writeSVG writes the sheet as a drawing.
func (s sheet) writeSVG(w io.Writer) error {
	canvas := vgsvg.New(sheetWidth, sheetHeight)
	s.draw(draw.New(canvas))
	var drawn bytes.Buffer
	if _, err := canvas.WriteTo(&drawn); err != nil {
		return err
	}
	// The font is named, not embedded, which would take half a megabyte. These
	// are as wide, letter by letter.
	named := strings.ReplaceAll(drawn.String(), "font-family:Liberation Sans;", "font-family:'Liberation Sans',Arimo,Arial,Helvetica,sans-serif;")
	named = strings.ReplaceAll(named, "data:image/jpg;base64,iVBOR", "data:image/png;base64,iVBOR") // which is what they are
	_, err := io.WriteString(w, s.described(named))
	return err
}

// described adds the title and a description for screen readers to a drawing.
func (s sheet) described(svg string) string {
	title, says := s.body.heading()
	at := strings.Index(svg, "<svg")
	at += strings.Index(svg[at:], ">") + 1
	description := strings.Join(append(slices.Clone(s.caption), says), "\n")
	return svg[:at] + "\n<title>" + html.EscapeString(title) + "</title>\n<desc>" + html.EscapeString(description) + "</desc>" + svg[at:]
}

// writePNG writes the sheet as an image.
func (s sheet) writePNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(sheetWidth, sheetHeight), vgimg.UseDPI(resolution), vgimg.UseBackgroundColor(s.theme.ground))
	s.draw(draw.New(canvas))
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}

// draw draws the title and the caption above the body, and the sentence below it.
func (s sheet) draw(c draw.Canvas) {
	p := newPen(s.theme)
	c.SetColor(s.theme.ground)
	c.Fill(c.Path())
	c = draw.Crop(c, margin, -margin, margin*0.7, -margin*0.7)
	title, says := s.body.heading()
	c = p.above(c, p.text(titleSize, ink), []string{title})
	var caption []string
	style := p.text(captionSize, ink)
	for _, line := range s.caption {
		caption = append(caption, wrap(line, style, c.Max.X-c.Min.X)...)
	}
	c = p.above(c, style, caption)
	style = p.text(saysSize, ink)
	c = p.below(c, style, wrap(says, style, c.Max.X-c.Min.X))
	s.body.draw(p, c)
}

// leading is the distance between lines of text.
func leading(style text.Style) vg.Length { return style.Font.Size * 1.25 }

// above writes lines at the top of c, and returns the rest of c.
func (p pen) above(c draw.Canvas, style text.Style, lines []string) draw.Canvas {
	style.YAlign = draw.YTop
	for _, line := range lines {
		c.FillText(style, vg.Point{X: c.Min.X, Y: c.Max.Y}, line)
		c.Max.Y -= leading(style)
	}
	return c
}

// below writes lines at the bottom of c, and returns the rest of c.
func (p pen) below(c draw.Canvas, style text.Style, lines []string) draw.Canvas {
	bottom := c
	bottom.Max.Y = c.Min.Y + vg.Length(len(lines))*leading(style)
	p.above(bottom, style, lines)
	c.Min.Y = bottom.Max.Y + leading(style)/4
	return c
}

// wrap breaks a text at blanks so that no line is wider than most.
func wrap(line string, style text.Style, most vg.Length) []string {
	return prose.Lines(line, func(line string) bool { return style.Width(line) <= most })
}
