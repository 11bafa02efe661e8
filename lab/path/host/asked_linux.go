package host

import (
	"errors"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// tellAddresses makes the kernel report to which address each datagram was sent.
func tellAddresses(raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
		if domain, _ := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN); domain == unix.AF_INET6 {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
		}
		failed = os.NewSyscallError("setsockopt PKTINFO", unix.SetsockoptInt(int(fd), level, option, 1))
	})
	return errors.Join(err, failed)
}

// WriteTo sends one datagram; an answer leaves from the address that was asked.
func (r *receiver) WriteTo(b []byte, to net.Addr) (int, error) {
	a, ok := to.(*asked)
	if !ok {
		return r.PacketConn.WriteTo(b, to)
	}
	n, _, err := r.conn.WriteMsgUDP(b, a.control(), a.UDPAddr)
	return n, err
}

// control is the control message that makes a datagram leave from the address that was
// asked.
func (a *asked) control() []byte {
	if a.here.Is4() {
		return unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: a.here.As4()})
	}
	// An IPv6 socket takes an IPv4 address in this form too. The interface follows from
	// the zone of the other end.
	return unix.PktInfo6(&unix.Inet6Pktinfo{Addr: a.here.As16()})
}
