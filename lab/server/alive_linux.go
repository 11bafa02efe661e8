package server

import (
	"net"
	"syscall"
	"time"
)

// giveUpAfter has the system give up a connection of which nothing is acknowledged for
// so long, also while something is on its way, when no keep-alive is sent (RFC 5482).
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
