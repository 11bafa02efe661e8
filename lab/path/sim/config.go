package sim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"stones/lab/path"
	"stones/lab/stack"
	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

// Config says what a world is like. The zero value is two ends with nothing between them,
// with Linux's defaults except for exact timers.
type Config struct {
	Flows     path.Flows
	Seed      uint64
	IPv6      bool
	Out, Back wire.Shape // from thrower to catcher, and back

	Congestion string // CUBIC or Reno; empty means CUBIC
	Recovery   string // RecoveryRACK or RecoverySACK; empty means RecoveryRACK
	path.Tuning
	Tick   time.Duration // the granularity of TCP's timers; 0 means exact timers, DefaultTick is Linux's
	Buffer int           // SO_SNDBUF and SO_RCVBUF in bytes; 0 means buffers that grow

	Counters bool             // keep TCP's counters, for the record
	Packets  bool             // keep what becomes of every packet, for the record
	Most     int              // limit of turns, events and packets, see [ErrTooMuch]; 0 means none
	Encode   bool             // encode and decode every packet on the way: slower, with the same results
	Tap      func(path.Frame) // called for every packet that leaves an end or arrives there, in order of time; may be nil
}

// Values of TCP's settings, and defaults.
const (
	CUBIC        = path.CUBIC
	Reno         = path.Reno
	RecoveryRACK = path.RecoveryRACK
	RecoverySACK = path.RecoverySACK

	newReno = "newreno" // losses found by duplicate acknowledgements, one a round trip: RFC 6582

	DefaultTick = 4 * time.Millisecond // HZ=250, as most distributions build Linux
	DefaultMTU  = 1500                 // bytes, if the wire has no MTU
)

func (cfg Config) congestion() string { return cmp.Or(cfg.Congestion, CUBIC) }
func (cfg Config) recovery() string   { return cmp.Or(cfg.Recovery, RecoveryRACK) }
func (cfg Config) mtu() int           { return cmp.Or(cfg.Out.MTU, DefaultMTU) }

// address is the address of end n.
func (cfg Config) address(n byte) netip.Addr {
	if cfg.IPv6 {
		return netip.AddrFrom16([16]byte{0: 0xfd, 15: n})
	}
	return netip.AddrFrom4([4]byte{10, 0, 0, n})
}

// tcp is the settings of both ends' connections.
func (cfg Config) tcp(dice *rand.Rand) (tcp.Config, error) {
	c := tcp.Config{
		Tick:          cfg.Tick,
		InitialWindow: cfg.InitialWindow,
		NoSACK:        cfg.NoSACK,
		NoDelayedACK:  cfg.NoDelayedACK,
		ECN:           cfg.ECN,
		Nagle:         cfg.Nagle,
		SendBuffer:    cfg.Buffer,
		ReceiveBuffer: cfg.Buffer,
	}
	if cfg.Tick > 0 {
		c.Phase = time.Duration(dice.Int64N(int64(cfg.Tick)))
	}
	var err error
	if c.Congestion, err = control(cfg.congestion()); err != nil {
		return c, err
	}
	switch cfg.recovery() {
	case RecoveryRACK:
		c.Recovery = tcp.RACK
	case RecoverySACK:
		c.Recovery = tcp.SACK
	default:
		return c, fmt.Errorf("sim: recovery %q; %q or %q", cfg.Recovery, RecoveryRACK, RecoverySACK)
	}
	return c, nil
}

// control is the congestion control of that name.
func control(name string) (func() tcp.Control, error) {
	switch name {
	case CUBIC:
		return tcp.NewCubic, nil
	case Reno:
		return tcp.NewReno, nil
	}
	return nil, fmt.Errorf("sim: congestion control %q; %q or %q", name, CUBIC, Reno)
}

// Stack is the stack of both ends and its settings.
func (w *World) Stack() path.Stack {
	s := path.Stack{
		Name:          stack.Name,
		Version:       stack.Version,
		Congestion:    w.cfg.congestion(),
		SACK:          onOff(!w.cfg.NoSACK),
		Recovery:      w.cfg.recovery(),
		Nagle:         onOff(w.cfg.Nagle),
		InitialWindow: w.cfg.InitialWindow,
		Tick:          w.cfg.Tick,
		SendBuffer:    w.cfg.Buffer,
		RecvBuffer:    w.cfg.Buffer,
	}
	if w.cfg.NoSACK {
		s.Recovery = newReno
	}
	if w.cfg.NoDelayedACK {
		s.DelayedACK = onOff(false)
	}
	if w.cfg.ECN {
		s.ECN = onOff(true)
	}
	return s
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
