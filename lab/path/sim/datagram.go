package sim

import (
	"net"
	"net/netip"

	"stones/lab/stack"
)

// datagram is a UDP socket, connected or not.
type datagram struct {
	*endpoint
	socket *stack.Socket
	toRead need
	sender *net.UDPAddr // of the datagram read last
	came   arrivals
	taken  func(read []byte, whole bool) // called with what was read of a datagram; may be nil
}

var (
	_ net.Conn       = (*datagram)(nil)
	_ net.PacketConn = (*datagram)(nil)
)

// newDatagram makes a UDP socket of a host's socket.
func (d *driver) newDatagram(socket *stack.Socket) *datagram {
	u := &datagram{endpoint: d.newEndpoint("udp"), socket: socket}
	u.local = net.UDPAddrFromAddrPort(socket.Local())
	if remote := socket.Remote(); remote.IsValid() {
		u.remote = net.UDPAddrFromAddrPort(remote)
	}
	u.toRead = need{"read", socket.Readable, wakeTime}
	socket.OnChange = func() {
		u.came.note(socket.Waiting(), d.Now())
		u.changed()
	}
	return u
}

// Read reads one datagram; what b has no room for is lost.
func (d *datagram) Read(b []byte) (int, error) {
	n, _, err := d.receive(b)
	return n, err
}

// ReadFrom reads one datagram and says where it came from.
func (d *datagram) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := d.receive(b)
	if err != nil {
		return n, nil, err
	}
	if d.sender == nil || d.sender.AddrPort() != from {
		d.sender = net.UDPAddrFromAddrPort(from)
	}
	return n, d.sender, nil
}

func (d *datagram) receive(b []byte) (n int, from netip.AddrPort, err error) {
	size := 0
	err = d.try(&d.toRead, &d.read, func() (ok bool, err error) {
		n, size, from, ok, err = d.socket.Read(b)
		return ok, err
	})
	if err != nil {
		return 0, netip.AddrPort{}, d.fail("read", err)
	}
	d.driver.given(doorway{d.network, d.socket.Local().Port()}, d.came.take(1))
	if d.taken != nil {
		d.taken(b[:n], n == size)
	}
	return n, from, nil
}

// Write throws one datagram at the address that d is connected to.
func (d *datagram) Write(b []byte) (int, error) { return d.send(b, d.socket.Remote()) }

// WriteTo throws one datagram at an address.
func (d *datagram) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, d.fail("write", net.InvalidAddrError("not a UDP address"))
	}
	return d.send(b, udp.AddrPort())
}

// toThrow is the need of a write. It never blocks: UDP has no send buffer here.
var toThrow = need{what: "write"}

func (d *datagram) send(b []byte, to netip.AddrPort) (int, error) {
	err := d.try(&toThrow, &d.write, func() (bool, error) {
		return true, d.socket.WriteTo(b, to)
	})
	if err != nil {
		return 0, d.fail("write", err)
	}
	return len(b), nil
}

// Close closes the socket.
func (d *datagram) Close() error {
	if !d.close() {
		return d.fail("close", net.ErrClosed)
	}
	d.socket.Close()
	return nil
}
