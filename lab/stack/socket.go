package stack

import (
	"net/netip"

	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
	"stones/lab/stack/udp"
)

// A Socket is a UDP socket of a host.
type Socket struct {
	// OnChange is called when there is something to read. It may be nil.
	OnChange func()

	host *Host
	udp  udp.Socket
	id   uint16 // of the last packet, if the socket is connected
}

// ListenUDP returns a socket at local, whose port may be 0. The error is [ErrNotHere]
// or [ErrInUse].
func (h *Host) ListenUDP(local netip.AddrPort) (*Socket, error) {
	if !h.here(local.Addr()) {
		return nil, ErrNotHere
	}
	port := local.Port()
	used := func(port uint16) bool { return h.sockets[port] != nil }
	if port == 0 {
		var ok bool
		if port, ok = h.port(used); !ok {
			return nil, ErrInUse
		}
	}
	if used(port) {
		return nil, ErrInUse
	}
	s := &Socket{host: h, id: uint16(h.dice.Uint32())}
	s.udp.Local = netip.AddrPortFrom(h.cfg.Addr, port)
	s.udp.Buffer = h.cfg.udpBuffer()
	h.sockets[port] = s
	return s, nil
}

// DialUDP returns a socket that is connected to remote. The error is [ErrUnreachable],
// or [ErrInUse] if no port is free.
func (h *Host) DialUDP(remote netip.AddrPort) (*Socket, error) {
	if !h.reaches(remote.Addr()) {
		return nil, ErrUnreachable
	}
	s, err := h.ListenUDP(netip.AddrPort{})
	if err == nil {
		s.udp.Remote = remote
	}
	return s, err
}

// Local is the socket's own address.
func (s *Socket) Local() netip.AddrPort { return s.udp.Local }

// Remote is the address that the socket is connected to. It is invalid if the socket is
// not connected.
func (s *Socket) Remote() netip.AddrPort { return s.udp.Remote }

// Waiting is how many datagrams can be read.
func (s *Socket) Waiting() int { return s.udp.Waiting() }

// Readable reports whether there is something to read.
func (s *Socket) Readable() bool { return s.udp.Readable() }

// Read is [udp.Socket.Read].
func (s *Socket) Read(b []byte) (n, size int, from netip.AddrPort, ok bool, err error) {
	return s.udp.Read(b)
}

// Write sends b to the address that the socket is connected to. It never blocks.
func (s *Socket) Write(b []byte) error { return s.WriteTo(b, s.udp.Remote) }

// WriteTo sends b. If ICMP has reported an error of an earlier datagram, it returns that
// error once instead. Other errors are [ErrUnreachable] and [udp.ErrTooLong].
func (s *Socket) WriteTo(b []byte, to netip.AddrPort) error {
	h := s.host
	if err := s.udp.Failed(); err != nil {
		return err
	}
	if !h.reaches(to.Addr()) {
		return ErrUnreachable
	}
	length := udp.HeaderLen + len(b)
	if h.cfg.Addr.Is4() {
		length += ip.HeaderLen4
	}
	if length > ip.MaxLen {
		return udp.ErrTooLong
	}
	h.counters.UDPOutDatagrams++
	p := h.pool.get()
	p.memory = append(p.memory[:0], b...)
	p.Header = ip.Header{Src: h.cfg.Addr, Dst: to.Addr(), Protocol: ip.UDP, TTL: ip.TTL}
	p.datagram = udp.Datagram{SrcPort: s.udp.Local.Port(), DstPort: to.Port(), Payload: p.memory}
	p.Datagram = &p.datagram
	p.bare = h.cfg.NoUDPChecksum && h.cfg.Addr.Is4()
	if mtu := h.mtu(to.Addr()); p.Len() > mtu {
		h.cut(p, mtu)
		return nil
	}
	p.DontFragment = true
	if s.udp.Connected() && h.cfg.Addr.Is4() {
		s.id++
		p.ID = uint32(s.id)
	}
	h.send(p)
	return nil
}

// cut sends p in fragments, with a new identification.
func (h *Host) cut(p *Packet, mtu int) {
	h.counters.FragOKs++
	p.ID = h.identify(p.Dst)
	payload := p.appendPayload(make([]byte, 0, p.payloadLen()))
	header := p.Header
	p.Release()
	for header, part := range header.Fragments(payload, mtu) {
		h.counters.FragCreates++
		q := h.pool.get()
		q.Header, q.Bytes = header, part
		h.send(q)
	}
}

// Close closes the socket. Datagrams that were not read are lost.
func (s *Socket) Close() { delete(s.host.sockets, s.udp.Local.Port()) }

// datagram gives a datagram to its socket.
func (h *Host) datagram(p *Packet, cost int) Outcome {
	d := p.Datagram
	from := netip.AddrPortFrom(p.Src, d.SrcPort)
	s := h.sockets[d.DstPort]
	if s == nil || s.udp.Connected() && s.udp.Remote != from {
		h.counters.UDPNoPorts++
		h.complain(p, icmp.PortUnreachable)
		return NobodyHome
	}
	if !s.udp.Deliver(from, d.Payload, cost) {
		h.counters.UDPRcvbufErrors++
		return NoRoom
	}
	h.counters.UDPInDatagrams++
	s.changed()
	return Taken
}

func (s *Socket) changed() {
	if s.OnChange != nil {
		s.OnChange()
	}
}

// fail notes an error that ICMP reported of a datagram to an address.
func (s *Socket) fail(to netip.AddrPort, err error) {
	if s.udp.Remote == to {
		s.udp.Fail(err)
		s.changed()
	}
}
