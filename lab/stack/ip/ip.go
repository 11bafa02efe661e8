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
	MaxLen      = 65535 // of a packet of version 4, or of the payload of one of version 6
	MinMTU6     = 1280  // what every link must carry of version 6 (RFC 8200 section 5)
)

// TTL is how many routers a packet may pass: what Linux sets.
const TTL = 64

// A Header is what IP knows of a packet, in the words of version 4. Src and Dst
// are of the same version, which is that of the packet.
type Header struct {
	Src, Dst     netip.Addr
	Protocol     uint8 // of the payload
	TrafficClass uint8 // DSCP, and ECN in the two lowest bits (RFC 3168 section 5)
	TTL          uint8

	// DontFragment forbids fragments on the way. In version 6 routers never make
	// any, so that it says nothing there.
	DontFragment bool

	// ID tells the datagram that a fragment is of. Version 4 has 16 bits of it,
	// and has them in every packet.
	ID uint32

	// Offset is where the payload of a fragment begins in that of the datagram.
	// More says that it is not the last one.
	Offset int
	More   bool
}

// Fragment reports whether the packet is only a part of a datagram.
func (h *Header) Fragment() bool { return h.Offset > 0 || h.More }

// Len is the length of the encoded header.
func (h *Header) Len() int {
	switch {
	case h.Src.Is4():
		return HeaderLen4
	case h.Fragment():
		return HeaderLen6 + FragmentLen
	}
	return HeaderLen6
}

// ErrPacket is the kind of error of bytes that are not a packet.
var ErrPacket = errors.New("not an IP packet")

// Append appends the encoding of h, for a payload of length bytes, to b.
func (h *Header) Append(b []byte, length int) []byte {
	if h.Src.Is4() {
		return h.append4(b, length)
	}
	return h.append6(b, length)
}

// Parse decodes the packet in b. The payload is part of b; what follows the
// packet is left out. The error wraps [ErrPacket].
func Parse(b []byte) (h Header, payload []byte, err error) { return parse(b, true) }

// ParseBeginning decodes the beginning of a packet, as a message of ICMP quotes
// it: the payload may be cut off, and the header has been on the way.
func ParseBeginning(b []byte) (h Header, payload []byte, err error) { return parse(b, false) }

func parse(b []byte, whole bool) (h Header, payload []byte, err error) {
	if len(b) > 0 && b[0]>>4 == 6 {
		return parse6(b, whole)
	}
	return parse4(b, whole)
}

// wrong is the error for bytes that are not a packet.
func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPacket, fmt.Sprintf(format, args...))
}
