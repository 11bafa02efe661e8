package ip

import (
	"encoding/binary"
	"net/netip"

	"stones/lab/stack/checksum"
)

// Version 4, RFC 791 section 3.1:
//
//	 0                   2                   4
//	+----+----+---------+-------------------+
//	| 4  |len/4 class   | total length      |   0
//	+----+----+---------+-------------------+
//	| identification    |DF,MF| offset/8    |   4
//	+---------+---------+-------------------+
//	| TTL     | protocol| checksum          |   8
//	+---------+---------+-------------------+
//	| source address                        |  12
//	+---------------------------------------+
//	| destination address                   |  16
//	+---------------------------------------+
//	| options ...
const (
	dontFragment4  = 1 << 14
	moreFragments4 = 1 << 13
	offset4        = 1<<13 - 1
)

func (h *Header) append4(b []byte, length int) []byte {
	start := len(b)
	be := binary.BigEndian
	flags := uint16(h.Offset / 8)
	if h.DontFragment {
		flags |= dontFragment4
	}
	if h.More {
		flags |= moreFragments4
	}
	b = append(b, 0x45, h.TrafficClass)
	b = be.AppendUint16(b, uint16(HeaderLen4+length))
	b = be.AppendUint16(b, uint16(h.ID))
	b = be.AppendUint16(b, flags)
	b = append(b, h.TTL, h.Protocol, 0, 0)
	src, dst := h.Src.As4(), h.Dst.As4()
	b = append(b, src[:]...)
	b = append(b, dst[:]...)
	be.PutUint16(b[start+10:], checksum.Sum(0).Add(b[start:]).Field())
	return b
}

func parse4(b []byte, whole bool) (h Header, payload []byte, err error) {
	be := binary.BigEndian
	if len(b) < HeaderLen4 {
		return h, nil, wrong("%d bytes; at least %d", len(b), HeaderLen4)
	}
	header, total := int(b[0]&0xf)*4, int(be.Uint16(b[2:]))
	switch {
	case b[0]>>4 != 4:
		return h, nil, wrong("version %d; 4 or 6", b[0]>>4)
	case header < HeaderLen4 || header > min(total, len(b)) || whole && total > len(b):
		return h, nil, wrong("header of %d bytes and length %d in %d bytes", header, total, len(b))
	case whole && !checksum.Sum(0).Add(b[:header]).OK():
		return h, nil, wrong("header's checksum")
	}
	flags := be.Uint16(b[6:])
	h = Header{
		Src:          netip.AddrFrom4([4]byte(b[12:])),
		Dst:          netip.AddrFrom4([4]byte(b[16:])),
		Protocol:     b[9],
		TrafficClass: b[1],
		TTL:          b[8],
		DontFragment: flags&dontFragment4 != 0,
		ID:           uint32(be.Uint16(b[4:])),
		Offset:       int(flags&offset4) * 8,
		More:         flags&moreFragments4 != 0,
	}
	return h, b[header:min(total, len(b))], nil
}
