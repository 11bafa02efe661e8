package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"

	"stones/lab/clock"
	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/stack"
	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

// doors are where the catchers of the flows read.
func (cfg Config) doors() map[string]doorway {
	doors := make(map[string]doorway, len(cfg.Flows))
	for _, f := range cfg.Flows {
		doors[f.Name] = cfg.door(f.Name)
	}
	return doors
}

func (cfg Config) door(flow string) doorway {
	return doorway{cfg.Flows.Transport(flow), cfg.Flows.Port(flow)}
}

// congestionOf is the congestion control of the flow over a network to a catcher's port;
// empty if the flow has none of its own.
func (cfg Config) congestionOf(network string, port uint16) string {
	for _, f := range cfg.Flows {
		if f.Over() == network && cfg.Flows.Port(f.Name) == port {
			return f.Congestion
		}
	}
	return ""
}

// A World is the two ends of one experiment and what lies between them. Throwers dial at
// one end and catchers listen at the other; with reversed flows it is the other way
// round. A World is used by one goroutine.
type World struct {
	cfg       Config
	driver    *driver
	pool      stack.Pool
	thrower   *stack.Host // end 1: where flows are thrown that are not reversed
	catcher   *stack.Host // end 2: where they are caught
	out, back *line
	watch     *watch.Watch
	set       tcp.Config         // settings of connections
	doors     map[string]doorway // where the catcher of each flow reads
	drains    []*drain
	roads     []*road
	dialed    []*stream
	accepted  []*stack.Conn // only if Config.Counters is set
}

var _ clock.Clock = (*World)(nil)

// Open makes a world. Close must be called.
func Open(cfg Config) (*World, error) {
	w := &World{cfg: cfg, driver: &driver{most: cfg.Most}}
	w.watch = watch.New(watch.Config{Lanes: watch.Lanes(cfg.Flows), Damages: watch.Damages(cfg.Flows, cfg.Out, cfg.Back), Packets: cfg.Packets, Tap: cfg.Tap})
	w.out = newLine(w, cfg.Out, wire.Out, &w.watch.Out)
	w.back = newLine(w, cfg.Back, wire.Back, &w.watch.Back)
	dice := rand.New(rand.NewPCG(cfg.Seed, 0))
	connection, err := cfg.tcp(dice)
	if err != nil {
		return nil, err
	}
	w.set = connection
	w.doors = cfg.doors()
	host := func(n byte, send func(*stack.Packet)) *stack.Host {
		return stack.New(&w.driver.Queue, &w.pool, stack.Config{
			Addr: cfg.address(n), MTU: cfg.mtu(), TCP: connection, AllPieces: true, NoUDPChecksum: cfg.NoUDPChecksum, Seed: dice.Uint64(),
		}, send)
	}
	w.thrower, w.catcher = host(1, w.out.send), host(2, w.back.send)
	w.out.to, w.back.to = w.catcher, w.thrower
	return w, nil
}

// Now is the time since the world began.
func (w *World) Now() time.Duration { return w.driver.Now() }

// SleepUntil parks the calling task until at. It returns early, with the cause, when ctx
// ends.
func (w *World) SleepUntil(ctx context.Context, at time.Duration) error {
	return w.driver.sleepUntil(ctx, at)
}

// Arrival is when what was read last of a flow could have been read.
func (w *World) Arrival(flow string) time.Duration {
	door, ok := w.doors[flow]
	if !ok {
		door = w.cfg.door(flow)
	}
	return w.driver.arrived[door]
}

// Time is the instant at in the form that deadlines take.
func (w *World) Time(at time.Duration) time.Time { return epoch.Add(at) }

// Run runs the tasks side by side in virtual time, and returns when all have ended. Only
// tasks may block. It may be called once. The error is [ErrTooMuch], or says who waits
// for what when nothing can happen any more.
func (w *World) Run(ctx context.Context, tasks ...func()) error {
	for _, task := range tasks {
		w.driver.start(task)
	}
	return w.driver.run(ctx)
}

// Go starts a task beside those that run. Run waits for it too.
func (w *World) Go(task func()) { w.driver.start(task) }

// Drain waits until no packet of a flow is on its way to the catcher, or until limit.
func (w *World) Drain(ctx context.Context, flow string, limit time.Duration, _ func() bool) {
	w.drain(ctx, w.watch.Flow(flow), limit)
}

// Abandon notes that the catcher of a flow closes its socket without reading more.
func (w *World) Abandon(flow string) { w.watch.Abandon(flow) }

// DrainRule says how Drain decides.
func (w *World) DrainRule() path.DrainRule { return path.DrainWire }

// Record is what the world itself saw of a flow.
func (w *World) Record(flow string) path.Record {
	r := w.watch.Record(flow)
	if w.cfg.Flows.Transport(flow) != "tcp" {
		return r
	}
	if w.cfg.Counters {
		r.Counters = w.counters(flow)
	}
	r.Retransmitted = 0 // the stack's count includes SYNs
	for _, s := range w.dialed {
		if s.conn.Remote().Port() != w.cfg.Flows.Port(flow) {
			continue
		}
		counters := s.conn.TCP().Counters()
		r.Retransmitted += counters.RetransSegs
		r.Timeouts += counters.TCPTimeouts
		if s.gauge != nil {
			r.Samples = s.gauge.series.Samples
		}
	}
	return r
}

