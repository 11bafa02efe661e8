package stack

import (
	"net/netip"

	"stones/lab/stack/event"
	"stones/lab/stack/ip"
	"stones/lab/stack/tcp"
)

// ends tell a host's connections apart.
type ends struct {
	local  uint16
	remote netip.AddrPort
}

// A Conn is a host's end of a TCP connection: a [tcp.Conn] with the host's clock.
type Conn struct {
	// OnChange is called after each event that may have changed what the
	// connection can do: something to read, room to write, its end. It may be nil.
	OnChange func()

	host     *Host
	tcp      *tcp.Conn
	ends     ends
	timer    *event.Timer
	id       uint16    // of the last packet
	listener *Listener // that waits for the handshake's end; nil otherwise
}

// DialTCP begins to open a connection to remote. It has been answered or has failed once
// the state of [Conn.TCP] is no longer SYN-SENT. The error is [ErrUnreachable], or
// [ErrNotHere] if no port is free.
func (h *Host) DialTCP(remote netip.AddrPort) (*Conn, error) { return h.DialTCPAs(remote, h.cfg.TCP) }

// DialTCPAs is [Host.DialTCP] with other settings than the host's.
func (h *Host) DialTCPAs(remote netip.AddrPort, cfg tcp.Config) (*Conn, error) {
	if !h.reaches(remote.Addr()) {
		return nil, ErrUnreachable
	}
	port, ok := h.port(func(port uint16) bool {
		return h.listeners[port] != nil || h.conns[ends{port, remote}] != nil
	})
	if !ok {
		return nil, ErrNotHere
	}
	c := h.newConn(ends{port, remote}, cfg)
	c.tcp.Connect(h.events.Now())
	c.changed()
	return c, nil
}

// newConn returns a connection in state CLOSED, and registers it.
func (h *Host) newConn(e ends, cfg tcp.Config) *Conn {
	c := &Conn{host: h, ends: e, id: uint16(h.dice.Uint32())}
	cfg.LocalPort, cfg.RemotePort = e.local, e.remote.Port()
	cfg.MSS = h.mss(e.remote.Addr())
	cfg.ISS, cfg.Stamp = h.dice.Uint32(), h.dice.Uint32()
	c.tcp = tcp.New(cfg, c.send)
	c.timer = h.events.Timer(c.expire)
	h.conns[e] = c
	return c
}

// mss is the longest segment to addr, without options.
func (h *Host) mss(addr netip.Addr) int {
	header := ip.Header{Src: h.cfg.Addr}
	return h.mtu(addr) - header.Len() - tcp.HeaderLen
}

// send gives a segment to the interface.
func (c *Conn) send(s *tcp.Segment) {
	p := c.host.packet(c.ends.remote.Addr(), s)
	if c.host.cfg.Addr.Is4() && !s.Has(tcp.SYN|tcp.ACK) { // Linux answers a SYN before there is a socket that could count
		c.id++
		p.ID = uint32(c.id)
	}
	c.host.send(p)
}

// packet is what carries a segment.
func (h *Host) packet(to netip.Addr, s *tcp.Segment) *Packet {
	p := h.pool.get()
	p.Header = ip.Header{
		Src: h.cfg.Addr, Dst: to, Protocol: ip.TCP, TTL: ip.TTL,
		TrafficClass: uint8(s.ECN), DontFragment: true,
	}
	p.segment = *s
	p.Segment = &p.segment
	return p
}

// segment gives a segment to its connection or listener. If there is none, it answers
// with a reset.
func (h *Host) segment(p *Packet) Outcome {
	s := p.Segment
	e := ends{s.DstPort, netip.AddrPortFrom(p.Src, s.SrcPort)}
	if c := h.conns[e]; c != nil {
		c.tcp.Deliver(h.events.Now(), s)
		c.changed()
		return Taken
	}
	if l := h.listeners[s.DstPort]; l != nil && s.Flags&(tcp.SYN|tcp.ACK|tcp.RST) == tcp.SYN {
		return l.asked(e, s)
	}
	var reset tcp.Segment
	if tcp.Refuse(s, &reset) {
		h.send(h.packet(p.Src, &reset))
	}
	return NobodyHome
}

// expire lets the connection's timers fire.
func (c *Conn) expire() {
	c.tcp.Expire(c.host.events.Now())
	c.changed()
}

// changed wakes the waiting tasks and tells the listener, after each call of the connection.
func (c *Conn) changed() {
	c.await()
	state := c.tcp.State()
	if c.listener != nil {
		c.listener.progress(c, state)
	}
	if state == tcp.Closed {
		c.forget()
	}
	if c.OnChange != nil {
		c.OnChange()
	}
}

// await sets the timer. A timer that fires too early does no harm, and is cheaper than
// one that is moved by every segment.
func (c *Conn) await() {
	at, ok := c.tcp.Next()
	switch {
	case !ok:
		c.timer.Stop()
	case !c.timer.Pending() || c.timer.At() > at:
		c.timer.Set(at)
	}
}

// forget removes the connection from the host.
func (c *Conn) forget() {
	c.timer.Stop()
	if c.host.conns[c.ends] == c {
		delete(c.host.conns, c.ends)
	}
}

// Local is this end's address.
func (c *Conn) Local() netip.AddrPort { return netip.AddrPortFrom(c.host.cfg.Addr, c.ends.local) }

// Remote is the other end's address.
func (c *Conn) Remote() netip.AddrPort { return c.ends.remote }

// TCP is the connection itself, for reading only: the host does not notice what is
// changed through it.
func (c *Conn) TCP() *tcp.Conn { return c.tcp }

// Read is that of [tcp.Conn].
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.tcp.Read(c.host.events.Now(), b)
	c.changed()
	return n, err
}

// Write is that of [tcp.Conn].
func (c *Conn) Write(b []byte) (int, error) {
	n, err := c.tcp.Write(c.host.events.Now(), b)
	c.changed()
	return n, err
}

// CloseWrite ends this end's stream behind what was written.
func (c *Conn) CloseWrite() {
	c.tcp.CloseWrite(c.host.events.Now())
	c.changed()
}

// Close closes the connection in order. The host still delivers what was written.
func (c *Conn) Close() {
	c.tcp.Close(c.host.events.Now())
	c.changed()
}

// Abort resets the connection.
func (c *Conn) Abort() {
	c.tcp.Abort(c.host.events.Now())
	c.changed()
}

// SetKeepAlive changes when a silent peer is probed.
func (c *Conn) SetKeepAlive(k tcp.KeepAlive) {
	c.tcp.SetKeepAlive(c.host.events.Now(), k)
	c.changed()
}
