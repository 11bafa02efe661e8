package relay

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stones/lab/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// socket is one of this computer's, with room for all that a test sends.
func socket(tb testing.TB) *net.UDPConn {
	tb.Helper()
	s, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	_ = s.SetReadBuffer(4 << 20)
	tb.Cleanup(func() { s.Close() })
	return s
}

func addr(s *net.UDPConn) netip.AddrPort { return s.LocalAddr().(*net.UDPAddr).AddrPort() }

// running is a relay that runs until stop is called.
func running(tb testing.TB, cfg Config) (r *Relay, at netip.AddrPort, stop func() (out, back Counts)) {
	tb.Helper()
	door := socket(tb)
	r = New(door, cfg)
	ctx, cancel := context.WithCancel(tb.Context())
	var ended sync.WaitGroup
	ended.Go(func() { r.Run(ctx) })
	over := func() { cancel(); ended.Wait() }
	tb.Cleanup(over)
	return r, addr(door), func() (out, back Counts) {
		over()
		out, back = r.Counts()
		for _, c := range []Counts{out, back} {
			if err := c.Check(); err != nil {
				tb.Error(err)
			}
		}
		return out, back
	}
}

// numbered is the n-th datagram.
func numbered(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// read reads numbered datagrams until none has come for a while.
func read(s *net.UDPConn) (numbers []uint64) {
	buf := make([]byte, 1<<16)
	for {
		_ = s.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := s.Read(buf)
		if err != nil {
			return numbers
		}
		if n >= 8 {
			numbers = append(numbers, binary.BigEndian.Uint64(buf))
		}
	}
}

// expected is which of n datagrams of a sender a wire alone delivers.
func expected(shape wire.Shape, seed, sender uint64, n int) (numbers []uint64) {
	w := wire.New(shape, seed, wire.Out)
	for i := range n {
		w.Send(0, wire.Packet{Size: 8 + headers4, Stone: uint64(i) + 1, Sender: sender, Flow: sender})
		for p, ok := w.Arrive(0); ok; p, ok = w.Arrive(0) {
			numbers = append(numbers, p.Stone)
		}
	}
	return numbers
}

// The n-th datagram of a client has the fate of the sender's n-th packet on the wire, in
// every run.
func TestFates(t *testing.T) {
	shape := wire.Shape{Duplicate: 5 * wire.Percent, Drop: []uint64{2, 7}}
	shape.Loss.Gemodel = wire.Gemodel{P: 5 * wire.Percent, R: 30 * wire.Percent, Bad: 100 * wire.Percent}
	n, runs := 1000, 2
	if os.Getenv("STONES_LONG") != "" {
		n, runs = 10_000, 20
	}
	for range runs {
		there := socket(t)
		_, at, stop := running(t, Config{To: addr(there), Seed: 7, Out: shape})
		got := make(chan []uint64)
		go func() { got <- read(there) }()
		clients := []*net.UDPConn{socket(t), socket(t)}
		for i := 1; i <= n; i++ {
			for _, c := range clients {
				if _, err := c.WriteToUDPAddrPort(numbered(i), at); err != nil {
					t.Fatal(err)
				}
			}
			if i%20 == 0 {
				time.Sleep(time.Millisecond) // so that no socket is full
			}
		}
		numbers := <-got
		want := append(expected(shape, 7, 1, n), expected(shape, 7, 2, n)...)
		slices.Sort(numbers)
		slices.Sort(want)
		if !slices.Equal(numbers, want) {
			t.Errorf("%d came; want %d", len(numbers), len(want))
		}
		out, _ := stop()
		if out.Entered != 2*n || out.Delivered != len(want) || out.Lost+out.Delivered != 2*n+out.Copied {
			t.Errorf("%+v", out)
		}
	}
	if slices.Equal(expected(shape, 7, 1, n), expected(shape, 7, 2, n)) {
		t.Error("two clients meet the same chances")
	}
}

// Each client has its own answers, delayed both ways.
func TestAnswers(t *testing.T) {
	there := socket(t)
	const way = 30 * time.Millisecond
	_, at, stop := running(t, Config{To: addr(there), Out: wire.Shape{Delay: way}, Back: wire.Shape{Delay: way}})
	go func() {
		buf := make([]byte, 100)
		for range 2 {
			n, from, err := there.ReadFromUDPAddrPort(buf)
			if err == nil {
				_, _ = there.WriteToUDPAddrPort(append([]byte("you said "), buf[:n]...), from)
			}
		}
	}()
	for _, name := range []string{"one", "two"} {
		c := socket(t)
		began := time.Now()
		if _, err := c.WriteToUDPAddrPort([]byte(name), at); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := c.Read(buf)
		if err != nil || string(buf[:n]) != "you said "+name {
			t.Errorf("%s heard %q, %v", name, buf[:n], err)
		}
		if took := time.Since(began); took < 2*way {
			t.Errorf("that took %v; want at least %v", took, 2*way)
		}
	}
	out, back := stop()
	if out.Delivered != 2 || back.Delivered != 2 || out.DelayP50 < way {
		t.Errorf("%+v\n%+v", out, back)
	}
}

// These do not end a relay: nobody at the other end, a client that is gone, a client too
// many, a datagram that is too long.
func TestGoesOn(t *testing.T) {
	gone := socket(t)
	to := addr(gone)
	gone.Close()
	_, at, stop := running(t, Config{To: to, Clients: 1, Out: wire.Shape{MTU: 100}})
	c := socket(t)
	for i := range 20 {
		if _, err := c.WriteToUDPAddrPort(numbered(i), at); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	_, _ = c.WriteToUDPAddrPort(make([]byte, 73), at)
	_, _ = socket(t).WriteToUDPAddrPort(numbered(1), at)
	time.Sleep(50 * time.Millisecond)
	out, back := stop()
	if out.Entered != 22 || out.Delivered+out.Unsent != 20 || out.TooBig != 1 || out.NoRoom != 1 || back.Entered != 0 {
		t.Errorf("%+v\n%+v", out, back)
	}
}

// A relay ends by itself when Count datagrams have entered and come out. If it is ended
// earlier, it counts what was on its way.
func TestEnds(t *testing.T) {
	there := socket(t)
	door := socket(t)
	r := New(door, Config{To: addr(there), Count: 3, Out: wire.Shape{Delay: 50 * time.Millisecond}})
	c := socket(t)
	for i := range 3 {
		_, _ = c.WriteToUDPAddrPort(numbered(i), addr(door))
	}
	r.Run(t.Context())
	if out, _ := r.Counts(); out.Delivered != 3 || out.InFlight != 0 || out.Check() != nil {
		t.Errorf("%+v, %v", out, out.Check())
	}
	_, at, stop := running(t, Config{To: addr(there), Out: wire.Shape{Delay: time.Minute}, Bytes: 20})
	for i := range 3 {
		_, _ = c.WriteToUDPAddrPort(numbered(i), at)
	}
	time.Sleep(50 * time.Millisecond)
	if out, _ := stop(); out.InFlight != 2 || out.NoMemory != 1 {
		t.Errorf("%+v", out)
	}
}

// Memory does not grow with the number of datagrams that have passed.
func TestFlatMemory(t *testing.T) {
	n, most := 20_000, 1<<19 // bytes, fewer than the datagrams' own
	if os.Getenv("STONES_LONG") != "" {
		n = 1_000_000
	}
	there, c := socket(t), socket(t)
	r, at, stop := running(t, Config{To: addr(there), Out: wire.Shape{Delay: time.Millisecond}})
	var reading sync.WaitGroup
	reading.Go(func() {
		buf := make([]byte, 1500)
		for {
			if _, err := there.Read(buf); err != nil {
				return
			}
		}
	})
	payload := make([]byte, 200)
	settle := func(sent, most int) { // bounds what is on its way, and so the memory that is kept for reuse
		for range 50 {
			if out, _ := r.Counts(); sent-out.Entered <= most && out.InFlight <= most {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	inUse := func(sent int) int {
		var m runtime.MemStats
		settle(sent, 0)
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := 0
	for i := range n {
		if i == n/5 {
			before = inUse(i)
		}
		if _, err := c.WriteToUDPAddrPort(payload, at); err != nil {
			t.Fatal(err)
		}
		if i%64 == 0 {
			settle(i, 256)
		}
	}
	after := inUse(n)
	out, _ := stop()
	there.Close()
	reading.Wait()
	if out.Entered < n*9/10 {
		t.Errorf("%d of %d entered", out.Entered, n)
	}
	if after-before > most {
		t.Errorf("%d bytes in use after %d datagrams, %d after %d", before, n/5, after, n)
	}
	t.Logf("%d bytes in use after %d datagrams, %d after %d", before, n/5, after, n)
}

// How many datagrams a second a relay carries at most, and how late they come at a fixed
// rate.
func BenchmarkRelay(b *testing.B) {
	for _, bb := range []struct {
		name string
		gap  time.Duration
	}{{"rate=max", 0}, {"rate=5000", 200 * time.Microsecond}} {
		b.Run(bb.name, func(b *testing.B) {
			there, c := socket(b), socket(b)
			r, at, stop := running(b, Config{To: addr(there)})
			go func() {
				buf := make([]byte, 1500)
				for {
					if _, err := there.Read(buf); err != nil {
						return
					}
				}
			}()
			payload := make([]byte, 1000)
			began := time.Now()
			for i := range b.N {
				if wait := time.Until(began.Add(time.Duration(i) * bb.gap)); bb.gap > 0 && wait > 0 {
					time.Sleep(wait)
				}
				if _, err := c.WriteToUDPAddrPort(payload, at); err != nil {
					b.Fatal(err)
				}
				for i%256 == 0 {
					if out, _ := r.Counts(); i-out.Entered < 512 {
						break
					}
					time.Sleep(100 * time.Microsecond)
				}
			}
			out, _ := stop()
			b.ReportMetric(float64(out.Delivered)/b.Elapsed().Seconds(), "datagrams/s")
			b.ReportMetric(float64(out.DelayP99.Microseconds()), "p99-us")
			there.Close()
		})
	}
}

func ExampleCounts_Check() {
	c := Counts{Entered: 10, Copied: 1, Delivered: 8, Lost: 2}
	fmt.Println(c.Check())
	c.Overflowed = 1
	fmt.Println(c.Check())
	// Output:
	// relay: entered 10 + duplicated 1 != delivered 8 + lost 2 + overflowed 0 + too big 0 + no memory 0 + no room 0 + unsent 0 + in flight 0
	// <nil>
}
