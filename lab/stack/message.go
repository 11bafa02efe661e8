package stack

import (
	"encoding/binary"
	"net/netip"

	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
	"stones/lab/stack/tcp"
	"stones/lab/stack/udp"
)

// complain sends an ICMP error to the sender of p, unless the rate limit forbids it. It
// is never called for a message of ICMP: RFC 1122 section 3.2.2, an ICMP error message
// MUST NOT be sent as the result of receiving an ICMP error message.
func (h *Host) complain(p *Packet, kind icmp.Kind) {
	if !h.errors.Allow(h.events.Now(), p.Src) {
		h.counters.ICMPOutRateLimit++
		return
	}
	h.counters.ICMPOutMsgs++
	q := h.pool.get()
	q.Header = ip.Header{Src: h.cfg.Addr, Dst: p.Src, Protocol: ip.ICMP, TTL: ip.TTL}
	if h.cfg.Addr.Is6() {
		q.Protocol = ip.ICMPv6
	} else {
		q.ID = h.identify(p.Src)
	}
	quote := p.Append(nil)
	most := icmp.Most(q.Protocol) - q.Header.Len() - icmp.HeaderLen
	q.message = icmp.Message{Kind: kind, Quote: quote[:min(len(quote), most)]}
	q.Message = &q.message
	h.send(q)
}

// message takes an ICMP message about a packet of this host.
func (h *Host) message(m *icmp.Message) Outcome {
	h.counters.ICMPInMsgs++
	about, payload, err := ip.ParseBeginning(m.Quote)
	if err != nil || about.Src != h.cfg.Addr || about.Offset > 0 || len(payload) < 8 {
		return Ignored
	}
	local := binary.BigEndian.Uint16(payload)
	remote := netip.AddrPortFrom(about.Dst, binary.BigEndian.Uint16(payload[2:]))
	if m.Kind == icmp.TooBig {
		h.narrow(about.Dst, m.MTU)
	}
	switch about.Protocol {
	case ip.UDP:
		if s := h.sockets[local]; s != nil {
			s.told(m.Kind, remote)
		}
	case ip.TCP:
		if c := h.conns[ends{local, remote}]; c != nil {
			c.told(m.Kind, binary.BigEndian.Uint32(payload[4:]))
		}
	}
	return Taken
}

// told takes an ICMP message about a datagram to remote.
func (s *Socket) told(kind icmp.Kind, remote netip.AddrPort) {
	switch kind {
	case icmp.PortUnreachable:
		s.fail(remote, udp.ErrRefused)
	case icmp.TooBig:
		s.fail(remote, udp.ErrTooLong)
	case icmp.HopsExceeded, icmp.ReassemblyTime, icmp.Other:
		// RFC 1122 section 4.2.3.9 calls these soft errors. Linux reports them only to
		// sockets that asked for them (IP_RECVERR).
	}
}

// told takes an ICMP message about a segment. By RFC 5927 section 4.1 it is ignored
// unless the segment's sequence number is in flight.
func (c *Conn) told(kind icmp.Kind, seq uint32) {
	if !c.tcp.Sent(seq) {
		return
	}
	now := c.host.events.Now()
	switch kind {
	case icmp.PortUnreachable:
		if c.tcp.State() == tcp.SynSent {
			c.tcp.Fail(now, tcp.ErrRefused)
		}
	case icmp.TooBig:
		c.tcp.PathMTU(now, c.host.mss(c.ends.remote.Addr()))
	case icmp.HopsExceeded, icmp.ReassemblyTime, icmp.Other:
	}
	c.changed()
}
