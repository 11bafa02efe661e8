package netns

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"stones/lab/stack"
	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

const kernelPort = 4000

// A talk is a connection between the kernel's TCP and the stack of package sim, which
// runs in real time here, at the other side of a TUN device.
type talk struct {
	cfg       Config
	room      *room
	began     time.Time
	events    event.Queue
	pool      stack.Pool
	host      *stack.Host
	out, back *wire.Wire // from the stack to the kernel, and back
	failed    error      // of giving the kernel a packet

	last  uint32 // the sequence number that the stack has sent last
	wraps bool

	conn         *stack.Conn
	busy         bool
	send         []byte
	got          bytes.Buffer
	shut, closed bool
}

// The stack and the kernel understand each other: in both roles, over IPv4 and IPv6, with
// sequence numbers that wrap, with loss and disorder, with windows of a few segments.
func TestAgainstTheKernel(t *testing.T) {
	size := 1 << 20
	if os.Getenv("STONES_LONG") != "" {
		size = 8 << 20
	}
	calm := wire.Shape{Delay: time.Millisecond}
	rough := calm
	rough.Loss = wire.Loss{Random: 2 * wire.Percent}
	rough.Jitter, rough.Overtake = wire.Jitter{Max: 300 * time.Microsecond}, true
	for _, tt := range []struct {
		name   string
		shape  wire.Shape
		buffer int
	}{{"calm", calm, 0}, {"rough", rough, 0}, {"small", calm, 8192}} {
		for _, v6 := range []bool{false, true} {
			for _, dials := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/ipv6=%t/dials=%t", tt.name, v6, dials), func(t *testing.T) {
					newTalk(t, Config{IPv6: v6, Out: tt.shape}, tt.buffer).hold(t, dials, tt.buffer, size)
				})
			}
		}
	}
}

// They also do when a tenth of all packets is lost in both directions. These talks take
// long, mostly in waiting for timeouts, so they run at the same time.
func TestAgainstTheKernelOnALossyRoad(t *testing.T) {
	size := 600_000 // enough for sequence numbers to wrap
	if os.Getenv("STONES_LONG") != "" {
		size = 8 << 20 // takes a minute
	}
	shape := wire.Shape{Delay: time.Millisecond, Loss: wire.Loss{Random: 10 * wire.Percent}}
	for _, v6 := range []bool{false, true} {
		for _, dials := range []bool{false, true} {
			t.Run(fmt.Sprintf("ipv6=%t/dials=%t", v6, dials), func(t *testing.T) {
				t.Parallel()
				newTalk(t, Config{IPv6: v6, Out: shape}, 0).hold(t, dials, 0, size)
			})
		}
	}
}

// newTalk makes both ends, or skips the test if network namespaces are not available.
func newTalk(t *testing.T, cfg Config, buffer int) *talk {
	t.Helper()
	r, err := cfg.newRoom(1)
	if err != nil && os.Getenv("STONES_PEERS") != "" {
		t.Fatalf("STONES_PEERS is set, and there can be no network namespaces: %v", err)
	}
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	k := &talk{cfg: cfg, room: r, out: wire.New(cfg.Out, 1, wire.Out), back: wire.New(cfg.Out, 1, wire.Back)}
	set := stack.Config{
		Addr: cfg.prefix(2).Addr(), MTU: cfg.mtu(), Seed: wrapping(cfg.prefix(2).Addr(), cfg.prefix(1).Addr()),
		TCP: tcp.Config{Tick: 4 * time.Millisecond, ReceiveBuffer: buffer},
	}
	k.host = stack.New(&k.events, &k.pool, set, k.sends)
	return k
}

// wrapping is a seed with which a host's sequence numbers wrap within 500 kB.
func wrapping(own, other netip.Addr) uint64 {
	for seed := uint64(1); ; seed++ {
		var q event.Queue
		var pool stack.Pool
		near := false
		h := stack.New(&q, &pool, stack.Config{Addr: own, MTU: 1500, Seed: seed}, func(p *stack.Packet) {
			near = near || p.Segment.Seq > 1<<32-500_000
		})
		if _, err := h.DialTCP(netip.AddrPortFrom(other, kernelPort)); err == nil && near {
			return seed
		}
	}
}

// sends takes a packet of the stack's.
func (k *talk) sends(p *stack.Packet) {
	if s := p.Segment; s != nil {
		k.wraps = k.wraps || s.Seq < 1<<30 && k.last > 3<<30
		k.last = s.Seq
	}
	b := p.Append(nil)
	p.Release()
	k.out.Send(k.events.Now(), wire.Packet{Size: len(b), Data: b})
}

