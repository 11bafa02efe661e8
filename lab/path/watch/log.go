package watch

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"stones/lab/path"
	"stones/lab/wire"
)

// A log records what becomes of every packet, for the record, for a tap, or for both.
type log struct {
	watch  *Watch
	keep   bool             // keep the packets, for the record
	tap    func(path.Frame) // may be nil
	number uint64           // of the last packet
}

// numbers are the sequence numbers of one end's stream.
type numbers struct {
	first uint32 // the SYN's
	sent  uint32 // the end of what was sent, counted from the SYN
}

// sent notes a packet that is given to a wire.
func (l *log) sent(now time.Duration, s Sight, whole []byte, back bool) *path.Packet {
	l.number++
	p := &path.Packet{
		Number: l.number, Sent: now, Back: s.back, Size: len(whole),
		First: s.Stone, Last: max(s.Stone, s.Last),
	}
	f := l.describe(p, s.flow, unwrap(whole))
	if f != nil {
		p.Back = back != f.lane.Reverse
	}
	if l.keep && f != nil {
		if len(f.packets) < path.MostHeard {
			p.Head = slices.Clone(whole[:min(len(whole), path.HeardLen)])
		}
		f.packets = append(f.packets, p)
	}
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: p.Sent, Far: back, Bytes: slices.Clone(whole)})
	}
	return p
}

// arrives notes that a packet comes out of a wire.
func (l *log) arrives(now time.Duration, p *path.Packet, item wire.Packet, far bool) {
	trip := tripOf(p, item)
	trip.Arrived, trip.At, trip.Left, trip.Marked = true, now, item.Left, item.Marked
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: trip.At, Arrival: true, Far: far, Copied: item.Copy, Bytes: slices.Clone(item.Data)})
	}
}

// describe reads what is behind the IP header of a packet of flow f. It returns the flow
// that the packet belongs to; for an ICMP message that is the flow it is about.
func (l *log) describe(p *path.Packet, f *Flow, in inner) *Flow {
	p.Data, p.Offset, p.More = len(in.head), in.offset, in.more
	switch in.protocol {
	case protocolTCP:
		p.Protocol = "tcp"
		f.segment(p, tcpHeader(in.head))
		return f
	case protocolUDP:
		p.Protocol = "udp"
		if in.offset == 0 {
			p.Data -= udpLen
		}
		return f
	case protocolICMP, protocolICMPv6:
		p.Protocol = "icmp"
		if in.protocol == protocolICMPv6 && in.head[0] >= icmpv6Info {
			return nil // a host looking for routers or neighbours
		}
		return l.watch.about(in.head)
	}
	return nil
}

// icmpLen is the length of ICMP's header, in bytes, before the packet that it quotes.
const icmpLen = 8

// about is the flow of the datagram that an ICMP message is about. The message quotes the
// beginning of that datagram (RFC 792, RFC 4443 section 3).
func (w *Watch) about(icmp []byte) *Flow {
	in := unwrap(icmp[min(icmpLen, len(icmp)):])
	if in.protocol != protocolUDP || in.offset > 0 || len(in.head) < udpLen {
		return w.overUDP(0)
	}
	return w.overUDP(binary.BigEndian.Uint16(in.head[2:]))
}

// segment reads a TCP header.
func (f *Flow) segment(p *path.Packet, tcp tcpHeader) {
	near, far := &f.thrower, &f.catcher
	if p.Back {
		near, far = far, near
	}
	flags := tcp.flags()
	p.Data -= tcp.length()
	takes := uint32(p.Data) // sequence numbers; SYN and FIN take one each
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

// flagNames holds the flags that the stack sets, in the usual order of their names.
var flagNames = [...]struct {
	flag uint8
	name string
}{
	{flagSYN, "SYN"},
	{flagFIN, "FIN"},
	{flagRST, "RST"},
	{flagPSH, "PSH"},
	{flagACK, "ACK"},
	{flagECE, "ECE"},
	{flagCWR, "CWR"},
}

// tripOf is the packet's own trip or that of its copy.
func tripOf(p *path.Packet, item wire.Packet) *path.Trip {
	if item.Copy {
		return p.Copy
	}
	return &p.Trip
}
