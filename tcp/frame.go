package tcp

import (
	"bufio"
	"errors"
	"io"

	"stones/lab/stone"
)

// counted limits each read to most bytes, and reports the reads that return
// something.
type counted struct {
	io.Reader
	most int
	gave func(bytes int)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b[:min(len(b), c.most)])
	if n > 0 {
		c.gave(n)
	}
	return n, err
}

// frames cuts what the socket gives into stones.
//
// TCP: the stream has no boundaries. One read may return half a stone, or three;
// the length of a stone stands in its header.
type frames struct {
	parse func([]byte) (stone.Stone, error)
	r     *bufio.Reader // with room for the stones that come
}

// read reads one stone. The error is [io.EOF] between two stones and
// [io.ErrUnexpectedEOF] within one. A length that no stone may have is an error
// before any memory is allocated for it.
func (f *frames) read() (stone.Stone, error) {
	head, err := f.peek(stone.HeaderLen)
	if err != nil {
		return stone.Stone{}, err
	}
	size, err := stone.Size(head)
	if err != nil {
		return stone.Stone{}, err
	}
	if f.r.Size() < 2*size {
		f.r = bufio.NewReaderSize(f.r, 2*size)
	}
	whole, err := f.peek(size)
	if err != nil {
		return stone.Stone{}, err
	}
	s, err := f.parse(whole)
	_, _ = f.r.Discard(size) // cannot fail: peek has seen size bytes
	return s, err
}

// peek waits for the next n bytes.
func (f *frames) peek(n int) ([]byte, error) {
	b, err := f.r.Peek(n)
	if errors.Is(err, io.EOF) && len(b) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}
