package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"

	"stones/lab/quantity"
	"stones/lab/stone"
)

// A File is what stones carry in the place of their padding: each as much of it as
// it has room for behind its header. The zero value is none.
type File struct {
	Name   string `json:"name"` // without its folder
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // of all of it, in hex

	// Of a picture, whose pixels are thrown in tiles: it is red, green, blue, pixel by
	// pixel, line by line.
	Width  int `json:"width,omitzero"`
	Height int `json:"height,omitzero"`

	Content string `json:"-"` // which stands in no document
	Keep    bool   `json:"-"` // what comes of it
}

// MaxFile is how many bytes a file may have that is thrown.
const MaxFile = 64 << 20

// NewFile is a file of that content.
func NewFile(name, content string) File {
	return File{Name: name, Bytes: len(content), SHA256: sum(content), Content: content}
}

// Is reports whether there is a file.
func (f File) Is() bool { return f != File{} }

// Same reports whether both have the same content, and that is the pixels of a picture in
// both or in neither.
func (f File) Same(other File) bool {
	return f.SHA256 == other.SHA256 && f.Bytes == other.Bytes && f.IsPicture() == other.IsPicture()
}

// Stones is how many stones of a size the file needs.
func (f File) Stones(size int) int {
	if f.IsPicture() {
		across, down := f.tiles(size)
		return across * down
	}
	room := size - stone.HeaderLen
	if room < 1 {
		return 0
	}
	return (f.Bytes + room - 1) / room
}

// Part is what stone n of a size carries, filled up with zeros.
func (f File) Part(n uint64, size int) string {
	part := make([]byte, 0, size-stone.HeaderLen)
	for from, to := range f.places(n, size) {
		part = append(part, f.Content[from:to]...)
	}
	return string(part[:cap(part)])
}

// places are where in the file stands what stone n of a size carries.
func (f File) places(n uint64, size int) iter.Seq2[int, int] {
	if f.IsPicture() {
		return f.lines(f.Tile(n, size))
	}
	return func(yield func(int, int) bool) {
		room := size - stone.HeaderLen
		from := min(int(n-1)*room, f.Bytes)
		yield(from, min(from+room, f.Bytes))
	}
}

// A Caught is what came of a file.
type Caught struct {
	Bytes  int    `json:"bytes"`  // that came
	Of     int    `json:"of"`     // how many the file has
	Holes  int    `json:"holes"`  // stretches that did not
	SHA256 string `json:"sha256"` // of what came, with zeros in the holes
	Equal  bool   `json:"equal"`  // to the file's

	Content []byte `json:"-"` // if it was to be kept
	Came    []bool `json:"-"` // likewise: which stones
}

// A Catch is what has come of a file by now. [File.Catch] makes one.
type Catch struct {
	file    File
	size    int
	content []byte
	came    []bool // by stone
}

// Catch begins to catch the file in stones of a size.
func (f File) Catch(size int) *Catch {
	return &Catch{f, size, make([]byte, f.Bytes), make([]bool, f.Stones(size))}
}

// Add notes what stone n carried, if that is what it should, and reports whether it
// is. A later copy changes nothing.
func (c *Catch) Add(n uint64, carries string) bool {
	if n < 1 || n > uint64(len(c.came)) || len(carries) != c.size-stone.HeaderLen || carries != c.file.Part(n, c.size) {
		return false
	}
	if !c.came[n-1] {
		c.came[n-1] = true
		for from, to := range c.file.places(n, c.size) {
			carries = carries[copy(c.content[from:to], carries):]
		}
	}
	return true
}

// Caught is what came of the file.
func (c *Catch) Caught() *Caught {
	r := &Caught{Of: c.file.Bytes, SHA256: sum(c.content)}
	whole := true // so far, at this place
	for i, came := range c.came {
		if !came && whole {
			r.Holes++
		}
		if whole = came; !came {
			continue
		}
		for from, to := range c.file.places(uint64(i)+1, c.size) {
			r.Bytes += to - from
		}
	}
	r.Equal = r.SHA256 == c.file.SHA256
	if c.file.Keep {
		r.Content, r.Came = c.content, c.came
	}
	return r
}

// sum is the SHA-256 of text, in hex.
func sum[T string | []byte](text T) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// validateFile checks what the stones are to carry.
func (e Experiment) validateFile() error {
	f := e.File
	switch {
	case !f.Is():
		return nil
	case f.Bytes < 1 || f.Bytes > MaxFile:
		return quantity.Invalid("file", f.Name, fmt.Sprintf("it has %d bytes; allowed 1 to %d", f.Bytes, MaxFile))
	}
	if err := f.validatePicture(); err != nil {
		return err
	}
	for _, x := range e.Flows {
		switch need := f.Stones(x.Plan.Size); {
		case x.Plan.Size < MinSize: // which is wrong without a file, too
		case need == 0:
			return quantity.Invalid("size", x.Plan.Size, fmt.Sprintf("a stone of %d bytes has a header of %d, and no room for a file; allowed from %d", x.Plan.Size, stone.HeaderLen, stone.HeaderLen+f.least()))
		case x.Plan.Count != need:
			return quantity.Invalid("count", x.Plan.Count, fmt.Sprintf("the file has %d bytes and needs %d stones of %d", f.Bytes, need, x.Plan.Size))
		}
	}
	return nil
}
