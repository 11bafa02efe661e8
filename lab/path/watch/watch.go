// Package watch observes an emulated wire and keeps the path's own record: what becomes
// of every packet, and so of every stone.
//
// It sees packets as they are on the wire, whichever stack made them. It has no clock and
// no lock: time is an argument, and the owner of a [Watch] makes one call at a time.
package watch

import (
	"fmt"
	"math"
	"slices"
	"time"

	"stones/lab/path"
	"stones/lab/stone"
	"stones/lab/wire"
)

// Config says what to observe.
type Config struct {
	Lanes   []Lane           // the flows; an empty list stands for one over each transport
	Damages bool             // the wire may flip bits on the way to a catcher
	Packets bool             // keep what becomes of every packet, for the record
	Tap     func(path.Frame) // called for every packet that leaves an end or arrives there; may be nil
}

// A Lane describes a flow.
type Lane struct {
	Name      string // the flow's
	Transport string
	Port      uint16   // the catcher's; 0 means any
	Drop      []uint64 // numbers of the flow's packets that the wire loses on the way to its catcher, from 1
	DropBack  []uint64 // the same on the way back
	Stones    int      // of a protocol of its own, whose datagrams may carry a stone anywhere: how many stones there are
	Reverse   bool     // it goes the other way: its catcher is at the end of the others' throwers

	Extra time.Duration // delay of each of its packets before it enters the wire
}

// Lanes returns the lanes of flows.
func Lanes(flows path.Flows) []Lane {
	var lanes []Lane
	for _, f := range flows {
		lanes = append(lanes, Lane{Name: f.Name, Transport: f.Transport, Port: flows.Port(f.Name), Drop: f.Drop, DropBack: f.DropBack, Stones: f.Stones, Extra: f.ExtraDelay, Reverse: f.Reverse})
	}
	return lanes
}

// Damages reports whether wires of these shapes may flip bits on the way to a catcher.
func Damages(flows path.Flows, out, back wire.Shape) bool {
	return out.Damages() || back.Damages() && slices.ContainsFunc(flows, func(f path.Flow) bool { return f.Reverse })
}

// A Watch sees two ends and the two wires between them. [New] makes one.
type Watch struct {
	Out, Back Eye // follow what is sent on the wire out, and on the wire back

	damages bool
	log     *log // of every packet; nil if it is not needed
	flows   []*Flow
	doors   []door           // of the flows' catchers, kept together for a fast lookup of every packet
	others  Flow             // counts packets of no flow, such as ICMP
	puzzles map[heap]*puzzle // datagrams that are incomplete at a catcher
}

// New returns a watch that has seen nothing yet.
func New(cfg Config) *Watch {
	w := &Watch{damages: cfg.Damages}
	lanes := cfg.Lanes
	if len(lanes) == 0 {
		lanes = []Lane{{Name: "tcp", Transport: "tcp"}, {Name: "udp", Transport: "udp"}}
	}
	for _, l := range lanes {
		l.Drop, l.DropBack = slices.Sorted(slices.Values(l.Drop)), slices.Sorted(slices.Values(l.DropBack))
		w.flows = append(w.flows, &Flow{lane: l})
		w.doors = append(w.doors, door{path.Flow{Transport: l.Transport}.Over() == "udp", l.Reverse, l.Port})
		if l.Transport == path.Own {
			w.Out.follow(l.Port, l.Stones)
		}
	}
	if cfg.Packets || cfg.Tap != nil {
		w.log = &log{watch: w, keep: cfg.Packets, tap: cfg.Tap}
	}
	return w
}

// Bytes reports whether the watch needs all bytes of packets.
func (w *Watch) Bytes() bool { return w.log != nil }

// Stop ends the log and the tap.
func (w *Watch) Stop() { w.log = nil }

// A door says which packets go to the catcher of a flow.
type door struct {
	udp, reverse bool
	port         uint16 // 0 means any
}

// A Flow is what was seen of one flow.
type Flow struct {
	InFlight int // packets on the way to the catcher
	Homeward int // packets on the way back

	lane    Lane
	thrower numbers // of the two ends of its connection
	catcher numbers
	record  path.Record
	asked   int       // SYNs that were sent again; of a protocol of its own, stones sent again
	waiting []waiting // given to the catcher's socket, as far as that had room
	copies  []uint16
	causes  []path.Cause
	behind  []bool         // handed over after a stone with a higher number
	highest uint64         // number of a stone handed over
	strange []uint64       // stones in datagrams that the program was given but the wire had not delivered
	packets []*path.Packet // in the order in which they were sent, if there is a log
	ways    ways
}

// Direction is the counts of one direction: to the flow's catcher, or back.
func (f *Flow) Direction(back bool) path.Direction { return *f.direction(back) }

// waiting is a datagram that was given to the catcher's socket.
type waiting struct {
	stone   uint64 // 0 if it carries none
	damaged bool   // the catcher's stack may have dropped it for that
}

