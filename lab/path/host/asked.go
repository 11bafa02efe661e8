package host

import (
	"net"
	"net/netip"
)

// An asked is the sender of a datagram that came to a socket which listens at all
// addresses of this computer. What is written to it leaves from the address to which the
// datagram was sent. Otherwise the system would choose an address, and a connected sender
// would drop an answer from another one.
type asked struct {
	*net.UDPAddr
	here netip.Addr // where the datagram was sent to
}

// anywhere reports whether a socket listens at all addresses.
func anywhere(conn *net.UDPConn) bool { return addrPort(conn.LocalAddr()).Addr().IsUnspecified() }
