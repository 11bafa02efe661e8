package stone

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	whole := Stone{Flow: 7, Number: 50, Due: 980 * time.Millisecond, Size: 100}
	bare := Stone{Flow: math.MaxUint32, Number: math.MaxUint64, Due: -1, Size: HeaderLen}
	bytes := whole.Append(nil)
	changed := func(change func(b []byte) []byte) []byte { return change(whole.Append(nil)) }

	for _, tt := range []struct {
		name string
		in   []byte
		want Stone
		err  error
	}{
		{name: "whole", in: bytes, want: whole},
		{name: "without padding", in: bare.Append(nil), want: bare},
		{name: "empty", in: nil, err: ErrShort},
		{name: "cut before the magic ends", in: bytes[:7], err: ErrShort},
		{name: "cut in the header", in: bytes[:HeaderLen-1], err: ErrShort},
		{name: "cut in the padding", in: bytes[:99], err: ErrShort},
		{name: "one byte more", in: append(bytes[:100:100], 0), err: ErrSize},
		{name: "two stones", in: whole.Append(whole.Append(nil)), err: ErrSize},
		{name: "zeros", in: make([]byte, 100), err: ErrForeign},
		{name: "text", in: []byte("GET / HTTP/1.1\r\n\r\n"), err: ErrForeign},
		{name: "another version", in: changed(func(b []byte) []byte { b[7]++; return b }), err: ErrForeign},
		{name: "size too small", in: changed(func(b []byte) []byte { binary.BigEndian.PutUint32(b, 31); return b[:31] }), err: ErrSize},
		{name: "size too large", in: changed(func(b []byte) []byte { binary.BigEndian.PutUint32(b, MaxSize+1); return b }), err: ErrSize},
		{name: "another number", in: changed(func(b []byte) []byte { b[23]++; return b }), err: ErrDamaged},
		{name: "another checksum", in: changed(func(b []byte) []byte { b[12]++; return b }), err: ErrDamaged},
		{
			name: "another padding and its checksum",
			in: changed(func(b []byte) []byte {
				b[99]++
				binary.BigEndian.PutUint32(b[checksumAt:], checksum(b))
				return b
			}),
			err: ErrDamaged,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.in)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Parse(%x) = %+v, %v; want %+v, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

func TestSize(t *testing.T) {
	for _, tt := range []struct {
		in   []byte
		want int
		err  error
	}{
		{in: nil, err: ErrShort},
		{in: []byte{0, 0, 4}, err: ErrShort},
		{in: []byte{0, 0, 0, 31}, err: ErrSize},
		{in: []byte{0, 0, 0, 32}, want: 32},
		{in: []byte{0, 0, 0, 32, 0xff}, want: 32},
		{in: []byte{0, 0x10, 0, 0}, want: MaxSize},
		{in: []byte{0, 0x10, 0, 1}, err: ErrSize},
		{in: []byte{0xff, 0xff, 0xff, 0xff}, err: ErrSize},
	} {
		got, err := Size(tt.in)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Size(%x) = %d, %v; want %d, %v", tt.in, got, err, tt.want, tt.err)
		}
	}
}

// The drawing above the codec, byte by byte.
func TestLayout(t *testing.T) {
	got := Stone{Flow: 0x0a0b0c0d, Number: 3, Due: 2 * time.Nanosecond, Size: 42}.Append(nil)
	want := []byte{
		0, 0, 0, 42, // size
		'S', 'T', 'N', 1, // magic and version
		0x0a, 0x0b, 0x0c, 0x0d, // flow
		got[12], got[13], got[14], got[15], // checksum, told apart below
		0, 0, 0, 0, 0, 0, 0, 3, // number
		0, 0, 0, 0, 0, 0, 0, 2, // due
		0xda, 0xa6, 0x6d, 0x2c, 0x7d, 0xdf, 0x74, 0x3f, // padding
		0xda, 0xa6,
	}
	if !bytes.Equal(got, want) {
		t.Errorf("bytes\n%x, want\n%x", got, want)
	}

	// CRC-32C bit by bit, from its reversed polynomial.
	crc := ^uint32(0)
	for i, b := range got {
		if checksumAt <= i && i < numberAt {
			b = 0
		}
		crc ^= uint32(b)
		for range 8 {
			crc = crc>>1 ^ crc&1*0x82f63b78
		}
	}
	if sum := binary.BigEndian.Uint32(got[checksumAt:]); sum != ^crc {
		t.Errorf("checksum %08x, want %08x", sum, ^crc)
	}
}

