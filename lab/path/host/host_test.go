package host_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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

// What the catcher's socket had no room for is counted, to the last datagram,
// also after the socket was closed.
func TestDrops(t *testing.T) {
	const thrown = 5000
	w := open(t, host.Config{Buffer: 64 << 10})
	catcher, err := w.ListenPacket(t.Context(), "udp", w.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := w.DialContext(t.Context(), "udp", catcher.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range thrown { // nobody reads
		if _, err := conn.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	caught := 0
	buf := make([]byte, 2000)
	for {
		catcher.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, _, err := catcher.ReadFrom(buf); err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal(err)
			}
			break
		}
		caught++
	}
	catcher.Close()
	r := w.Record("udp")
	if runtime.GOOS != "linux" {
		if r.DropsUnknown == "" {
			t.Error("no reason why the drops are not known")
		}
		return
	}
	if r.DropsUnknown != "" || caught == thrown || caught+r.ReceiverDrops != thrown {
		t.Errorf("caught %d, dropped %d %s; want %d together, and some of each", caught, r.ReceiverDrops, r.DropsUnknown, thrown)
	}
}

func TestDrain(t *testing.T) {
	w := open(t, host.Config{})
	looks := 0
	w.Drain(t.Context(), "udp", func() bool { looks++; return looks == 3 })
	if looks != 3 {
		t.Errorf("looked %d times whether it is done", looks)
	}
	w.Drain(t.Context(), "tcp", func() bool { t.Error("TCP does not have to wait"); return true })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Drain(ctx, "udp", func() bool { return false }) // ends with the context
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
	s := open(t, host.Config{Buffer: 65536}).Stack()
	if s.Name != runtime.GOOS || s.SendBuffer != 65536 || s.Congestion == "" {
		t.Errorf("stack %+v", s)
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
