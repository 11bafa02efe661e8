// Package photo prepares a picture to be thrown, tile by tile, and draws what arrived
// of it.
package photo

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"strings"

	"golang.org/x/image/draw"

	"stones/lab"
)

// maxPixels is how many pixels a picture may have before it is scaled down.
const maxPixels = 20_000_000

// Grey fills the tiles that did not arrive.
var Grey = color.RGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xFF}

// Decode decodes the picture in f, turns it for viewing and scales it down to at most
// [lab.MaxWidth] by [lab.MaxHeight] pixels. Transparent parts become white. It reads
// nothing but the header before it knows that the picture is not too large.
func Decode(f lab.File) (lab.File, error) {
	header, _, err := image.DecodeConfig(strings.NewReader(f.Content))
	if err != nil {
		return lab.File{}, errors.New("not a picture; allowed PNG, JPEG, GIF")
	}
	if header.Width < 1 || header.Height < 1 || header.Width > maxPixels/header.Height {
		return lab.File{}, fmt.Errorf("a picture of %d x %d pixels; allowed up to %d million of them", header.Width, header.Height, maxPixels/1_000_000)
	}
	img, _, err := image.Decode(strings.NewReader(f.Content))
	if err != nil {
		return lab.File{}, errors.New("a damaged picture: it cannot be decoded")
	}
	way := orientation(f.Content)
	to := image.NewRGBA(fit(img.Bounds().Size(), lies(way)))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	if to.Bounds().Size() == img.Bounds().Size() {
		draw.Draw(to, to.Bounds(), img, img.Bounds().Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(to, to.Bounds(), img, img.Bounds(), draw.Over, nil)
	}
	return file(f.Name, turned(to, way)), nil
}

// fit returns the size to which a picture is scaled. One that lies on its side is
// turned afterwards.
func fit(size image.Point, lies bool) image.Rectangle {
	width, height := size.X, size.Y
	mostWidth, mostHeight := lab.MaxWidth, lab.MaxHeight
	if lies {
		mostWidth, mostHeight = mostHeight, mostWidth
	}
	if width > mostWidth {
		width, height = mostWidth, height*mostWidth/width
	}
	if height > mostHeight {
		width, height = width*mostHeight/height, mostHeight
	}
	return image.Rect(0, 0, max(width, 1), max(height, 1))
}

// file returns the picture with its pixels as they are thrown: 3 bytes each, red, green
// and blue.
func file(name string, img *image.RGBA) lab.File {
	var pixels strings.Builder
	for i := 0; i < len(img.Pix); i += 4 {
		pixels.Write(img.Pix[i : i+3])
	}
	return lab.NewPicture(name, img.Rect.Dx(), img.Rect.Dy(), pixels.String())
}

// Came draws what arrived of a picture that was thrown in stones of size bytes: the
// tiles of the stones n, from 1, of which came(n) is true, and grey in place of the
// others.
func Came(f lab.File, size int, came func(n uint64) bool) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	for n := range uint64(f.Stones(size)) {
		tile := f.Tile(n+1, size)
		if !came(n + 1) {
			draw.Draw(img, tile, &image.Uniform{Grey}, image.Point{}, draw.Src)
			continue
		}
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			for x := tile.Min.X; x < tile.Max.X; x++ {
				at := 3 * (y*f.Width + x)
				img.SetRGBA(x, y, color.RGBA{f.Content[at], f.Content[at+1], f.Content[at+2], 0xFF})
			}
		}
	}
	return img
}
