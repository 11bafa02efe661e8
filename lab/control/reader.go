package control

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLen is how many bytes a line has at most, without its end.
const MaxLen = 1024

// ErrTooLong says that a line has more than [MaxLen] bytes. Where the next one
// begins is not known any more.
var ErrTooLong = errors.New("line too long: at most 1024 bytes")

// A Reader reads lines. It never holds more of one than is allowed, so nobody
// can make it grow.
//
// It is also an [io.Reader] of what follows the lines that were read: a
// connection that begins with a line may go on with something else.
type Reader struct {
	r *bufio.Reader
}

// NewReader returns a Reader that reads from r.
func NewReader(r io.Reader) *Reader {
	return &Reader{bufio.NewReaderSize(r, MaxLen+len("\r\n"))}
}

// ReadLine reads one line and returns it without its LF and without the CR
// before that. What the stream ends with is a line too, if it is not empty.
//
// The error is [io.EOF] between two lines, [ErrTooLong], or whatever the stream
// gives; with the latter comes what was there of the line.
func (r *Reader) ReadLine() (string, error) {
	b, err := r.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", ErrTooLong
	}
	if errors.Is(err, io.EOF) && len(b) > 0 {
		err = nil
	}
	b = bytes.TrimSuffix(b, []byte("\n"))
	b = bytes.TrimSuffix(b, []byte("\r"))
	if len(b) > MaxLen {
		return "", ErrTooLong
	}
	return string(b), err
}

// Read reads what comes behind the last line.
func (r *Reader) Read(b []byte) (int, error) { return r.r.Read(b) }

// Peek returns the next n bytes, at most [MaxLen], and leaves them to be read.
// If there are fewer, the error says why.
func (r *Reader) Peek(n int) ([]byte, error) { return r.r.Peek(min(n, MaxLen)) }
