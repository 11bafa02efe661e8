// Package icmp is the messages by which hosts and routers report packets that they could
// not deliver: the errors of ICMP (RFC 792) and ICMPv6 (RFC 4443).
package icmp

import (
	"encoding/binary"
	"errors"
	"fmt"

	"stones/lab/stack/ip"
)

// A Kind is what went wrong.
type Kind uint8

// The kinds of messages.
const (
	Other           Kind = iota // any other message; it is not used here
	PortUnreachable             // nobody listens at the port
	TooBig                      // the packet is longer than the MTU of a link on the way (RFC 1191, RFC 8201)
	HopsExceeded                // the packet has passed too many routers
	ReassemblyTime              // fragments were missing for too long
)

func (k Kind) String() string {
	switch k {
	case Other:
		return "other"
	case PortUnreachable:
		return "port unreachable"
	case TooBig:
		return "packet too big"
	case HopsExceeded:
		return "time to live exceeded"
	case ReassemblyTime:
		return "fragment reassembly time exceeded"
	}
	return "unknown"
}

// A Message reports a packet that could not be delivered.
type Message struct {
	Kind  Kind
	MTU   int    // of TooBig: the MTU of the link, in bytes; 0 means not reported
	Quote []byte // the beginning of that packet, from its IP header on
}

// HeaderLen is the length of a message before its quote:
//
//	 0         1         2                   4
//	+---------+---------+-------------------+
//	| type    | code    | checksum          |
//	+---------+---------+-------------------+
//	| 0, or the MTU: 32 bits in version 6,  |
//	| the lower 16 of them in version 4     |
//	+---------------------------------------+
//	| quote ...
const HeaderLen = 8

// ChecksumOffset is where the checksum stands, in bytes. That of version 6 covers a
// pseudo header with IP's addresses, so the host fills in and checks both.
const ChecksumOffset = 2

// Most is how long a packet with a message may be, in bytes. RFC 1812 section 4.3.2.3: "as
// much of the original datagram as possible without the length of the ICMP
// datagram exceeding 576 bytes"; RFC 4443 section 2.4(c): "the minimum IPv6 MTU".
func Most(protocol uint8) int {
	if protocol == ip.ICMPv6 {
		return ip.MinMTU6
	}
	return 576
}

// wires are the types and codes of the kinds.
var wires = [...]struct {
	kind   Kind
	v4, v6 [2]byte
}{
	{PortUnreachable, [2]byte{3, 3}, [2]byte{1, 4}},
	{TooBig, [2]byte{3, 4}, [2]byte{2, 0}},
	{HopsExceeded, [2]byte{11, 0}, [2]byte{3, 0}},
	{ReassemblyTime, [2]byte{11, 1}, [2]byte{3, 1}},
}

// Len is the length of the encoded message in bytes.
func (m *Message) Len() int { return HeaderLen + len(m.Quote) }

// Append appends the encoding of m in the protocol, [ip.ICMP] or [ip.ICMPv6], to b. The
// checksum is left 0.
func (m *Message) Append(b []byte, protocol uint8) []byte {
	var name [2]byte
	for _, w := range wires {
		switch {
		case w.kind != m.Kind:
		case protocol == ip.ICMPv6:
			name = w.v6
		default:
			name = w.v4
		}
	}
	b = append(b, name[0], name[1], 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(m.MTU))
	return append(b, m.Quote...)
}

// ErrMessage is wrapped by the errors of [Parse].
var ErrMessage = errors.New("not an ICMP message")

// Parse decodes b as a message of the protocol. The quote is part of b. The checksum is
// not checked. The error wraps [ErrMessage].
func Parse(b []byte, protocol uint8) (Message, error) {
	if len(b) < HeaderLen {
		return Message{}, fmt.Errorf("%w: %d bytes; at least %d", ErrMessage, len(b), HeaderLen)
	}
	name := [2]byte{b[0], b[1]}
	for _, w := range wires {
		six := protocol == ip.ICMPv6
		if six && w.v6 == name || !six && w.v4 == name {
			m := Message{Kind: w.kind, Quote: b[HeaderLen:]}
			if w.kind == TooBig {
				m.MTU = mtu(b, six)
			}
			return m, nil
		}
	}
	return Message{Kind: Other, Quote: b[HeaderLen:]}, nil
}

func mtu(b []byte, six bool) int {
	if six {
		return int(min(binary.BigEndian.Uint32(b[4:]), ip.HeaderLen6+ip.MaxLen))
	}
	return int(binary.BigEndian.Uint16(b[6:]))
}
