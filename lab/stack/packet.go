package stack

import (
	"encoding/binary"
	"errors"
	"fmt"

	"stones/lab/stack/checksum"
	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
	"stones/lab/stack/tcp"
	"stones/lab/stack/udp"
)

// A Packet is an IP packet. Its payload is one of Segment, Datagram, Message and
// Bytes; the others are nil.
//
// Packets are reused. The function that a host sends with owns the packets that it
// gets, and returns each with [Packet.Release] when it is no longer needed.
type Packet struct {
	ip.Header
	Segment  *tcp.Segment
	Datagram *udp.Datagram
	Message  *icmp.Message
	Bytes    []byte // a fragment of any of them, or of a protocol that is not known

	segment  tcp.Segment
	datagram udp.Datagram
	message  icmp.Message
	memory   []byte // for the payload of a datagram
	bare     bool   // it is a datagram that is sent without a checksum (RFC 768)
	owners   int    // it is reused when there is none any more
	pool     *Pool
}

// Len is the length of the encoded packet in bytes.
func (p *Packet) Len() int { return p.Header.Len() + p.payloadLen() }

func (p *Packet) payloadLen() int {
	switch {
	case p.Segment != nil:
		return p.Segment.Len()
	case p.Datagram != nil:
		return p.Datagram.Len()
	case p.Message != nil:
		return p.Message.Len()
	}
	return len(p.Bytes)
}

// Append appends the encoding of p, with all checksums, to b.
func (p *Packet) Append(b []byte) []byte {
	b = p.Header.Append(b, p.payloadLen())
	return p.appendPayload(b)
}

// AppendHead appends the beginning of the encoding, for observers: all headers, and as
// much of the payload as fits into size bytes in all. A message of ICMP is appended
// whole. The payload's checksum is left 0.
func (p *Packet) AppendHead(b []byte, size int) []byte {
	start := len(b)
	b = p.Header.Append(b, p.payloadLen())
	switch {
	case p.Segment != nil:
		s := *p.Segment
		s.Payload = nil
		b = s.Append(b)
		return append(b, beginning(p.Segment.Payload, size-(len(b)-start))...)
	case p.Datagram != nil:
		d := *p.Datagram
		d.Payload = beginning(d.Payload, size-(len(b)-start)-udp.HeaderLen)
		return d.Append(b)
	case p.Message != nil:
		return p.Message.Append(b, p.Protocol)
	}
	return append(b, beginning(p.Bytes, size-(len(b)-start))...)
}

// beginning is at most the first n bytes of b.
func beginning(b []byte, n int) []byte { return b[:max(0, min(n, len(b)))] }

func (p *Packet) appendPayload(b []byte) []byte {
	start := len(b)
	switch {
	case p.Segment != nil:
		b = p.Segment.Append(b)
	case p.Datagram != nil:
		b = p.Datagram.Append(b)
	case p.Message != nil:
		b = p.Message.Append(b, p.Protocol)
	default:
		return append(b, p.Bytes...)
	}
	p.fill(b[start:])
	return b
}

// fill writes the checksum into a payload.
func (p *Packet) fill(payload []byte) {
	if p.bare {
		return
	}
	field := p.sum(len(payload)).Add(payload).Field()
	if p.Protocol == ip.UDP && field == 0 {
		// RFC 768: "If the computed checksum is zero, it is transmitted as all
		// ones". Zero says that there is none.
		field = 0xffff
	}
	binary.BigEndian.PutUint16(payload[checksumOffset(p.Protocol):], field)
}

// sum is the sum of the pseudo header for a payload of length bytes.
func (p *Packet) sum(length int) checksum.Sum {
	if p.Protocol == ip.ICMP {
		return 0
	}
	return checksum.Pseudo(p.Src, p.Dst, p.Protocol, length)
}

func checksumOffset(protocol uint8) int {
	switch protocol {
	case ip.TCP:
		return tcp.ChecksumOffset
	case ip.UDP:
		return udp.ChecksumOffset
	}
	return icmp.ChecksumOffset
}

// ErrChecksum is wrapped by the error for a packet that was damaged on the way.
var ErrChecksum = errors.New("wrong checksum")

// decode decodes a payload that is not a fragment, and checks its checksum.
func (p *Packet) decode(payload []byte) (err error) {
	six := p.Src.Is6()
	switch {
	case p.Protocol == ip.TCP:
		p.Segment = &p.segment
		if err = p.segment.Parse(payload); err == nil {
			p.segment.ECN = tcp.ECN(p.TrafficClass & 3)
			err = p.check(payload)
		}
	case p.Protocol == ip.UDP:
		p.Datagram = &p.datagram
		if p.datagram, err = udp.Parse(payload); err == nil && (six || binary.BigEndian.Uint16(payload[udp.ChecksumOffset:]) != 0) {
			err = p.check(payload[:p.datagram.Len()])
		}
	case p.Protocol == ip.ICMP && !six, p.Protocol == ip.ICMPv6 && six:
		p.Message = &p.message
		if p.message, err = icmp.Parse(payload, p.Protocol); err == nil {
			err = p.check(payload)
		}
	default:
		p.Bytes = payload
	}
	return err
}

func (p *Packet) check(payload []byte) error {
	if !p.sum(len(payload)).Add(payload).OK() {
		return fmt.Errorf("protocol %d: %w", p.Protocol, ErrChecksum)
	}
	return nil
}

// A Pool keeps packets to be reused. The zero value is empty.
type Pool struct {
	free []*Packet
}

// get returns an empty packet, which has one owner.
func (o *Pool) get() *Packet {
	last := len(o.free) - 1
	if last < 0 {
		return &Packet{pool: o, owners: 1}
	}
	p := o.free[last]
	o.free = o.free[:last]
	p.owners = 1
	return p
}

// Parse decodes a packet, which refers to b from then on. The error says why a host
// would drop it; it wraps [ip.ErrPacket], [tcp.ErrSegment], [udp.ErrDatagram],
// [icmp.ErrMessage] or [ErrChecksum].
func (o *Pool) Parse(b []byte) (*Packet, error) {
	h, payload, err := ip.Parse(b)
	if err != nil {
		return nil, err
	}
	p := o.get()
	p.Header = h
	if h.Fragment() {
		p.Bytes = payload
		return p, nil
	}
	if err := p.decode(payload); err != nil {
		p.Release()
		return nil, err
	}
	return p, nil
}

// Retain gives p one more owner.
func (p *Packet) Retain() { p.owners++ }

// Release says that one owner no longer needs p. Its payload may be used further, unless
// it is that of a datagram.
func (p *Packet) Release() {
	p.owners--
	if p.owners > 0 {
		return
	}
	p.Segment, p.Datagram, p.Message, p.Bytes, p.bare = nil, nil, nil, nil, false
	p.segment.Payload, p.datagram.Payload, p.message.Quote = nil, nil, nil
	p.pool.free = append(p.pool.free, p)
}
