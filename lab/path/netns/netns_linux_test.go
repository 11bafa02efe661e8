package netns_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"stones/lab/path/netns"
	"stones/lab/wire"
)

// open makes a world, or skips the test if network namespaces are not available.
func open(tb testing.TB, cfg netns.Config) *netns.World {
	tb.Helper()
	w, err := netns.Open(cfg)
	if err != nil && os.Getenv("STONES_PEERS") != "" {
		tb.Fatalf("STONES_PEERS is set, and there can be no network namespaces: %v", err)
	}
	if err != nil {
		tb.Skip(err)
	}
	tb.Cleanup(func() {
		if err := w.Close(); err != nil {
			tb.Error(err)
		}
	})
	return w
}

// descriptors is how many descriptors the process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// A world that is closed leaves nothing behind: no descriptor, no thread's
// namespace, no device.
func TestLeavesNothing(t *testing.T) {
	open(t, netns.Config{}) // skips the test if netns is not available
	before := descriptors(t)
	for range 10 {
		w, err := netns.Open(netns.Config{IPv6: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors are open; there were %d", after, before)
	}
	if _, err := net.InterfaceByName("stones"); err == nil {
		t.Error("the device is in this computer's own namespace")
	}
}

// The kernel's TCP over the wire: the handshake takes a round trip, what is
// written arrives, and the wire's record knows its packets.
func TestStream(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("ipv6=%t", v6), func(t *testing.T) {
			w := open(t, netns.Config{IPv6: v6, Packets: true, Out: wire.Shape{Delay: 10 * ms}, Back: wire.Shape{Delay: 10 * ms}})
			l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
			if err != nil {
				t.Fatal(err)
			}
			err = w.Run(t.Context(), func() {
				began := w.Now()
				c, err := w.DialContext(t.Context(), "tcp", l.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				if took := w.Now() - began; took < 20*ms {
					t.Errorf("the handshake took %v; the round trip is 20ms", took)
				}
				io.WriteString(c, "hello")
				c.(interface{ CloseWrite() error }).CloseWrite()
				io.ReadAll(c)
				w.Drain(t.Context(), "tcp", time.Hour, nil)
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
			r := w.Record("tcp")
			if !r.Exact || len(r.Packets) < 4 || r.Packets[0].Flags != "SYN" || r.Packets[1].Flags != "SYN ACK" {
				t.Errorf("record %+v", r)
			}
			if s := w.Stack(); s.Congestion != netns.DefaultCongestion {
				t.Errorf("congestion control %q; want %q", s.Congestion, netns.DefaultCongestion)
			}
			if err := w.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The errors are the kernel's own.
func TestErrors(t *testing.T) {
	w := open(t, netns.Config{})
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Listen(t.Context(), "tcp", w.Address("tcp")); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listen twice: %v", err)
	}
	if _, err := w.Listen(t.Context(), "tcp", "192.0.2.1:0"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("listen on a stranger's address: %v", err)
	}
	l.Close()
	if _, err := w.DialContext(t.Context(), "tcp", w.Address("tcp")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial a closed port: %v", err)
	}
	c, err := w.DialContext(t.Context(), "udp", w.Address("udp"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(make([]byte, 65508)); !errors.Is(err, syscall.EMSGSIZE) {
		t.Errorf("write a datagram that is too long: %v", err)
	}
	refused := false
	for end := w.Now() + time.Second; !refused && w.Now() < end; {
		_, err := c.Write([]byte("is anybody there?"))
		refused = errors.Is(err, syscall.ECONNREFUSED)
		_ = w.SleepUntil(t.Context(), w.Now()+5*ms)
	}
	if !refused {
		t.Error("datagrams to a closed port are not refused")
	}
}

// A wire that loses everything must not make a thrower wait for ever, nor the closing of
// a world.
func TestDrainEnds(t *testing.T) {
	w := open(t, netns.Config{Out: wire.Shape{Loss: wire.Loss{Random: 100 * wire.Percent}}})
	flood(t, w, make([]byte, 100), 1000, 0)
	if r := w.Record("udp"); r.Out.Sent != 1000 || r.Out.Lost != 1000 {
		t.Errorf("%d sent, %d lost; want 1000", r.Out.Sent, r.Out.Lost)
	}
	if err := w.Check(); err != nil {
		t.Error(err)
	}
}

// Two processors are enough: the threads of ferries and thrower do not keep the catcher
// from running. When they did, a third of these reads came up to 6 ms too late.
func TestReadsInTime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	open(t, netns.Config{})
	if got, want := runtime.GOMAXPROCS(0), 6; got < want {
		t.Errorf("GOMAXPROCS is %d; two ferries, two throwers and two catchers need %d", got, want)
	}
	if os.Getenv("STONES_PEERS") == "" {
		t.Skip("STONES_PEERS is not set: the computer may be too busy to measure milliseconds")
	}
	const (
		count, gap, delay = 100, 5 * ms, 20 * ms
		tries, allowed    = 10, 10 // since the computer may be busy otherwise
	)
	least := count
	for range tries {
		w := open(t, netns.Config{Out: wire.Shape{Delay: delay}, Back: wire.Shape{Delay: delay}})
		late := lateReads(t, w, count, gap, delay+ms)
		if least = min(least, late); least <= allowed {
			return
		}
	}
	t.Errorf("at best %d of %d messages were read more than 1 ms late; allowed %d", least, count, allowed)
}

// lateReads throws messages over TCP, one every gap, and returns how many of them were
// read more than most after they were due.
func lateReads(t *testing.T, w *netns.World, count int, gap, most time.Duration) (late int) {
	t.Helper()
	l, err := w.Listen(t.Context(), "tcp", w.Address("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	due := w.Now() + 200*ms // when the first message is due
	err = w.Run(t.Context(), func() {
		c, err := w.DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for i := range count {
			_ = w.SleepUntil(t.Context(), due+time.Duration(i)*gap)
			c.Write([]byte{byte(i)})
		}
	}, func() {
		defer l.Close()
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		var b [1]byte
		for i := 0; ; i++ {
			if _, err := c.Read(b[:]); err != nil {
				return
			}
			if w.Now() > due+time.Duration(i)*gap+most {
				late++
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
	return late
}

const ms = time.Millisecond
