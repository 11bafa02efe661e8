// Package host is the path over the sockets of this computer: its kernel's TCP
// and UDP through the loopback interface, in real time.
//
// The loopback loses nothing. What UDP loses here is lost in the catcher's socket
// buffer, and Linux counts it.
//
// On Linux the thrower's connections hold small writes back and give many to the kernel
// in one call. What is held back leaves before the world's clock sleeps. A thrower that
// keeps to a rate sleeps after each stone, so each of its stones leaves alone. On other
// systems nothing is held back.
//
// What it deliberately lacks: a wire. Nothing on this path can be set to lose, delay or
// reorder, and what happens to single packets is not visible.
package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"stones/lab/clock"
	"stones/lab/path"
)

// Config is the settings of the sockets. The zero value leaves everything to the system,
// except for a UDP catcher's buffer, which is large.
type Config struct {
	Flows path.Flows // at most one over UDP; several over TCP only with Port

	// Port is the port to which the thrower of a flow over TCP connects. It may be nil
	// if there is only one flow over TCP.
	Port func(flow string) uint16

	IPv6       bool
	Congestion string // TCP's congestion control; only on Linux
	Nagle      bool   // delay short segments while one is not acknowledged
	Buffer     int    // bytes of each socket buffer, as far as the system allows; 0 means its default

	// NoUDPChecksum sends UDP datagrams without a checksum; only on Linux and over
	// IPv4.
	NoUDPChecksum bool

	// Plain gives each write to the kernel at once: nothing is held back.
	Plain bool

	// Away reports whether a datagram of a flow with a protocol of its own is on its
	// way. Given and taken are how many datagrams the ends have sent and received, by
	// the end that sent them: thrower, catcher. Still is for how long that has not
	// changed. Nil is for the loopback, where a datagram that was given and not taken
	// is on its way.
	Away func(flow string, given, taken [2]int, still time.Duration) bool

	// Address is where a catcher is to listen. Empty means a free port of the
	// loopback interface.
	Address string

	// Threads is how many threads the caller keeps busy beside the World's tasks.
	Threads int

	// Throw and Catch run do, which opens sockets of the thrower or the catcher, where
	// they must be opened: on a thread in another network namespace. The address is
	// that of the catcher. They return what do returns. Nil means to run do directly.
	// If one is set, more than the loopback may lie between the ends, and what is lost
	// there breaks no law.
	Throw, Catch func(address string, do func() error) error
}

// elsewhere reports whether more than the loopback may lie between the ends.
func (c Config) elsewhere() bool { return c.Throw != nil || c.Catch != nil }

// A World is this computer throwing at itself. It knows one UDP catcher, the last that
// listened.
type World struct {
	*clock.Real
	cfg    Config
	dialer net.Dialer
	config net.ListenConfig

	tasks sync.WaitGroup

	passed  atomic.Int64 // a time that has passed, to save readings of the clock
	arrival atomic.Int64 // when the datagram that UDP's catcher was given last arrived; 0 if not known

	mu      sync.Mutex
	stacks  map[string]path.Stack // by transport
	account *account              // of UDP's catcher
	holders []holder
	tcp     []connection // of throwers
	unsent  int          // datagrams that were held back and never sent
	drained bool         // nothing more will come
}

// A CongestionError says why a congestion control is not available.
type CongestionError struct {
	Name string // as it was asked for
	Why  string // the reason, and what is allowed
}

func (e *CongestionError) Error() string {
	return fmt.Sprintf("congestion control %q: %s", e.Name, e.Why)
}

// A connection is a thrower's TCP connection.
type connection struct {
	port   uint16             // the catcher's
	record func(*path.Record) // enters what is known of it
}

// A holder holds back what is written to it.
type holder interface {
	// push sends what is held back as far as possible without blocking, and reports
	// whether something is left.
	push() (left bool)
}

var _ clock.Clock = (*World)(nil)

// taskThreads is how many tasks of a World may run at the same instant: a
// thrower and a catcher for each of two transports.
const taskThreads = 4

// reserve raises GOMAXPROCS to at least threads. A thread that spins until a stone is
// due, or is in a system call, occupies one of GOMAXPROCS. If none is left, only the
// runtime's monitor polls the sockets. It may sleep for 10 ms, and a catcher would read
// its stones that much later. If there are more threads than processors, the kernel
// schedules them in far shorter times.
func reserve(threads int) {
	if runtime.GOMAXPROCS(0) < threads {
		runtime.GOMAXPROCS(threads)
	}
}

