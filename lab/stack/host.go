package stack

import (
	"errors"
	"math/rand/v2"
	"net/netip"

	"stones/lab/stack/charge"
	"stones/lab/stack/event"
	"stones/lab/stack/icmp"
	"stones/lab/stack/ip"
	"stones/lab/stack/tcp"
	"stones/lab/stack/udp"
)

// A Config is how a host is set.
type Config struct {
	Addr netip.Addr
	MTU  int // of its only interface

	// TCP is what all connections have in common: the host fills in ports, MSS
	// and what is drawn.
	TCP tcp.Config

	// UDPBuffer limits what the datagrams in a socket may cost together, in bytes of
	// memory (package charge); 0 means [udp.DefaultBuffer].
	UDPBuffer int

	// NoUDPChecksum sends datagrams without a checksum, which IPv4 allows (RFC 768).
	// Damaged ones then reach the program.
	NoUDPChecksum bool

	// AllPieces lets any number of datagrams wait for their missing fragments, with
	// any number of other fragments between two of theirs. Linux limits both
	// ([ip.Memory], [ip.Distance]).
	AllPieces bool

	// Seed decides all random numbers of the host: the first port, initial sequence
	// numbers, offsets of time stamps and identifications.
	Seed uint64
}

// A Host is one end of the Internet. [New] makes one.
type Host struct {
	cfg    Config
	events *event.Queue
	pool   *Pool
	send   func(*Packet)
	dice   *rand.Rand

	sockets   map[uint16]*Socket
	listeners map[uint16]*Listener
	conns     map[ends]*Conn
	peers     map[netip.Addr]*peer
	lastPort  uint16

	pieces    ip.Reassembler
	impatient *event.Timer // fires when a datagram has waited too long for its fragments
	errors    icmp.Limit
	counters  Counters
}

// New returns a host whose clock and timers are those of a queue. It gives packets to
// send, which owns them from then on and must not deliver them before it returns.
func New(events *event.Queue, pool *Pool, cfg Config, send func(*Packet)) *Host {
	h := &Host{
		cfg: cfg, events: events, pool: pool, send: send,
		dice:      rand.New(rand.NewPCG(cfg.Seed, 0x73746f6e6573)), // "stones"
		sockets:   map[uint16]*Socket{},
		listeners: map[uint16]*Listener{},
		conns:     map[ends]*Conn{},
		peers:     map[netip.Addr]*peer{},
	}
	h.pieces.Unlimited = cfg.AllPieces
	h.impatient = events.Timer(h.giveUpPieces)
	h.lastPort = firstPort + uint16(h.dice.IntN(ports))
	return h
}

// Why a socket cannot be opened.
var (
	ErrInUse       = errors.New("address already in use")
	ErrNotHere     = errors.New("cannot assign requested address")
	ErrUnreachable = errors.New("network is unreachable")
)

// An Outcome is what a host did with a packet that arrived.
type Outcome uint8

// The outcomes.
const (
	Taken      Outcome = iota // a socket, a connection or the host itself has it
	Ignored                   // it is not for this host, or cannot be right
	Incomplete                // it is a fragment; others are missing
	Repeated                  // it is a fragment that had come
	NoMemory                  // it is a fragment, and too many datagrams are incomplete
	NobodyHome                // nobody listens at its port
	NoRoom                    // the socket's buffer is full
)

// Deliver takes a packet that has arrived. The caller still owns it.
func (h *Host) Deliver(p *Packet) Outcome {
	switch {
	case p.Dst != h.cfg.Addr:
		return Ignored
	case p.Fragment():
		return h.piece(p)
	}
	return h.whole(p, charge.Packet(p.Len()))
}

// whole takes a packet that is not a fragment, or was put together from fragments.
func (h *Host) whole(p *Packet, cost int) Outcome {
	switch {
	case p.Segment != nil:
		return h.segment(p)
	case p.Datagram != nil:
		return h.datagram(p, cost)
	case p.Message != nil:
		return h.message(p.Message)
	}
	return Ignored
}

// piece takes a fragment, and the datagram that it completes.
func (h *Host) piece(p *Packet) Outcome {
	whole, outcome := h.pieces.Add(h.events.Now(), p.Header, p.Bytes)
	h.awaitPieces()
	switch outcome {
	case ip.Waiting:
		return Incomplete
	case ip.Repeated:
		return Repeated
	case ip.NoMemory:
		h.counters.ReasmFails++
		return NoMemory
	case ip.Overlaps, ip.Malformed:
		h.counters.ReasmFails++
		return Ignored
	case ip.Whole:
	}
	h.counters.ReasmOKs++
	q := h.pool.get()
	defer q.Release()
	q.Header = whole.Header
	payload := whole.Payload
	if q.Protocol == ip.TCP {
		payload = append([]byte(nil), payload...) // a connection keeps it
	}
	if q.decode(payload) != nil {
		return Ignored
	}
	return h.whole(q, whole.Charge)
}

// awaitPieces sets the timer for the datagram that has waited longest.
func (h *Host) awaitPieces() {
	at, ok := h.pieces.Next()
	switch {
	case !ok:
		h.impatient.Stop()
	case !h.impatient.Pending() || h.impatient.At() != at:
		h.impatient.Set(at)
	}
}

func (h *Host) giveUpPieces() {
	h.pieces.Expire(h.events.Now(), func(d ip.Datagram) {
		h.counters.ReasmFails++
		h.counters.ReasmTimeout++
		if len(d.Payload) > 0 { // RFC 792: "If fragment zero is not available then no time exceeded need be sent at all."
			h.complain(&Packet{Header: d.Header, Bytes: d.Payload}, icmp.ReassemblyTime)
		}
	})
	h.awaitPieces()
}

// Counters returns what the host has counted so far.
func (h *Host) Counters() Counters { return h.counters }

// Counters count what happened on a host below TCP, under the names of Linux's
// /proc/net/snmp and /proc/net/netstat.
type Counters struct {
	ReasmOKs, ReasmFails, ReasmTimeout int // datagrams in fragments
	FragOKs, FragCreates               int // datagrams that were fragmented, and their fragments

	UDPInDatagrams, UDPOutDatagrams, UDPNoPorts, UDPRcvbufErrors int

	ICMPInMsgs, ICMPOutMsgs, ICMPOutRateLimit int
}

// udpBuffer is the limit of a socket's queue, in bytes of memory.
func (cfg Config) udpBuffer() int {
	if cfg.UDPBuffer == 0 {
		return udp.DefaultBuffer
	}
	return cfg.UDPBuffer
}
