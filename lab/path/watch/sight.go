package watch

import (
	"encoding/binary"
	"time"

	"stones/lab/stone"
)

// A Sight is what can be seen of a packet from outside: whose it is, and which
// stones it carries.
type Sight struct {
	TCP, UDP bool   // of these transports
	ICMP     bool   // it is an error of ICMP: it reports a packet that could not be delivered
	Data     bool   // it carries bytes of stones
	Stone    uint64 // the stone that its first byte of data belongs to; 0 if it has none
	Offset   int    // where that byte is in the stone
	Last     uint64 // the last stone that begins in it; 0 if none does
	Ends     uint64 // the last stone whose last byte is in it; below Stone if none ends in it
	Again    bool   // its first byte of data was sent before
	Ports    Ports  // from the view of the end that it goes to; zero if it is neither TCP nor UDP
	Capable  bool   // a queue may mark it instead of dropping it (RFC 3168)
	Ack      uint32 // TCP: the acknowledgment number

	asked  bool // it is a SYN, and one was sent before
	piece  piece
	Stream Stretch // TCP: which bytes of the stream it carries

	// Set by Watch.Sent:
	at   time.Duration // when it was sent
	flow *Flow         // the flow that it belongs to
	back bool          // it goes from that flow's catcher to its thrower
}

// Back reports whether a packet that was sent goes from its flow's catcher to its
// thrower. For a packet that belongs to no flow it reports whether it is on the wire back.
func (s Sight) Back() bool { return s.back }

// Extra is how long a packet that was sent is delayed before it enters the wire: the
// extra delay of its flow.
func (s Sight) Extra() time.Duration { return s.flow.lane.Extra }

// A Stretch is which bytes of a connection's stones a segment carries.
type Stretch struct {
	From, To int64
	Size     int64 // bytes a stone
}

// A piece is a fragment of a datagram. Its zero value is a packet that is whole.
type piece struct {
	id   uint32 // of the datagram
	at   int    // where in the datagram, in bytes
	size int    // in bytes
	more bool   // more fragments follow
}

func (p piece) fragment() bool { return p.at > 0 || p.more }

// An Eye follows what one end sends. A packet alone does not show which stones are in it:
// TCP's sequence numbers count from the beginning of the connection, and of a fragmented
// datagram only the first fragment has the stone's header. The zero value is ready for
// use.
type Eye struct {
	courses map[Ports]*Course   // of the end's connections
	pieces  uint64              // the stone in the datagram whose fragments are being sent
	towards Ports               // the ports of that datagram
	own     map[uint16]*carried // of the user's protocols, by the catcher's port
}

// A Course is how far one end's stream has come, in bytes.
type Course struct {
	Sent  int64 // the end of what was sent
	Acked int64 // the end of what the other end has acknowledged

	asked bool   // a SYN was sent
	first uint32 // sequence number of the connection's first byte
	size  int64  // bytes a stone
}

// Ports identify one of an end's connections: by its own port, and the other end's.
type Ports struct{ Own, Other uint16 }

// Course returns the course of a connection; if there is none, it begins one.
func (e *Eye) Course(of Ports) *Course {
	c := e.courses[of]
	if c == nil {
		if e.courses == nil {
			e.courses = map[Ports]*Course{}
		}
		c = &Course{}
		e.courses[of] = c
	}
	return c
}

// HeadLen is how many bytes of a packet an Eye needs at most: the headers of IPv6, of a
// fragment, of TCP with all options, and of a stone.
const HeadLen = ipv6Len + fragmentLen + tcpMost + stone.HeaderLen

