package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"strings"
)

// orientation returns how a JPEG must be turned for viewing: 1 to 8, as in the table of
// EXIF 2.32 section 4.6.4. A camera stores the pixels as its sensor lay, and this
// number beside them. It is 1, upright, for anything without a number that can be read.
func orientation(content string) int {
	const upright = 1
	rest, ok := strings.CutPrefix(content, "\xff\xd8")
	for ok && len(rest) > 4 && rest[0] == 0xff && rest[1] != 0xda { // which begins the image data
		segment := rest[4:max(4, min(2+int(rest[2])<<8+int(rest[3]), len(rest)))]
		if tiff, is := strings.CutPrefix(segment, "Exif\x00\x00"); is && rest[1] == 0xe1 {
			if o := tagged([]byte(tiff)); o >= 1 && o <= 8 {
				return o
			}
			return upright
		}
		rest = rest[4+len(segment):]
	}
	return upright
}

// tagged returns the value of the orientation tag; 0 if there is none.
func tagged(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(tiff) < 8:
		return 0
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II*\x00")):
		return 0
	}
	const (
		tag    = 0x0112
		short  = 3
		length = 12 // of an entry
	)
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at > len(tiff)-2 {
		return 0
	}
	entries := int(order.Uint16(tiff[at:]))
	for e := tiff[at+2:]; entries > 0 && len(e) >= length; entries, e = entries-1, e[length:] {
		if order.Uint16(e) == tag && order.Uint16(e[2:]) == short {
			return int(order.Uint16(e[8:]))
		}
	}
	return 0
}

// lies reports whether a picture of that orientation lies on its side.
func lies(orientation int) bool { return orientation >= 5 }

// turned is the picture turned for viewing.
func turned(from *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return from
	}
	last := from.Rect.Max.Sub(image.Pt(1, 1))
	size := from.Rect.Size()
	if lies(orientation) {
		size = image.Pt(size.Y, size.X)
	}
	to := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			at := image.Pt(x, y)
			if lies(orientation) {
				at = image.Pt(y, x)
			}
			switch orientation {
			case 2, 8:
				at.X = last.X - at.X
			case 3, 7:
				at = last.Sub(at)
			case 4, 6:
				at.Y = last.Y - at.Y
			}
			to.SetRGBA(x, y, from.RGBAAt(at.X, at.Y))
		}
	}
	return to
}
