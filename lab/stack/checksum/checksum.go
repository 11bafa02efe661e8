// Package checksum computes the checksum that IPv4, ICMP, UDP and TCP share.
//
// RFC 1071: the 1's complement sum is computed over the octets concerned, and the
// 1's complement of this sum is placed in the checksum field. To check, the sum is
// computed over the same octets with the field in it; "if the result is all 1 bits
// ... the check succeeds".
package checksum

import (
	"encoding/binary"
	"net/netip"
)

// A Sum is a ones' complement sum of 16-bit words. The zero value is the sum of none.
type Sum uint32

// Add returns the sum of s and the 16-bit words of b, which must begin at an even
// offset. A last odd byte counts as the upper half of a word.
func (s Sum) Add(b []byte) Sum {
	// RFC 1071 section 2(C): the sum of longer words folds into the same result.
	total := uint64(s)
	for ; len(b) >= 8; b = b[8:] {
		word := binary.BigEndian.Uint64(b)
		total += word>>32 + word&0xffff_ffff
	}
	for ; len(b) >= 2; b = b[2:] {
		total += uint64(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		total += uint64(b[0]) << 8
	}
	for total > 0xffff_ffff {
		total = total>>32 + total&0xffff_ffff
	}
	return Sum(total)
}

// AddNumber returns the sum of s and the two 16-bit words of n.
func (s Sum) AddNumber(n uint32) Sum {
	total := uint64(s) + uint64(n)
	return Sum(total>>32 + total&0xffff_ffff)
}

// Folded is the sum folded to 16 bits.
func (s Sum) Folded() uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// Field is the value of the checksum field.
func (s Sum) Field() uint16 { return ^s.Folded() }

// OK reports whether a check over octets with the field in them succeeds.
func (s Sum) OK() bool { return s.Folded() == 0xffff }

// Pseudo is the sum of the pseudo header that the checksums of UDP, TCP and ICMPv6
// cover: addresses, protocol and length. The pseudo header of IPv6 (RFC 8200 section
// 8.1) has more zeros than that of IPv4 (RFC 9293 section 3.1), so one sum serves both.
func Pseudo(src, dst netip.Addr, protocol uint8, length int) Sum {
	return Sum(0).addAddr(src).addAddr(dst).AddNumber(uint32(protocol)).AddNumber(uint32(length))
}

func (s Sum) addAddr(a netip.Addr) Sum {
	if a.Is4() {
		b := a.As4()
		return s.AddNumber(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return s.Add(b[:])
}
