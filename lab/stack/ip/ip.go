// Package ip is the Internet Protocol between two hosts: version 4 (RFC 791) and
// version 6 (RFC 8200), their headers, fragmentation and reassembly.
//
// It has no clock, sends nothing and keeps no state but that of a
// [Reassembler]. It deliberately lacks routing, options and extension headers
// other than that of fragments: nothing on a path of this lab needs them.
package ip

import (
	"errors"
	"fmt"
	"net/netip"
)

// The protocols that IP carries here, by their numbers.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// Lengths in bytes.
const (
	HeaderLen4  = 20    // of a header of version 4 without options
	HeaderLen6  = 40    // of a header of version 6
	FragmentLen = 8     // of the fragment header of version 6
	MaxLen      = 65535 // of the longest packet of version 4, or payload of version 6
	MinMTU6     = 1280  // the least MTU of a link for version 6 (RFC 8200 section 5)
)

// TTL is how many routers a packet may pass: what Linux sets.
const TTL = 64

// A Header is the header of a packet, by the names of version 4. Src and Dst are of the
// same version, which is that of the packet.
type Header struct {
	Src, Dst     netip.Addr
	Protocol     uint8 // of the payload
	TrafficClass uint8 // DSCP, and ECN in the two lowest bits (RFC 3168 section 5)
	TTL          uint8

	// DontFragment forbids fragmentation on the way. In version 6 routers never
	// fragment, so it has no meaning there.
	DontFragment bool

	// ID identifies the datagram that a fragment belongs to. In version 4 it has 16
	// bits and stands in every packet.
	ID uint32

	// Offset is where the payload of a fragment begins in that of the datagram, in
	// bytes. More says that it is not the last fragment.
	Offset int
	More   bool
}

// Fragment reports whether the packet is only a part of a datagram.
func (h *Header) Fragment() bool { return h.Offset > 0 || h.More }

// Len is the length of the encoded header in bytes.
func (h *Header) Len() int {
	switch {
	case h.Src.Is4():
		return HeaderLen4
	case h.Fragment():
		return HeaderLen6 + FragmentLen
	}
	return HeaderLen6
}

// ErrPacket is wrapped by the errors of [Parse] and [ParseBeginning].
var ErrPacket = errors.New("not an IP packet")

// Append appends the encoding of h, for a payload of length bytes, to b.
func (h *Header) Append(b []byte, length int) []byte {
	if h.Src.Is4() {
		return h.append4(b, length)
	}
	return h.append6(b, length)
}

// Parse decodes the packet in b. The payload is part of b; bytes behind the packet are
// left out. The error wraps [ErrPacket].
func Parse(b []byte) (h Header, payload []byte, err error) { return parse(b, true) }

// ParseBeginning decodes the beginning of a packet, as a message of ICMP quotes it: the
// payload may be cut off, and the header's checksum is not checked. The error wraps
// [ErrPacket].
func ParseBeginning(b []byte) (h Header, payload []byte, err error) { return parse(b, false) }

func parse(b []byte, whole bool) (h Header, payload []byte, err error) {
	if len(b) > 0 && b[0]>>4 == 6 {
		return parse6(b, whole)
	}
	return parse4(b, whole)
}

// wrong returns an error that wraps ErrPacket.
func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPacket, fmt.Sprintf(format, args...))
}
