package stone

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Peek decodes the header at the start of b, which may be cut off behind it.
// It is for who stands beside the way and watches: the checksum, which covers
// the whole stone, is not looked at. The error wraps [ErrShort], [ErrForeign]
// or [ErrSize], as Parse's does.
func Peek(b []byte) (Stone, error) {
	if len(b) < HeaderLen {
		return Stone{}, fmt.Errorf("%w: %d bytes", ErrShort, len(b))
	}
	if binary.BigEndian.Uint32(b[magicAt:]) != magic {
		return Stone{}, ErrForeign
	}
	size, err := Size(b)
	if err != nil {
		return Stone{}, err
	}
	return Stone{
		Exchange: binary.BigEndian.Uint32(b[exchangeAt:]),
		Number:   binary.BigEndian.Uint64(b[numberAt:]),
		Due:      time.Duration(binary.BigEndian.Uint64(b[dueAt:])),
		Size:     size,
	}, nil
}
