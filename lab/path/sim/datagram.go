package sim

import (
	"bytes"
	"net"
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	gudp "gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// datagram is a UDP socket, connected or not.
type datagram struct {
	*endpoint
	payload bytes.Reader
	sender  *net.UDPAddr                  // of the datagram read last
	taken   func(read []byte, whole bool) // is told what was read of a datagram; may be nil
}

var (
	_ net.Conn       = (*datagram)(nil)
	_ net.PacketConn = (*datagram)(nil)
)

// newDatagram makes a socket that is bound to local, if that is given, and
// connected to remote, if that is given.
//
// Path MTU discovery is off: with it the stack would give all fragments the
// same identification, and the catcher would put pieces of different stones
// together (RFC 791 section 3.2 wants it unique).
func (h *host) newDatagram(eng *engine, op string, local, remote *tcpip.FullAddress, number tcpip.NetworkProtocolNumber) (*datagram, error) {
	d := &datagram{}
	err := h.open(op, "udp", gudp.ProtocolNumber, number, func(ep tcpip.Endpoint, queue *waiter.Queue) tcpip.Error {
		if err := ep.SetSockOptInt(tcpip.MTUDiscoverOption, int(tcpip.PMTUDiscoveryDont)); err != nil {
			return err
		}
		if local != nil {
			if err := ep.Bind(*local); err != nil {
				return err
			}
		}
		if remote != nil {
			if err := ep.Connect(*remote); err != nil {
				return err
			}
			d.endpoint = newEndpoint(eng, "udp", ep, queue)
			d.remote = net.UDPAddrFromAddrPort(addrPort(*remote))
			return nil
		}
		d.endpoint = newEndpoint(eng, "udp", ep, queue)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a, err := d.ep.GetLocalAddress(); err == nil {
		d.local = net.UDPAddrFromAddrPort(addrPort(a))
	}
	return d, nil
}

// Read reads one datagram; what b has no room for is lost.
func (d *datagram) Read(b []byte) (int, error) {
	n, _, err := d.receive(b, false)
	return n, err
}

// ReadFrom reads one datagram and says where it came from.
func (d *datagram) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := d.receive(b, true)
	if err != nil {
		return n, nil, err
	}
	if d.sender == nil || d.sender.AddrPort() != from {
		d.sender = net.UDPAddrFromAddrPort(from)
	}
	return n, d.sender, nil
}

func (d *datagram) receive(b []byte, sender bool) (int, netip.AddrPort, error) {
	w := tcpip.SliceWriter(b)
	var result tcpip.ReadResult
	err := d.try("read", &d.read, func() tcpip.Error {
		var err tcpip.Error
		result, err = d.ep.Read(&w, tcpip.ReadOptions{NeedRemoteAddr: sender})
		return err
	})
	if err != nil {
		return 0, netip.AddrPort{}, d.fail("read", err)
	}
	if d.taken != nil {
		d.taken(b[:result.Count], result.Count == result.Total)
	}
	return result.Count, addrPort(result.RemoteAddr), nil
}

// Write throws one datagram at the address that d is connected to.
func (d *datagram) Write(b []byte) (int, error) { return d.send(b, nil) }

// WriteTo throws one datagram at an address.
func (d *datagram) WriteTo(b []byte, to net.Addr) (int, error) {
	udp, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, d.fail("write", net.InvalidAddrError("not a UDP address"))
	}
	at := fullAddress(udp.AddrPort())
	return d.send(b, &at)
}

func (d *datagram) send(b []byte, to *tcpip.FullAddress) (int, error) {
	err := d.try("write", &d.write, func() tcpip.Error {
		d.payload.Reset(b)
		_, err := d.ep.Write(&d.payload, tcpip.WriteOptions{To: to})
		return err
	})
	if err != nil {
		return 0, d.fail("write", err)
	}
	return len(b), nil
}

// Close ends the socket.
func (d *datagram) Close() error { return d.close() }

// fullAddress is an address in the stack's form.
func fullAddress(a netip.AddrPort) tcpip.FullAddress {
	full := tcpip.FullAddress{Port: a.Port()}
	if a.Addr().IsValid() && !a.Addr().IsUnspecified() {
		full.Addr = tcpip.AddrFromSlice(a.Addr().AsSlice())
	}
	return full
}
