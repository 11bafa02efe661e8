package stacktest

import (
	"fmt"
	"time"

	"stones/lab/stack/tcp"
)

// A peer is the other end as the story plays it. It translates between the numbers of
// the story and those on the wire, and completes what the story leaves out.
type peer struct {
	options Options
	isn     uint32 // of the stack
	met     bool   // isn is known
	synced  bool   // the stack's SYN has come, so isn is certain

	offered, stamps bool   // this end's SYN asked for time stamps; both ends have agreed on them
	stampBase       uint32 // the stack's time stamp on the wire that the story calls 0
	agreed          bool   // stampBase follows from a time stamp in the story
	recent          uint32 // TS.Recent (RFC 7323 section 4.3)
	acked           uint32 // the highest acknowledgment that the story sent, on the wire
	top             uint32 // behind the highest number that the stack has sent, on the wire
	scale           int    // of the windows that the stack announces
	edge            uint32 // the right edge that the stack has announced, on the wire
	copies          []copied
}

// A copied is a segment of the stack, in the order of sending.
type copied struct {
	seq, end uint32
	val      uint32
}

// An arrival is a segment on its way to the stack, with the numbers of the wire.
type arrival struct {
	Segment
	payload []byte
	ecn     tcp.ECN
}

// A Change alters a segment that arrives.
type Change func(*arrival)

// Echo makes a segment echo the time stamp of one that the stack sent.
func Echo(s Sent) Change {
	return func(a *arrival) {
		for i := range a.Options {
			if a.Options[i].Kind == Stamps {
				a.Options[i].Ecr = s.Stamp
			}
		}
	}
}

// CE marks the packet that carries the segment (RFC 3168 section 5).
func CE(a *arrival) { a.ecn = tcp.CE }

// ECT says that the segment's sender understands marks.
func ECT(a *arrival) { a.ecn = tcp.ECT0 }

// stampOffset is the story's time stamp at time zero.
const stampOffset = 1000

// arrival translates a segment of the story to one on the wire.
func (p *peer) arrival(g Segment, now time.Duration) arrival {
	g.Options = p.complete(g, now)
	g.Seq += p.options.PeerISN
	if g.Flags&ACK != 0 {
		p.echo(g.Ack + p.isn)
		g.Ack += p.isn
	}
	if g.Window == Unsaid {
		g.Window = 65535
	}
	for i, o := range g.Options {
		g.Options[i] = p.absolute(o)
	}
	return arrival{Segment: g, payload: pattern(int64(g.Seq-p.options.PeerISN), g.Len)}
}

// complete returns the options of a segment with those that Linux would add.
func (p *peer) complete(g Segment, now time.Duration) []Option {
	options := append([]Option(nil), g.Options...)
	_, has := g.Option(Stamps)
	stamp := Option{Kind: Stamps, Val: stampOffset + uint32(now/time.Millisecond)}
	switch {
	case g.Flags&SYN != 0:
		if len(options) == 0 && !g.Bare {
			options = []Option{{Kind: MSS, Value: 1460}, {Kind: SACKOK}, stamp, {Kind: NOP}, {Kind: Scale, Value: 10}}
		}
		g.Options = options
		_, p.offered = g.Option(Stamps)
		p.stamps = p.offered && (p.stamps || !p.synced)
	case p.stamps && !has && !g.Bare && g.Flags&RST == 0:
		options = append([]Option{{Kind: NOP}, {Kind: NOP}, stamp}, options...)
	}
	return options
}

// absolute translates the numbers of an option to those on the wire.
func (p *peer) absolute(o Option) Option {
	switch o.Kind {
	case SACK:
		blocks := make([]Block, len(o.Blocks))
		for i, b := range o.Blocks {
			blocks[i] = Block{b.From + p.isn, b.To + p.isn}
		}
		o.Blocks = blocks
	case Stamps:
		if o.Ecr != 0 {
			o.Ecr += p.stampBase
		} else if p.synced {
			o.Ecr = p.recent
		}
	default: // the others have none
	}
	return o
}

