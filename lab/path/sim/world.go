package sim

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"

	"stones/lab/clock"
	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/wire"
)

// Config says what a world is like. The zero value is two ends with nothing
// between them.
type Config struct {
	Seed      uint64
	IPv6      bool
	Out, Back wire.Shape // from thrower to catcher, and back
	Recovery  string     // RecoveryRACK or RecoverySACK; empty is RecoveryRACK
	Buffer    int        // bytes of each TCP buffer; 0 is DefaultBuffer, which the receiver may let grow

	Packets bool             // keep what becomes of every packet, for the record
	Tap     func(path.Frame) // is shown every packet that leaves an end or arrives there, in order of time; nil is nobody
}

func (cfg Config) recovery() string {
	if cfg.Recovery == "" {
		return RecoveryRACK
	}
	return cfg.Recovery
}

func (cfg Config) buffer() int {
	if cfg.Buffer == 0 {
		return DefaultBuffer
	}
	return cfg.Buffer
}

// DefaultMTU is the longest packet in bytes where the wire says nothing.
const DefaultMTU = 1500

func (cfg Config) mtu() int {
	if cfg.Out.MTU == 0 {
		return DefaultMTU
	}
	return cfg.Out.MTU
}

// address is that of end n.
func (cfg Config) address(n byte) tcpip.Address {
	if cfg.IPv6 {
		return tcpip.AddrFrom16([16]byte{0: 0xfd, 15: n})
	}
	return tcpip.AddrFrom4([4]byte{10, 0, 0, n})
}

// number is that of the protocol below TCP and UDP.
func (cfg Config) number() tcpip.NetworkProtocolNumber {
	if cfg.IPv6 {
		return ipv6.ProtocolNumber
	}
	return ipv4.ProtocolNumber
}

// Port is where the catcher listens.
const Port = 12333

// A World is one experiment's two ends and what lies between them. Throwers
// dial, catchers listen. It is used by one goroutine.
type World struct {
	cfg     Config
	eng     *engine
	thrower *host
	catcher *host
	watch   *watch.Watch
	drains  []*drain
	gauge   *gauge
}

var _ clock.Clock = (*World)(nil)

// Open makes a world. Close must be called.
func Open(cfg Config) (*World, error) {
	eng := newEngine()
	thrower, catcher, err := newHosts(eng, cfg)
	if err != nil {
		return nil, err
	}
	w := &World{cfg: cfg, eng: eng, thrower: thrower, catcher: catcher}
	w.watch = watch.New(watch.Config{Damages: cfg.Out.Corrupt > 0, Packets: cfg.Packets, Tap: cfg.Tap})
	thrower.card.wire = newLine(w, cfg.Out, wire.Out, catcher.card, &w.watch.Out)
	catcher.card.wire = newLine(w, cfg.Back, wire.Back, thrower.card, &w.watch.Back)
	return w, nil
}

// Now is the time since the world began.
func (w *World) Now() time.Duration { return w.eng.now - birth }

// SleepUntil parks the task that calls it until at.
func (w *World) SleepUntil(ctx context.Context, at time.Duration) error {
	return w.eng.sleepUntil(ctx, at+birth)
}

// Arrival is now: a catcher is given what came in the moment in which it comes, or
// in which it asks.
func (w *World) Arrival(string) time.Duration { return w.Now() }

// Time is the instant at in the form that deadlines take.
func (w *World) Time(at time.Duration) time.Time { return epoch.Add(at + birth) }

// Run runs the tasks side by side, lets time pass, and returns when all have
// ended. Only within a task can be waited for anything. It is called once.
func (w *World) Run(ctx context.Context, tasks ...func()) error {
	for _, task := range tasks {
		w.eng.start(task)
	}
	return w.eng.run(ctx)
}

// Go starts a task beside those that run. Run waits for it too.
func (w *World) Go(task func()) { w.eng.start(task) }

// Drain waits until no packet of the transport is on its way to the catcher.
func (w *World) Drain(ctx context.Context, transport string, _ func() bool) {
	w.drain(ctx, w.watch.Flow(transport))
}

// DrainRule says how Drain decides.
func (w *World) DrainRule() string { return "until the wire is empty" }

// Record is what the world itself saw of a transport's flow.
func (w *World) Record(transport string) path.Record {
	r := w.watch.Record(transport)
	if transport == "tcp" {
		stats := w.thrower.stack.Stats().TCP
		r.Retransmitted += int(stats.Retransmits.Value()) // the stack leaves SYNs out
		r.Timeouts = int(stats.Timeouts.Value())
		if w.gauge != nil {
			r.Samples = w.gauge.series.Samples
		}
	}
	return r
}

// Check holds both wires to their own book-keeping: what was sent came out,
// was lost, or is still on the way.
func (w *World) Check() error {
	if err := w.thrower.card.wire.wire.Counts().Check(); err != nil {
		return fmt.Errorf("sim: way out: %w", err)
	}
	if err := w.catcher.card.wire.wire.Counts().Check(); err != nil {
		return fmt.Errorf("sim: way back: %w", err)
	}
	return nil
}

// Stack says what the ends' stacks are and how they are set.
func (w *World) Stack() path.Stack { return stackInfo(w.cfg) }

// Close ends the world and everything in it.
func (w *World) Close() error {
	w.watch.Stop() // what the stacks still say has nobody to go to
	for _, p := range w.eng.processes {
		p.stop()
	}
	w.thrower.close()
	w.catcher.close()
	return nil
}

// Address is where the catcher listens.
func (w *World) Address(string) string {
	addr, _ := netip.AddrFromSlice(w.catcher.addr.AsSlice())
	return netip.AddrPortFrom(addr, Port).String()
}

// DialContext connects the thrower's end to address over "tcp" or "udp".
// Addresses are numbers, since there is nobody to ask for names. A deadline of
// ctx is one of virtual time ([World.Time]).
func (w *World) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := resolve("dial", network, address)
	if err != nil {
		return nil, err
	}
	if network == "udp" {
		return w.thrower.newDatagram(w.eng, "dial", nil, &to, w.cfg.number())
	}
	s, err := w.thrower.newStream(w.eng, w.cfg.number())
	if err != nil {
		return nil, err
	}
	if at, ok := ctx.Deadline(); ok {
		_ = s.SetDeadline(at)
	}
	stop := context.AfterFunc(ctx, func() { _ = s.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := s.connect(to); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		_ = s.Close()
		return nil, s.fail("dial", err)
	}
	_ = s.SetDeadline(time.Time{})
	w.gauge = newGauge(w.eng, s)
	return s, nil
}

// Listen waits for TCP connections at address, on the catcher's end.
func (w *World) Listen(_ context.Context, network, address string) (net.Listener, error) {
	at, err := resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	return w.catcher.listen(w.eng, at, w.cfg.number())
}

// ListenPacket waits for UDP datagrams at address, on the catcher's end.
func (w *World) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	at, err := resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	d, err := w.catcher.newDatagram(w.eng, "listen", &at, nil, w.cfg.number())
	if err != nil {
		return nil, err
	}
	d.taken = w.watch.Taken
	return d, nil
}

func resolve(op, network, address string) (tcpip.FullAddress, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return tcpip.FullAddress{}, &net.OpError{Op: op, Net: network, Err: &net.AddrError{Err: "not an address and port in numbers", Addr: address}}
	}
	return fullAddress(at), nil
}
