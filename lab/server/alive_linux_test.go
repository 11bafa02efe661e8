package server

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// A session's connection is closed after eight seconds without an acknowledgement.
func TestGiveUpAfter(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	giveUpAfter(conn, vanished)
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		got, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, 18)
		if err != nil || time.Duration(got)*time.Millisecond != 8*time.Second {
			t.Errorf("user timeout %d ms, %v; want 8000", got, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
