package photo

import (
	"image"
	"image/color"
	"math/rand/v2"

	"stones/lab"
)

// Pebbles is the name of the picture that the program draws.
const Pebbles = "pebbles"

// Its size in pixels.
const (
	pebblesWidth  = 160
	pebblesHeight = 120
)

// Known returns the program's own picture, and whether f is that picture. A document
// describes a file without its content.
func Known(f lab.File) (lab.File, bool) {
	if f.Name != Pebbles || !f.IsPicture() {
		return lab.File{}, false
	}
	drawn := DrawPebbles()
	return drawn, drawn.SHA256 == f.SHA256 && drawn.Width == f.Width && drawn.Height == f.Height
}

// A pebble is an ellipse in a colour.
type pebble struct {
	x, y, a, b int // its middle, and half of its width and height
	colour     [3]int
}

// DrawPebbles draws a beach: small pebbles far away, large ones near, and a red one. It
// uses integers only, because computers may round fractions differently.
func DrawPebbles() lab.File {
	img := image.NewRGBA(image.Rect(0, 0, pebblesWidth, pebblesHeight))
	dice := rand.New(rand.NewPCG(7, 11))
	for y := range pebblesHeight {
		for x := range pebblesWidth {
			grain := dice.IntN(16)
			img.SetRGBA(x, y, color.RGBA{uint8(66 + grain), uint8(58 + grain), uint8(48 + grain), 0xFF})
		}
	}
	// None of them is grey: grey marks what is missing.
	colours := [][3]int{{214, 190, 150}, {184, 140, 96}, {84, 112, 150}, {150, 104, 78}, {64, 74, 96}, {236, 216, 178}, {122, 132, 96}}
	for y := 4; y < pebblesHeight+20; {
		a := 5 + y/8
		for x := dice.IntN(a); x < pebblesWidth+a; x += 2*a - 1 {
			p := pebble{x, y + dice.IntN(a), a - dice.IntN(1+a/3), a*3/4 - dice.IntN(1+a/4), colours[dice.IntN(len(colours))]}
			p.draw(img)
		}
		y += a
	}
	pebble{92, 66, 15, 11, [3]int{204, 48, 40}}.draw(img)
	return file(Pebbles, img)
}

// draw draws the pebble, lit from above and from the left.
func (p pebble) draw(img *image.RGBA) {
	for y := p.y - p.b; y <= p.y+p.b; y++ {
		for x := p.x - p.a; x <= p.x+p.a; x++ {
			dx, dy := x-p.x, y-p.y
			out := 1000 * (dx*dx*p.b*p.b + dy*dy*p.a*p.a) / (p.a * p.a * p.b * p.b) // 1000 at the edge
			if out > 1000 || !(image.Point{X: x, Y: y}).In(img.Rect) {
				continue
			}
			light := 100 - 18*dx/p.a - 30*dy/p.b - out*out/25_000 // in per cent
			var c [3]uint8
			for i, v := range p.colour {
				c[i] = uint8(min(max(v*light/100, 0), 255))
			}
			img.SetRGBA(x, y, color.RGBA{c[0], c[1], c[2], 0xFF})
		}
	}
}
