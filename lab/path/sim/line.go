package sim

import (
	"slices"

	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/stack"
	"stones/lab/stack/event"
	"stones/lab/stack/tcp"
	"stones/lab/wire"
)

// line is one direction of the link: package wire's model, driven by the
// events of the world.
type line struct {
	world   *World
	wire    *wire.Wire
	whole   bool // the wire gets the packets' bytes: it may damage them, or they are recorded
	encode  bool // the other end decodes the bytes
	to      *stack.Host
	back    bool
	answers bool // the catcher of some flow sends on it
	arrival *event.Timer
	eye     *watch.Eye // of the end that sends
	head    []byte     // buffer for the beginning of a packet
	spare   []*parcel  // to be reused
}

func newLine(w *World, shape wire.Shape, direction wire.Direction, eye *watch.Eye) *line {
	l := &line{
		world:  w,
		wire:   wire.New(shape, w.cfg.Seed, direction),
		whole:  shape.Damages() || w.watch.Bytes(),
		encode: w.cfg.Encode,
		back:   direction == wire.Back,
		eye:    eye,
	}
	l.answers = slices.ContainsFunc(w.cfg.Flows, func(f path.Flow) bool { return f.Reverse != l.back }) || l.back && len(w.cfg.Flows) == 0
	l.arrival = w.driver.Timer(l.arrive)
	return l
}

// A parcel is a packet on the wire, with what was seen of it.
type parcel struct {
	packet *stack.Packet
	seen   watch.Sight
	left   int          // how many copies of it are on the wire
	entry  *path.Packet // in the log, if there is one
}

// send gives the wire a packet of a host, after the extra delay of its flow.
func (l *line) send(packet *stack.Packet) {
	l.world.driver.spent++
	p := l.wrap(packet)
	size := packet.Len()
	p.seen = l.look(packet, size)
	item := wire.Packet{
		Size:   size,
		Stone:  p.seen.Stone,
		Last:   p.seen.Last,
		Offset: p.seen.Offset,
		Again:  p.seen.Again,
		Ref:    p,

		Flow:    p.seen.Flow(),
		Capable: p.seen.Capable,
	}
	if l.whole || l.encode {
		item.Data = packet.Append(make([]byte, 0, size))
	}
	now := l.world.Now()
	p.entry = l.world.watch.Sent(now, &p.seen, size, item.Data, l.back)
	item.Doomed = l.world.watch.Doomed(p.seen)
	if extra := p.seen.Extra(); extra > 0 {
		l.world.driver.Timer(func() {
			l.enter(item)
			l.world.drained()
		}).Set(now + extra)
		return
	}
	l.enter(item)
}

// enter gives the wire a packet.
func (l *line) enter(item wire.Packet) {
	l.wire.Send(l.world.Now(), item)
	l.learn()
	l.expect()
}

// look shows the beginning of a packet to the eye, or all of it if the eye needs that.
func (l *line) look(packet *stack.Packet, size int) watch.Sight {
	most := watch.HeadLen
	if d := packet.Datagram; d != nil && l.eye.Whole(d.DstPort) {
		most = size
	}
	l.head = packet.AppendHead(l.head[:0], most)
	return l.eye.Look(l.head, size)
}

// learn notes what has happened to packets on the wire.
func (l *line) learn() {
	for e, ok := l.wire.Event(); ok; e, ok = l.wire.Event() {
		p := e.Packet.Ref.(*parcel)
		l.world.watch.Befell(p.entry, p.seen, e)
		switch {
		case e.Fate == wire.Copied:
			p.left++
		case e.Fate.Gone():
			l.leaves(p)
		}
	}
}

// expect schedules the next arrival.
func (l *line) expect() {
	at, ok := l.wire.Next()
	switch {
	case !ok:
		l.arrival.Stop()
	case !l.arrival.Pending() || l.arrival.At() != at:
		l.arrival.Set(at)
	}
}

// arrive delivers one packet. The next one, even of the same time, is an event of its
// own, so that every segment is answered alone.
func (l *line) arrive() {
	now := l.world.Now()
	if l.answers && l.world.driver.busy() {
		l.arrival.Set(now + 1) // a nanosecond later, after the process
		return
	}
	item, ok := l.wire.Arrive(now)
	l.learn()
	l.expect()
	if !ok {
		l.world.drained() // its queue may have dropped the last one
		return
	}
	if item.Marked && item.Data != nil {
		item.Data = watch.Mark(item.Data)
	}
	p := item.Ref.(*parcel)
	l.world.watch.Arrives(now, p.entry, p.seen, item)
	outcome := l.deliver(p, item)
	if !p.seen.Back() {
		l.took(p, item, outcome)
		l.world.drained()
	}
	l.leaves(p)
}

// deliver gives the other end a packet.
func (l *line) deliver(p *parcel, item wire.Packet) stack.Outcome {
	if !item.Damaged && !l.encode {
		return l.to.Deliver(marked(p.packet, item.Marked))
	}
	packet, err := l.world.pool.Parse(item.Data)
	if err != nil {
		return stack.Ignored // a host drops damaged packets
	}
	defer packet.Release()
	return l.to.Deliver(packet)
}

// marked is a packet, with the mark of a queue if mark is set.
func marked(packet *stack.Packet, mark bool) *stack.Packet {
	if mark && packet.Segment != nil {
		packet.TrafficClass |= uint8(tcp.CE)
		packet.Segment.ECN = tcp.CE
	}
	return packet
}

// took notes what a catcher's host did with a packet.
func (l *line) took(p *parcel, item wire.Packet, outcome stack.Outcome) {
	switch {
	case !p.seen.UDP:
	case outcome == stack.NoRoom:
		l.world.watch.Refused(p.entry, p.seen, item, path.ReceiverDrop)
	case outcome == stack.NobodyHome:
		l.world.watch.Refused(p.entry, p.seen, item, path.NobodyHome)
	case outcome == stack.Taken:
		l.world.watch.Waits(p.seen, false)
	}
}

// wrap makes a parcel of a packet.
func (l *line) wrap(packet *stack.Packet) *parcel {
	last := len(l.spare) - 1
	if last < 0 {
		return &parcel{packet: packet, left: 1}
	}
	p := l.spare[last]
	l.spare = l.spare[:last]
	p.packet, p.left = packet, 1
	return p
}

// leaves notes that a packet, or a copy of one, is no longer on the wire.
func (l *line) leaves(p *parcel) {
	if p.left--; p.left > 0 {
		return
	}
	p.packet.Release()
	*p = parcel{}
	l.spare = append(l.spare, p)
}