// Look takes a packet of size bytes that the end sends, of which head is the beginning or
// the whole, and returns what can be seen of it.
func (e *Eye) Look(head []byte, size int) Sight {
	in := unwrap(head)
	size -= len(head) - len(in.head)
	var s Sight
	if p := (piece{in.id, in.offset, size, in.more}); p.fragment() {
		s.piece = p
	}
	switch {
	case in.protocol == protocolTCP && len(in.head) >= tcpLen:
		tcp := tcpHeader(in.head)
		s.TCP, s.Ports, s.Ack = true, Ports{tcp.to(), tcp.from()}, tcp.ack()
		s.Capable = capable(head)
		e.Course(Ports{tcp.from(), tcp.to()}).segment(&s, tcp, size)
	case in.protocol == protocolUDP && (in.offset > 0 || len(in.head) >= udpLen):
		s.UDP = true
		e.datagram(&s, in.head, in.offset, in.more)
	case in.protocol == protocolICMP, in.protocol == protocolICMPv6 && len(in.head) > 0 && in.head[0] < icmpv6Info:
		s.ICMP = true
	}
	return s
}

// Flow is a number that all packets of a flow have in one direction.
func (s Sight) Flow() uint64 {
	key := uint64(s.Ports.Own)<<16 | uint64(s.Ports.Other)
	switch {
	case s.TCP:
		return key | 1<<32
	case s.UDP:
		return key | 2<<32
	}
	return 3 << 32
}

// Begins reports whether the packet is a whole datagram or its first fragment.
func (s Sight) Begins() bool { return s.piece.at == 0 }

// icmpv6Info is the first of ICMPv6's types that are not errors (RFC 4443 section 2.1);
// among them are the searches for routers and neighbours.
const icmpv6Info = 128

// segment looks at a TCP segment of size bytes, its header included.
func (c *Course) segment(s *Sight, tcp tcpHeader, size int) {
	if tcp.flags()&flagSYN != 0 {
		s.asked = c.asked
		c.asked = true
		c.first = tcp.seq() + 1
		return
	}
	data := int64(size - tcp.length())
	if data <= 0 {
		return
	}
	// Sequence numbers have 32 bits; the offset nearest to what was sent is meant.
	begin := c.Sent + int64(int32(tcp.seq()-c.first-uint32(c.Sent)))
	if begin < 0 {
		return // a keep-alive probe: the byte before the first
	}
	end := begin + data
	s.Again = begin < c.Sent
	c.Sent = max(c.Sent, end)
	if c.size == 0 {
		length, err := stone.Size(tcp.payload())
		if err != nil {
			return // not stones
		}
		c.size = int64(length)
	}
	s.Data = true
	s.Stone = uint64(begin/c.size) + 1
	s.Offset = int(begin % c.size)
	s.Ends = uint64(end / c.size)
	s.Stream = Stretch{begin, end, c.size}
	if last := (end - 1) / c.size; last*c.size >= begin {
		s.Last = uint64(last) + 1
	}
}

// Acknowledge notes that the other end expects byte number ack next.
func (c *Course) Acknowledge(ack uint32) {
	c.Acked = max(c.Acked, c.Sent+int64(int32(ack-c.first-uint32(c.Sent))))
}

// datagram looks at a UDP datagram, or at the fragment of one that begins at byte at.
func (e *Eye) datagram(s *Sight, head []byte, at int, more bool) {
	if at > 0 {
		s.Ports = e.towards
		s.Data, s.Stone, s.Offset = e.pieces != 0, e.pieces, at-udpLen
		if !more {
			s.Ends = e.pieces
		}
		return
	}
	s.Ports = Ports{binary.BigEndian.Uint16(head[2:]), binary.BigEndian.Uint16(head)}
	e.pieces, e.towards = 0, s.Ports
	if c := e.own[s.Ports.Own]; c != nil {
		e.carries(s, c, head[udpLen:], more)
		return
	}
	thrown, err := stone.Peek(head[udpLen:])
	if err != nil {
		return
	}
	s.Data, s.Stone, s.Last = true, thrown.Number, thrown.Number
	e.pieces = thrown.Number
	if !more {
		s.Ends = thrown.Number
	}
}

// carried says which stones the user's protocol has sent.
type carried struct{ sent []bool }

