//go:build !linux

package host

import (
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// tellAddresses returns a socket that answers from the address that was asked. It
// returns nil if the system does not report that address.
func tellAddresses(conn *net.UDPConn) net.PacketConn {
	if four := ipv4.NewPacketConn(conn); addrPort(conn.LocalAddr()).Addr().Is4() {
		if four.SetControlMessage(ipv4.FlagDst, true) == nil {
			return &answering4{conn, four}
		}
		return nil
	}
	if six := ipv6.NewPacketConn(conn); six.SetControlMessage(ipv6.FlagDst, true) == nil {
		return &answering6{conn, six}
	}
	return nil
}

// An answering4 is such a socket for IPv4.
type answering4 struct {
	*net.UDPConn
	packets *ipv4.PacketConn
}

// ReadFrom reads one datagram.
func (c *answering4) ReadFrom(b []byte) (int, net.Addr, error) {
	n, m, from, err := c.packets.ReadFrom(b)
	if m != nil {
		from = askedAt(from, m.Dst)
	}
	return n, from, err
}

// WriteTo sends one datagram.
func (c *answering4) WriteTo(b []byte, to net.Addr) (int, error) {
	if a, ok := to.(*asked); ok {
		return c.packets.WriteTo(b, &ipv4.ControlMessage{Src: a.here.AsSlice()}, a.UDPAddr)
	}
	return c.UDPConn.WriteTo(b, to)
}

// An answering6 is such a socket for IPv6.
type answering6 struct {
	*net.UDPConn
	packets *ipv6.PacketConn
}

// ReadFrom reads one datagram.
func (c *answering6) ReadFrom(b []byte) (int, net.Addr, error) {
	n, m, from, err := c.packets.ReadFrom(b)
	if m != nil {
		from = askedAt(from, m.Dst)
	}
	return n, from, err
}

// WriteTo sends one datagram.
func (c *answering6) WriteTo(b []byte, to net.Addr) (int, error) {
	if a, ok := to.(*asked); ok && !a.here.Is4In6() {
		return c.packets.WriteTo(b, &ipv6.ControlMessage{Src: a.here.AsSlice()}, a.UDPAddr)
	} else if ok {
		to = a.UDPAddr
	}
	return c.UDPConn.WriteTo(b, to)
}

// askedAt is the sender of a datagram to here. If here is a multicast address, an answer
// cannot leave from it, and the sender is returned as it is.
func askedAt(from net.Addr, here net.IP) net.Addr {
	sender, ok := from.(*net.UDPAddr)
	at, known := netip.AddrFromSlice(here)
	if !ok || !known || at.IsMulticast() {
		return from
	}
	return &asked{sender, at}
}
