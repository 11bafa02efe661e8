package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"testing"

	"stones/lab"
)

// exif is a segment with an orientation, and another entry before it.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	b := order.AppendUint16([]byte("Exif\x00\x00"+mark), 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = append(b, make([]byte, 12)...) // an entry of zeros
	for _, v := range []uint16{0x0112, 3} {
		b = order.AppendUint16(b, v)
	}
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(b)+2)), b...)
}

// quarters is a JPEG with a colour in each quarter, and with segments in front.
func quarters(t *testing.T, width, height int, segments ...byte) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, c := range []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {A: 255}} {
		at := image.Pt(i%2*width/2, i/2*height/2)
		draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(width/2, height/2))}, &image.Uniform{c}, image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return string(b.Bytes()[:2]) + string(segments) + string(b.Bytes()[2:])
}

// corners are the colours in the corners, row by row: red, green, blue or black.
func corners(f lab.File) string {
	text := ""
	for _, y := range []int{1, f.Height - 2} {
		for _, x := range []int{1, f.Width - 2} {
			at := 3 * (y*f.Width + x)
			letter := byte('k')
			for i, name := range "rgb" {
				if f.Content[at+i] > 128 {
					letter = byte(name)
				}
			}
			text += string(letter)
		}
	}
	return text
}

// A photograph is turned upright from all eight orientations, large or small.
func TestOrientation(t *testing.T) {
	want := []string{1: "rgbk", "grkb", "kbgr", "bkrg", "rbgk", "brkg", "kgbr", "gkrb"}
	for o := 1; o <= 8; o++ {
		for _, size := range []image.Point{{64, 32}, {1280, 960}} {
			if size.X > 64 && o != 3 && o != 6 {
				continue // takes long
			}
			for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
				f, err := Decode(lab.NewFile("p", quarters(t, size.X, size.Y, exif(order, uint16(o))...)))
				if err != nil {
					t.Fatal(err)
				}
				seen := image.Pt(64, 32)
				if size.X > 64 {
					seen = image.Pt(640, 480)
				}
				if o >= 5 {
					seen = image.Pt(seen.Y, seen.X)
					if size.X > 64 {
						seen = image.Pt(360, 480)
					}
				}
				if got := corners(f); got != want[o] || f.Width != seen.X || f.Height != seen.Y {
					t.Errorf("%v, orientation %d of %v: corners %s, %d x %d; want %s, %v", order, o, size, got, f.Width, f.Height, want[o], seen)
				}
			}
		}
	}
}

// Without an orientation that can be read, a picture stays as it is.
func TestNoOrientation(t *testing.T) {
	whole := exif(binary.LittleEndian, 6)
	for name, segments := range map[string][]byte{
		"none":      nil,
		"zero":      exif(binary.LittleEndian, 0),
		"nine":      exif(binary.BigEndian, 9),
		"XMP":       []byte("\xff\xe1\x00\x0ahttp://n"),
		"no TIFF":   []byte("\xff\xe1\x00\x10Exif\x00\x00abcdefgh"),
		"far away":  bytes.Replace(whole, []byte{8, 0, 0, 0}, []byte{0xff, 0xff, 0xff, 0xff}, 1),
		"no header": []byte("\xff\xe1\x00\x08Exif\x00\x00"),
	} {
		if got := corners(must(Decode(lab.NewFile("p", quarters(t, 64, 32, segments...))))); got != "rgbk" {
			t.Errorf("%s: corners %s", name, got)
		}
	}
	t.Log("# cut anywhere, it is not read beyond its end")
	content := quarters(t, 64, 32, whole...)
	for n := range len(whole) + 30 {
		if o := orientation(content[:n]); o != 1 && o != 6 {
			t.Errorf("cut after %d: %d", n, o)
		}
	}
	for length := range 3 {
		if o := orientation("\xff\xd8\xff\xe0\x00" + string(rune(length)) + content[:20]); o != 1 {
			t.Errorf("in a segment of %d bytes: %d", length, o)
		}
	}
	for n := range whole {
		mad := []byte(content)
		mad[2+n] ^= 0xff
		if o := orientation(string(mad)); o < 1 || o > 8 {
			t.Errorf("with byte %d turned: %d", n, o)
		}
	}
}

// must returns a picture that must have been decoded.
func must(f lab.File, err error) lab.File {
	if err != nil {
		panic(err)
	}
	return f
}