// Flow is the flow of that name; if there is none, the counts of packets of no flow.
func (w *Watch) Flow(name string) *Flow {
	for _, f := range w.flows {
		if f.lane.Name == name {
			return f
		}
	}
	return &w.others
}

// of is the flow that a packet on one of the wires belongs to.
func (w *Watch) of(s Sight, back bool) *Flow {
	if !s.TCP && !s.UDP {
		return &w.others
	}
	for i, d := range w.doors {
		port := s.Ports.Own // the catcher's
		if back != d.reverse {
			port = s.Ports.Other
		}
		if d.udp == s.UDP && (d.port == port || d.port == 0) {
			return w.flows[i]
		}
	}
	return &w.others
}

// overUDP is the flow over UDP to a catcher's port, or the first flow over UDP if port is
// 0.
func (w *Watch) overUDP(port uint16) *Flow {
	for i, d := range w.doors {
		if d.udp && (d.port == port || d.port == 0 || port == 0) {
			return w.flows[i]
		}
	}
	return &w.others
}

// ReceiverDrops is how many datagrams have found the catcher's socket buffer full so far.
func (w *Watch) ReceiverDrops() int {
	n := 0
	for _, f := range w.flows {
		n += f.record.ReceiverDrops
	}
	return n
}

// Record is what was seen of a flow so far. The caller fills in what only the stacks know.
// Retransmitted holds only the SYNs that were sent again, or for a protocol of its own the
// stones that were sent again.
func (w *Watch) Record(name string) path.Record {
	f := w.Flow(name)
	r := f.record
	r.Exact = true
	r.Retransmitted = f.asked
	if f.lane.Transport == path.Own {
		r.TimeoutsUnknown = path.NotHere
	}
	copies, behind, causes := slices.Clone(f.copies), slices.Clone(f.behind), slices.Clone(f.causes)
	r.Copies = func(n uint64) int { return int(at(copies, n)) }
	r.Behind = func(n uint64) bool { return at(behind, n) }
	r.Causes = func(n uint64) path.Cause { return at(causes, n) }
	r.Packets = f.packets
	r.Way = f.ways.of
	return r
}

// at is the value of number n, or zero if there is none.
func at[T any](list []T, n uint64) T {
	var none T
	if n == 0 || n > uint64(len(list)) {
		return none
	}
	return list[n-1]
}

// Sent notes a packet of size bytes that is given to one of the wires. Whole is all of its
// bytes; it is needed only if Bytes returns true. Sent enters time, flow and direction into
// s. It returns the packet's entry in the log, or nil if there is no log.
func (w *Watch) Sent(now time.Duration, s *Sight, size int, whole []byte, back bool) *path.Packet {
	f := w.of(*s, back)
	s.at, s.flow, s.back = now, f, back != f.lane.Reverse
	d := f.direction(s.back)
	d.Sent++
	d.Bytes += size
	if s.Data {
		d.Data++
	}
	if s.back {
		f.Homeward++
	} else {
		f.InFlight++
		if s.asked || s.Again && f.lane.Transport == path.Own {
			f.asked++
		}
		var cause path.Cause
		if s.piece.fragment() {
			cause = path.Pieces
		}
		f.note(s.Stone, cause)
		f.ways.leave(*s)
	}
	if w.log == nil {
		return nil
	}
	return w.log.sent(now, *s, whole, back)
}

// Doomed reports whether the wire must lose s, the packet that was sent last, because of
// its number among the packets of its flow in that direction.
func (w *Watch) Doomed(s Sight) bool {
	list := s.flow.lane.Drop
	if s.back {
		list = s.flow.lane.DropBack
	}
	_, listed := slices.BinarySearch(list, uint64(s.flow.direction(s.back).Sent))
	return listed
}

// Befell notes what happened to a packet on a wire. The entry is the one that Sent
// returned.
func (w *Watch) Befell(entry *path.Packet, s Sight, e wire.Event) {
	f := s.flow
	d := f.direction(s.back)
	var cause path.Cause
	switch e.Fate {
	case wire.Carried:
	case wire.Copied:
		d.Copied++
		if entry != nil {
			entry.Copy = &path.Trip{}
		}
	case wire.Lost:
		d.Lost++
		cause = path.Dropped
	case wire.Overflowed:
		d.Overflowed++
		cause = path.Overflowed
	case wire.Policed, wire.Managed: // counted as an overflow: there was too much to send
		d.Overflowed++
		cause = path.Overflowed
	case wire.TooBig:
		d.TooBig++
		cause = path.TooBig
	}
	s.befalls(entry, e.Packet, cause)
	way := &f.InFlight
	if s.back {
		way = &f.Homeward
	}
	switch {
	case e.Fate.Gone():
		*way--
	case e.Fate == wire.Copied:
		*way++
	}
}

// direction is the counts of one direction.
func (f *Flow) direction(back bool) *path.Direction {
	if back {
		return &f.record.Back
	}
	return &f.record.Out
}