// counters are TCP's counters of a flow at each end.
func (w *World) counters(flow string) *path.Counters {
	c := &path.Counters{Thrower: map[string]uint64{}, Catcher: map[string]uint64{}}
	add := func(counts map[string]uint64, conn *stack.Conn, port uint16) {
		if port != w.cfg.Flows.Port(flow) {
			return
		}
		for name, n := range conn.TCP().Counters().All() {
			if n > 0 {
				counts[name] += uint64(n)
			}
		}
	}
	for _, s := range w.dialed {
		add(c.Thrower, s.conn, s.conn.Remote().Port())
	}
	for _, conn := range w.accepted {
		add(c.Catcher, conn, conn.Local().Port())
	}
	return c
}

// Check returns an error unless both wires account for every packet: it came out, was
// lost, or is still on the way.
func (w *World) Check() error {
	if err := w.out.wire.Counts().Check(); err != nil {
		return fmt.Errorf("sim: way out: %w", err)
	}
	if err := w.back.wire.Counts().Check(); err != nil {
		return fmt.Errorf("sim: way back: %w", err)
	}
	return nil
}

// Close ends the world and everything in it.
func (w *World) Close() error {
	w.watch.Stop() // the tap must not get what the ends send while they end
	for _, p := range w.driver.processes {
		p.stop()
	}
	return nil
}

// Address is where the catcher of a flow listens.
func (w *World) Address(flow string) string {
	return netip.AddrPortFrom(w.cfg.address(w.cfg.Flows.CatchesAt(flow)), w.cfg.Flows.Port(flow)).String()
}

// at is the end with an address, and the other end.
func (w *World) at(address netip.Addr) (own, other *stack.Host) {
	if address == w.cfg.address(1) {
		return w.thrower, w.catcher
	}
	return w.catcher, w.thrower
}

// DialContext connects to address over "tcp" or "udp", from the end that does not have it.
// The address must be numeric, since there is no name server. A deadline of ctx is in
// virtual time ([World.Time]).
func (w *World) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := resolve("dial", network, address)
	if err != nil {
		return nil, err
	}
	_, thrower := w.at(to.Addr())
	if network == "udp" {
		socket, err := thrower.DialUDP(to)
		if err != nil {
			return nil, failed("dial", network, err)
		}
		return w.driver.newDatagram(socket), nil
	}
	set := w.set
	if own := w.cfg.congestionOf(network, to.Port()); own != "" {
		if set.Congestion, err = control(own); err != nil {
			return nil, err
		}
	}
	conn, err := thrower.DialTCPAs(to, set)
	if err != nil {
		return nil, failed("dial", network, err)
	}
	s := w.driver.newStream(conn)
	w.dialed = append(w.dialed, s)
	if err := s.connectWithin(ctx); err != nil {
		return nil, err
	}
	s.gauge = newGauge(w.driver, s)
	return s, nil
}

// connectWithin waits for the other end's answer until ctx has ended.
func (s *stream) connectWithin(ctx context.Context) error {
	if at, ok := ctx.Deadline(); ok {
		_ = s.SetDeadline(at)
	}
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := s.connect(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		s.close()
		s.conn.Abort()
		return s.fail("dial", err)
	}
	_ = s.SetDeadline(time.Time{})
	return nil
}

// Listen waits for TCP connections at address, on the end that has it.
func (w *World) Listen(_ context.Context, network, address string) (net.Listener, error) {
	at, err := resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	catcher, _ := w.at(at.Addr())
	l, err := catcher.ListenTCP(at, backlog)
	if err != nil {
		return nil, failed("listen", network, err)
	}
	return w.driver.newListener(l, func(conn *stack.Conn) {
		if w.cfg.Counters {
			w.accepted = append(w.accepted, conn)
		}
	}), nil
}

// ListenPacket waits for UDP datagrams at address, on the end that has it.
func (w *World) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	at, err := resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	catcher, _ := w.at(at.Addr())
	socket, err := catcher.ListenUDP(at)
	if err != nil {
		return nil, failed("listen", network, err)
	}
	d := w.driver.newDatagram(socket)
	d.taken = func(read []byte, whole bool) { w.watch.Taken(at.Port(), read, whole) }
	return d, nil
}

func resolve(op, network, address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return at, &net.OpError{Op: op, Net: network, Err: &net.AddrError{Err: "not an address and port in numbers", Addr: address}}
	}
	return at, nil
}

// failed is the error for a socket that could not be opened.
func failed(op, network string, err error) error {
	return &net.OpError{Op: op, Net: network, Err: standard(err)}
}

// remove removes one element from a list.
func remove[T comparable](list []T, one T) []T {
	if i := slices.Index(list, one); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
