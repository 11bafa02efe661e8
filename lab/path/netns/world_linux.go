package netns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"stones/lab/path"
	"stones/lab/path/host"
	"stones/lab/path/watch"
	"stones/lab/stone"
	"stones/lab/wire"
)

// A World is two network namespaces with a wire between them. Its sockets are the
// kernel's, as on the path host. The differences are where they are opened, and that the
// wire is watched.
type World struct {
	*host.World
	cfg              Config
	thrower, catcher *room
	out, back        *ferry
	ferries          errgroup.Group
	landing          sync.Once
	over             int // a descriptor that becomes readable when the ferries have to stop

	mu      sync.Mutex // guards what follows
	watch   *watch.Watch
	boards  sync.Cond       // signals that a datagram has left the thrower's device
	sunk    bool            // a ferry has stopped
	afloat  int             // datagrams that were thrown and have not left the device
	open    map[uint16]bool // the UDP ports at which catchers listen
	drained bool            // the catcher's socket was read to its end
	dropped int             // datagrams dropped by the catcher's UDP socket, when it was closed
	unsure  error           // why that is not known
}

// Open makes a world. Close must be called. The error is one line that says what failed.
func Open(cfg Config) (*World, error) {
	w := &World{cfg: cfg, over: -1, open: map[uint16]bool{}, watch: watch.New(watch.Config{Lanes: watch.Lanes(cfg.Flows), Damages: watch.Damages(cfg.Flows, cfg.Out, cfg.Back), Packets: cfg.Packets, Tap: cfg.Tap})}
	w.boards.L = &w.mu
	if err := w.furnish(); err != nil {
		return nil, errors.Join(fmt.Errorf("netns: %w", err), w.release())
	}
	w.ferries.Go(func() error { return w.sail(w.out) })
	w.ferries.Go(func() error { return w.sail(w.back) })
	return w, nil
}

// sail runs a ferry. When the ferry has stopped, it wakes whoever waits for a device.
func (w *World) sail(f *ferry) error {
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sunk = true
		w.boards.Broadcast()
	}()
	return f.run()
}

// begin makes the times at which the wire changes count from now on, since opening the
// world has taken some time.
func (w *World) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.Now()
	w.out.wire.Begin(now)
	w.back.wire.Begin(now)
}

// furnish makes the two ends and the wires between them.
func (w *World) furnish() (err error) {
	if w.thrower, err = w.cfg.newRoom(1); err != nil {
		return err
	}
	if w.catcher, err = w.cfg.newRoom(2); err != nil {
		return err
	}
	if w.over, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return fmt.Errorf("make an eventfd: %w", err)
	}
	w.out = &ferry{world: w, wire: wire.New(w.cfg.Out, w.cfg.Seed, wire.Out), eye: &w.watch.Out, from: w.thrower.tun, to: w.catcher.tun, stop: w.over}
	w.back = &ferry{world: w, wire: wire.New(w.cfg.Back, w.cfg.Seed, wire.Back), eye: &w.watch.Back, from: w.catcher.tun, to: w.thrower.tun, stop: w.over, back: true}
	w.World, err = host.Open(host.Config{
		Flows:      w.cfg.Flows,
		IPv6:       w.cfg.IPv6,
		Congestion: w.cfg.congestion(),
		Nagle:      w.cfg.Nagle,
		Buffer:     w.cfg.Buffer,
		Plain:      true,
		Away:       w.away,
		Threads:    2 + 2*max(0, len(w.cfg.Flows)-2), // the ferries, and the two ends of each flow beyond two
		Port:       w.cfg.Flows.Port,
		Throw:      func(to string, do func() error) error { _, thrower := w.at(to); return thrower.within(do) },
		Catch:      func(at string, do func() error) error { catcher, _ := w.at(at); return catcher.within(do) },

		NoUDPChecksum: w.cfg.NoUDPChecksum,
	})
	return err
}

// Address is where the catcher of a flow listens.
func (w *World) Address(flow string) string {
	return netip.AddrPortFrom(w.cfg.prefix(w.cfg.Flows.CatchesAt(flow)).Addr(), w.cfg.Flows.Port(flow)).String()
}

// at is the end with an address, and the other end.
func (w *World) at(address string) (own, other *room) {
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr() == w.cfg.prefix(1).Addr() {
		return w.thrower, w.catcher
	}
	return w.catcher, w.thrower
}

// named is the name of the first flow over a transport.
func (cfg Config) named(transport string) string {
	for _, f := range cfg.Flows {
		if f.Transport == transport {
			return f.Name
		}
	}
	return transport
}

// prefix is the network of end n.
func (cfg Config) prefix(n byte) netip.Prefix {
	if cfg.IPv6 {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 15: n}), 64)
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, n}), 24)
}

