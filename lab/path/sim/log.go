package sim

import (
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"stones/lab/path"
	"stones/lab/wire"
)

// A log notes what becomes of every single packet, where somebody wants to know
// that.
type log struct {
	eng    *engine
	watch  *watch
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

// newLog returns the log that is asked for, or nil.
func newLog(eng *engine, w *watch, cfg Config) *log {
	if !cfg.Packets && cfg.Tap == nil {
		return nil
	}
	return &log{eng: eng, watch: w, keep: cfg.Packets, tap: cfg.Tap}
}

// sent notes a packet that was given to a wire, and its fate.
func (l *log) sent(s sight, whole []byte, first, copied wire.Fate, back bool) *path.Packet {
	l.number++
	p := &path.Packet{
		Number: l.number, Sent: l.eng.now - birth, Back: back, Size: len(whole),
		First: s.stone, Last: max(s.stone, s.last),
		Trip: path.Trip{Cause: causeOf(first)},
	}
	if copied != wire.None {
		p.Copy = &path.Trip{Cause: causeOf(copied)}
	}
	f := l.describe(p, unwrap(whole))
	if l.keep && f != nil {
		f.packets = append(f.packets, p)
	}
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: p.Sent, Bytes: whole})
	}
	return p
}

// arrives notes that a packet comes out of a wire.
func (l *log) arrives(p *path.Packet, item wire.Packet) {
	trip := tripOf(p, item)
	trip.Arrived, trip.At = true, l.eng.now-birth
	if l.tap != nil {
		l.tap(path.Frame{Packet: p, When: trip.At, Arrival: true, Copied: item.Copy, Bytes: item.Data})
	}
}

// describe reads what is behind the IP header. It returns the flow of the
// exchange that the packet is part of: ICMP only ever speaks about datagrams.
func (l *log) describe(p *path.Packet, in inner) *flow {
	p.Data, p.Offset, p.More = len(in.head), in.offset, in.more
	switch in.protocol {
	case uint8(header.TCPProtocolNumber):
		p.Protocol = "tcp"
		l.segment(p, header.TCP(in.head))
		return &l.watch.tcp
	case uint8(header.UDPProtocolNumber):
		p.Protocol = "udp"
		if in.offset == 0 {
			p.Data -= header.UDPMinimumSize
		}
		return &l.watch.udp
	case uint8(header.ICMPv4ProtocolNumber), uint8(header.ICMPv6ProtocolNumber):
		p.Protocol = "icmp"
		if in.protocol == uint8(header.ICMPv6ProtocolNumber) && in.head[0] >= byte(header.ICMPv6EchoRequest) {
			return nil // a router or a neighbour is looked for
		}
		return &l.watch.udp
	}
	return nil
}

// segment reads a TCP header.
func (l *log) segment(p *path.Packet, tcp header.TCP) {
	near, far := &l.thrower, &l.catcher
	if p.Back {
		near, far = far, near
	}
	flags := tcp.Flags()
	p.Data -= int(tcp.DataOffset())
	takes := uint32(p.Data) // numbers; a SYN and a FIN take one each
	if flags.Contains(header.TCPFlagSyn) {
		near.first = tcp.SequenceNumber()
		takes++
	}
	if flags.Contains(header.TCPFlagFin) {
		takes++
	}
	p.Seq = tcp.SequenceNumber() - near.first
	if flags.Contains(header.TCPFlagAck) {
		p.Ack = tcp.AckNumber() - far.first
	}
	if takes > 0 {
		p.Again = int32(p.Seq-near.sent) < 0
		if end := p.Seq + takes; int32(end-near.sent) > 0 {
			near.sent = end
		}
	}
	var names []string
	for _, f := range flagNames {
		if flags.Contains(f.flag) {
			names = append(names, f.name)
		}
	}
	p.Flags = strings.Join(names, " ")
}

// flagNames holds the flags that the stack sets, in the order in which people
// say them.
var flagNames = [...]struct {
	flag header.TCPFlags
	name string
}{
	{header.TCPFlagSyn, "SYN"},
	{header.TCPFlagFin, "FIN"},
	{header.TCPFlagRst, "RST"},
	{header.TCPFlagPsh, "PSH"},
	{header.TCPFlagAck, "ACK"},
}

// tripOf is the packet's own trip or that of its copy.
func tripOf(p *path.Packet, item wire.Packet) *path.Trip {
	if item.Copy {
		return p.Copy
	}
	return &p.Trip
}