// befalls notes a cause why a packet, and the stone in it, may be missing.
func (s Sight) befalls(entry *path.Packet, item wire.Packet, cause path.Cause) {
	if entry != nil {
		tripOf(entry, item).Cause |= cause
	}
	if !s.back {
		s.flow.note(s.Stone, cause)
	}
}

// note adds a cause why stone n may be missing.
func (f *Flow) note(n uint64, cause path.Cause) {
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

// Arrives notes that a packet comes out of a wire. The entry is the one that Sent
// returned.
func (w *Watch) Arrives(now time.Duration, entry *path.Packet, s Sight, item wire.Packet) {
	f := s.flow
	d := f.direction(s.back)
	d.Arrived++
	d.ArrivedBytes += item.Size
	d.LastArrival = now
	if s.back {
		f.Homeward--
	} else {
		f.InFlight--
	}
	if item.Marked {
		d.Marked++
	}
	switch {
	case item.Damaged:
		d.Damaged++
		s.befalls(entry, item, path.Damaged)
	case !s.back:
		f.ways.come(now, s)
	}
	if entry != nil && w.log != nil {
		w.log.arrives(now, entry, item, s.back == f.lane.Reverse)
	}
}

// Refused notes why the catcher's stack dropped a packet that came out of the wire.
func (w *Watch) Refused(entry *path.Packet, s Sight, item wire.Packet, cause path.Cause) {
	if cause == path.ReceiverDrop {
		s.flow.record.ReceiverDrops++
	}
	s.befalls(entry, item, cause)
}

// Waits notes that a packet has completed a datagram, which now waits in the catcher's
// socket if there is room. Damaged says that the stack may drop it.
func (w *Watch) Waits(s Sight, damaged bool) {
	f := s.flow
	if f.lane.Transport == path.Own {
		return // its datagrams never wait in a socket
	}
	f.waiting = append(f.waiting, waiting{s.Stone, damaged})
}

// Taken notes that the catching program was given b, the beginning or all of a datagram to
// that port. A socket keeps the order, so datagrams that would have waited longer than this
// one had found no room.
//
// Which stone it is was seen on the wire. Whether it is intact must be checked here, because
// two wrong bits in a datagram can cancel out in its checksum (RFC 768).
func (w *Watch) Taken(port uint16, b []byte, whole bool) {
	f := w.overUDP(port)
	n, intact := w.number(b, whole)
	i := slices.IndexFunc(f.waiting, func(d waiting) bool { return d.stone == n })
	if i < 0 && (intact || len(f.waiting) == 0) {
		f.strange = append(f.strange, n)
		return
	}
	i = max(i, 0) // the stone's number is damaged: it is the first that waits
	f.noRoom(f.waiting[:i])
	n = f.waiting[i].stone
	f.waiting = slices.Delete(f.waiting, 0, i+1)
	switch {
	case n == 0:
	case !whole:
		f.note(n, path.CutShort)
	case !intact:
		f.note(n, path.Damaged)
	default:
		f.handOver(n)
	}
}

// Waiting is how many datagrams have come out of the wire whole and undamaged, and were not
// taken: they are in the catcher's socket, or had no room there.
func (w *Watch) Waiting() int {
	n := 0
	for _, f := range w.flows {
		for _, d := range f.waiting {
			if !d.damaged {
				n++
			}
		}
	}
	return n
}

// number is the number of the stone in a datagram, and whether the stone is intact.
func (w *Watch) number(b []byte, whole bool) (n uint64, intact bool) {
	if w.damages && whole {
		s, err := stone.Sound(b)
		return s.Number, err == nil
	}
	s, err := stone.Peek(b)
	return s.Number, err == nil
}

// noRoom notes that datagrams found the catcher's socket buffer full.
func (f *Flow) noRoom(list []waiting) {
	for _, d := range list {
		if !d.damaged {
			f.record.ReceiverDrops++
			f.note(d.stone, path.ReceiverDrop)
		}
	}
}

// Left notes that the catcher's socket is empty: what the program was not given had found
// no room.
func (w *Watch) Left() {
	for _, f := range w.flows {
		f.noRoom(f.waiting)
		f.waiting = nil
	}
}

// Abandon notes that the catcher of a flow closes its socket with what waits in it.
func (w *Watch) Abandon(name string) {
	f := w.Flow(name)
	for _, d := range f.waiting {
		f.note(d.stone, path.NobodyHome)
	}
	f.waiting = nil
}

// handOver notes that the catching program has an intact copy of stone n.
func (f *Flow) handOver(n uint64) {
	f.copies, f.behind = grow(f.copies, n), grow(f.behind, n)
	f.copies[n-1]++
	if f.copies[n-1] == 1 && n < f.highest {
		f.behind[n-1] = true
	}
	f.highest = max(f.highest, n)
}

// Check returns an error if the catching program was given a datagram that had not come out
// of the wire.
func (w *Watch) Check() error {
	for _, f := range w.flows {
		if len(f.strange) > 0 {
			return fmt.Errorf("watch: the catcher was given %d datagrams that the wire had not brought, the first of stone %d", len(f.strange), f.strange[0])
		}
	}
	return nil
}
