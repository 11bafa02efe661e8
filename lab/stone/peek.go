package stone

import "fmt"

// Peek decodes the header at the start of b, which may be cut off behind it.
// It is for an observer beside the way: the checksum, which covers
// the whole stone, is not looked at. The error wraps [ErrShort], [ErrForeign]
// or [ErrSize], as Parse's does.
func Peek(b []byte) (Stone, error) {
	if len(b) < HeaderLen {
		return Stone{}, fmt.Errorf("%w: %d bytes", ErrShort, len(b))
	}
	if !marked(b) {
		return Stone{}, ErrForeign
	}
	size, err := Size(b)
	if err != nil {
		return Stone{}, err
	}
	return header(b, size), nil
}
