package tcp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// HeaderLen is the length of a header without options.
//
//	 0                   2                   4
//	+-------------------+-------------------+
//	| source port       | destination port  |   0
//	+-------------------+-------------------+
//	| sequence number                       |   4
//	+---------------------------------------+
//	| acknowledgment number                 |   8
//	+----+----+---------+-------------------+
//	|len/4 0  | flags   | window            |  12
//	+---------+---------+-------------------+
//	| checksum          | urgent pointer    |  16
//	+-------------------+-------------------+
//	| options ...                           |  20
//	+---------------------------------------+
//	| payload ...
const HeaderLen = 20

// ChecksumOffset is where the checksum stands, in bytes. The checksum also covers a
// pseudo header with IP's addresses, so the host fills it in and checks it.
const ChecksumOffset = 16

// The kinds of options (RFC 9293 section 3.2, RFC 7323, RFC 2018).
const (
	optionEnd           = 0
	optionNop           = 1
	optionMSS           = 2
	optionScale         = 3
	optionSACKPermitted = 4
	optionSACK          = 5
	optionTimestamps    = 8
)

// ErrSegment is wrapped by the errors of [Segment.Parse].
var ErrSegment = errors.New("not a TCP segment")

// optionsLen is the length of the options with their padding.
func (o *Options) optionsLen() int {
	n := 0
	if o.MSS != 0 {
		n += 4
	}
	if o.HasTimestamps {
		n += 12 // two bytes are padding, or SACK permitted
	} else if o.SACKPermitted {
		n += 4
	}
	if o.HasScale {
		n += 4
	}
	if o.SACKs > 0 {
		n += 4 + 8*o.SACKs
	}
	return n
}

// Append appends the encoding of s to b, in the order in which Linux writes
// options. The checksum is left 0.
func (s *Segment) Append(b []byte) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, s.SrcPort)
	b = be.AppendUint16(b, s.DstPort)
	b = be.AppendUint32(b, s.Seq)
	b = be.AppendUint32(b, s.Ack)
	b = append(b, byte(HeaderLen+s.optionsLen())/4<<4, byte(s.Flags))
	b = be.AppendUint16(b, s.Window)
	b = append(b, 0, 0, 0, 0)
	b = s.appendOptions(b)
	return append(b, s.Payload...)
}

func (o *Options) appendOptions(b []byte) []byte {
	be := binary.BigEndian
	if o.MSS != 0 {
		b = append(b, optionMSS, 4)
		b = be.AppendUint16(b, o.MSS)
	}
	switch {
	case o.SACKPermitted:
		b = append(b, optionSACKPermitted, 2)
	case o.HasTimestamps:
		b = append(b, optionNop, optionNop)
	}
	switch {
	case o.HasTimestamps:
		b = append(b, optionTimestamps, 10)
		b = be.AppendUint32(b, o.TSVal)
		b = be.AppendUint32(b, o.TSEcr)
	case o.SACKPermitted:
		b = append(b, optionNop, optionNop)
	}
	if o.HasScale {
		b = append(b, optionNop, optionScale, 3, o.Scale)
	}
	if o.SACKs > 0 {
		b = append(b, optionNop, optionNop, optionSACK, byte(2+8*o.SACKs))
		for _, r := range o.SACK[:o.SACKs] {
			b = be.AppendUint32(b, r.Left)
			b = be.AppendUint32(b, r.Right)
		}
	}
	return b
}

// Parse decodes b into s, whose payload is then part of b. It does not check the
// checksum. Options that are unknown or have a wrong length are skipped (RFC 9293
// section 3.1, MUST-6). The error wraps [ErrSegment].
func (s *Segment) Parse(b []byte) error {
	if len(b) < HeaderLen {
		return fmt.Errorf("%w: %d bytes; at least %d", ErrSegment, len(b), HeaderLen)
	}
	be := binary.BigEndian
	head := int(b[12]>>4) * 4
	if head < HeaderLen || head > len(b) {
		return fmt.Errorf("%w: header of %d bytes; allowed %d to %d", ErrSegment, head, HeaderLen, len(b))
	}
	*s = Segment{
		SrcPort: be.Uint16(b), DstPort: be.Uint16(b[2:]),
		Seq: be.Uint32(b[4:]), Ack: be.Uint32(b[8:]),
		Flags: Flags(b[13]), Window: be.Uint16(b[14:]),
		Payload: b[head:],
	}
	s.parseOptions(b[HeaderLen:head])
	return nil
}

// parseOptions stops at the first option that does not end within b.
func (o *Options) parseOptions(b []byte) {
	for len(b) > 0 && b[0] != optionEnd {
		if b[0] == optionNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		o.parseOption(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
}

func (o *Options) parseOption(kind byte, v []byte) {
	be := binary.BigEndian
	switch {
	case kind == optionMSS && len(v) == 2:
		o.MSS = be.Uint16(v)
	case kind == optionScale && len(v) == 1:
		// "If a Window Scale option is received with a shift.cnt value larger
		// than 14, the TCP SHOULD log the error but MUST use 14 instead of the
		// specified value." (RFC 7323 section 2.3)
		o.HasScale, o.Scale = true, min(v[0], maxScale)
	case kind == optionSACKPermitted && len(v) == 0:
		o.SACKPermitted = true
	case kind == optionTimestamps && len(v) == 8:
		o.HasTimestamps, o.TSVal, o.TSEcr = true, be.Uint32(v), be.Uint32(v[4:])
	case kind == optionSACK && len(v)%8 == 0:
		for o.SACKs = 0; len(v) > 0 && o.SACKs < MaxSACK; o.SACKs++ {
			o.SACK[o.SACKs] = Range{be.Uint32(v), be.Uint32(v[4:])}
			v = v[8:]
		}
	}
}

const maxScale = 14