// DialContext connects to address from the end that does not have it.
func (w *World) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.World.DialContext(ctx, network, address)
	if err != nil || network != "udp" {
		return conn, err
	}
	return &gangway{conn, w}, nil
}

// A gangway is a thrower's UDP socket that waits for room in its device. A real device
// makes a faster thrower wait; a TUN device refuses what it has no room for.
type gangway struct {
	net.Conn
	world *World
}

func (g *gangway) Write(b []byte) (n int, err error) {
	err = g.world.embark(len(b), func() error {
		n, err = g.Conn.Write(b)
		return err
	})
	return n, err
}

// embark sends a datagram of size bytes from its thrower's end once the device there has
// room for it, assuming that all datagrams in the device are as long.
func (w *World) embark(size int, send func() error) error {
	if err := w.queue(size); err != nil {
		return err
	}
	err := send()
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.afloat--
	}
	return err
}

// queue waits for that room, and takes it.
func (w *World) queue(size int) error {
	const headers = 8 + 40 + 8 + 7 // UDP, IPv6, fragment header, and the most that a fragment's length is rounded down
	pieces := 1 + size/(w.cfg.mtu()-headers)
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.sunk && w.afloat*pieces >= deviceQueue/2 {
		w.boards.Wait()
	}
	if w.sunk {
		return net.ErrClosed
	}
	w.afloat++
	return nil
}

// boarded notes that a packet has left the device of its sender's end.
func (w *World) boarded(s watch.Sight) {
	if s.UDP && s.Begins() && !s.Back() {
		w.afloat--
		w.boards.Signal()
	}
}

// arrives notes that a packet comes out of the wire. It is called before the other end
// gets the packet: afterwards the catching program may already have read it.
func (w *World) arrives(now time.Duration, p *parcel, item wire.Packet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watch.Arrives(now, p.entry, p.seen, item)
	if p.seen.Back() || !p.seen.UDP {
		return
	}
	if !w.open[p.seen.Ports.Own] {
		w.watch.Refused(p.entry, p.seen, item, path.NobodyHome)
		return
	}
	if item.Damaged && watch.HeaderHit(p.bytes, item.Data) {
		return // the kernel drops it; its cause is the damage
	}
	if whole, wrong := w.watch.Completes(now, p.seen, item.Damaged); whole {
		w.watch.Waits(p.seen, wrong)
	}
}

// ListenPacket waits for UDP datagrams at address, at the catcher's end.
func (w *World) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	conn, err := w.World.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[path.Port] = true
	return &socket{PacketConn: conn, world: w}, nil
}

// A socket is the catcher's UDP socket. What is read from it is noted.
type socket struct {
	net.PacketConn
	world *World
	once  sync.Once
}

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := s.PacketConn.ReadFrom(b)
	if err == nil {
		s.world.mu.Lock()
		defer s.world.mu.Unlock()
		s.world.watch.Taken(path.Port, b[:n], whole(b[:n], len(b)))
	}
	return n, from, err
}

// whole reports whether b is a whole datagram: it was not cut to room bytes.
func whole(b []byte, room int) bool {
	size, err := stone.Size(b)
	return len(b) < room || err == nil && size == len(b)
}

func (s *socket) Close() error {
	s.once.Do(s.world.closing)
	return s.PacketConn.Close()
}

// closing notes what the catcher's socket has dropped, before it is closed.
func (w *World) closing() {
	r := w.World.Record(w.cfg.named("udp"))
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, path.Port)
	w.dropped = r.ReceiverDrops
	if r.DropsUnknown != "" {
		w.unsure = errors.New(r.DropsUnknown)
	}
	if w.drained {
		w.watch.Left()
	}
}

// Abandon notes that the catcher of a flow closes its socket without reading more.
func (w *World) Abandon(flow string) {
	if w.cfg.Flows.Transport(flow) != "udp" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, path.Port)
	w.watch.Abandon(flow)
}

// How long Drain waits, and how often it looks.
const (
	patience = 3 * time.Second        // for datagrams that should come
	quiet    = 100 * time.Millisecond // for a socket from which nothing more is read
	look     = time.Millisecond       // between two looks
)

// Drain waits until nothing of a flow is on its way to the catcher and the catcher has
// read all that its socket holds, or until limit.
func (w *World) Drain(ctx context.Context, flow string, limit time.Duration, _ func() bool) {
	var (
		before journey
		since  time.Duration // when before was seen first
	)
	for w.SleepUntil(ctx, w.Now()+look) == nil {
		left, now := w.journey(flow), w.Now()
		if left != before {
			before, since = left, now
		}
		switch still := now - since; {
		case now >= limit:
			return
		case left.flying > 0 && !left.sunk: // the wire will deliver it, however long that takes
		case left.boarding > 0 && still < patience:
		case w.cfg.Flows.Transport(flow) == "tcp":
			return
		case left.waiting <= w.lost() || still > quiet && w.Unread() == 0:
			w.mu.Lock()
			defer w.mu.Unlock()
			w.drained = true
			return
		case still > patience:
			return
		}
	}
}

