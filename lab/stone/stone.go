// Package stone is the stone: a numbered message and its bytes on the wire.
//
// A stone knows nothing of sockets, streams or clocks. How stones are kept
// apart on the way is the business of the protocol that carries them: a
// datagram is one stone, a stream is cut by [Size].
//
// The checksum finds accidents, not attacks: whoever wants to forge a stone can.
package stone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// The sizes of a stone in bytes.
const (
	HeaderLen = 32       // the header, and so the least size
	MaxSize   = 1 << 20  // the largest that a reader accepts
	ReadSize  = 64 << 10 // bytes asked of a socket at once: no datagram is longer
)

// A Stone is one numbered message. Its payload is padding that follows from the
// number, unless it carries something, so two stones that are equal have equal
// bytes.
type Stone struct {
	Flow    uint32        // which flow it belongs to
	Number  uint64        // from 1
	Due     time.Duration // when it is due, on the flow's clock
	Size    int           // bytes in all, with the header: HeaderLen to MaxSize
	Salt    uint64        // of the padding, so that it cannot be guessed; [Parse] knows none but 0
	Carries string        // all bytes behind the header, in the place of the padding; empty means none
}

// What Parse and Size find wrong.
var (
	ErrShort   = errors.New("stone: cut off")
	ErrSize    = errors.New("stone: wrong size")  // not allowed, or not what came
	ErrForeign = errors.New("stone: not a stone") // the magic is missing, or of another version
	ErrDamaged = errors.New("stone: damaged")     // the checksum is wrong
)

// The bytes of a stone, in network byte order:
//
//	0               4               8               12              16
//	+---------------+---------------+---------------+---------------+
//	| size          | magic+version | flow      | checksum      |
//	+---------------+---------------+---------------+---------------+
//	| number                        | due (ns, signed)              |
//	+-------------------------------+-------------------------------+
//	| what it carries, or padding: the same 8 bytes, made from the number, repeated ...
//	+---------------------------------------------------------------
//
// The size comes first because a stream reader needs it before all else. The
// checksum is the CRC-32C of all bytes with the checksum itself as zeros.
const (
	sizeAt     = 0
	magicAt    = 4
	flowAt     = 8
	checksumAt = 12
	numberAt   = 16
	dueAt      = 24
	paddingAt  = HeaderLen
)

// Mark is what stands behind the size in each stone: "STN" and the version of the
// layout.
const Mark = "STN\x01"

// Never written. CRC-32C is the one that amd64 and arm64 have an instruction for.
var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	noChecksum [numberAt - checksumAt]byte
)

// Append appends the bytes of s to b. It does not allocate if b has room.
// It panics if s.Size is not in HeaderLen to MaxSize, or does not fit what it carries.
func (s Stone) Append(b []byte) []byte {
	if s.Size < HeaderLen || s.Size > MaxSize {
		panic(fmt.Sprintf("stone: append a stone of %d bytes; allowed %d to %d", s.Size, HeaderLen, MaxSize))
	}
	if s.Carries != "" && len(s.Carries) != s.Size-HeaderLen {
		panic(fmt.Sprintf("stone: append a stone of %d bytes that carries %d", s.Size, len(s.Carries)))
	}
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(s.Size))
	b = append(b, Mark...)
	b = binary.BigEndian.AppendUint32(b, s.Flow)
	b = append(b, noChecksum[:]...)
	b = binary.BigEndian.AppendUint64(b, s.Number)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Due))
	if s.Carries != "" {
		b = append(b, s.Carries...)
	} else {
		b = s.appendPadding(b)
	}

	whole := b[start:]
	binary.BigEndian.PutUint32(whole[checksumAt:], crc32.Checksum(whole, castagnoli))
	return b
}

// pattern returns the 8 bytes that fill the stone. The factor is odd, so every
// number has its own pattern, and without a salt only number 0 has zeros.
func (s Stone) pattern() (p [8]byte) {
	binary.BigEndian.PutUint64(p[:], s.Number*0x9e3779b97f4a7c15^s.Salt)
	return p
}

func (s Stone) appendPadding(b []byte) []byte {
	start, n := len(b), s.Size-HeaderLen
	p := s.pattern()
	b = append(b, p[:min(n, len(p))]...)
	for done := len(b) - start; done < n; done = len(b) - start {
		b = append(b, b[start:start+min(done, n-done)]...) // doubling: few calls, each a plain copy
	}
	return b
}