// Open returns a world. The error is always nil.
func Open(cfg Config) (*World, error) {
	reserve(taskThreads + cfg.Threads)
	w := &World{Real: clock.NewPrecise(), cfg: cfg, stacks: make(map[string]path.Stack)}
	w.dialer.Control = control(w.setThrower)
	w.config.Control = control(w.setCatcher)
	return w, nil
}

// control returns a function for [net.Dialer] or [net.ListenConfig] that calls set before
// a socket is used.
func control(set func(network string, fd int) error) func(network, address string, c syscall.RawConn) error {
	return func(network, _ string, c syscall.RawConn) error {
		var failed error
		if err := c.Control(func(fd uintptr) { failed = set(network, int(fd)) }); err != nil {
			return err
		}
		return failed
	}
}

// Address is where a catcher is to listen.
func (w *World) Address(string) string {
	switch {
	case w.cfg.Address != "":
		return w.cfg.Address
	case w.cfg.IPv6:
		return "[::1]:0"
	}
	return "127.0.0.1:0"
}

// at runs do, which opens the sockets of an end, where that must be done.
func at(where func(string, func() error) error, address string, do func() error) error {
	if where == nil {
		return do()
	}
	return where(address, do)
}

// DialContext connects to address over "tcp" or "udp".
func (w *World) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = at(w.cfg.Throw, address, func() error {
		conn, err = w.dialer.DialContext(ctx, network, address)
		return err
	})
	if err == nil {
		err = w.delay(conn)
	}
	if err != nil {
		return nil, err
	}
	end, err := w.thrower(conn)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return end, nil
}

// Listen waits for TCP connections at address.
func (w *World) Listen(ctx context.Context, network, address string) (l net.Listener, err error) {
	err = at(w.cfg.Catch, address, func() error {
		l, err = w.config.Listen(ctx, network, address)
		return err
	})
	if tcp, ok := l.(*net.TCPListener); ok && err == nil {
		return &listener{tcp, w}, nil
	}
	return l, err
}

// A listener waits for connections, and applies the settings to them.
type listener struct {
	*net.TCPListener
	world *World
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if err == nil {
		err = l.world.delay(conn)
	}
	return conn, err
}

// delay switches Nagle's algorithm on if that is configured: Go switches it off.
func (w *World) delay(conn net.Conn) error {
	tcp, ok := conn.(*net.TCPConn)
	if !ok || !w.cfg.Nagle {
		return nil
	}
	w.note("tcp", func(s *path.Stack) { s.Nagle = "on" })
	if err := tcp.SetNoDelay(false); err != nil {
		return errors.Join(err, conn.Close())
	}
	return nil
}

// ListenPacket waits for UDP datagrams at address.
func (w *World) ListenPacket(ctx context.Context, network, address string) (conn net.PacketConn, err error) {
	err = at(w.cfg.Catch, address, func() error {
		conn, err = w.config.ListenPacket(ctx, network, address)
		return err
	})
	if err != nil {
		return nil, err
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return conn, nil
	}
	end, err := w.catcher(udp)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return end, nil
}

// open makes a the account of the world's UDP catcher.
func (w *World) open(a *account) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.account, w.drained, w.unsent = a, false, 0
	w.arrival.Store(0)
}

// accountAt is the account of the catcher at an address, if it is open and only the
// loopback lies in between; else nil.
func (w *World) accountAt(to net.Addr) *account {
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.account; a != nil && !w.cfg.elsewhere() && !a.closed.Load() && a.at == addrPort(to) {
		return a
	}
	return nil
}

// hold adds h to the holders.
func (w *World) hold(h holder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holders = append(w.holders, h)
}

// connected notes a connection over TCP.
func (w *World) connected(conn *net.TCPConn, record func(*path.Record)) {
	port := uint16(0)
	if to, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		port = to.AddrPort().Port()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tcp = append(w.tcp, connection{port, record})
}

// release removes h from the holders. Unsent is how many of its datagrams were never
// sent.
func (w *World) release(h holder, unsent int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unsent += unsent
	for i := range w.holders {
		if w.holders[i] == h {
			w.holders = append(w.holders[:i], w.holders[i+1:]...)
			return
		}
	}
}

// push sends what all holders hold back, as far as possible without blocking, and
// reports whether something is left.
func (w *World) push() (left bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.holders {
		left = h.push() || left
	}
	return left
}

