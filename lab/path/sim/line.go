package sim

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"stones/lab/path"
	"stones/lab/wire"
)

// line is one direction of the link: package wire's model, driven by the
// events of the engine.
type line struct {
	eng     *engine
	wire    *wire.Wire
	whole   bool // the wire gets the packets' bytes: they may be damaged, or are looked at
	to      *card
	back    bool
	arrival *event
	eye     eye
	watch   *watch
}

func newLine(eng *engine, shape wire.Shape, seed uint64, direction wire.Direction, to *card, w *watch) *line {
	l := &line{
		eng:   eng,
		wire:  wire.New(shape, seed, direction),
		whole: shape.Corrupt > 0 || w.log != nil,
		to:    to,
		back:  direction == wire.Back,
		watch: w,
	}
	l.arrival = newEvent(l.arrive)
	return l
}

// A parcel is a packet on the wire, with what was seen of it.
type parcel struct {
	seen   sight
	number tcpip.NetworkProtocolNumber
	data   buffer.Buffer
	left   int          // how many more times it comes out: twice if the wire copied it
	entry  *path.Packet // in the log, if there is one
}

// send gives the wire a packet of the stack's.
func (l *line) send(packet *stack.PacketBuffer) {
	p := &parcel{number: packet.NetworkProtocolNumber, data: packet.ToBuffer()}
	p.seen = l.eye.look(&p.data)
	item := wire.Packet{
		Size:   packet.Size(),
		Stone:  p.seen.stone,
		Last:   p.seen.last,
		Offset: p.seen.offset,
		Again:  p.seen.again,
		Ref:    p,
	}
	if l.whole {
		item.Data = p.data.Flatten()
	}
	first, copied := l.wire.Send(l.eng.now, item)
	for _, fate := range []wire.Fate{first, copied} {
		if fate.Arrives() {
			p.left++
		}
	}
	l.watch.sent(p.seen, packet.Size(), first, copied, l.back)
	if l.watch.log != nil {
		p.entry = l.watch.log.sent(p.seen, item.Data, first, copied, l.back)
	}
	if p.left == 0 {
		p.data.Release()
		return
	}
	l.expect()
}

// expect schedules the next arrival.
func (l *line) expect() {
	at, ok := l.wire.Next()
	switch {
	case !ok:
		l.eng.cancel(l.arrival)
	case !l.arrival.scheduled() || l.arrival.at != at:
		l.eng.schedule(l.arrival, at)
	}
}

// arrive delivers one packet. The next one, even of the same moment, is an
// event of its own: so every segment is answered alone.
func (l *line) arrive() {
	item, ok := l.wire.Arrive(l.eng.now)
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
	if p.seen.tcp {
		l.to.host.uncork()
	}
	if p.entry != nil {
		l.watch.log.arrives(p.entry, item)
	}
	before := l.watch.counters(p.seen)
	l.to.deliver(p.number, data)
	if p.seen.tcp {
		l.to.host.settle()
		if !item.Damaged {
			l.to.host.acknowledged(p.seen)
		}
	}
	cause := l.watch.arrived(p.seen, item.Size, before, l.back)
	if p.entry != nil {
		tripOf(p.entry, item).Cause |= cause
	}
}

// take is the packet's bytes for one delivery.
func (p *parcel) take() buffer.Buffer {
	p.left--
	if p.left > 0 {
		return p.data.Clone()
	}
	return p.data
}
