package watch

import (
	"slices"
	"strings"
	"time"

	"stones/lab/path"
	"stones/lab/wire"
)

// A log notes what becomes of every single packet, where somebody wants to know
// that.
type log struct {
	watch  *Watch
	keep   bool             // for the record
	tap    func(path.Frame) // or nil
	number uint64           // of the last packet

	thrower, catcher numbers
}

// numbers are the sequence numbers of one end's stream.
type numbers struct {
	first uint32 // the SYN's
	sent  uint32 // how far it has come since
}

// sent notes a packet that is given to a wire.
func (l *log) sent(now time.Duration, s Sight, whole []byte, back bool) *path.Packet {
	l.number++
	p := &path.Packet{
		Number: l.number, Sent: now, Back: back, Size: len(whole),
		First: s.Stone, Last: max(s.Stone, s.Last),
	}
	f := l.describe(p, unwrap(whole))
	if l.keep && f != nil {
		f.packets = append(f.packets, p)
	}
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: p.Sent, Bytes: slices.Clone(whole)})
	}
	return p
}

// arrives notes that a packet comes out of a wire.
func (l *log) arrives(now time.Duration, p *path.Packet, item wire.Packet) {
	trip := tripOf(p, item)
	trip.Arrived, trip.At = true, now
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: trip.At, Arrival: true, Copied: item.Copy, Bytes: slices.Clone(item.Data)})
	}
}

// describe reads what is behind the IP header. It returns the flow of the
// flow that the packet is part of: ICMP only ever speaks about datagrams.
func (l *log) describe(p *path.Packet, in inner) *Flow {
	p.Data, p.Offset, p.More = len(in.head), in.offset, in.more
	switch in.protocol {
	case protocolTCP:
		p.Protocol = "tcp"
		l.segment(p, tcpHeader(in.head))
		return &l.watch.tcp
	case protocolUDP:
		p.Protocol = "udp"
		if in.offset == 0 {
			p.Data -= udpLen
		}
		return &l.watch.udp
	case protocolICMP, protocolICMPv6:
		p.Protocol = "icmp"
		if in.protocol == protocolICMPv6 && in.head[0] >= icmpv6Info {
			return nil // a router or a neighbour is looked for
		}
		return &l.watch.udp
	}
	return nil
}

// segment reads a TCP header.
func (l *log) segment(p *path.Packet, tcp tcpHeader) {
	near, far := &l.thrower, &l.catcher
	if p.Back {
		near, far = far, near
	}
	flags := tcp.flags()
	p.Data -= tcp.length()
	takes := uint32(p.Data) // numbers; a SYN and a FIN take one each
	if flags&flagSYN != 0 {
		near.first = tcp.seq()
		takes++
	}
	if flags&flagFIN != 0 {
		takes++
	}
	p.Seq = tcp.seq() - near.first
	if flags&flagACK != 0 {
		p.Ack = tcp.ack() - far.first
	}
	if takes > 0 {
		p.Again = int32(p.Seq-near.sent) < 0
		if end := p.Seq + takes; int32(end-near.sent) > 0 {
			near.sent = end
		}
	}
	var names []string
	for _, f := range flagNames {
		if flags&f.flag != 0 {
			names = append(names, f.name)
		}
	}
	p.Flags = strings.Join(names, " ")
}

// flagNames holds the flags that the stack sets, in the order in which people
// say them.
var flagNames = [...]struct {
	flag uint8
	name string
}{
	{flagSYN, "SYN"},
	{flagFIN, "FIN"},
	{flagRST, "RST"},
	{flagPSH, "PSH"},
	{flagACK, "ACK"},
}

// tripOf is the packet's own trip or that of its copy.
func tripOf(p *path.Packet, item wire.Packet) *path.Trip {
	if item.Copy {
		return p.Copy
	}
	return &p.Trip
}
