// Package path holds the words that all paths share: what a path says of
// itself, and what it saw of a flow.
//
// It has no path in it. Those are the packages below: sim is emulated, host is
// this computer's loopback, netns is its kernel over an emulated wire, remote
// leads to another computer.
package path

import (
	"context"
	"errors"
	"time"
)

// A Flow is one that a path is to carry. Names tell flows apart; those of the same
// transport differ in the catcher's port.
type Flow struct {
	Name, Transport string
	Congestion      string        // TCP's congestion control; empty means the path's
	ExtraDelay      time.Duration // what each of its packets takes before it enters the wire, either way
	Drop, DropBack  []uint64      // places of the packets that are lost, among all of its own on that way, from 1
	Stones          int           // of a protocol of its own: how many there are
	Reverse         bool          // its thrower is where the catchers of the others are, and its catcher where they throw
}

// Own is the transport of a protocol of one's own, whose datagrams travel over UDP.
const Own = "own"

// Over is the name of what carries the flow's packets.
func (f Flow) Over() string {
	if f.Transport == Own {
		return "udp"
	}
	return f.Transport
}

// A Road is what the two ends of a protocol of one's own talk over. Back says which
// end: the catcher's datagrams go back.
type Road interface {
	// Send gives the road a datagram of one end.
	Send(back bool, datagram []byte) error

	// Next waits until a time for a datagram that comes to an end, in the order in
	// which they come. It is not ok if none has come by then, if nothing is on its
	// way any more that was when it was called, or if ctx has ended. What it returns
	// is good until the next call.
	Next(ctx context.Context, until time.Duration) (back bool, datagram []byte, ok bool)

	// Idle reports whether nothing is on its way.
	Idle() bool

	// Close ends both ends.
	Close() error
}

// Flows are all that meet on one path. Empty, they are one over each transport,
// named after that.
type Flows []Flow

// Transport is that of the flow of that name.
func (fs Flows) Transport(name string) string { return fs.Named(name).Transport }

// Named is the flow of that name.
func (fs Flows) Named(name string) Flow {
	for _, f := range fs {
		if f.Name == name {
			return f
		}
	}
	return Flow{Name: name, Transport: name}
}

// CatchesAt is the number of the end at which the catcher of the flow of that name
// listens: of the two ends, the first throws and the second catches where nothing is
// reversed.
func (fs Flows) CatchesAt(name string) byte {
	if fs.Named(name).Reverse {
		return 1
	}
	return 2
}

// Nth is how many flows of the same transport stand before the one of that name.
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

// Port is where the catcher of the first flow over a transport listens on an emulated
// wire. Those of the next ones listen behind it.
const Port = 12333

// ownPorts is how far behind the ports of UDP those of protocols of one's own begin.
const ownPorts = 1000

// Port is where the catcher of the flow of that name listens.
func (fs Flows) Port(name string) uint16 {
	port := Port + uint16(fs.Nth(name))
	if fs.Transport(name) == Own {
		port += ownPorts
	}
	return port
}

// A Record is what a path itself saw of one flow. A path that emulates the
// wire knows the fate of every packet; one that does not leaves Exact false, and
// then only what the kernel tells means anything: ReceiverDrops, Retransmitted,
// Timeouts and Samples.
type Record struct {
	Exact bool // the wire's own counts and Copies are known, packet by packet

	Out, Back       Direction
	Retransmitted   int    // TCP segments thrown again, by the thrower's own count
	Timeouts        int    // TCP retransmission timeouts, by the thrower's own count
	CountsUnknown   string // why Retransmitted is not known, and Timeouts neither; empty if it is
	TimeoutsUnknown string // why Timeouts alone is not known; empty if it is

	ReceiverDrops int    // stones that reached the catcher's computer and found its socket buffer full
	DropsUnknown  string // why ReceiverDrops is not known; empty if it is

	// Copies says how many intact copies of stone n the path gave to the
	// catching program. It is nil unless Exact.
	Copies func(n uint64) int

	// Behind says whether the first copy of stone n was given over after a stone
	// with a higher number. It is nil unless Exact.
	Behind func(n uint64) bool

	// Causes says what befell the packets of stone n. It is nil unless Exact.
	Causes func(n uint64) Cause

	// Way tells of the way of stone n, if its last byte came. It is nil unless Exact.
	Way func(n uint64) (w Way, ok bool)

	Samples []Sample

	// Counters are those of TCP, if they were asked for, else nil.
	Counters *Counters

	// Lateness is how much later than the wire says packets came out of it, both
	// ways together. It is zero where time is virtual.
	Lateness Lateness

	// Heard is what was overheard at the sockets of this end, if that was asked for and
	// nobody sees the packets.
	Heard []Heard

	// Packets are all that the two ends gave to the wire, in that order. It is nil
	// unless that was asked for.
	Packets []*Packet
}

