// Package path holds the types that all paths share: what a path carries, and what it
// records of a flow.
//
// The paths themselves are the packages below: sim is emulated, host is this computer's
// loopback, netns is its kernel over an emulated wire, remote leads to another computer.
package path

import (
	"context"
	"errors"
	"time"
)

// A Flow is a flow that a path carries. Flows differ in their names, and those of the
// same transport in the catcher's port.
type Flow struct {
	Name, Transport string
	Congestion      string        // TCP's congestion control; empty means the path's
	ExtraDelay      time.Duration // delay of each of its packets before it enters the wire, in both directions
	Drop, DropBack  []uint64      // numbers of the packets that are lost, counted from 1 among the flow's packets in that direction
	Stones          int           // of a protocol of its own: the number of stones
	Reverse         bool          // its thrower is at the end of the others' catchers, and its catcher at that of their throwers
}

// Own is the transport of a protocol that the user has written. Its datagrams travel
// over UDP.
const Own = "own"

// Over is the transport protocol that carries the flow's packets: "tcp" or "udp".
func (f Flow) Over() string {
	if f.Transport == Own {
		return "udp"
	}
	return f.Transport
}

// A Road carries the datagrams between the two ends of the user's protocol. Back says
// that a datagram goes from the catcher to the thrower.
type Road interface {
	// Send sends a datagram of one end.
	Send(back bool, datagram []byte) error

	// Next waits for the next datagram that arrives at either end. It is not ok if
	// none arrives until the given time, if nothing is on its way any more that was
	// when Next was called, or if ctx has ended. The datagram is valid until the next
	// call.
	Next(ctx context.Context, until time.Duration) (back bool, datagram []byte, ok bool)

	// Idle reports whether nothing is on its way.
	Idle() bool

	// Close closes both ends.
	Close() error
}

// Flows are the flows on one path. An empty list stands for one flow over each
// transport, named after it.
type Flows []Flow

// Transport is the transport of the flow of that name.
func (fs Flows) Transport(name string) string { return fs.Named(name).Transport }

// Named is the flow of that name. If there is none, the name is taken as a transport.
func (fs Flows) Named(name string) Flow {
	for _, f := range fs {
		if f.Name == name {
			return f
		}
	}
	return Flow{Name: name, Transport: name}
}

// CatchesAt is the number of the end at which the catcher of the flow of that name
// listens: 2, or 1 for a reversed flow.
func (fs Flows) CatchesAt(name string) byte {
	if fs.Named(name).Reverse {
		return 1
	}
	return 2
}

// Nth is how many flows of the same transport precede the one of that name.
func (fs Flows) Nth(name string) int {
	n, transport := 0, fs.Transport(name)
	for _, f := range fs {
		if f.Name == name {
			break
		}
		if f.Transport == transport {
			n++
		}
	}
	return n
}

// Port is the port of the catcher of the first flow over a transport on an emulated
// wire. The next flows have the next ports.
const Port = 12333

// ownPorts is the distance from [Port] to the first port of the user's protocols.
const ownPorts = 1000

// Port is the port at which the catcher of the flow of that name listens.
func (fs Flows) Port(name string) uint16 {
	port := Port + uint16(fs.Nth(name))
	if fs.Transport(name) == Own {
		port += ownPorts
	}
	return port
}

// A Record is what a path itself saw of one flow. A path that emulates the wire knows the
// fate of every packet. On other paths Exact is false, and only what the kernel reports
// is valid: ReceiverDrops, Retransmitted, Timeouts and Samples.
type Record struct {
	Exact bool // the wire's own counts and Copies are known, packet by packet

	Out, Back       Direction
	Retransmitted   int    // TCP segments sent again, by the thrower's own count
	Timeouts        int    // TCP retransmission timeouts, by the thrower's own count
	CountsUnknown   string // why neither Retransmitted nor Timeouts is known; empty if they are
	TimeoutsUnknown string // why Timeouts alone is not known; empty if it is

	ReceiverDrops int    // stones that reached the catcher's computer and found its socket buffer full
	DropsUnknown  string // why ReceiverDrops is not known; empty if it is

	// Copies says how many intact copies of stone n the path gave to the
	// catching program. It is nil unless Exact.
	Copies func(n uint64) int

	// Behind says whether the catching program got the first copy of stone n after a
	// stone with a higher number. It is nil unless Exact.
	Behind func(n uint64) bool

	// Causes says what happened to the packets of stone n. It is nil unless Exact.
	Causes func(n uint64) Cause

	// Way says when stone n was where. It is not ok if the stone's last byte never
	// came. It is nil unless Exact.
	Way func(n uint64) (w Way, ok bool)

	Samples []Sample

	// Counters are TCP's counters at both ends, or nil if they were not asked for.
	Counters *Counters

	// Lateness is how much later than the wire's model packets came out of it, in both
	// directions together. It is zero in virtual time.
	Lateness Lateness

	// Heard is what was recorded at the sockets of this end, if that was asked for, on
	// a path that does not see packets.
	Heard []Heard

	// Packets are the packets that the two ends gave to the wire, in that order. It is
	// nil unless they were asked for.
	Packets []*Packet
}