// hold makes both ends send size bytes, and compares what came.
func (k *talk) hold(t *testing.T, dials bool, buffer, size int) {
	t.Helper()
	k.send = noise(1, size)
	answer := noise(2, size)
	want := sha256.Sum256(k.send)
	at := func(addr netip.Addr) netip.AddrPort { return netip.AddrPortFrom(addr, kernelPort) }
	own, kernel := k.cfg.prefix(2).Addr(), k.cfg.prefix(1).Addr()
	control := func(_, _ string, c syscall.RawConn) (err error) {
		if buffer > 0 {
			err = errors.Join(c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, buffer) }), err)
		}
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var ends errgroup.Group
	var l net.Listener
	k.began = time.Now()
	if dials {
		if err := k.room.within(func() (err error) {
			l, err = (&net.ListenConfig{Control: control}).Listen(ctx, "tcp", at(kernel).String())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		conn, err := k.host.DialTCP(at(kernel))
		if err != nil {
			t.Fatal(err)
		}
		k.start(conn)
	} else {
		listener, err := k.host.ListenTCP(at(own), 1)
		if err != nil {
			t.Fatal(err)
		}
		listener.OnChange = func() {
			if conn, ok := listener.Accept(); ok {
				k.start(conn)
			}
		}
	}
	over := make(chan struct{})
	ends.Go(func() error {
		defer close(over)
		return k.kernel(ctx, l, control, at(own).String(), answer, want)
	})
	if err := k.live(ctx, over); err != nil {
		t.Error(err)
	}
	if l != nil {
		_ = l.Close()
	}
	cancel()
	if err := ends.Wait(); err != nil {
		t.Error(err)
	}
	if sha256.Sum256(k.got.Bytes()) != sha256.Sum256(answer) {
		t.Errorf("the stack has read %d bytes that are not the %d that the kernel sent", k.got.Len(), size)
	}
	if !k.wraps {
		t.Error("the stack's sequence numbers did not wrap")
	}
}

// noise is pseudorandom bytes.
func noise(seed byte, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// kernel is the program at the kernel's end.
func (k *talk) kernel(ctx context.Context, l net.Listener, control func(string, string, syscall.RawConn) error, address string, answer []byte, want [32]byte) error {
	var conn net.Conn
	var err error
	if l != nil {
		conn, err = l.Accept()
	} else {
		err = k.room.within(func() (err error) {
			conn, err = (&net.Dialer{Control: control}).DialContext(ctx, "tcp", address)
			return err
		})
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var both errgroup.Group
	both.Go(func() error {
		if _, err := conn.Write(answer); err != nil {
			return err
		}
		return conn.(*net.TCPConn).CloseWrite()
	})
	both.Go(func() error {
		h := sha256.New()
		n, err := io.Copy(h, conn)
		if err == nil && [32]byte(h.Sum(nil)) != want {
			err = fmt.Errorf("the kernel has read %d bytes that are not those that the stack sent", n)
		}
		return err
	})
	return both.Wait()
}

// start gives the stack's program its connection.
func (k *talk) start(conn *stack.Conn) {
	k.conn = conn
	conn.OnChange = k.turn
	k.turn()
}

// turn lets the program at the stack's end do what it can.
func (k *talk) turn() {
	if k.busy || k.conn.TCP().State() < tcp.Established {
		return
	}
	k.busy = true
	defer func() { k.busy = false }()
	var b [1 << 14]byte
	ended := false
	for {
		n, err := k.conn.Read(b[:])
		k.got.Write(b[:n])
		ended = ended || errors.Is(err, io.EOF)
		if n == 0 {
			break
		}
	}
	for len(k.send) > 0 {
		n, _ := k.conn.Write(k.send)
		if n == 0 {
			break
		}
		k.send = k.send[n:]
	}
	if len(k.send) == 0 && !k.shut {
		k.shut = true
		k.conn.CloseWrite()
	}
	if k.shut && ended && !k.closed {
		k.closed = true
		k.conn.Close()
	}
}

// live runs the stack until both programs are done.
func (k *talk) live(ctx context.Context, over <-chan struct{}) error {
	b := make([]byte, 1<<16)
	for ctx.Err() == nil {
		select {
		case <-over:
			if k.closed || k.conn == nil {
				return k.failed
			}
		default:
		}
		now := time.Since(k.began)
		k.events.Advance(now)
		for range most {
			n, err := call(unix.SYS_READ, k.room.tun, b)
			if err != nil {
				break
			}
			k.back.Send(now, wire.Packet{Size: n, Data: bytes.Clone(b[:n])})
		}
		k.carry(k.back, now, k.deliver)
		k.carry(k.out, now, func(b []byte) {
			if _, err := call(unix.SYS_WRITE, k.room.tun, b); err != nil {
				k.failed = fmt.Errorf("write to the TUN device: %w", err)
			}
		})
		fds := []unix.PollFd{{Fd: int32(k.room.tun), Events: unix.POLLIN}}
		_, _ = unix.Ppoll(fds, &unix.Timespec{Nsec: int64(200 * time.Microsecond)}, nil)
	}
	return fmt.Errorf("not over after %v: the stack has read %d bytes and has %d left to send", time.Since(k.began), k.got.Len(), len(k.send))
}

// carry gives to what has come out of a wire by now.
func (k *talk) carry(w *wire.Wire, now time.Duration, to func([]byte)) {
	for at, ok := w.Next(); ok && at <= now; at, ok = w.Next() {
		if item, ok := w.Arrive(now); ok {
			to(item.Data)
		}
	}
	for more := true; more; {
		_, more = w.Event() // events are not needed here
	}
}

// deliver gives the stack a packet of the kernel's.
func (k *talk) deliver(b []byte) {
	p, err := k.pool.Parse(b)
	if err != nil {
		return // a packet that the stack does not know, as for routers
	}
	k.host.Deliver(p)
	p.Release()
}