// SleepUntil waits until the clock shows at. If that is in the future, it first sends
// what is held back; what finds no room is sent meanwhile. It returns early, with its
// cause, when ctx ends.
func (w *World) SleepUntil(ctx context.Context, at time.Duration) error {
	if at > time.Duration(w.passed.Load()) && at > w.Now() {
		for w.push() && w.Now()+look < at {
			if err := w.Real.SleepUntil(ctx, w.Now()+look); err != nil {
				return err
			}
		}
		return w.Real.SleepUntil(ctx, at)
	}
	w.passed.Store(int64(at))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Run runs the tasks, each on a goroutine of its own, and waits for them and for those
// that they start with Go.
func (w *World) Run(_ context.Context, tasks ...func()) error {
	for _, task := range tasks {
		w.tasks.Go(task)
	}
	w.tasks.Wait()
	return nil
}

// Go starts one more task. Only a running task may call it.
func (w *World) Go(task func()) { w.tasks.Go(task) }

// How long Drain waits after the last stone, and how often it looks.
const (
	patience = 3 * time.Second
	look     = time.Millisecond
)

// Drain waits until done returns true, until all that the thrower has sent is accounted
// for, until nothing has come for three seconds, or until limit. TCP needs no waiting:
// its catcher has confirmed that it has everything.
func (w *World) Drain(ctx context.Context, flow string, limit time.Duration, done func() bool) {
	if w.cfg.Flows.Transport(flow) == "tcp" {
		return
	}
	w.mu.Lock()
	a := w.account
	w.mu.Unlock()
	switch {
	case a == nil:
		a = &account{}
	case a.closed.Load(): // the account is final
		return
	}
	handed, since := a.handed.Load(), w.Now()
	for !done() {
		if !w.push() && a.settled() {
			break
		}
		if w.SleepUntil(ctx, w.Now()+look) != nil {
			return
		}
		if n := a.handed.Load(); n != handed {
			handed, since = n, w.Now()
		}
		switch now := w.Now(); {
		case now >= limit:
			return
		case now-since > patience:
			w.settle()
			return
		}
	}
	w.settle()
}

// settle notes that nothing more will come.
func (w *World) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drained = true
}

// DrainRule says how Drain decides.
func (w *World) DrainRule() path.DrainRule {
	return path.DrainAccount
}

// Arrival is when the bytes that a flow's catcher was given last became available to it.
//
// For UDP that is the kernel's time stamp, if there is one. For TCP it is now. The
// kernel stamps a segment when it reaches the computer, but the catcher can read its
// bytes only when all earlier bytes have come. A time stamp would leave out that wait,
// which is part of what is measured.
func (w *World) Arrival(flow string) time.Duration {
	if at := w.arrival.Load(); at != 0 && w.cfg.Flows.Transport(flow) == "udp" {
		return time.Duration(at)
	}
	return w.Now()
}

// Record is what the kernel reports of a flow.
func (w *World) Record(flow string) path.Record {
	r := path.Record{CountsUnknown: path.Silent}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cfg.Flows.Transport(flow) == "tcp" {
		for _, c := range slices.Backward(w.tcp) { // the last one, if there were several
			if w.cfg.Port == nil || w.cfg.Port(flow) == c.port {
				c.record(&r)
				break
			}
		}
		return r
	}
	switch {
	case w.cfg.Flows.Transport(flow) == path.Own:
		r.DropsUnknown = path.NotHere
		return r
	case w.account == nil:
		r.DropsUnknown = path.NobodyListen
		return r
	}
	n, err := w.account.dropped()
	if err != nil {
		r.DropsUnknown = err.Error()
	}
	r.ReceiverDrops = n
	return r
}

// Unread is 0 if UDP's catcher was given all that its socket held, else more.
func (w *World) Unread() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.account == nil {
		return 0
	}
	return w.account.unread()
}

// Check checks the law of the loopback: each UDP datagram that the thrower sent was given
// to the catcher or dropped by its full socket buffer. It returns nil before a drain has
// ended.
func (w *World) Check() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.drained || w.account == nil:
		return nil
	case w.unsent > 0:
		return fmt.Errorf("law: %d datagrams that were taken for thrown could not be sent", w.unsent)
	}
	return w.account.check()
}

// note records something about a transport's stack.
func (w *World) note(network string, change func(*path.Stack)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	transport := network[:len("tcp")]
	s, ok := w.stacks[transport]
	if !ok {
		s = systemStack()
	}
	change(&s)
	w.stacks[transport] = s
}

// isUDP reports whether a network is one of udp, udp4 and udp6.
func isUDP(network string) bool { return strings.HasPrefix(network, "udp") }

// Stack is what is known of the kernel's stack. The buffers are as the system set them,
// which may be less than was asked for; 0 means the system's own choice. They are TCP's
// if the world has had a TCP socket, else UDP's.
func (w *World) Stack() path.Stack {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, transport := range []string{"tcp", "udp"} {
		if s, ok := w.stacks[transport]; ok {
			return s
		}
	}
	return systemStack()
}

// Close does nothing: the sockets belong to those who opened them.
func (w *World) Close() error { return nil }
