package lab

import (
	"fmt"
	"image"
	"iter"

	"stones/lab/quantity"
	"stones/lab/stone"
)

// MaxWidth and MaxHeight are the largest picture that is thrown. Larger ones are made
// smaller before.
const (
	MaxWidth  = 640
	MaxHeight = 480

	pixelLen = 3 // bytes
)

// IsPicture reports whether the stones carry tiles of a picture.
func (f File) IsPicture() bool { return f.Width > 0 }

// NewPicture is a picture of so many pixels, of three bytes each, line by line.
func NewPicture(name string, width, height int, pixels string) File {
	f := NewFile(name, pixels)
	f.Width, f.Height = width, height
	return f
}

// tileSize is how large a tile is that a stone of a size carries: nearly a square.
func tileSize(size int) (width, height int) {
	pixels := (size - stone.HeaderLen) / pixelLen
	if pixels < 1 {
		return 0, 0
	}
	for (height+1)*(height+1) <= pixels {
		height++
	}
	return pixels / height, height
}

// tiles is how many tiles there are across and down.
func (f File) tiles(size int) (across, down int) {
	width, height := tileSize(size)
	if width == 0 {
		return 0, 0
	}
	return (f.Width + width - 1) / width, (f.Height + height - 1) / height
}

// Tile is the part of the picture that stone n of a size carries.
func (f File) Tile(n uint64, size int) image.Rectangle {
	across, _ := f.tiles(size)
	width, height := tileSize(size)
	if n < 1 || across == 0 {
		return image.Rectangle{}
	}
	x, y := int(n-1)%across*width, int(n-1)/across*height
	return image.Rect(x, y, x+width, y+height).Intersect(image.Rect(0, 0, f.Width, f.Height))
}

// lines are where in the picture the lines of a tile stand.
func (f File) lines(tile image.Rectangle) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			from := (y*f.Width + tile.Min.X) * pixelLen
			if !yield(from, from+tile.Dx()*pixelLen) {
				return
			}
		}
	}
}

// least is how many bytes a stone has to carry at the least.
func (f File) least() int {
	if f.IsPicture() {
		return pixelLen
	}
	return 1
}

// validatePicture checks whether the file can be the picture that it is said to be.
func (f File) validatePicture() error {
	switch {
	case f.Width == 0 && f.Height == 0:
		return nil
	case f.Width < 1 || f.Width > MaxWidth || f.Height < 1 || f.Height > MaxHeight:
		return quantity.Invalid("file", f.Name, fmt.Sprintf("a picture of %d x %d pixels; allowed up to %d x %d", f.Width, f.Height, MaxWidth, MaxHeight))
	case f.Bytes != pixelLen*f.Width*f.Height:
		return quantity.Invalid("file", f.Name, fmt.Sprintf("a picture of %d x %d pixels has %d bytes, not %d", f.Width, f.Height, pixelLen*f.Width*f.Height, f.Bytes))
	}
	return nil
}
