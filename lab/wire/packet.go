package wire

import (
	"strconv"
	"time"
)

// A Packet is a packet on the wire. The caller sets the fields of the first two groups, the
// wire the others.
type Packet struct {
	Size   int    // bytes on the wire, headers included
	Data   []byte // these bytes, or nil; the wire never writes into them
	Stone  uint64 // the stone whose bytes it begins with; 0 means none (SYN, ACK)
	Offset int    // place of the first of these bytes in the stone; 0 means its beginning
	Last   uint64 // the last stone that begins in it, if that is not Stone
	Again  bool   // a retransmission
	Ref    any    // for the caller; it is returned unchanged

	Flow    uint64 // the same for all packets of a flow
	Sender  uint64 // each sender has draws and counts of its own; 0 means the only sender
	Doomed  bool   // it is lost, whatever the shape says
	Capable bool   // it may be marked instead of dropped (RFC 3168: ECN-capable transport)

	Copy    bool // made by the wire
	Marked  bool // marked by the queue: congestion experienced (RFC 3168)
	Damaged bool // one bit of Data, which is then a copy, is wrong

	Left time.Duration // when the link had sent it
}

// begins returns the first and the last stone of which p carries the first byte
// for the first time; there is none if to < from.
func (p *Packet) begins() (from, to uint64) {
	if p.Stone == 0 || p.Again {
		return 1, 0
	}
	from, to = p.Stone, max(p.Stone, p.Last)
	if p.Offset > 0 {
		from++
	}
	return from, to
}

// A Direction tells the two wires of a link apart.
type Direction uint8

// The directions of a link.
const (
	Out  Direction = iota // from thrower to catcher
	Back                  // from catcher to thrower
)

func (d Direction) String() string {
	switch d {
	case Out:
		return "out"
	case Back:
		return "back"
	}
	return "Direction(" + strconv.Itoa(int(d)) + ")"
}

// An Event says what has happened to a packet on its way, and when.
type Event struct {
	At     time.Duration
	Fate   Fate
	Packet Packet // as it was then
}

// A Fate is what happens to a packet.
type Fate uint8

// The fates of a packet.
const (
	Carried    Fate = iota // nothing: it comes out
	Copied                 // it is a copy that the wire has just made
	Lost                   // gone, by Loss, Drop, DropEvery, DropPackets or an Outage, or doomed
	Overflowed             // gone: the queue was full
	TooBig                 // gone: larger than the MTU
	Managed                // gone: its queue's manager dropped it
	Policed                // gone: the policer had no tokens for it
)

// Gone reports whether a packet of this fate never comes out of the wire.
func (f Fate) Gone() bool { return f != Carried && f != Copied }

func (f Fate) String() string {
	switch f {
	case Carried:
		return "carried"
	case Copied:
		return "copied"
	case Lost:
		return "lost"
	case Overflowed:
		return "overflowed"
	case TooBig:
		return "too big"
	case Managed:
		return "managed"
	case Policed:
		return "policed"
	}
	return "Fate(" + strconv.Itoa(int(f)) + ")"
}