// Counters are what TCP has counted at each end, by the names of Linux's
// /proc/net/netstat and /proc/net/snmp. What is 0 is left out.
type Counters struct {
	Thrower map[string]uint64 `json:"thrower"`
	Catcher map[string]uint64 `json:"catcher"`
}

// A Way is when the last byte of a stone was where, by the world's clock. What was
// sent more than once is the copy that came first.
type Way struct {
	Left  time.Duration // first given to the wire
	Sent  time.Duration // given to the wire again, if the first copy never came; Left otherwise
	Came  time.Duration // out of the wire
	Whole time.Duration // when every earlier byte of its connection had come too
}

// A Cause is what befell the packets of one stone: why it may be missing.
// Causes add up.
type Cause uint8

// The causes.
const (
	Dropped      Cause = 1 << iota // a packet was lost on the way
	Overflowed                     // a packet found the queue full
	Damaged                        // a packet had one bit flipped
	TooBig                         // a packet was longer than the MTU
	ReceiverDrop                   // a datagram found the catcher's socket buffer full
	NobodyHome                     // a datagram came to a port where nobody listens, or reads any more
	CutShort                       // the catching program asked for less than a datagram
	Pieces                         // it travelled in fragments, which must be put together
)

// Causes for which a path does not know something. What an operating system or the
// other end says may stand instead.
const (
	Silent       = "kernel-does-not-tell"
	SilentBefore = "kernel-before-6.7-does-not-tell"
	NobodyListen = "nobody-listened"
	FarSilent    = "other-end-does-not-tell"
	NotHere      = "not-counted-here"
)

// A DrainRule is how a path decides that no more stones come, and behind a colon how long
// it waits in vain at most.
type DrainRule string

// The rules.
const (
	DrainWire          DrainRule = "wire-empty"
	DrainWireAndSocket DrainRule = "wire-and-socket-empty:3s"
	DrainAccount       DrainRule = "all-accounted-for:3s" // each has come or was dropped
	DrainByCatcher     DrainRule = "catcher-decides:500ms"
)

// Congestion controls of TCP, and the ways in which it finds a loss, that the stack of
// this program has.
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
	Lost       int `json:"dropped"`    // on the way
	Overflowed int `json:"overflowed"` // the queue was full, or dropped it when its turn came
	Marked     int `json:"marked"`     // came marked by the queue (RFC 3168)
	Damaged    int `json:"damaged"`    // came with one bit wrong
	TooBig     int `json:"too_big"`    // over the MTU
	Copied     int `json:"copied"`     // copies that the wire itself made
	Arrived    int `json:"arrived"`    // copies included

	ArrivedBytes int           `json:"arrived_bytes"`
	LastArrival  time.Duration `json:"-"` // on the world's clock
}

// A Packet is one that an end gave to the wire, and what became of it. Times are
// since the world began.
type Packet struct {
	Number   uint64        // of the packet in its world, from 1, in the order of sending
	Sent     time.Duration // when it was given to the wire
	Back     bool          // from the catcher to the thrower of its flow
	Protocol string        // tcp, udp, icmp, or empty for another one
	Size     int           // bytes, IP header included
	Data     int           // bytes behind all headers
	First    uint64        // the first stone that has bytes in it; 0 if none has
	Last     uint64        // the last one

	// Of TCP, RFC 9293 section 3.1: the flags that are set, as in "SYN ACK", and
	// the numbers, counted from the first that its sender used.
	Flags    string
	Seq, Ack uint32
	Again    bool // it is a retransmission: what it begins with was sent before

	// Of a fragment: where its data begins in the datagram, in bytes behind the IP
	// header, and whether it is not the last one.
	Offset int
	More   bool

	Head []byte // how it begins, of the first ones of a flow

	Trip
	Copy *Trip // of the copy that the wire made; nil if it made none
}

