package checksum_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"stones/lab/stack/checksum"
)

// The numbers are those of RFC 1071 section 3.
func TestSum(t *testing.T) {
	var sum checksum.Sum
	sum = sum.Add([]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7})
	if got := sum.Folded(); got != 0xddf2 {
		t.Errorf("sum %#04x; want 0xddf2", got)
	}
	if got := sum.Field(); got != 0x220d {
		t.Errorf("field %#04x; want 0x220d", got)
	}
	if !sum.Add([]byte{0x22, 0x0d}).OK() {
		t.Error("the check fails over octets with the field in them")
	}
}

// plain is the sum as the RFC's text has it, word by word.
func plain(b []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(b); i += 2 {
		word := uint32(b[i]) << 8
		if i+1 < len(b) {
			word |= uint32(b[i+1])
		}
		sum += word
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

func TestAddIsPlain(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 0))
	for size := range 300 {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(dice.Uint32() | dice.Uint32()>>8) // many one bits, for many carries
		}
		cut := 2 * dice.IntN(size/2+1)
		if got, want := checksum.Sum(0).Add(b[:cut]).Add(b[cut:]).Folded(), plain(b); got != want {
			t.Errorf("sum of %x: %#04x; want %#04x", b, got, want)
		}
	}
}

func TestPseudo(t *testing.T) {
	for _, ends := range [][2]string{{"10.0.0.1", "192.168.255.2"}, {"fd00::1", "fe80::ffff:1"}} {
		src, dst := netip.MustParseAddr(ends[0]), netip.MustParseAddr(ends[1])
		var b []byte
		b = append(b, src.AsSlice()...)
		b = append(b, dst.AsSlice()...)
		b = binary.BigEndian.AppendUint32(b, 70_000)
		b = append(b, 0, 0, 0, 17)
		if got, want := checksum.Pseudo(src, dst, 17, 70_000).Folded(), plain(b); got != want {
			t.Errorf("%v: %#04x; want %#04x", ends, got, want)
		}
	}
}
