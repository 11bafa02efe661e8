package picture

import (
	"image"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"stones/lab"
	"stones/lab/photo"
)

// mostRows is the largest number of flows in a picture of a photo.
const mostRows = 3

// A gallery is a picture that was thrown, and what had arrived of it over each flow by
// some times.
type gallery struct {
	thrown shot
	rows   [][]shot
	says   string
	empty  string // why there is nothing
}

// A shot is the picture at one time.
type shot struct {
	label string
	image *image.RGBA
	grey  []image.Rectangle // the tiles that are missing
}

// newGallery shows the picture at three times on the way, which are the same for all
// flows, and at the end.
func newGallery(r lab.Result) gallery {
	f := r.Experiment.File
	if known, ok := photo.Known(f); ok {
		f = known
	}
	switch {
	case !f.IsPicture():
		return gallery{empty: noPicture}
	case len(f.Content) != f.Bytes:
		return gallery{empty: noPixels}
	}
	var g gallery
	var last float64 // when the last stone came, over any flow
	for _, x := range r.Flows[:min(len(r.Flows), mostRows)] {
		for _, s := range stonesOf(&x) {
			last = max(last, s.came)
		}
	}
	all := func(uint64) bool { return true }
	for _, x := range r.Flows[:min(len(r.Flows), mostRows)] {
		plan := r.Experiment.Plan(x.Name)
		if plan == nil || len(x.Stones) == 0 {
			return gallery{empty: noStones}
		}
		if g.thrown.image == nil {
			g.thrown = newShot(f, plan.Size, thrownLabel, all)
		}
		var row []shot
		for _, part := range []float64{0.25, 0.5, 0.75, 1} {
			label := untilLabel(x.Name, part*last)
			if part == 1 {
				label = endLabel(x.Name)
			}
			row = append(row, newShot(f, plan.Size, label, until(&x, part*last)))
		}
		g.rows = append(g.rows, row)
		g.says += gallerySays(&x, f.Stones(plan.Size)) + " "
	}
	if len(g.rows) == 0 {
		return gallery{empty: noStones}
	}
	g.says += greySays
	return g
}

// until returns whether stone n had come by a time.
func until(x *lab.Outcome, ms float64) func(n uint64) bool {
	came := make(map[uint64]bool)
	for _, s := range stonesOf(x) {
		if !s.lost && s.came <= ms {
			came[uint64(s.number)] = true
		}
	}
	return func(n uint64) bool { return came[n] }
}

// newShot makes the picture with the tiles of which came is true.
func newShot(f lab.File, size int, label string, came func(n uint64) bool) shot {
	s := shot{label: label, image: photo.Came(f, size, came)}
	for n := range uint64(f.Stones(size)) {
		if !came(n + 1) {
			s.grey = append(s.grey, f.Tile(n+1, size))
		}
	}
	return s
}

func (g gallery) heading() (title, says string) { return photoTitle, g.says }

// draw draws what was thrown at the left, and a row of shots for each flow.
func (g gallery) draw(p pen, area draw.Canvas) {
	if g.empty != "" {
		p.nothing(area, g.empty)
		return
	}
	const gap = 10
	columns, rows := vg.Length(1+len(g.rows[0])), vg.Length(len(g.rows))
	width, height := (area.Max.X-area.Min.X)/columns, (area.Max.Y-area.Min.Y)/rows
	place := func(column, row int) draw.Canvas {
		c := area
		c.Min.X += vg.Length(column) * width
		c.Max.X = c.Min.X + width - gap
		c.Max.Y -= vg.Length(row) * height
		c.Min.Y = c.Max.Y - height + gap
		return c
	}
	p.shot(place(0, 0), g.thrown)
	for i, row := range g.rows {
		for j, s := range row {
			p.shot(place(j+1, i), s)
		}
	}
}

// shot draws a shot below its label, as large as there is room.
func (p pen) shot(c draw.Canvas, s shot) {
	c.Max.Y -= 4
	c = p.above(c, p.text(tickSize, ink), []string{s.label})
	size := s.image.Rect.Size()
	scale := min((c.Max.X-c.Min.X)/vg.Length(size.X), (c.Max.Y-c.Min.Y)/vg.Length(size.Y))
	place := vg.Rectangle{
		Min: vg.Point{X: c.Min.X, Y: c.Max.Y - scale*vg.Length(size.Y)},
		Max: vg.Point{X: c.Min.X + scale*vg.Length(size.X), Y: c.Max.Y},
	}
	c.DrawImage(place, enlarged(s.image))
}

// enlarged returns an image in which each pixel is a square, so large that its edges
// stay sharp in a file.
func enlarged(img *image.RGBA) image.Image {
	const enough = 480
	by := max(1, enough/img.Rect.Dx())
	large := image.NewRGBA(image.Rect(0, 0, by*img.Rect.Dx(), by*img.Rect.Dy()))
	for y := range large.Rect.Dy() {
		for x := range large.Rect.Dx() {
			large.SetRGBA(x, y, img.RGBAAt(x/by, y/by))
		}
	}
	return large
}

// text formats the shots for a terminal.
func (g gallery) text() []string {
	lines := []string{photoTitle}
	if g.empty != "" {
		return append(lines, wrapText(g.empty)...)
	}
	lines[0] += legendOfPhoto
	for _, row := range append([][]shot{{g.thrown}}, g.rows...) {
		lines = append(lines, shotsText(row)...)
	}
	return append(lines, wrapText(g.says)...)
}

// The size of a shot in a terminal, whose letters are about twice as high as wide.
const (
	shotWidth = 18
	shotGap   = 2
	shotLeast = 3
	shotMost  = 9

	shades  = " .:-=+*#%@" // from dark to light
	missing = '/'
)

// shotsText formats shots side by side.
func shotsText(row []shot) []string {
	size := row[0].image.Rect.Size()
	high := min(max(shotWidth*size.Y/size.X/2, shotLeast), shotMost)
	lines := make([]string, 1+high)
	for i, s := range row {
		at := i * (shotWidth + shotGap)
		lines[0] = pad(lines[0], at) + s.label
		for j, line := range s.letters(shotWidth, high) {
			lines[j+1] = pad(lines[j+1], at) + string(line)
		}
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// letters draws the shot in so many letters, each as light as its part on average. A
// letter is marked as missing if half of its part is, or if it holds the middle of a
// missing tile.
func (s shot) letters(wide, high int) [][]byte {
	size := s.image.Rect.Size()
	cell := func(x, y int) int { return y*high/size.Y*wide + x*wide/size.X }
	type part struct{ light, pixels, missing int }
	parts := make([]part, wide*high)
	for y := range size.Y {
		for x := range size.X {
			p := &parts[cell(x, y)]
			p.light += lightness(s.image.RGBAAt(x, y))
			p.pixels++
		}
	}
	for _, tile := range s.grey {
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			for x := tile.Min.X; x < tile.Max.X; x++ {
				parts[cell(x, y)].missing++
			}
		}
		middle := tile.Min.Add(tile.Size().Div(2))
		parts[cell(middle.X, middle.Y)].missing += size.X * size.Y
	}
	letters := make([]byte, len(parts))
	for i, p := range parts {
		letters[i] = shades[p.light/max(1, p.pixels)*len(shades)/256]
		if 2*p.missing >= p.pixels {
			letters[i] = missing
		}
	}
	return slices.Collect(slices.Chunk(letters, wide))
}

// lightness is the luma of a colour, up to 255 (ITU-R BT.601).
func lightness(c color.RGBA) int {
	return (299*int(c.R) + 587*int(c.G) + 114*int(c.B)) / 1000
}
