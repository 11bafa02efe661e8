package sim

import (
	"context"
	"math"

	"stones/lab/path"
	"stones/lab/stone"
	"stones/lab/wire"
)

// A watch is the world's own record: it stands beside the two wires and before
// the catcher's sockets, and notes what becomes of every packet and stone.
type watch struct {
	eng      *engine
	catcher  *host
	damages  bool // the wire may flip bits on the way out
	log      *log // of every packet; nil if nobody wants to know
	tcp, udp flow
	pings    flow // ICMP: counted, but nobody's exchange
}

// A flow is what was seen of one transport.
type flow struct {
	record   path.Record
	inFlight int      // packets on the way out
	asked    int      // SYNs that were sent again
	waiting  []uint64 // in the catcher's socket: the stones of its datagrams, 0 for what is none
	copies   []uint16
	causes   []path.Cause
	behind   []bool         // handed over after a stone with a higher number
	highest  uint64         // of those handed over
	drains   []*process     // who waits for inFlight to be 0
	packets  []*path.Packet // in the order in which they were sent, if there is a log
}

// of is the flow that a packet belongs to.
func (w *watch) of(s sight) *flow {
	switch {
	case s.tcp:
		return &w.tcp
	case s.udp:
		return &w.udp
	default:
		return &w.pings
	}
}

// sent notes the fate of a packet that was given to a wire, and of the copy
// that the wire may have made.
func (w *watch) sent(s sight, size int, first, copied wire.Fate, back bool) {
	f := w.of(s)
	d := &f.record.Out
	if back {
		d = &f.record.Back
	}
	d.Sent++
	d.Bytes += size
	if s.data {
		d.Data++
	}
	if s.asked && !back {
		f.asked++
	}
	if copied != wire.None {
		d.Copied++
	}
	for _, fate := range []wire.Fate{first, copied} {
		cause := causeOf(fate)
		switch fate {
		case wire.None:
			continue
		case wire.Carried:
		case wire.Damaged:
			d.Damaged++
		case wire.Lost:
			d.Lost++
		case wire.Overflowed:
			d.Overflowed++
		case wire.TooBig:
			d.TooBig++
		}
		if !back {
			if fate.Arrives() {
				f.inFlight++
			}
			if s.piece {
				cause |= path.Pieces
			}
			f.note(s.stone, cause)
		}
	}
}

// causeOf says what a fate is in the words of package path.
func causeOf(fate wire.Fate) path.Cause {
	switch fate {
	case wire.Damaged:
		return path.Damaged
	case wire.Lost:
		return path.Dropped
	case wire.Overflowed:
		return path.Overflowed
	case wire.TooBig:
		return path.TooBig
	case wire.None, wire.Carried:
	}
	return 0
}

// note adds a cause for which stone n may be missing.
func (f *flow) note(n uint64, cause path.Cause) {
	if n == 0 || n > math.MaxUint32 {
		return
	}
	f.causes = grow(f.causes, n)
	f.causes[n-1] |= cause
}

// grow makes room for number n.
func grow[T any](list []T, n uint64) []T {
	if missing := int(n) - len(list); missing > 0 {
		list = append(list, make([]T, missing)...)
	}
	return list
}

// counters are the catcher's own counts of datagrams: those that were right,
// those of them that found no room, and those to a port where nobody listens.
type counters struct {
	right, noRoom, nobody uint64
}

// counters reads the counts, if they matter for a packet.
func (w *watch) counters(s sight) counters {
	if !s.udp {
		return counters{}
	}
	stats := w.catcher.stack.Stats().UDP
	return counters{
		right:  stats.PacketsReceived.Value(),
		noRoom: stats.ReceiveBufferErrors.Value(),
		nobody: stats.UnknownPortErrors.Value(),
	}
}

// arrived notes what became of a packet that came out of a wire. It returns why
// the catcher's stack had no use for it, if that is known.
func (w *watch) arrived(s sight, size int, before counters, back bool) (cause path.Cause) {
	f := w.of(s)
	d := &f.record.Out
	if back {
		d = &f.record.Back
	}
	d.Arrived++
	d.ArrivedBytes += size
	d.LastArrival = w.eng.now - birth
	if back {
		return 0
	}
	f.inFlight--
	after := w.counters(s)
	switch {
	case after.noRoom > before.noRoom:
		f.record.ReceiverDrops++
		cause = path.ReceiverDrop
	case after.nobody > before.nobody:
		cause = path.NobodyHome
	case after.right > before.right:
		f.waiting = append(f.waiting, s.stone)
	}
	f.note(s.stone, cause)
	if f.inFlight == 0 {
		for _, p := range f.drains {
			p.wake()
		}
	}
	return cause
}

// taken notes that the catching program was given b, the beginning or the whole
// of a datagram. Whose it is was seen on the wire; whether it is intact must be
// looked at, because two wrong bits in a datagram can cancel out in its checksum
// (RFC 768).
func (w *watch) taken(b []byte, whole bool) {
	f := &w.udp
	n := f.waiting[0]
	f.waiting = f.waiting[1:]
	if n == 0 {
		return
	}
	if !whole {
		f.note(n, path.CutShort)
		return
	}
	if w.damages {
		if _, err := stone.Parse(b); err != nil {
			f.note(n, path.Damaged)
			return
		}
	}
	f.handOver(n)
}

// handOver notes that the catching program has an intact copy of stone n.
func (f *flow) handOver(n uint64) {
	f.copies, f.behind = grow(f.copies, n), grow(f.behind, n)
	f.copies[n-1]++
	if f.copies[n-1] == 1 && n < f.highest {
		f.behind[n-1] = true
	}
	f.highest = max(f.highest, n)
}

// drain waits until none of f's packets is on the way out.
func (f *flow) drain(ctx context.Context, eng *engine) {
	p := eng.process("drain")
	f.drains = append(f.drains, p)
	for f.inFlight > 0 && ctx.Err() == nil {
		p.park("drain")
	}
	f.drains = remove(f.drains, p)
}
