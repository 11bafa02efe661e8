package server

import (
	"net"
	"syscall"
	"time"
)

// giveUpAfter has the system close a connection after d without an acknowledgement.
// Keep-alives do not find that out while data is in flight (RFC 5482).
func giveUpAfter(conn net.Conn, d time.Duration) {
	raw, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	const userTimeout = 18 // TCP_USER_TIMEOUT, in milliseconds (tcp(7))
	if c, err := raw.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(d/time.Millisecond))
		})
	}
}