// follow makes the eye look for stones, numbered up to stones, anywhere in the datagrams to
// a port.
func (e *Eye) follow(port uint16, stones int) {
	if e.own == nil {
		e.own = map[uint16]*carried{}
	}
	e.own[port] = &carried{make([]bool, stones)}
}

// Whole reports whether the eye needs all bytes of a datagram to a port.
func (e *Eye) Whole(port uint16) bool { return e.own[port] != nil }

// carries finds the stone that a datagram carries: the first whose header stands in it.
func (e *Eye) carries(s *Sight, c *carried, payload []byte, more bool) {
	for at := 0; at+stone.HeaderLen <= len(payload); at++ {
		thrown, err := stone.Peek(payload[at:])
		if err != nil || thrown.Number == 0 || thrown.Number > uint64(len(c.sent)) {
			continue
		}
		n := thrown.Number
		s.Data, s.Stone, s.Last = true, n, n
		s.Again, c.sent[n-1] = c.sent[n-1], true
		e.pieces = n
		if !more {
			s.Ends = n
		}
		return
	}
}

// inner is what stands behind an IP header.
type inner struct {
	protocol uint8
	id       uint32 // of the datagram that it is a fragment of
	offset   int    // where in the datagram, if it is a fragment
	more     bool   // it is a fragment, and more follow
	head     []byte // the beginning of the payload, or all of it
}

// Lengths of headers in bytes, and numbers of protocols and flags.
const (
	ipv4Len     = 20
	ipv6Len     = 40
	fragmentLen = 8
	tcpLen      = 20
	tcpMost     = 60 // with all the options there can be
	udpLen      = 8

	protocolICMP     = 1
	protocolTCP      = 6
	protocolUDP      = 17
	protocolFragment = 44
	protocolICMPv6   = 58
)

// unwrap removes an IPv4 (RFC 791) or IPv6 (RFC 8200) header, and IPv6's fragment header
// if there is one. Other extension headers count as an unknown protocol.
func unwrap(packet []byte) inner {
	if len(packet) < ipv4Len {
		return inner{head: packet}
	}
	switch packet[0] >> 4 {
	case 4:
		header := int(packet[0]&0xf) * 4
		if header < ipv4Len || header > len(packet) {
			break
		}
		fragment := binary.BigEndian.Uint16(packet[6:])
		return inner{
			protocol: packet[9],
			id:       uint32(binary.BigEndian.Uint16(packet[4:])),
			offset:   int(fragment&0x1fff) * 8,
			more:     fragment&0x2000 != 0,
			head:     packet[header:],
		}
	case 6:
		if len(packet) < ipv6Len {
			break
		}
		protocol, rest := packet[6], packet[ipv6Len:]
		if protocol != protocolFragment || len(rest) < fragmentLen {
			return inner{protocol: protocol, head: rest}
		}
		fragment := binary.BigEndian.Uint16(rest[2:])
		return inner{
			protocol: rest[0],
			id:       binary.BigEndian.Uint32(rest[4:]),
			offset:   int(fragment &^ 7),
			more:     fragment&1 != 0,
			head:     rest[fragmentLen:],
		}
	}
	return inner{head: packet}
}

// tcpHeader is a TCP segment from its first byte (RFC 9293 section 3.1).
type tcpHeader []byte

func (h tcpHeader) from() uint16 { return binary.BigEndian.Uint16(h) }
func (h tcpHeader) to() uint16   { return binary.BigEndian.Uint16(h[2:]) }
func (h tcpHeader) seq() uint32  { return binary.BigEndian.Uint32(h[4:]) }
func (h tcpHeader) ack() uint32  { return binary.BigEndian.Uint32(h[8:]) }
func (h tcpHeader) length() int  { return int(h[12]>>4) * 4 }
func (h tcpHeader) flags() uint8 { return h[13] }

// payload is what stands behind the header, as far as it is there.
func (h tcpHeader) payload() []byte { return h[min(h.length(), len(h)):] }

// The flags of a TCP header.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
	_ // urgent
	flagECE
	flagCWR
)
