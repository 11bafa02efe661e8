package photo

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"stones/lab"
)

// The picture is the same on every computer.
func TestPebbles(t *testing.T) {
	const want = "1bb5582dd3908278e945782d32ee3f95962fea8e84d1b73c32e7a1f93ebbcab3"
	f := DrawPebbles()
	if f.SHA256 != want || f.Width != 160 || f.Height != 120 || f.Bytes != 57600 {
		t.Errorf("pebbles are %d x %d, %s; want 160 x 120, %s", f.Width, f.Height, f.SHA256, want)
	}
	if known, ok := Known(lab.File{Name: f.Name, Bytes: f.Bytes, SHA256: f.SHA256, Width: f.Width, Height: f.Height}); !ok || known != f {
		t.Error("it does not know its own picture")
	}
	if _, ok := Known(lab.File{Name: f.Name, Bytes: f.Bytes, SHA256: f.SHA256[1:] + "0", Width: f.Width, Height: f.Height}); ok {
		t.Error("it takes another picture for its own")
	}
	for i := 0; i < len(f.Content); i += 3 {
		if f.Content[i:i+3] == string([]byte{Grey.R, Grey.G, Grey.B}) {
			t.Errorf("pixel %d has the grey of what is missing", i/3)
		}
	}
}

// painted is an image of that size, in two colours.
func painted(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, &image.Uniform{color.RGBA{200, 10, 20, 255}}, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(0, 0, width/2, height), &image.Uniform{color.RGBA{0, 0, 250, 255}}, image.Point{}, draw.Src)
	return img
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		width, height         int
		wantWidth, wantHeight int
	}{
		{16, 12, 16, 12}, {640, 480, 640, 480}, {641, 480, 640, 479}, {1280, 480, 640, 240}, {480, 960, 240, 480}, {3000, 1, 640, 1}, {1, 3000, 1, 480},
	} {
		img := painted(tt.width, tt.height)
		for name, encode := range map[string]func(b *bytes.Buffer) error{
			"png":  func(b *bytes.Buffer) error { return png.Encode(b, img) },
			"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 100}) },
			"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) },
		} {
			var b bytes.Buffer
			if err := encode(&b); err != nil {
				t.Fatal(err)
			}
			f, err := Decode(lab.NewFile("p", b.String()))
			if err != nil || f.Width != tt.wantWidth || f.Height != tt.wantHeight || f.Bytes != 3*f.Width*f.Height {
				t.Errorf("%s of %d x %d: %d x %d in %d bytes, %v", name, tt.width, tt.height, f.Width, f.Height, f.Bytes, err)
				continue
			}
			last := f.Content[len(f.Content)-3:]
			if tt.width > 1 && (last[0] < 180 || last[2] > 60) {
				t.Errorf("%s of %d x %d: the last pixel is % x", name, tt.width, tt.height, last)
			}
		}
	}
}

// Transparent parts become white.
func TestTransparent(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 2, 1))); err != nil {
		t.Fatal(err)
	}
	if f, err := Decode(lab.NewFile("p", b.String())); err != nil || f.Content != "\xff\xff\xff\xff\xff\xff" {
		t.Errorf("% x, %v", f.Content, err)
	}
}

// header is a PNG that claims a size and has no pixels.
func header(width, height uint32) string {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, width)
	b = binary.BigEndian.AppendUint32(b, height)
	b = append(b, 8, 2, 0, 0, 0)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:])))
}

// A picture that is too large is rejected by its header, without decoding it.
func TestDecodeRefuses(t *testing.T) {
	var whole bytes.Buffer
	if err := png.Encode(&whole, painted(100, 100)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ content, want string }{
		{"May I throw stones at you?", "not a picture; allowed PNG, JPEG, GIF"},
		{"<svg/>", "not a picture; allowed PNG, JPEG, GIF"},
		{header(5000, 4001), "a picture of 5000 x 4001 pixels; allowed up to 20 million of them"},
		{header(100_000, 100_000), "a picture of 100000 x 100000 pixels; allowed up to 20 million of them"},
		{header(5000, 4000), "a damaged picture: it cannot be decoded"},
		{whole.String()[:whole.Len()/2], "a damaged picture: it cannot be decoded"},
	} {
		if _, err := Decode(lab.NewFile("p", tt.content)); err == nil || err.Error() != tt.want {
			t.Errorf("%.20q: %v; want %s", tt.content, err, tt.want)
		}
	}
}

// Tiles that arrived are drawn, and the others are grey.
func TestCame(t *testing.T) {
	f := DrawPebbles()
	lost := map[uint64]bool{2: true, 17: true, 192: true}
	const size = 332 // tiles of 10 x 10
	img := Came(f, size, func(n uint64) bool { return !lost[n] })
	for y := range f.Height {
		for x := range f.Width {
			at := 3 * (y*f.Width + x)
			want := color.RGBA{f.Content[at], f.Content[at+1], f.Content[at+2], 255}
			if lost[uint64(y/10*16+x/10+1)] {
				want = Grey
			}
			if got := img.RGBAAt(x, y); got != want {
				t.Fatalf("pixel %d %d is %v; want %v", x, y, got, want)
			}
		}
	}
}
