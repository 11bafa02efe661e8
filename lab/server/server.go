package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"stones/lab/clock"
	"stones/lab/control"
	"stones/lab/seal"
)

// A World is where a server runs: a clock, sockets, and tasks.
type World interface {
	clock.Clock

	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)

	// Go starts a task beside the others. Whoever owns the World waits for all.
	Go(task func())
}

// A Server catches what others throw. Its exported fields are set before Listen
// and then left alone; only World is needed.
type Server struct {
	World    World
	Limits   Limits
	Key      []byte       // clients must know it to plan; empty means no key
	Greeting []string     // lines with which clients are greeted; nil means [DefaultGreeting]
	TLS      *tls.Config  // of all TCP connections; nil means plain text
	Log      *slog.Logger // nil means none; it must not wait for its reader
	Observer Observer     // nil means none
	Rand     io.Reader    // where secrets come from; nil means the system's

	// Arrived returns when the datagram that was read last had arrived. If it is nil,
	// the time of the reading is taken.
	Arrived func() time.Duration

	// Dropped returns how many datagrams have been dropped so far because the UDP
	// socket's buffer was full, or why that is unknown. If it is nil, it is unknown.
	Dropped func() (n int, unknown string)

	limits   Limits
	journal  *journal
	listener net.Listener
	packets  net.PacketConn
	baker    *seal.Baker    // for the task that has UDP's socket
	greeted  netip.AddrPort // who was greeted last; for that task too

	strangers atomic.Int64 // datagrams of no running flow

	mu       sync.Mutex
	stopped  bool
	cancel   context.CancelFunc
	tasks    int
	clients  int // sessions so far
	open     []*guarded
	sessions []*session
	flows    map[uint32]*flow
	crowd    crowd
	guesses  guesses
	loaded   int // bytes of what flows are to carry
	written  int // bytes that the flows may record at most
}

// DefaultGreeting returns the greeting of a server that has no other.
func DefaultGreeting() []string {
	return []string{"Привет, подключайся!", "Привет!"}
}

// Listen gets ready to serve at address, TCP and UDP. With port 0 it takes a
// port that both have free.
func (s *Server) Listen(ctx context.Context, address string) error {
	s.limits = s.Limits.Defaults()
	s.flows = make(map[uint32]*flow)
	if s.Greeting == nil {
		s.Greeting = DefaultGreeting()
	}
	for _, text := range s.Greeting {
		if err := control.CheckGreeting(text); err != nil {
			return fmt.Errorf("server: %w", err)
		}
	}
	if s.Rand == nil {
		s.Rand = rand.Reader
	}
	s.journal = newJournal(s.Log, s.World)
	secret, err := seal.NewSecret(s.Rand)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	s.baker = seal.NewBaker(secret)
	return s.bind(ctx, address)
}

// bind opens both sockets at one port.
func (s *Server) bind(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("server: listen: %w", err)
	}
	const attempts = 16 // at a port that TCP has free and UDP may not
	for range attempts {
		l, err := s.World.Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("server: listen: %w", err)
		}
		same := address
		if at, ok := l.Addr().(*net.TCPAddr); ok && port == "0" {
			same = net.JoinHostPort(host, strconv.Itoa(at.Port))
		}
		packets, err := s.World.ListenPacket(ctx, "udp", same)
		if err == nil {
			s.listener, s.packets = l, packets
			return nil
		}
		_ = l.Close()
		if port != "0" {
			return fmt.Errorf("server: listen: %w", err)
		}
	}
	return fmt.Errorf("server: listen: no port of %s is free for TCP and UDP", host)
}

// Addr is where the server listens. Its port is that of TCP and UDP.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Serve serves until ctx ends, or Stop is called, and all connections have ended. It is
// called once, by a task of the World, after Listen. The error is nil if it was told to
// end.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	defer context.AfterFunc(ctx, s.Stop)()
	s.run(func() { s.catchDatagrams(ctx) })
	err := s.accept(ctx)
	s.Stop()
	for s.running() > 0 {
		_ = s.World.SleepUntil(context.WithoutCancel(ctx), s.World.Now()+look)
	}
	return errors.Join(err, s.listener.Close(), s.packets.Close())
}

// look is the polling interval for events that nothing signals.
const look = 10 * time.Millisecond

// Stop has Serve end: it interrupts all that waits. It may be called from anywhere, and
// more than once.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	s.stopped = true
	if s.cancel != nil {
		s.cancel()
	}
	for _, socket := range []any{s.listener, s.packets} {
		if waits, ok := socket.(interface{ SetDeadline(time.Time) error }); ok {
			_ = waits.SetDeadline(time.Unix(1, 0))
		}
	}
	for _, g := range s.open {
		g.interrupt()
	}
}

func (s *Server) isStopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// run starts a task that Serve waits for. A panic in it ends that task only.
func (s *Server) run(task func()) {
	s.mu.Lock()
	s.tasks++
	s.mu.Unlock()
	s.World.Go(func() {
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.tasks--
		}()
		defer s.recovered()
		task()
	})
}

// recovered ends a panic. It is deferred.
func (s *Server) recovered() {
	if r := recover(); r != nil {
		s.journal.write(ofClients, slog.LevelError, "panic", foreign("panic", fmt.Sprint(r)), foreign("stack", string(debug.Stack())))
	}
}

func (s *Server) running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tasks
}

// breather is the pause after a failed accept, so that a lasting error does not spin.
const breather = 50 * time.Millisecond

// accept accepts connections until the server stops.
func (s *Server) accept(ctx context.Context) error {
	for {
		conn, err := s.listener.Accept()
		switch {
		case s.isStopped():
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("server: accept: %w", err)
		case err != nil:
			s.journal.write(ofStrangers, slog.LevelError, "accept", foreign("error", err.Error()))
			_ = s.World.SleepUntil(ctx, s.World.Now()+breather)
			continue
		}
		if g := s.enter(conn); g != nil {
			s.run(func() { s.receive(ctx, g) })
		}
	}
}

// vanished is how soon a connection is closed whose other end has vanished.
const vanished = 8 * time.Second

// keepAlive closes a silent connection whose other end has vanished (RFC 1122 section
// 4.2.3.6).
func keepAlive() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: vanished / 2, Interval: vanished / 4, Count: 2}
}

// enter admits a connection. It returns nil if the server stops.
func (s *Server) enter(conn net.Conn) *guarded {
	if alive, ok := conn.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok {
		_ = alive.SetKeepAliveConfig(keepAlive())
	}
	g := s.admit(conn)
	if g == nil {
		_ = conn.Close()
	}
	return g
}

// remove removes one element from a list.
func remove[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// in returns the deadline that is d from now.
func (s *Server) in(d time.Duration) time.Time { return s.World.Time(s.World.Now() + d) }

// Clients returns the sessions of this moment, in the order in which they joined.
func (s *Server) Clients() []Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Client
	for _, x := range s.sessions {
		list = append(list, x.client(true))
	}
	return list
}

// Strangers returns how many datagrams of no running flow have come.
func (s *Server) Strangers() int { return int(s.strangers.Load()) }

// find returns a flow, or nil if there is none of that number.
func (s *Server) find(number uint32) *flow {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flows[number]
}
