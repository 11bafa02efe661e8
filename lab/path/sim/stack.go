package sim

import (
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	gtcp "gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	gudp "gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"stones/lab/path"
)

// nic is the number of the only network card of each stack.
const nic = 1

// How the stacks' TCP is set, where the configuration leaves it open.
const (
	Congestion    = "cubic" // RFC 9438
	RecoveryRACK  = "rack"  // losses found by time, with tail loss probes: RFC 8985
	RecoverySACK  = "sack"  // losses found by three duplicate acknowledgements: RFC 6675
	DefaultBuffer = 1 << 20 // bytes, send and receive
)

// host is one end: a stack and its TCP.
type host struct {
	stack *stack.Stack
	tcp   stack.TransportProtocol
	card  *card
	addr  tcpip.Address

	streams []*stream // open
}

// creation is held while stacks are made: a stack has as many TCP goroutines
// as there are processors at that moment, the world needs exactly one, and
// the number of processors is the whole program's.
var creation sync.Mutex

// newHosts makes the two ends.
func newHosts(eng *engine, cfg Config) (thrower, catcher *host, err error) {
	creation.Lock()
	defer creation.Unlock()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if thrower, err = newHost(eng, cfg, 1); err != nil {
		return nil, nil, err
	}
	if catcher, err = newHost(eng, cfg, 2); err != nil {
		thrower.close()
		return nil, nil, err
	}
	return thrower, catcher, nil
}

// newHost makes end number n.
func newHost(eng *engine, cfg Config, n byte) (*host, error) {
	h := &host{card: &card{eng: eng, mtu: uint32(cfg.mtu())}, addr: cfg.address(n)}
	h.stack = stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{gtcp.NewProtocolCUBIC, gudp.NewProtocol},
		Clock:              stackClock{eng},
		RandSource:         source{chance(cfg.Seed, n, 's')},
		SecureRNG:          chance(cfg.Seed, n, 'r'),
	})
	h.card.host = h
	h.tcp = h.stack.TransportProtocolInstance(gtcp.ProtocolNumber)
	h.tcp.Pause()
	if err := h.set(cfg); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// set gives the stack its card, its address and its TCP settings.
func (h *host) set(cfg Config) error {
	sack := tcpip.TCPSACKEnabled(true)
	recovery := tcpip.TCPRACKLossDetection
	if cfg.Recovery == RecoverySACK {
		recovery = 0
	}
	moderate := tcpip.TCPModerateReceiveBufferOption(cfg.Buffer == 0)
	size := cfg.buffer()
	send := tcpip.TCPSendBufferSizeRangeOption{Min: gtcp.MinBufferSize, Default: size, Max: max(size, gtcp.MaxBufferSize)}
	recv := tcpip.TCPReceiveBufferSizeRangeOption{Min: gtcp.MinBufferSize, Default: size, Max: max(size, gtcp.MaxBufferSize)}
	for _, option := range []tcpip.SettableTransportProtocolOption{&sack, &recovery, &moderate, &send, &recv} {
		if err := h.stack.SetTransportProtocolOption(gtcp.ProtocolNumber, option); err != nil {
			return fmt.Errorf("sim: set %T: %s", option, err)
		}
	}
	if err := h.stack.CreateNIC(nic, h.card); err != nil {
		return fmt.Errorf("sim: create card: %s", err)
	}
	everywhere := header.IPv4EmptySubnet
	if cfg.IPv6 {
		everywhere = header.IPv6EmptySubnet
	}
	address := tcpip.ProtocolAddress{Protocol: cfg.number(), AddressWithPrefix: h.addr.WithPrefix()}
	if err := h.stack.AddProtocolAddress(nic, address, stack.AddressProperties{}); err != nil {
		return fmt.Errorf("sim: add address: %s", err)
	}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: everywhere, NIC: nic}})
	return nil
}

// settle lets the stack's TCP work off what was delivered and returns when it
// is at rest. It is paused before and after, so nothing of it ever runs beside
// the driver.
func (h *host) settle() {
	h.tcp.Resume()
	h.tcp.Pause()
}

// close ends the stack and waits for its goroutines.
func (h *host) close() {
	h.tcp.Resume()
	h.stack.Destroy()
}

// chance is the random stream of end n for one purpose.
func chance(seed uint64, n, purpose byte) *randv2.ChaCha8 {
	key := [32]byte{
		0: n, 1: purpose, 8: byte(seed), 9: byte(seed >> 8), 10: byte(seed >> 16), 11: byte(seed >> 24),
		12: byte(seed >> 32), 13: byte(seed >> 40), 14: byte(seed >> 48), 15: byte(seed >> 56),
	}
	return randv2.NewChaCha8(key)
}

// source is a stream in the form that the stack takes.
type source struct {
	stream *randv2.ChaCha8
}

var _ rand.Source64 = source{}

func (s source) Int63() int64   { return int64(s.stream.Uint64() >> 1) }
func (s source) Uint64() uint64 { return s.stream.Uint64() }
func (s source) Seed(int64)     { panic("sim: the seed is the experiment's") }

// stackInfo says what the stack is and how it is set.
func stackInfo(cfg Config) path.Stack {
	info := path.Stack{
		Name:       "gVisor",
		Congestion: Congestion,
		SACK:       "on",
		Recovery:   cfg.recovery(),
		Nagle:      "off",
		SendBuffer: cfg.buffer(),
		RecvBuffer: cfg.buffer(),
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, m := range build.Deps {
			if m.Path == "gvisor.dev/gvisor" {
				info.Version = m.Version
			}
		}
	}
	return info
}
