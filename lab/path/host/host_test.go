package host_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"stones/lab/path/host"
)

func open(t *testing.T, cfg host.Config) *host.World {
	t.Helper()
	w, err := host.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestStream(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("ipv6=%t", v6), func(t *testing.T) {
			w := open(t, host.Config{IPv6: v6})
			l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
			if errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) {
				t.Skip("this computer has no such loopback address:", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			err = w.Run(t.Context(), func() {
				c, err := w.DialContext(t.Context(), "tcp", l.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(c, "hello")
				c.Close()
			}, func() {
				c, err := l.Accept()
				if err != nil {
					t.Error(err)
					return
				}
				text, err := io.ReadAll(c)
				if string(text) != "hello" || err != nil {
					t.Errorf("read %q, %v", text, err)
				}
				c.Close()
				l.Close()
			})
			if err != nil {
				t.Error(err)
			}
			if r := w.Record("tcp"); r.Exact {
				t.Error("the kernel is said to tell the fate of every packet")
			}
		})
	}
}

// Where the system does not report its drops, the record gives a reason.
func TestDropsUnknown(t *testing.T) {
	w := open(t, host.Config{})
	if r := w.Record("udp"); r.DropsUnknown == "" {
		t.Error("nobody listened, and the drops are known")
	}
	catcher, err := w.ListenPacket(t.Context(), "udp", w.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	defer catcher.Close()
	if r := w.Record("udp"); (r.DropsUnknown == "") != (runtime.GOOS == "linux") || r.ReceiverDrops != 0 {
		t.Errorf("dropped %d %s", r.ReceiverDrops, r.DropsUnknown)
	}
}

func TestDrain(t *testing.T) {
	w := open(t, host.Config{})
	looks := 0
	w.Drain(t.Context(), "udp", time.Hour, func() bool { looks++; return looks == 3 })
	if looks != 3 {
		t.Errorf("looked %d times whether it is done", looks)
	}
	w.Drain(t.Context(), "tcp", time.Hour, func() bool { t.Error("TCP does not have to wait"); return true })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Drain(ctx, "udp", time.Hour, func() bool { return false }) // ends with the context
}

func TestErrors(t *testing.T) {
	w := open(t, host.Config{})
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Listen(t.Context(), "tcp", l.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listen twice: %v", err)
	}
	if _, err := w.Listen(t.Context(), "tcp", "192.0.2.1:0"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("listen on a stranger's address: %v", err)
	}
	l.Close()
	if _, err := w.DialContext(t.Context(), "tcp", l.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial a closed port: %v", err)
	}
}

func TestCongestion(t *testing.T) {
	w := open(t, host.Config{Congestion: "nosuch"})
	_, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err == nil || !strings.Contains(err.Error(), `congestion control "nosuch"`) {
		t.Errorf("listen: %v; want it to name the congestion control", err)
	}
	if runtime.GOOS == "linux" && !strings.Contains(err.Error(), "cubic") && !strings.Contains(err.Error(), "reno") {
		t.Errorf("listen: %v; want it to name those that the kernel has", err)
	}
}

func TestStack(t *testing.T) {
	w := open(t, host.Config{Buffer: 65536})
	if s := w.Stack(); s.Name != runtime.GOOS || s.Congestion == "" || s.SendBuffer != 0 {
		t.Errorf("before there is a socket: %+v", s)
	}
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := w.DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if s := w.Stack(); s.SendBuffer != 65536 || s.RecvBuffer != 65536 {
		t.Errorf("buffers of %d and %d bytes; want 65536", s.SendBuffer, s.RecvBuffer)
	}
}

// The sockets can be opened elsewhere, and listen at the configured address.
func TestElsewhere(t *testing.T) {
	var made []string
	at := func(end string) func(string, func() error) error {
		return func(_ string, do func() error) error {
			made = append(made, end)
			return do()
		}
	}
	w := open(t, host.Config{
		Throw: at("thrower"), Catch: at("catcher"), Address: "127.0.0.2:0",
	})
	if got := w.Address("udp"); got != "127.0.0.2:0" {
		t.Errorf("a catcher is to listen at %s; want 127.0.0.2:0", got)
	}
	l, err := w.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	catcher, err := w.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer catcher.Close()
	conn, err := w.DialContext(t.Context(), "udp", catcher.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got, want := strings.Join(made, " "), "catcher catcher thrower"; got != want {
		t.Errorf("made: %s; want %s", got, want)
	}

	t.Log("# what is lost in between is no broken law")
	w.Drain(t.Context(), "udp", time.Hour, func() bool { return true })
	conn.Write([]byte("unread"))
	if err := w.Check(); err != nil {
		t.Error(err)
	}
}

func ExampleOpen() {
	w, err := host.Open(host.Config{})
	if err != nil {
		panic(err)
	}
	defer w.Close()
	ctx := context.Background()
	l, err := w.Listen(ctx, "tcp", w.Address("tcp"))
	if err != nil {
		panic(err)
	}
	err = w.Run(ctx, func() {
		c, err := w.DialContext(ctx, "tcp", l.Addr().String())
		if err == nil {
			err = c.Close()
		}
		fmt.Println("thrower:", err)
	}, func() {
		if c, err := l.Accept(); err == nil {
			c.Close()
		}
	})
	fmt.Println(err)
	// Output:
	// thrower: <nil>
	// <nil>
}
