package watch

import (
	"encoding/binary"
	"slices"
)

// ECN is the two lowest bits of what was the type of service, or is the traffic class
// (RFC 3168 section 5).
const (
	notCapable  = 0
	experienced = 3
)

// ecn is the ECN codepoint of a packet.
func ecn(packet []byte) byte {
	switch {
	case len(packet) < ipv4Len:
	case packet[0]>>4 == 4:
		return packet[1] & 3
	case packet[0]>>4 == 6:
		return packet[1] >> 4 & 3
	}
	return notCapable
}

// capable reports whether a queue may mark the packet instead of dropping it.
func capable(packet []byte) bool {
	bits := ecn(packet)
	return bits != notCapable && bits != experienced
}

// Mark returns a copy of a packet with the codepoint CE: a queue has marked it.
func Mark(packet []byte) []byte {
	packet = slices.Clone(packet)
	if packet[0]>>4 == 6 {
		packet[1] |= experienced << 4
		return packet
	}
	before := binary.BigEndian.Uint16(packet)
	packet[1] |= experienced
	// The checksum is updated for the changed word (RFC 1624 section 3).
	sum := uint32(^binary.BigEndian.Uint16(packet[10:])) + uint32(^before) + uint32(binary.BigEndian.Uint16(packet))
	sum = sum&0xffff + sum>>16
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(packet[10:], ^uint16(sum))
	return packet
}