// padded reports whether b is the padding of s.
func (s Stone) padded(b []byte) bool {
	p := s.pattern()
	if len(b) <= len(p) {
		return bytes.Equal(b, p[:len(b)])
	}
	return bytes.Equal(b[:len(p)], p[:]) && bytes.Equal(b[len(p):], b[:len(b)-len(p)])
}

// Parse decodes b, which must be exactly one stone that carries nothing, and keeps
// no part of b. It accepts only what [Stone.Append] writes. Otherwise the error wraps
//
//   - [ErrShort] if b ends before the stone does, or before one can tell,
//   - [ErrForeign] if b does not have a stone's mark,
//   - [ErrSize] if the size it claims is not allowed or b goes on after it,
//   - [ErrDamaged] if the checksum or the padding is wrong.
//
// These are tried in this order, so a stone damaged in its first 8 bytes may
// pass for something else, but never for a stone.
func Parse(b []byte) (Stone, error) {
	s, err := Sound(b)
	if err == nil && !s.padded(b[paddingAt:]) {
		return Stone{}, ErrDamaged
	}
	return s, err
}

// ParseCarrying is Parse for stones that carry something: what is not known here.
func ParseCarrying(b []byte) (Stone, error) {
	s, err := Sound(b)
	if err == nil {
		s.Carries = string(b[paddingAt:])
	}
	return s, err
}

// Sound is Parse for callers that do not care what is behind the header: of that, only the
// checksum is looked at.
func Sound(b []byte) (Stone, error) {
	if len(b) < flowAt {
		return Stone{}, fmt.Errorf("%w: %d bytes", ErrShort, len(b))
	}
	if !marked(b) {
		return Stone{}, ErrForeign
	}
	size, err := Size(b)
	switch {
	case err != nil:
		return Stone{}, err
	case len(b) < size:
		return Stone{}, fmt.Errorf("%w: %d of %d bytes", ErrShort, len(b), size)
	case len(b) > size:
		return Stone{}, fmt.Errorf("%w: %d bytes for a stone of %d", ErrSize, len(b), size)
	}
	if checksum(b) != binary.BigEndian.Uint32(b[checksumAt:]) {
		return Stone{}, ErrDamaged
	}
	return header(b, size), nil
}

// Parser is [ParseCarrying] where stones carry something, and [Parse] where they do not.
func Parser(carrying bool) func(b []byte) (Stone, error) {
	if carrying {
		return ParseCarrying
	}
	return Parse
}

// marked reports whether b, which has room for it, has the mark of a stone.
func marked(b []byte) bool { return string(b[magicAt:flowAt]) == Mark }

// header decodes the header at the start of b, of a stone of that size.
func header(b []byte, size int) Stone {
	return Stone{
		Flow:   binary.BigEndian.Uint32(b[flowAt:]),
		Number: binary.BigEndian.Uint64(b[numberAt:]),
		Due:    time.Duration(binary.BigEndian.Uint64(b[dueAt:])),
		Size:   size,
	}
}

// checksum returns the checksum that b should have. It leaves b as it is.
func checksum(b []byte) uint32 {
	sum := crc32.Checksum(b[:checksumAt], castagnoli)
	sum = crc32.Update(sum, castagnoli, noChecksum[:])
	return crc32.Update(sum, castagnoli, b[numberAt:])
}

// Size returns the size in bytes of the stone that b begins with. It looks at
// the first 4 bytes only: a stream reader calls it to learn how much to read.
//
// The size it returns is at least HeaderLen and at most MaxSize, whatever b
// holds, so it is safe to allocate. Otherwise the error wraps [ErrShort] if b
// has fewer than 4 bytes and [ErrSize] if the size is not allowed.
func Size(b []byte) (int, error) {
	if len(b) < magicAt {
		return 0, fmt.Errorf("%w: %d bytes", ErrShort, len(b))
	}
	size := binary.BigEndian.Uint32(b[sizeAt:])
	if size < HeaderLen || size > MaxSize {
		return 0, fmt.Errorf("%w: %d; allowed %d to %d", ErrSize, size, HeaderLen, MaxSize)
	}
	return int(size), nil
}
