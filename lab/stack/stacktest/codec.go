package stacktest

import (
	"encoding/binary"
	"fmt"
)

// The bytes on the wire are written and read here and not by the codec under test, so
// that its faults do not cancel out.

// The ports of the stack and of the story.
const (
	port     = 8080
	peerPort = 40000
)

// headerLen is the length of a TCP header without options.
const headerLen = 20

// encode returns the bytes of a segment, with a checksum of zero.
func (a arrival) encode() []byte {
	be := binary.BigEndian
	options := encodeOptions(a.Options)
	b := be.AppendUint16(nil, peerPort)
	b = be.AppendUint16(b, port)
	b = be.AppendUint32(b, a.Seq)
	b = be.AppendUint32(b, a.Ack)
	b = append(b, byte((headerLen+len(options))/4)<<4, byte(a.Flags))
	b = be.AppendUint16(b, uint16(a.Window))
	b = append(b, 0, 0, 0, 0)
	return append(append(b, options...), a.payload...)
}

// encodeOptions returns the bytes of options, padded to whole words.
func encodeOptions(options []Option) []byte {
	be := binary.BigEndian
	var b []byte
	for _, o := range options {
		switch o.Kind {
		case EOL, NOP:
			b = append(b, byte(o.Kind))
		case MSS:
			b = append(b, byte(MSS), 4, byte(o.Value>>8), byte(o.Value))
		case Scale:
			b = append(b, byte(Scale), 3, byte(o.Value))
		case SACKOK:
			b = append(b, byte(SACKOK), 2)
		case SACK:
			b = append(b, byte(SACK), byte(2+8*len(o.Blocks)))
			for _, k := range o.Blocks {
				b = be.AppendUint32(be.AppendUint32(b, k.From), k.To)
			}
		case Stamps:
			b = append(b, byte(Stamps), 10)
			b = be.AppendUint32(be.AppendUint32(b, o.Val), o.Ecr)
		}
	}
	for len(b)%4 != 0 {
		b = append(b, byte(EOL))
	}
	return b
}

// decode reads a segment.
func decode(b []byte) (a arrival, err error) {
	be := binary.BigEndian
	if len(b) < headerLen {
		return a, fmt.Errorf("%d bytes are no segment", len(b))
	}
	head := int(b[12]>>4) * 4
	if head < headerLen || head > len(b) {
		return a, fmt.Errorf("a header of %d bytes in a segment of %d", head, len(b))
	}
	if from, to := be.Uint16(b), be.Uint16(b[2:]); from != port || to != peerPort {
		return a, fmt.Errorf("ports %d to %d; want %d to %d", from, to, port, peerPort)
	}
	a.payload = b[head:]
	a.Segment = Segment{
		Flags: Flags(b[13]), Seq: be.Uint32(b[4:]), Ack: be.Uint32(b[8:]),
		Len: len(a.payload), Window: int(be.Uint16(b[14:])),
	}
	a.Options, err = decodeOptions(b[headerLen:head])
	return a, err
}

func decodeOptions(b []byte) (options []Option, err error) {
	be := binary.BigEndian
	for len(b) > 0 {
		o := Option{Kind: Kind(b[0])}
		if o.Kind == EOL || o.Kind == NOP {
			options = append(options, o)
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return options, fmt.Errorf("option %d is cut off", b[0])
		}
		v := b[2:b[1]]
		b = b[b[1]:]
		switch {
		case o.Kind == MSS && len(v) == 2:
			o.Value = int(be.Uint16(v))
		case o.Kind == Scale && len(v) == 1:
			o.Value = int(v[0])
		case o.Kind == SACKOK && len(v) == 0:
		case o.Kind == Stamps && len(v) == 8:
			o.Val, o.Ecr = be.Uint32(v), be.Uint32(v[4:])
		case o.Kind == SACK && len(v)%8 == 0:
			for ; len(v) > 0; v = v[8:] {
				o.Blocks = append(o.Blocks, Block{be.Uint32(v), be.Uint32(v[4:])})
			}
		default:
			return options, fmt.Errorf("option %d has %d bytes", o.Kind, len(v)+2)
		}
		options = append(options, o)
	}
	return options, nil
}