// Counters are TCP's counters at each end, by the names of Linux's /proc/net/netstat and
// /proc/net/snmp. Counters of 0 are left out.
type Counters struct {
	Thrower map[string]uint64 `json:"thrower"`
	Catcher map[string]uint64 `json:"catcher"`
}

// A Way is when the last byte of a stone was where, by the world's clock. If it was sent
// more than once, Sent and Came are of the copy that came first.
type Way struct {
	Left  time.Duration // first given to the wire
	Sent  time.Duration // given to the wire as the copy that came first; Left if that is the first one sent
	Came  time.Duration // out of the wire
	Whole time.Duration // when every earlier byte of its connection had come too
}

// A Cause is what happened to the packets of one stone: why it may be missing. Causes
// are bits of a set.
type Cause uint8

// The causes.
const (
	Dropped      Cause = 1 << iota // a packet was lost on the way
	Overflowed                     // the queue was full, or it or the policer dropped a packet
	Damaged                        // a packet had one bit flipped
	TooBig                         // a packet was longer than the MTU
	ReceiverDrop                   // a datagram found the catcher's socket buffer full
	NobodyHome                     // a datagram came to a port where nobody listens, or to a socket that was closed unread
	CutShort                       // the catching program read less than the datagram
	Pieces                         // it travelled in fragments, all of which must arrive
)

// Reasons why a path does not know something. A text of the operating system or of the
// other end may stand instead.
const (
	Silent       = "kernel-does-not-tell"
	SilentBefore = "kernel-before-6.7-does-not-tell"
	NobodyListen = "nobody-listened"
	FarSilent    = "other-end-does-not-tell"
	NotHere      = "not-counted-here"
)

// A DrainRule is how a path decides that no more stones come, as it stands in results.
// Behind a colon stands the time for which the path waits in vain at most.
type DrainRule string

// The rules.
const (
	DrainWire          DrainRule = "wire-empty"
	DrainWireAndSocket DrainRule = "wire-and-socket-empty:3s"
	DrainAccount       DrainRule = "all-accounted-for:3s" // each has come or was dropped
	DrainByCatcher     DrainRule = "catcher-decides:500ms"
)

// The congestion controls of this program's TCP, and the ways in which it finds losses.
const (
	CUBIC        = "cubic" // RFC 9438
	Reno         = "reno"  // RFC 5681
	RecoveryRACK = "rack"  // losses found by time, with tail loss probes: RFC 8985
	RecoverySACK = "sack"  // losses found by three duplicate acknowledgements: RFC 6675
)

// A Direction is what one direction of the wire did with a flow's
// packets. Sent and Bytes count what the sender gave to the wire, IP headers
// included; the other counts are of packets.
type Direction struct {
	Sent       int `json:"packets"`
	Data       int `json:"data_packets"` // of these, with bytes of stones in them
	Bytes      int `json:"bytes"`
	Lost       int `json:"dropped"`    // lost on the way
	Overflowed int `json:"overflowed"` // the queue was full, or it or the policer dropped the packet
	Marked     int `json:"marked"`     // arrived, marked by the queue (RFC 3168)
	Damaged    int `json:"damaged"`    // arrived, with one bit wrong
	TooBig     int `json:"too_big"`    // longer than the MTU
	Copied     int `json:"copied"`     // copies that the wire itself made
	Arrived    int `json:"arrived"`    // copies included

	ArrivedBytes int           `json:"arrived_bytes"`
	LastArrival  time.Duration `json:"-"` // on the world's clock
}

// A Packet is a packet that an end gave to the wire, and what became of it. Times are
// since the world began.
type Packet struct {
	Number   uint64        // of the packet in its world, from 1, in the order of sending
	Sent     time.Duration // when it was given to the wire
	Back     bool          // from the catcher to the thrower of its flow
	Protocol string        // tcp, udp, icmp, or empty for any other
	Size     int           // bytes, IP header included
	Data     int           // bytes behind all headers
	First    uint64        // the first stone that has bytes in it; 0 if none has
	Last     uint64        // the last one

	// Of TCP (RFC 9293 section 3.1): the flags that are set, as in "SYN ACK", and the
	// sequence and acknowledgment numbers, relative to the number of the SYN.
	Flags    string
	Seq, Ack uint32
	Again    bool // it is a retransmission: its first byte was sent before

	// Of a fragment: where its data begins in the datagram, in bytes behind the IP
	// header, and whether more fragments follow.
	Offset int
	More   bool

	Head []byte // its first bytes; only of the first packets of a flow

	Trip
	Copy *Trip // of the copy that the wire made; nil if it made none
}

