package host

import (
	"cmp"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"stones/lab/path"
)

// udpBuffer is the default receive buffer of a catcher's UDP socket, in bytes. The
// system's default holds only about a hundred stones.
const udpBuffer = 4 << 20

// setThrower applies the settings to a socket of the thrower before it connects.
func (w *World) setThrower(network string, fd int) error {
	setBuffers(fd, w.cfg.Buffer, w.cfg.Buffer)
	if isUDP(network) {
		w.note(network, func(s *path.Stack) { s.SendBuffer = bufferOf(fd, unix.SO_SNDBUF) })
		if err := w.setChecksum(fd); err != nil {
			return err
		}
		return tellErrors(network, fd)
	}
	if err := setCongestion(fd, w.cfg.Congestion); err != nil {
		return err
	}
	w.note(network, func(s *path.Stack) {
		if name, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION); err == nil {
			s.Congestion = name
		}
		if w.cfg.Buffer > 0 {
			s.SendBuffer = bufferOf(fd, unix.SO_SNDBUF)
		}
	})
	return nil
}

// setCatcher applies the settings to a socket of the catcher before it listens. Accepted
// TCP connections inherit them, and their window scale follows from the buffer.
func (w *World) setCatcher(network string, fd int) error {
	if isUDP(network) {
		setBuffers(fd, w.cfg.Buffer, cmp.Or(w.cfg.Buffer, udpBuffer))
		w.note(network, func(s *path.Stack) { s.RecvBuffer = bufferOf(fd, unix.SO_RCVBUF) })
		if err := w.setChecksum(fd); err != nil {
			return err
		}
		err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		return os.NewSyscallError("setsockopt SO_TIMESTAMPNS", err)
	}
	setBuffers(fd, w.cfg.Buffer, w.cfg.Buffer)
	if w.cfg.Buffer > 0 {
		w.note(network, func(s *path.Stack) { s.RecvBuffer = bufferOf(fd, unix.SO_RCVBUF) })
	}
	return setCongestion(fd, w.cfg.Congestion)
}

// setChecksum switches the checksums of a socket's datagrams off if that is configured.
func (w *World) setChecksum(fd int) error {
	if !w.cfg.NoUDPChecksum {
		return nil
	}
	return os.NewSyscallError("setsockopt SO_NO_CHECK", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NO_CHECK, 1))
}

// setBuffers asks for socket buffers of so many bytes; 0 leaves the system's choice. It
// exceeds the system's limit if this process may (SO_SNDBUFFORCE).
func setBuffers(fd, send, receive int) {
	for _, b := range []struct{ size, force, ask int }{
		{send, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF},
		{receive, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF},
	} {
		if b.size > 0 && unix.SetsockoptInt(fd, unix.SOL_SOCKET, b.force, b.size) != nil {
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, b.ask, b.size)
		}
	}
}

// bufferOf is the size of a socket buffer in bytes. Linux doubles what it is asked for
// and returns the double (socket(7)); this is half of that.
func bufferOf(fd, option int) int {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
	if err != nil {
		return 0
	}
	return n / 2
}

// tellErrors makes the kernel return an error for every datagram that it cannot send.
// Without IP_RECVERR it returns none for those that find the device's queue full.
func tellErrors(network string, fd int) error {
	err := error(nil)
	if network == "udp6" {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	} else {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	}
	return os.NewSyscallError("setsockopt RECVERR", err)
}

// setCongestion sets the congestion control of a TCP socket. The error may be a
// [*CongestionError].
func setCongestion(fd int, name string) error {
	if name == "" {
		return nil
	}
	err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, name)
	switch {
	case errors.Is(err, unix.EPERM):
		return &CongestionError{name, "only for root; allowed " + sysctl("tcp_allowed_congestion_control")}
	case errors.Is(err, unix.ENOENT):
		return &CongestionError{name, "this kernel does not have it; allowed " + sysctl("tcp_available_congestion_control")}
	}
	return os.NewSyscallError("setsockopt TCP_CONGESTION", err)
}

// systemStack is the kernel's stack by its default settings.
func systemStack() path.Stack {
	s := path.Stack{Name: "linux", Congestion: sysctl("tcp_congestion_control"), SACK: "on", Recovery: path.RecoveryRACK, Nagle: "off"}
	var uname unix.Utsname
	if unix.Uname(&uname) == nil {
		s.Version = unix.ByteSliceToString(uname.Release[:])
	}
	if sysctl("tcp_ecn") == "1" {
		s.ECN = "on"
	}
	if sysctl("tcp_sack") == "0" {
		s.SACK, s.Recovery = "off", "newreno"
	} else if bits, err := strconv.Atoi(sysctl("tcp_recovery")); err == nil && bits&useRACK == 0 {
		s.Recovery = path.RecoverySACK
	}
	return s
}

// useRACK is the bit of net.ipv4.tcp_recovery that switches RACK on.
const useRACK = 1

// sysctl is the value of a setting under net.ipv4.
func sysctl(name string) string {
	text, err := os.ReadFile("/proc/sys/net/ipv4/" + name)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// thrower makes a connected socket the thrower's end.
func (w *World) thrower(conn net.Conn) (net.Conn, error) {
	switch conn := conn.(type) {
	case *net.TCPConn:
		raw, err := conn.SyscallConn()
		if err != nil {
			return nil, err
		}
		s := newStream(w, conn, raw)
		w.hold(s)
		w.connected(conn, s.gauge.record)
		return s, nil
	case *net.UDPConn:
		s := newSender(w, conn)
		w.hold(s)
		return s, nil
	}
	return conn, nil
}

// catcher makes a UDP socket the catcher's end.
func (w *World) catcher(conn *net.UDPConn) (net.PacketConn, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	buffer := 0
	if err := raw.Control(func(fd uintptr) { buffer = bufferOf(int(fd), unix.SO_RCVBUF) }); err != nil {
		return nil, err
	}
	a := &account{
		at:     addrPort(conn.LocalAddr()),
		buffer: buffer,
		tell:   func() (int, error) { return drops(raw) },
		held:   func() int { return held(raw) },
		gather: func() bool { return gather(raw) },
	}
	if anywhere(conn) {
		if err := tellAddresses(raw); err != nil {
			return nil, err
		}
	}
	w.open(a)
	return newReceiver(w, conn, a), nil
}

// held is how many bytes of memory the socket's unread messages take.
func held(raw syscall.RawConn) int {
	info, _ := meminfo(raw) // a closed socket holds nothing
	return int(info[unix.SK_MEMINFO_RMEM_ALLOC])
}

// drops reads how many messages found the socket's buffer full.
//
// SO_MEMINFO returns the present counter. SO_RXQ_OVFL returns the same counter, but only
// with the next datagram, and so leaves out the last drops.
func drops(raw syscall.RawConn) (int, error) {
	info, err := meminfo(raw)
	return int(info[unix.SK_MEMINFO_DROPS]), err
}

// meminfo reads SO_MEMINFO.
func meminfo(raw syscall.RawConn) (info [unix.SK_MEMINFO_VARS]uint32, err error) {
	var failed error
	err = raw.Control(func(fd uintptr) {
		_, failed = getsockopt(fd, unix.SOL_SOCKET, unix.SO_MEMINFO, unsafe.Pointer(&info), unsafe.Sizeof(info))
	})
	return info, errors.Join(err, failed)
}

// gather makes the kernel hand over messages of many datagrams whole (UDP_GRO), and
// reports whether it does.
func gather(raw syscall.RawConn) bool {
	var failed error
	err := raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_GRO, 1) })
	return err == nil && failed == nil
}
