package tcp

// The bytes that were written and may have to be sent again.
//
// Offsets count the bytes of a stream in 64 bits, so that nothing but the header
// of a segment ever wraps: the SYN has offset 0 and the first byte offset 1. RFC
// 9293 section 3.4: the SYN segment counts as one octet of sequence length.

const blockSize = 16 << 10

// A stream holds bytes in blocks. Each byte of a block is written once and never
// changed, so that segments can refer to it.
type stream struct {
	base   int64 // offset of the first byte of blocks[0]
	blocks [][]byte
}

func (s *stream) write(b []byte) {
	for len(b) > 0 {
		if n := len(s.blocks); n == 0 || len(s.blocks[n-1]) == blockSize {
			s.blocks = append(s.blocks, make([]byte, 0, blockSize))
		}
		last := &s.blocks[len(s.blocks)-1]
		n := min(len(b), blockSize-len(*last))
		*last = append(*last, b[:n]...)
		b = b[n:]
	}
}

// bytes returns the bytes from offset from up to to. They are copied only if they
// lie in two blocks.
func (s *stream) bytes(from, to int64) []byte {
	if from == to {
		return nil
	}
	block, at := (from-s.base)/blockSize, (from-s.base)%blockSize
	if n := to - from; at+n <= blockSize {
		return s.blocks[block][at : at+n : at+n]
	}
	joined := make([]byte, 0, to-from)
	for from < to {
		block, at := (from-s.base)/blockSize, (from-s.base)%blockSize
		n := min(to-from, blockSize-at)
		joined = append(joined, s.blocks[block][at:at+n]...)
		from += n
	}
	return joined
}

// release frees the blocks that lie wholly below offset to.
func (s *stream) release(to int64) {
	n := 0
	for n < len(s.blocks) && to-s.base >= blockSize {
		s.base += blockSize
		n++
	}
	if n > 0 {
		kept := copy(s.blocks, s.blocks[n:])
		clear(s.blocks[kept:])
		s.blocks = s.blocks[:kept]
	}
}
