// Package udp is the User Datagram Protocol (RFC 768): the datagram, and the
// socket that keeps what came until the program reads it.
//
// A [Socket] has no clock and never blocks. It deliberately lacks any memory of what
// it has sent: UDP has none.
package udp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Datagram is the bytes of a program with what UDP adds to them.
type Datagram struct {
	SrcPort, DstPort uint16
	Payload          []byte
}

// HeaderLen is the length of a datagram without payload:
//
//	 0                   2                   4
//	+-------------------+-------------------+
//	| source port       | destination port  |
//	+-------------------+-------------------+
//	| length            | checksum          |
//	+-------------------+-------------------+
//	| payload ...
const HeaderLen = 8

// ChecksumOffset is where the checksum stands, in bytes. The checksum also covers a
// pseudo header with IP's addresses, so the host fills it in and checks it.
const ChecksumOffset = 6

// Len is the length of the encoded datagram in bytes.
func (d *Datagram) Len() int { return HeaderLen + len(d.Payload) }

// Append appends the encoding of d to b. The checksum is left 0.
func (d *Datagram) Append(b []byte) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, d.SrcPort)
	b = be.AppendUint16(b, d.DstPort)
	b = be.AppendUint16(b, uint16(d.Len()))
	b = append(b, 0, 0)
	return append(b, d.Payload...)
}

// ErrDatagram is wrapped by the errors of [Parse].
var ErrDatagram = errors.New("not a UDP datagram")

// Parse decodes b. The payload is part of b; bytes behind the datagram are left out. The
// checksum is not checked. The error wraps [ErrDatagram].
func Parse(b []byte) (Datagram, error) {
	if len(b) < HeaderLen {
		return Datagram{}, fmt.Errorf("%w: %d bytes; at least %d", ErrDatagram, len(b), HeaderLen)
	}
	be := binary.BigEndian
	length := int(be.Uint16(b[4:]))
	if length < HeaderLen || length > len(b) {
		return Datagram{}, fmt.Errorf("%w: length %d; allowed %d to %d", ErrDatagram, length, HeaderLen, len(b))
	}
	return Datagram{be.Uint16(b), be.Uint16(b[2:]), b[HeaderLen:length]}, nil
}
