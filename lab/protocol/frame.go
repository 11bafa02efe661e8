package protocol

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A frame is what the built-in protocols put into a datagram:
//
//	0      1               5               9
//	+------+---------------+---------------+--------
//	| kind | number        | checksum      | stone ...
//	+------+---------------+---------------+--------
//
// The checksum is the CRC-32 of the whole frame with the checksum itself as zeros. UDP
// has one too, which is weaker, and can be switched off.
type frame struct {
	kind   byte
	number uint32
	stone  []byte // empty in an acknowledgement
}

// The kinds of frames.
const (
	data byte = iota + 1
	acknowledgement
)

const frameLen = 9 // bytes before the stone

// bytes encodes f.
func (f frame) bytes() []byte {
	b := make([]byte, frameLen, frameLen+len(f.stone))
	b[0] = f.kind
	binary.BigEndian.PutUint32(b[1:], f.number)
	b = append(b, f.stone...)
	binary.BigEndian.PutUint32(b[5:], crc32.ChecksumIEEE(b))
	return b
}

// parse decodes a datagram. It is not ok if the datagram is damaged, or not a frame.
func parse(b []byte) (f frame, ok bool) {
	if len(b) < frameLen {
		return frame{}, false
	}
	sum := binary.BigEndian.Uint32(b[5:])
	whole := append([]byte(nil), b...)
	clear(whole[5:frameLen])
	f = frame{b[0], binary.BigEndian.Uint32(b[1:]), b[frameLen:]}
	return f, sum == crc32.ChecksumIEEE(whole) && (f.kind == data || f.kind == acknowledgement)
}

// fits returns an error if a stone of the plan is too long for a frame.
func fits(plan Plan) error {
	if most := plan.Datagram - frameLen; plan.Size > most {
		return fmt.Errorf("a stone of %d B does not fit: a datagram carries %d, %d of them its header; allowed up to %d", plan.Size, plan.Datagram, frameLen, most)
	}
	return nil
}
