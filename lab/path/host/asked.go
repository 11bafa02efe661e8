package host

import (
	"net"
	"net/netip"
)

// An asked is the sender of a datagram that came to a socket which listens at all
// addresses of this computer. What is written to it leaves from the address that
// the datagram was sent to; otherwise the system chooses one, and whoever asked
// another one takes no answer from there.
type asked struct {
	*net.UDPAddr
	here netip.Addr
}

// anywhere reports whether a socket listens at all addresses.
func anywhere(conn *net.UDPConn) bool { return addrPort(conn.LocalAddr()).Addr().IsUnspecified() }
