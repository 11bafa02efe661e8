package lab

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Each pixel is in one stone, at its place.
func TestTiles(t *testing.T) {
	for _, size := range []int{35, 36, 38, 44, 100, 200, 332, 1000, 60000} {
		for _, wide := range []int{1, 7, 16} {
			const high = 5
			pixels := make([]byte, 3*wide*high)
			for i := range pixels {
				pixels[i] = byte(i + 1)
			}
			f := NewPicture("p", wide, high, string(pixels))
			c := f.Catch(size)
			seen := 0
			for n := range uint64(f.Stones(size)) {
				part := f.Part(n+1, size)
				tile := f.Tile(n+1, size)
				if tile.Empty() || len(part) != size-32 || strings.TrimRight(part[3*tile.Dx()*tile.Dy():], "\x00") != "" {
					t.Fatalf("size %d, stone %d: tile %v, %d bytes", size, n+1, tile, len(part))
				}
				for y := tile.Min.Y; y < tile.Max.Y; y++ {
					for x := tile.Min.X; x < tile.Max.X; x++ {
						at := 3 * ((y-tile.Min.Y)*tile.Dx() + x - tile.Min.X)
						if want := byte(3*(y*wide+x) + 1); part[at] != want {
							t.Fatalf("size %d, stone %d: pixel %d %d is %d; want %d", size, n+1, x, y, part[at], want)
						}
						seen++
					}
				}
				if !c.Add(n+1, part) {
					t.Errorf("stone %d was not taken", n+1)
				}
			}
			got := c.Caught()
			if seen != wide*high || !got.Equal || got.Bytes != len(pixels) || !bytes.Equal(c.content, pixels) {
				t.Errorf("size %d, %d wide: %d pixels in the stones, %+v", size, wide, seen, got)
			}
		}
	}
}

// A lost tile is a hole of its pixels alone.
func TestLostTile(t *testing.T) {
	f := NewPicture("p", 4, 4, strings.Repeat("x", 48))
	f.Keep = true
	c := f.Catch(32 + 12) // 2 x 2 pixels
	for _, n := range []uint64{1, 3, 4} {
		c.Add(n, f.Part(n, 44))
	}
	const full, half = "xxxxxxxxxxxx", "xxxxxx\x00\x00\x00\x00\x00\x00"
	if got := c.Caught(); string(got.Content) != half+half+full+full || got.Bytes != 36 || got.Holes != 1 || got.Equal {
		t.Errorf("%+v, %q", got, got.Content)
	}
}

func TestValidatePicture(t *testing.T) {
	for _, tt := range []struct {
		width, height, bytes, size int
		want                       string
	}{
		{4, 4, 48, 44, "<nil>"},
		{4, 4, 47, 44, `file "p": a picture of 4 x 4 pixels has 48 bytes, not 47`},
		{641, 1, 1923, 44, `file "p": a picture of 641 x 1 pixels; allowed up to 640 x 480`},
		{0, 4, 48, 44, `file "p": a picture of 0 x 4 pixels; allowed up to 640 x 480`},
		{4, 4, 48, 34, `size "34": a stone of 34 bytes has a header of 32, and no room for a file; allowed from 35`},
	} {
		e := Experiment{File: File{Name: "p", Bytes: tt.bytes, Width: tt.width, Height: tt.height}, Flows: []Flow{{Name: TCP, Transport: TCP}}}
		e.Flows[0].Plan.Size, e.Flows[0].Plan.Count = tt.size, e.File.Stones(tt.size)
		if got := fmt.Sprint(e.validateFile()); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%d x %d in %d bytes: %s; want %s", tt.width, tt.height, tt.bytes, got, tt.want)
		}
	}
}
