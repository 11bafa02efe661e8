package tcp

import (
	"bufio"
	"errors"
	"io"

	"stones/lab/stone"
)

// maxRead is how many bytes are asked of the socket at once.
const maxRead = 64 << 10

// counted asks for so many bytes at the most, and counts the reads that give
// something.
type counted struct {
	io.Reader
	most  int
	reads *int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b[:min(len(b), c.most)])
	if n > 0 {
		*c.reads++
	}
	return n, err
}

// frames cuts what the socket gives into stones.
//
// TCP: the stream has no boundaries. One read may give half a stone, or three;
// where a stone ends stands in its own first bytes.
type frames struct {
	r   *bufio.Reader
	buf []byte
}

// read reads one stone. The error is [io.EOF] between two stones and
// [io.ErrUnexpectedEOF] within one; a length that no stone has is refused
// before anything is allocated for it.
func (f *frames) read() (stone.Stone, error) {
	head, err := f.r.Peek(stone.HeaderLen)
	if err != nil {
		if errors.Is(err, io.EOF) && len(head) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return stone.Stone{}, err
	}
	size, err := stone.Size(head)
	if err != nil {
		return stone.Stone{}, err
	}
	if size > cap(f.buf) {
		f.buf = make([]byte, size)
	}
	f.buf = f.buf[:size]
	if _, err := io.ReadFull(f.r, f.buf); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return stone.Stone{}, err
	}
	return stone.Parse(f.buf)
}
