package host

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// drops reads how many datagrams found the socket's buffer full.
//
// SO_MEMINFO gives the counter of this moment. SO_RXQ_OVFL gives the same one,
// but only with the next datagram, and so never tells of the last that were
// dropped.
func drops(raw syscall.RawConn) (int, error) {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	var errno syscall.Errno
	err := raw.Control(func(fd uintptr) {
		_, _, errno = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil {
		return 0, err
	}
	if errno != 0 {
		return 0, os.NewSyscallError("getsockopt SO_MEMINFO", errno)
	}
	return int(info[unix.SK_MEMINFO_DROPS]), nil
}

// set chooses the congestion control of a TCP socket.
func set(fd uintptr, network string, cfg Config) error {
	if cfg.Congestion == "" || !strings.HasPrefix(network, "tcp") {
		return nil
	}
	if err := unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, cfg.Congestion); err != nil {
		return fmt.Errorf("congestion control %q: %w; this kernel has %s", cfg.Congestion, err, available())
	}
	return nil
}

const sysctl = "/proc/sys/net/ipv4/"

// available lists the congestion controls that the kernel has.
func available() string { return read("tcp_available_congestion_control") }

// defaultCongestion is the one it takes if nothing is said.
func defaultCongestion() string { return read("tcp_congestion_control") }

func read(name string) string {
	text, err := os.ReadFile(sysctl + name)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}