// A journey is how many of a flow's packets are where on their way to the catching
// program.
type journey struct {
	boarding int // thrown, and not yet on the wire
	flying   int // on the wire
	waiting  int // in the catcher's socket, or dropped for want of room there

	sunk bool // a ferry has stopped, so no packet moves any more
}

func (w *World) journey(flow string) journey {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := journey{flying: w.watch.Flow(flow).InFlight, sunk: w.sunk}
	if w.cfg.Flows.Transport(flow) == "udp" {
		j.boarding, j.waiting = w.afloat, w.watch.Waiting()
	}
	return j
}

// lost is how many of the datagrams that seem to wait in the catcher's socket were
// dropped for want of room. It is 0 if the wire may damage packets: the kernel's counter
// includes damaged datagrams, so the number is not known.
func (w *World) lost() int {
	if watch.Damages(w.cfg.Flows, w.cfg.Out, w.cfg.Back) {
		return 0
	}
	kernel := w.World.Record(w.cfg.named("udp")).ReceiverDrops
	w.mu.Lock()
	defer w.mu.Unlock()
	return kernel - w.watch.ReceiverDrops()
}

// DrainRule says how Drain decides.
func (w *World) DrainRule() path.DrainRule {
	return path.DrainWireAndSocket
}

// Record is what the wire and the kernel saw of a flow.
func (w *World) Record(flow string) path.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.watch.Record(flow)
	r.Lateness = lateness(w.out, w.back)
	if w.cfg.Flows.Transport(flow) == "tcp" {
		kernel := w.World.Record(flow)
		r.Retransmitted, r.Timeouts = kernel.Retransmitted, kernel.Timeouts
		r.CountsUnknown, r.TimeoutsUnknown, r.Samples = kernel.CountsUnknown, kernel.TimeoutsUnknown, kernel.Samples
		if w.cfg.Counters {
			thrower, catcher, err := w.Counters()
			w.unsure = errors.Join(w.unsure, err)
			r.Counters = &path.Counters{Thrower: happened(thrower), Catcher: happened(catcher)}
			if w.cfg.Flows.Named(flow).Reverse {
				r.Counters.Thrower, r.Counters.Catcher = r.Counters.Catcher, r.Counters.Thrower
			}
		}
	}
	return r
}

// Check returns an error unless both wires account for every packet, and the drops of
// the catcher's socket agree with the kernel's counter.
func (w *World) Check() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	errs := []error{w.unsure, w.watch.Check()}
	if err := w.out.wire.Counts().Check(); err != nil {
		errs = append(errs, fmt.Errorf("netns: way out: %w", err))
	}
	if err := w.back.wire.Counts().Check(); err != nil {
		errs = append(errs, fmt.Errorf("netns: way back: %w", err))
	}
	if w.drained && w.afloat > 0 {
		errs = append(errs, fmt.Errorf("netns: %d datagrams that were thrown never came to the wire", w.afloat))
	}
	seen := w.watch.Record(w.cfg.named("udp"))
	if least, most := seen.ReceiverDrops, seen.ReceiverDrops+seen.Out.Damaged; w.drained && (w.dropped < least || w.dropped > most) {
		errs = append(errs, fmt.Errorf("netns: the catcher's socket dropped %d datagrams by the kernel's count, %d by the wire's", w.dropped, least))
	}
	return errors.Join(errs...)
}

// Stack is what is known of the kernel's stack and its settings.
func (w *World) Stack() path.Stack {
	s := w.World.Stack()
	s.Congestion, s.InitialWindow = w.cfg.congestion(), w.cfg.InitialWindow
	if w.cfg.NoDelayedACK {
		s.DelayedACK = "off"
	}
	return s
}

// Run runs the tasks, each on a goroutine of its own, waits for all, and stops the
// ferries; after that the record does not change. It may be called once.
func (w *World) Run(ctx context.Context, tasks ...func()) error {
	w.begin()
	return errors.Join(w.World.Run(ctx, tasks...), w.land())
}

// land stops the ferries, once.
func (w *World) land() (err error) {
	w.landing.Do(func() {
		_, err = unix.Write(w.over, []byte{7: 1})
		err = errors.Join(err, w.ferries.Wait())
	})
	return err
}

// Close ends the world and everything in it.
func (w *World) Close() error {
	return errors.Join(w.land(), w.World.Close(), w.release())
}

// release closes what was opened of the ends.
func (w *World) release() error {
	var err error
	if w.over >= 0 {
		err = unix.Close(w.over)
	}
	for _, r := range []*room{w.thrower, w.catcher} {
		if r != nil {
			err = errors.Join(err, r.close())
		}
	}
	return err
}
