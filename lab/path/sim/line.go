package sim

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"stones/lab/path"
	"stones/lab/path/watch"
	"stones/lab/wire"
)

// line is one direction of the link: package wire's model, driven by the
// events of the engine.
type line struct {
	world   *World
	wire    *wire.Wire
	whole   bool // the wire gets the packets' bytes: they may be damaged, or are looked at
	to      *card
	back    bool
	arrival *event
	eye     *watch.Eye // of the end that sends
}

func newLine(w *World, shape wire.Shape, direction wire.Direction, to *card, eye *watch.Eye) *line {
	l := &line{
		world: w,
		wire:  wire.New(shape, w.cfg.Seed, direction),
		whole: shape.Corrupt > 0 || w.watch.Bytes(),
		to:    to,
		back:  direction == wire.Back,
		eye:   eye,
	}
	l.arrival = newEvent(l.arrive)
	return l
}

// A parcel is a packet on the wire, with what was seen of it.
type parcel struct {
	seen   watch.Sight
	number tcpip.NetworkProtocolNumber
	data   buffer.Buffer
	left   int          // how many of it are on the wire: two if that has copied it
	entry  *path.Packet // in the log, if there is one
}

// send gives the wire a packet of the stack's.
func (l *line) send(packet *stack.PacketBuffer) {
	p := &parcel{number: packet.NetworkProtocolNumber, data: packet.ToBuffer(), left: 1}
	p.seen = l.look(&p.data)
	item := wire.Packet{
		Size:   packet.Size(),
		Stone:  p.seen.Stone,
		Last:   p.seen.Last,
		Offset: p.seen.Offset,
		Again:  p.seen.Again,
		Ref:    p,
	}
	if l.whole {
		item.Data = p.data.Flatten()
	}
	p.entry = l.world.watch.Sent(l.world.Now(), p.seen, packet.Size(), item.Data, l.back)
	l.wire.Send(l.world.eng.now, item)
	l.learn()
	l.expect()
}

// learn notes what has befallen packets on the wire.
func (l *line) learn() {
	for e, ok := l.wire.Event(); ok; e, ok = l.wire.Event() {
		p := e.Packet.Ref.(*parcel)
		l.world.watch.Befell(p.entry, p.seen, e, l.back)
		switch {
		case e.Fate == wire.Copied:
			p.left++
		case e.Fate.Gone():
			data := p.take()
			data.Release()
		}
	}
}

// look sees a packet.
func (l *line) look(packet *buffer.Buffer) watch.Sight {
	var head [watch.HeadLen]byte
	n, _ := packet.ReadAt(head[:], 0)
	return l.eye.Look(head[:n], int(packet.Size()))
}

// expect schedules the next arrival.
func (l *line) expect() {
	at, ok := l.wire.Next()
	switch {
	case !ok:
		l.world.eng.cancel(l.arrival)
	case !l.arrival.scheduled() || l.arrival.at != at:
		l.world.eng.schedule(l.arrival, at)
	}
}

// arrive delivers one packet. The next one, even of the same moment, is an
// event of its own: so every segment is answered alone.
func (l *line) arrive() {
	item, ok := l.wire.Arrive(l.world.eng.now)
	l.learn()
	l.expect()
	if !ok {
		return
	}
	p := item.Ref.(*parcel)
	data := p.take()
	if item.Damaged {
		data.Release()
		data = buffer.MakeWithData(item.Data)
	}
	if p.seen.TCP {
		l.to.host.uncork()
	}
	l.world.watch.Arrives(l.world.Now(), p.entry, p.seen, item, l.back)
	before := l.world.counters(p.seen)
	l.to.deliver(p.number, data)
	if p.seen.TCP {
		l.to.host.settle()
		if !item.Damaged {
			l.to.host.acknowledged(p.seen)
		}
	}
	if l.back {
		return
	}
	refused, waits := l.world.counters(p.seen).since(before)
	if refused != 0 {
		l.world.watch.Refused(p.entry, p.seen, item, refused)
	}
	if waits {
		l.world.watch.Waits(p.seen, false)
	}
	l.world.drained()
}

// take is the packet's bytes for one delivery.
func (p *parcel) take() buffer.Buffer {
	p.left--
	if p.left > 0 {
		return p.data.Clone()
	}
	return p.data
}