// A Trip is what became of a packet on the wire. Without a cause and without
// having arrived it was still on the way when the world ended.
type Trip struct {
	Cause   Cause         // what befell it on the way, and at the catcher's socket
	Arrived bool          // at the other end
	At      time.Duration // when, if it arrived
	Left    time.Duration // when it had left the link, if it arrived
	Marked  bool          // by a queue (RFC 3168)
}

// A Frame is a packet as it is seen at one end of the wire: when it leaves
// there, or when it arrives. What leaves and never arrives was lost.
type Frame struct {
	*Packet // what is known of it by now; it is written to as long as the world lives

	When    time.Duration // since the world began
	Arrival bool          // it arrives; otherwise it leaves
	Far     bool          // at the end of the wire where all flows are caught that are not reversed
	Copied  bool          // what arrives is the copy that the wire made
	Bytes   []byte        // the whole of it as it is seen here, a copy of its own
}

// A Lateness is how late packets were, of the whole world they were in.
type Lateness struct {
	Packets       int // how many there were
	P50, P99, Max time.Duration
}

// A Sample is the state of the thrower's TCP at one moment.
type Sample struct {
	At       time.Duration // since the flow began
	Cwnd     int           // congestion window in packets
	Ssthresh int           // slow start threshold in packets; 0 while there is none
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
	DelayedACK    string        `json:"delayed_ack,omitzero"` // empty means the stack's own choice, as below
	ECN           string        `json:"ecn,omitzero"`
	InitialWindow int           `json:"initial_window,omitzero"` // in segments
	Tick          time.Duration `json:"tick,omitzero"`           // the grain of the timers
	SendBuffer    int           `json:"send_buffer"`             // bytes; 0 means the stack's own choice
	RecvBuffer    int           `json:"recv_buffer"`
}

// A Tuning is how the stacks of both ends are set, where a path lets it be. The zero
// value is as Linux has it.
type Tuning struct {
	NoSACK        bool // no selective acknowledgements; losses are found as NewReno does then
	NoDelayedACK  bool // acknowledge each segment at once
	Nagle         bool // delay short segments while one is not acknowledged
	ECN           bool // ask for explicit congestion notification
	InitialWindow int  // in segments; 0 means 10
	NoUDPChecksum bool // datagrams over IPv4 go without a checksum
}

// An Offer is what is agreed on with the far end before a flow: what is to
// be thrown, and from where.
type Offer struct {
	Transport string        // tcp, udp
	Count     int           // stones
	Size      int           // bytes a stone
	Time      time.Duration // from the first stone to the last, by the plan

	// What a far thrower has to know besides.
	Reverse bool   // it is the far end that throws
	Rate    string // as the flag takes it
	Pattern string // as the flag takes it

	Overhear bool   // listen at the sockets of this end
	Carrying bool   // the stones carry something
	Carries  string // all of it, which a far thrower does not have
}

// An Agreement is what the far end said to an [Offer].
type Agreement struct {
	Flow uint32 // what the flow's stones are marked with

	// The time there and back, measured just before: of a few lines that the far
	// end echoed, the quickest one, and the one in the middle.
	RTTMin, RTTMedian time.Duration
}

// Counts are what the thrower hands over when it is done. They are of stones.
type Counts struct{ Planned, Attempted, Thrown int }

// ErrNo is in the error of a no that the far end has said.
var ErrNo = errors.New("the far end says no")

// A Report is what the far end of a flow tells of it afterwards. It was
// written elsewhere, by a clock of its own, which begins about when the Offer
// was agreed on.
type Report struct {
	// The stones that it caught, in the order in which they came, copies
	// included; or those that it threw, in order of number.
	Stones []Told

	// Of a catcher.
	Carried      [32]byte      // the stone.Sum of what those carried that came
	Damaged      int           // arrivals
	Foreign      int           // arrivals
	Reads        int           // how often its socket gave something
	Drops        int           // stones that found its socket buffer full
	DropsUnknown string        // why Drops is not known; empty if it is
	Drained      time.Duration // how long it waited for more

	// Of a thrower.
	Planned   int
	Attempted int
	NotThrown map[string]int // by cause
}

// A Told is one stone that a [Report] tells of.
type Told struct {
	Number uint64
	At     time.Duration // when it came, or was thrown, by the clock of the report
	Due    time.Duration // of a catcher, what stands in the stone; of a thrower, by the clock of the report
}