func TestAnyFlippedBitIsNoticed(t *testing.T) {
	t.Log("# a stone of 100 bytes has 800 bits")
	s := Stone{Flow: 1, Number: 50, Due: time.Second, Size: 100}
	b := s.Append(nil)

	t.Log("# whichever of them the path turns over, what comes is no stone")
	for bit := range len(b) * 8 {
		b[bit/8] ^= 1 << (bit % 8)
		if got, err := Parse(b); err == nil {
			t.Errorf("bit %d: parsed as %+v", bit, got)
		}
		b[bit/8] ^= 1 << (bit % 8)
	}

	t.Log("# and turned back, it is the same stone again")
	if got, err := Parse(b); got != s || err != nil {
		t.Errorf("Parse = %+v, %v; want %+v", got, err, s)
	}
}

func TestAppendRefusesASizeNoReaderAccepts(t *testing.T) {
	for _, size := range []int{-1, 0, HeaderLen - 1, MaxSize + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("size %d: no panic", size)
				}
			}()
			Stone{Number: 1, Size: size}.Append(nil)
		}()
	}
}

func TestNothingIsAllocated(t *testing.T) {
	for _, size := range []int{HeaderLen, 1000, MaxSize} {
		s := Stone{Flow: 1, Number: 50, Due: time.Second, Size: size}
		b := make([]byte, 0, size)
		if n := testing.AllocsPerRun(10, func() { b = s.Append(b[:0]) }); n != 0 {
			t.Errorf("Append of %d bytes: %v allocations", size, n)
		}
		if n := testing.AllocsPerRun(10, func() { _, _ = Parse(b) }); n != 0 {
			t.Errorf("Parse of %d bytes: %v allocations", size, n)
		}
	}
}

func anyStone(t *rapid.T) Stone {
	return Stone{
		Flow:   rapid.Uint32().Draw(t, "exchange"),
		Number: rapid.Uint64().Draw(t, "number"),
		Due:    time.Duration(rapid.Int64().Draw(t, "due")),
		Size:   rapid.IntRange(HeaderLen, 3000).Draw(t, "size"),
	}
}

func TestParseUndoesAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyStone(t)
		before := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "before")

		b := s.Append(bytes.Clone(before))
		if len(b) != len(before)+s.Size || !bytes.HasPrefix(b, before) {
			t.Fatalf("Append after %x = %x: not %d bytes more", before, b, s.Size)
		}
		if size, err := Size(b[len(before):]); size != s.Size || err != nil {
			t.Fatalf("Size = %d, %v; want %d", size, err, s.Size)
		}
		if got, err := Parse(b[len(before):]); got != s || err != nil {
			t.Fatalf("Parse = %+v, %v; want %+v", got, err, s)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(make([]byte, HeaderLen))
	f.Add(Stone{Number: 1, Size: HeaderLen}.Append(nil))
	f.Add(Stone{Flow: 9, Number: 2, Due: -5, Size: 77}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			if s != (Stone{}) {
				t.Errorf("Parse(%x) = %+v and %v", b, s, err)
			}
			return
		}
		if again := s.Append(nil); !bytes.Equal(again, b) {
			t.Errorf("Parse(%x) = %+v, which is written as %x", b, s, again)
		}
	})
}

// FuzzAppend makes whole stones of whatever it is given, so that it also gets
// past the checksum, which bytes at random hardly ever do.
func FuzzAppend(f *testing.F) {
	f.Add(uint32(1), uint64(1), int64(0), uint16(0))
	f.Fuzz(func(t *testing.T, flow uint32, number uint64, due int64, padding uint16) {
		s := Stone{Flow: flow, Number: number, Due: time.Duration(due), Size: HeaderLen + int(padding)}
		if got, err := Parse(s.Append(nil)); got != s || err != nil {
			t.Errorf("Parse = %+v, %v; want %+v", got, err, s)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{64, 1000, 65507} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			s := Stone{Flow: 1, Number: 50, Due: time.Second, Size: size}
			buf := make([]byte, 0, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				buf = s.Append(buf[:0])
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, size := range []int{64, 1000, 65507} {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			buf := Stone{Flow: 1, Number: 50, Due: time.Second, Size: size}.Append(nil)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
