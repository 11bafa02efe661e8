package ip

import (
	"encoding/binary"
	"net/netip"
)

// Version 6, RFC 8200 section 3:
//
//	 0                   2                   4
//	+----+---------+------------------------+
//	| 6  | class   | flow label             |   0
//	+----+---------+----+---------+---------+
//	| payload length    | next    | hops    |   4
//	+-------------------+---------+---------+
//	| source address, 16 bytes              |   8
//	+---------------------------------------+
//	| destination address, 16 bytes         |  24
//	+---------------------------------------+
//
// And the fragment header behind it, section 4.5:
//
//	+---------+---------+-------------------+
//	| next    | 0       | offset/8     |0|MF|   0
//	+---------+---------+-------------------+
//	| identification                        |   4
//	+---------------------------------------+
const (
	fragmentHeader = 44 // value of a next header field before a fragment header
	moreFragments6 = 1
)

func (h *Header) append6(b []byte, length int) []byte {
	be := binary.BigEndian
	next := h.Protocol
	if h.Fragment() {
		next = fragmentHeader
		length += FragmentLen
	}
	b = be.AppendUint32(b, 6<<28|uint32(h.TrafficClass)<<20)
	b = be.AppendUint16(b, uint16(length))
	b = append(b, next, h.TTL)
	src, dst := h.Src.As16(), h.Dst.As16()
	b = append(b, src[:]...)
	b = append(b, dst[:]...)
	if !h.Fragment() {
		return b
	}
	place := uint16(h.Offset)
	if h.More {
		place |= moreFragments6
	}
	b = append(b, h.Protocol, 0)
	b = be.AppendUint16(b, place)
	return be.AppendUint32(b, h.ID)
}

func parse6(b []byte, whole bool) (h Header, payload []byte, err error) {
	be := binary.BigEndian
	if len(b) < HeaderLen6 {
		return h, nil, wrong("%d bytes; at least %d", len(b), HeaderLen6)
	}
	length := int(be.Uint16(b[4:]))
	if whole && length > len(b)-HeaderLen6 {
		return h, nil, wrong("payload of %d bytes in %d bytes", length, len(b))
	}
	length = min(length, len(b)-HeaderLen6)
	h = Header{
		Src:          netip.AddrFrom16([16]byte(b[8:])),
		Dst:          netip.AddrFrom16([16]byte(b[24:])),
		Protocol:     b[6],
		TrafficClass: uint8(be.Uint16(b) >> 4),
		TTL:          b[7],
	}
	if h.Src.Is4In6() || h.Dst.Is4In6() {
		return h, nil, wrong("address of version 4 in version 6")
	}
	payload = b[HeaderLen6 : HeaderLen6+length]
	if h.Protocol != fragmentHeader {
		return h, payload, nil
	}
	if length < FragmentLen {
		return h, nil, wrong("fragment header in %d bytes", length)
	}
	place := be.Uint16(payload[2:])
	if h.Protocol = payload[0]; h.Protocol == fragmentHeader {
		return h, nil, wrong("a fragment header behind a fragment header")
	}
	h.Offset = int(place &^ 7)
	h.More = place&moreFragments6 != 0
	if h.Fragment() { // the only fragment of a datagram is treated as a packet without the header (RFC 6946)
		h.ID = be.Uint32(payload[4:])
	}
	return h, payload[FragmentLen:], nil
}
