package sim

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"stones/lab/stone"
)

// A sight is what can be seen of a packet from outside: whose it is, and which
// stones it carries.
type sight struct {
	tcp, udp bool   // neither: ICMP
	data     bool   // it carries bytes of stones
	stone    uint64 // whose byte its first byte of data is; 0 if it has none
	offset   int    // where in that stone
	last     uint64 // the last stone that begins in it; 0 if none does
	again    bool   // its first byte of data was sent before
	asked    bool   // it is a SYN, and one was sent before
	piece    bool   // it is a fragment
	port     uint16 // TCP: where it goes to
	ack      uint32 // TCP: the next byte that is expected there
}

// An eye follows what one end sends. A packet alone does not tell which stones
// are in it: TCP's sequence numbers count from where the connection began, and
// of a datagram in pieces only the first piece has the stone's header.
type eye struct {
	courses map[uint16]*course // of the end's connections, by its port
	pieces  uint64             // the stone whose pieces are being sent
}

// A course is how far one end's stream has come.
type course struct {
	asked bool   // a SYN was sent
	first uint32 // sequence number of the connection's first byte
	sent  int64  // how many bytes were sent, the furthest of them
	acked int64  // how many bytes the other end says to have
	size  int64  // bytes a stone
}

// course is that of the connection from a port.
func (e *eye) course(port uint16) *course {
	c := e.courses[port]
	if c == nil {
		if e.courses == nil {
			e.courses = map[uint16]*course{}
		}
		c = &course{}
		e.courses[port] = c
	}
	return c
}

// headLen is as much of a packet as can matter: the longest headers that the
// stack makes, and a stone's.
const headLen = header.IPv6MinimumSize + header.IPv6FragmentHeaderSize + header.TCPHeaderMaximumSize + stone.HeaderLen

// inner is what stands behind an IP header.
type inner struct {
	protocol uint8
	offset   int    // where in the datagram, if it is a fragment
	more     bool   // it is a fragment, and not the last one
	head     []byte // the beginning of it, or the whole
}

// unwrap takes away an IPv4 (RFC 791) or IPv6 (RFC 8200) header, and perhaps a
// fragment's. There are no other options.
func unwrap(packet []byte) inner {
	switch header.IPVersion(packet) {
	case header.IPv4Version:
		ip := header.IPv4(packet)
		return inner{ip.Protocol(), int(ip.FragmentOffset()), ip.More(), packet[ip.HeaderLength():]}
	case header.IPv6Version:
		protocol, rest := header.IPv6(packet).NextHeader(), packet[header.IPv6MinimumSize:]
		if protocol != header.IPv6FragmentHeader {
			return inner{protocol: protocol, head: rest}
		}
		fragment := header.IPv6Fragment(rest)
		return inner{fragment.NextHeader(), int(fragment.FragmentOffset()) * 8, fragment.More(), rest[header.IPv6FragmentHeaderSize:]}
	}
	return inner{head: packet}
}

// look sees a packet.
func (e *eye) look(packet *buffer.Buffer) sight {
	var space [headLen]byte
	n, _ := packet.ReadAt(space[:], 0)
	in := unwrap(space[:n])
	size := int(packet.Size()) - (n - len(in.head))
	s := sight{piece: in.offset > 0 || in.more}
	switch in.protocol {
	case uint8(header.TCPProtocolNumber):
		s.tcp, s.port, s.ack = true, header.TCP(in.head).DestinationPort(), header.TCP(in.head).AckNumber()
		e.course(header.TCP(in.head).SourcePort()).segment(&s, header.TCP(in.head), size)
	case uint8(header.UDPProtocolNumber):
		s.udp = true
		e.datagram(&s, in.head, in.offset)
	}
	return s
}

// segment sees a TCP segment of size bytes, its header included.
func (c *course) segment(s *sight, tcp header.TCP, size int) {
	if tcp.Flags().Contains(header.TCPFlagSyn) {
		s.asked = c.asked
		c.asked = true
		c.first = tcp.SequenceNumber() + 1
		return
	}
	data := int64(size - int(tcp.DataOffset()))
	if data <= 0 {
		return
	}
	// Sequence numbers are of 32 bits; the nearest to what was sent is meant.
	begin := c.sent + int64(int32(tcp.SequenceNumber()-c.first-uint32(c.sent)))
	if begin < 0 {
		return // a keep-alive's byte before the first
	}
	end := begin + data
	s.again = begin < c.sent
	c.sent = max(c.sent, end)
	if c.size == 0 {
		length, err := stone.Size(tcp[tcp.DataOffset():])
		if err != nil {
			return // not stones
		}
		c.size = int64(length)
	}
	s.data = true
	s.stone = uint64(begin/c.size) + 1
	s.offset = int(begin % c.size)
	if last := (end - 1) / c.size; last*c.size >= begin {
		s.last = uint64(last) + 1
	}
}

// acknowledge notes that the other end expects byte number ack next.
func (c *course) acknowledge(ack uint32) {
	c.acked = max(c.acked, c.sent+int64(int32(ack-c.first-uint32(c.sent))))
}

// datagram sees a UDP datagram, or the piece of it that begins at byte at.
func (e *eye) datagram(s *sight, head []byte, at int) {
	if at > 0 {
		s.data, s.stone, s.offset = e.pieces != 0, e.pieces, at-header.UDPMinimumSize
		return
	}
	e.pieces = 0
	thrown, err := stone.Peek(head[header.UDPMinimumSize:])
	if err != nil {
		return
	}
	s.data, s.stone, s.last = true, thrown.Number, thrown.Number
	e.pieces = thrown.Number
}