// echo updates TS.Recent as a receiver would that has acknowledged ack.
//
// RFC 7323 section 4.3: "If ... SEG.SEQ <= Last.ACK.sent, then ... TSval is
// copied to TS.Recent". So the segment that fills the hole at the last
// acknowledgment is echoed. If it was sent more than once, the newest copy is echoed;
// [Echo] chooses another one.
func (p *peer) echo(ack uint32) {
	if int32(ack-p.acked) <= 0 || int32(ack-p.top) > 0 {
		return
	}
	for _, c := range p.copies {
		if int32(c.seq-p.acked) <= 0 && int32(c.end-p.acked) > 0 {
			p.recent = c.val
		}
	}
	p.acked = ack
	for len(p.copies) > 0 && int32(p.copies[0].end-ack) <= 0 {
		p.copies = p.copies[1:]
	}
}

// take notes a segment that the stack sent, with the numbers of the wire.
func (p *peer) take(g arrival) error {
	stamp, has := g.Option(Stamps)
	if g.Flags&SYN != 0 {
		if !p.met {
			p.isn, p.met, p.acked, p.top = g.Seq, true, g.Seq, g.Seq
			p.stampBase, p.recent = stamp.Val, stamp.Val
		}
		p.stamps = has && (g.Flags&ACK == 0 || p.offered)
		scale, _ := g.Option(Scale)
		p.scale = scale.Value
		p.synced = true
	}
	if edge := g.Ack + uint32(g.Window)<<p.scale; g.Flags&(SYN|ACK) == ACK && int32(edge-p.edge) > 0 {
		p.edge = edge
	}
	end := g.Seq + uint32(g.Len)
	if g.Flags&(SYN|FIN) != 0 {
		end++
	}
	if end != g.Seq {
		p.copies = append(p.copies, copied{g.Seq, end, stamp.Val})
		if int32(end-p.top) > 0 {
			p.top = end
		}
	}
	if p.stamps && !has && g.Flags&RST == 0 {
		return fmt.Errorf("no time stamp, though both ends have agreed on them")
	}
	if want := pattern(int64(g.Seq-p.isn), g.Len); string(want) != string(g.payload) {
		return fmt.Errorf("the payload is not what was written")
	}
	return nil
}

// relativeOut translates a segment of the stack to the numbers of the story.
func (p *peer) relativeOut(g Segment) Segment {
	g.Seq -= p.isn
	g.Ack -= p.options.PeerISN
	return p.relativeOptions(g, p.options.PeerISN, p.stampBase, 0)
}

// relativeIn translates a segment of the peer to the numbers of the story.
func (p *peer) relativeIn(g Segment) Segment {
	g.Seq -= p.options.PeerISN
	g.Ack -= p.isn
	return p.relativeOptions(g, p.isn, 0, p.stampBase)
}

func (p *peer) relativeOptions(g Segment, isn, val, ecr uint32) Segment {
	options := make([]Option, len(g.Options))
	for i, o := range g.Options {
		blocks := make([]Block, len(o.Blocks))
		for k, b := range o.Blocks {
			blocks[k] = Block{b.From - isn, b.To - isn}
		}
		o.Blocks = blocks
		if o.Kind == Stamps {
			o.Val -= val
			if o.Ecr != 0 {
				o.Ecr -= ecr
			}
		}
		options[i] = o
	}
	g.Options = options
	return g
}

// agree takes the first time stamp of the stack that the story expects as given: the
// stack's later ones count from there.
func (p *peer) agree(want Segment, got *Sent) {
	stamp, told := want.Option(Stamps)
	if !told || p.agreed {
		return
	}
	p.agreed = true
	shift := stamp.Val - (got.Stamp - p.stampBase)
	p.stampBase -= shift
	for i := range got.Options {
		if got.Options[i].Kind == Stamps {
			got.Options[i].Val += shift
		}
	}
}

// pattern is the payload of n bytes that begins at a sequence number.
func pattern(seq int64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		v := uint64(seq) + uint64(i)
		b[i] = byte(v ^ v>>8 ^ v>>16)
	}
	return b
}
