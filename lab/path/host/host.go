// Package host is the path over the sockets of this computer: its kernel's TCP
// and UDP through the loopback interface, in real time.
//
// The loopback loses nothing. What UDP loses here is lost in the catcher's
// socket buffer, and Linux tells how much that was.
//
// What it deliberately lacks: a wire. Nothing on this path can be set to lose,
// delay or reorder, and what the packets did is the kernel's secret.
package host

import (
	"context"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"stones/lab/clock"
	"stones/lab/path"
)

// Config says how the sockets are set. The zero value leaves all of it to the
// system.
type Config struct {
	IPv6       bool
	Congestion string // TCP's congestion control; only on Linux
	Buffer     int    // bytes of each socket buffer, as far as the system gives them
}

// A World is this computer, throwing at itself.
type World struct {
	*clock.Real
	cfg    Config
	dialer net.Dialer
	config net.ListenConfig

	mu    sync.Mutex
	drops func() (int, error) // of the catcher's UDP socket
}

var _ clock.Clock = (*World)(nil)

// Open makes a world.
func Open(cfg Config) (*World, error) {
	w := &World{Real: clock.NewReal(), cfg: cfg}
	w.dialer.Control = w.control
	w.config.Control = w.control
	return w, nil
}

// control sets a socket before it is used.
func (w *World) control(network, _ string, c syscall.RawConn) error {
	var err error
	if ctl := c.Control(func(fd uintptr) { err = set(fd, network, w.cfg) }); ctl != nil {
		return ctl
	}
	return err
}

// Address is a free port of the loopback interface.
func (w *World) Address(string) string {
	if w.cfg.IPv6 {
		return "[::1]:0"
	}
	return "127.0.0.1:0"
}

// DialContext connects to address.
func (w *World) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.resize(conn)
	return conn, nil
}

// Listen waits for TCP connections at address.
func (w *World) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	return w.config.Listen(ctx, network, address)
}

// ListenPacket waits for UDP datagrams at address.
func (w *World) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	conn, err := w.config.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.resize(conn)
	raw, err := conn.(*net.UDPConn).SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drops = func() (int, error) { return drops(raw) }
	return &socket{PacketConn: conn, closing: w.countDrops}, nil
}

// resize asks for the configured socket buffers.
func (w *World) resize(conn any) {
	buffered, ok := conn.(interface {
		SetReadBuffer(int) error
		SetWriteBuffer(int) error
	})
	if ok && w.cfg.Buffer > 0 {
		_ = buffered.SetReadBuffer(w.cfg.Buffer)
		_ = buffered.SetWriteBuffer(w.cfg.Buffer)
	}
}

// socket is a UDP socket whose drops are counted when it is closed.
type socket struct {
	net.PacketConn
	closing func()
	once    sync.Once
}

func (s *socket) Close() error {
	s.once.Do(s.closing)
	return s.PacketConn.Close()
}

// countDrops reads the drops for the last time.
func (w *World) countDrops() {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.drops()
	w.drops = func() (int, error) { return n, err }
}

// Run runs the tasks, each on a goroutine of its own, and waits for all.
func (w *World) Run(_ context.Context, tasks ...func()) error {
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Go(task)
	}
	wg.Wait()
	return nil
}

// How long Drain waits for stones that have not come, and how often it looks.
const (
	patience = 3 * time.Second
	look     = time.Millisecond
)

// Drain waits until done, or for three seconds. TCP needs no waiting: its
// catcher has said that it has everything.
func (w *World) Drain(ctx context.Context, transport string, done func() bool) {
	if transport == "tcp" {
		return
	}
	for end := w.Now() + patience; !done() && w.Now() < end; {
		if w.SleepUntil(ctx, w.Now()+look) != nil {
			return
		}
	}
}

// DrainRule says how Drain decides.
func (w *World) DrainRule() string { return "until all have come, at most " + patience.String() }

// Arrival is now: when the catcher got what it was given last.
func (w *World) Arrival(string) time.Duration { return w.Now() }

// Record is what the kernel tells.
func (w *World) Record(transport string) path.Record {
	r := path.Record{CountsUnknown: "the kernel does not tell"}
	if transport == "tcp" {
		return r
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.drops()
	if err != nil {
		r.DropsUnknown = err.Error()
	}
	r.ReceiverDrops = n
	return r
}

// Check has nothing to check.
func (w *World) Check() error { return nil }

// Stack says what is known of the kernel's stack.
func (w *World) Stack() path.Stack {
	congestion := w.cfg.Congestion
	if congestion == "" {
		congestion = defaultCongestion()
	}
	return path.Stack{
		Name:       runtime.GOOS,
		Congestion: congestion,
		SACK:       "as the system has it",
		Recovery:   "as the system has it",
		Nagle:      "off",
		SendBuffer: w.cfg.Buffer,
		RecvBuffer: w.cfg.Buffer,
	}
}

// Close ends the world. Its sockets belong to those who opened them.
func (w *World) Close() error { return nil }
