package lab

// A Packet is one that an end gave to the wire, and what became of it. Packets
// stand in the order in which they were sent, both ways together. Times are
// since the flow began.
type Packet struct {
	Number   uint64 `json:"number"`          // of all that were sent in the same world, from 1
	Sent     Figure `json:"sent_ms"`         // when it was given to the wire
	Back     bool   `json:"back,omitzero"`   // from the catcher to the thrower
	Protocol string `json:"protocol"`        // tcp, udp, icmp
	Bytes    int    `json:"bytes"`           // IP header included
	Data     int    `json:"data"`            // of these, bytes behind all headers
	First    uint64 `json:"first,omitzero"`  // the first stone that has bytes in it; 0 if none has
	Last     uint64 `json:"last,omitzero"`   // the last one
	Flags    string `json:"flags,omitzero"`  // of TCP, as in "SYN ACK"
	Seq      uint32 `json:"seq,omitzero"`    // of TCP, counted from the SYN's (RFC 9293 section 3.1)
	Ack      uint32 `json:"ack,omitzero"`    // of TCP, counted from the other end's SYN
	Again    bool   `json:"again,omitzero"`  // TCP sent before what it begins with
	Offset   int    `json:"offset,omitzero"` // of a fragment, in bytes of the datagram
	More     bool   `json:"more,omitzero"`   // a fragment, and not the last one

	Trip
	Copy *Trip `json:"copy,omitzero"` // of the copy that the wire made
}

// A Trip is what became of a packet on the wire.
type Trip struct {
	Fate    Fate   `json:"fate"`       // one of the Packet constants
	Left    Figure `json:"left_ms"`    // the link, behind its queue
	Arrived Figure `json:"arrived_ms"` // at the other end

	Marked bool `json:"marked,omitzero"` // by a queue, instead of being dropped (RFC 3168)
}

// A Fate is what became of a stone or of a packet.
type Fate string

// What can become of a stone that was thrown.
const (
	StoneDelivered    Fate = "delivered"
	StoneLost         Fate = "lost"          // on the way, or nobody can say where
	StoneReceiverDrop Fate = "receiver drop" // it arrived, and the socket buffer was full
	StoneUnknown      Fate = "unknown"       // the other end's report is missing
)

// What can become of a packet.
const (
	PacketArrived      Fate = "arrived"
	PacketDamaged      Fate = "damaged"       // arrived with one bit wrong
	PacketLost         Fate = "lost"          // on the way
	PacketOverflowed   Fate = "overflowed"    // the queue was full
	PacketTooBig       Fate = "too big"       // longer than the MTU
	PacketReceiverDrop Fate = "receiver drop" // arrived, and the socket buffer was full
	PacketNobody       Fate = "nobody"        // arrived, and nobody listened
	PacketOnTheWay     Fate = "on the way"    // when the flow ended
)