// A Trip is what became of a packet on the wire. A packet that has neither arrived nor a
// cause was still on the way when the world ended.
type Trip struct {
	Cause   Cause         // what happened to it on the way, and at the catcher's socket
	Arrived bool          // at the other end
	At      time.Duration // when, if it arrived
	Left    time.Duration // when it was completely sent by the link, if it arrived
	Marked  bool          // by a queue (RFC 3168)
}

// A Frame is a packet as it is seen at one end of the wire: when it leaves
// there, or when it arrives. What leaves and never arrives was lost.
type Frame struct {
	*Packet // what is known of it so far; it may change until the world is closed

	When    time.Duration // since the world began
	Arrival bool          // it arrives; otherwise it leaves
	Far     bool          // at end 2, where all flows are caught that are not reversed
	Copied  bool          // what arrives is the copy that the wire made
	Bytes   []byte        // all bytes as they are at this end; the receiver may keep them
}

// A Lateness is how late the packets of a world were: percentiles and maximum.
type Lateness struct {
	Packets       int // how many packets there were
	P50, P99, Max time.Duration
}

// A Sample is the state of the thrower's TCP at one moment.
type Sample struct {
	At       time.Duration // by the world's clock
	Cwnd     int           // congestion window in segments
	Ssthresh int           // slow start threshold in segments; 0 while there is none
	RTT      time.Duration // smoothed round-trip time (RFC 6298)
	RTO      time.Duration // retransmission timeout
}

// A Stack says which network stack a flow ran on and how it was set.
type Stack struct {
	Name          string        `json:"name"`
	Version       string        `json:"version,omitzero"`
	Congestion    string        `json:"congestion"`
	SACK          string        `json:"sack"`
	Recovery      string        `json:"recovery"`
	Nagle         string        `json:"nagle"`
	DelayedACK    string        `json:"delayed_ack,omitzero"` // empty or 0 means the stack's own choice, here and below
	ECN           string        `json:"ecn,omitzero"`
	InitialWindow int           `json:"initial_window,omitzero"` // in segments
	Tick          time.Duration `json:"tick,omitzero"`           // the granularity of the timers
	SendBuffer    int           `json:"send_buffer"`             // bytes; 0 means the stack's own choice
	RecvBuffer    int           `json:"recv_buffer"`
}

// A Tuning holds settings of the stacks of both ends, as far as a path supports them. The
// zero value is Linux's defaults.
type Tuning struct {
	NoSACK        bool // no selective acknowledgements; losses are then found as in NewReno
	NoDelayedACK  bool // acknowledge each segment at once
	Nagle         bool // delay short segments while one is not acknowledged
	ECN           bool // ask for explicit congestion notification
	InitialWindow int  // in segments; 0 means 10
	NoUDPChecksum bool // datagrams over IPv4 go without a checksum
}

// An Offer is what is proposed to the far end before a flow: what will be thrown, and by
// which end.
type Offer struct {
	Transport string        // tcp, udp
	Count     int           // stones
	Size      int           // bytes a stone
	Time      time.Duration // from the first stone to the last, by the plan

	// What a far thrower needs in addition.
	Reverse bool   // the far end throws
	Rate    string // as the flag takes it
	Pattern string // as the flag takes it

	Overhear bool   // record at the sockets of this end
	Carrying bool   // the stones carry something
	Carries  string // all of that, for a far thrower
}

// An Agreement is the far end's answer to an [Offer].
type Agreement struct {
	Flow uint32 // the flow number that the stones carry

	// The round trip time, measured just before with a few lines that the far end
	// echoed: the least and the median.
	RTTMin, RTTMedian time.Duration
}

// Counts are what the thrower reports when it has finished, in stones.
type Counts struct{ Planned, Attempted, Thrown int }

// ErrNo is wrapped by the error of a request that the far end has refused.
var ErrNo = errors.New("the far end says no")

// A Report is what the far end of a flow reports afterwards. Its times are by the far
// end's clock, which is about 0 when the Offer is agreed on.
type Report struct {
	// The stones that it caught, in the order in which they came, copies
	// included; or those that it threw, in order of number.
	Stones []Told

	// Of a catcher.
	Carried      [32]byte      // the stone.Sum of what the caught stones carried
	Damaged      int           // damaged stones that arrived
	Foreign      int           // other things that arrived
	Reads        int           // how many reads of its socket returned something
	Drops        int           // stones that found its socket buffer full
	DropsUnknown string        // why Drops is not known; empty if it is
	Drained      time.Duration // how long it waited for more

	// Of a thrower.
	Planned   int
	Attempted int
	NotThrown map[string]int // by cause
}

// A Told is one stone in a [Report].
type Told struct {
	Number uint64
	At     time.Duration // when it came, or was thrown, by the clock of the report
	Due    time.Duration // when it was due: of a catcher, what stands in the stone; of a thrower, by the clock of the report
}
