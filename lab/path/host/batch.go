package host

// What fits into one batch of datagrams.
const (
	maxDatagram = 65507 // bytes: a UDP datagram over IPv4 is not longer (RFC 768, RFC 791)
	maxSegments = 64    // datagrams: Linux cuts one message into no more (UDP_MAX_SEGMENTS)
)

// A batch is datagrams of one size that are held back, one behind the other.
type batch struct {
	most  int // bytes in all
	size  int // of each
	bytes []byte
}

// room is how many datagrams of size bytes make a full batch. Where that is
// less than two there is nothing to gain from holding any back.
func (b *batch) room(size int) int {
	if size == 0 {
		return 0
	}
	return min(maxSegments, b.most/size)
}

func (b *batch) count() int {
	if len(b.bytes) == 0 {
		return 0
	}
	return len(b.bytes) / b.size
}

func (b *batch) full() bool { return b.count() >= b.room(b.size) }

// takes reports whether a datagram of size bytes may join.
func (b *batch) takes(size int) bool {
	return len(b.bytes) == 0 || size == b.size && !b.full()
}

func (b *batch) add(datagram []byte) {
	b.size = len(datagram)
	b.bytes = append(b.bytes, datagram...)
}

// datagram is the one at position i, from 0.
func (b *batch) datagram(i int) []byte { return b.bytes[i*b.size : (i+1)*b.size] }

// gone forgets the first n.
func (b *batch) gone(n int) { b.bytes = b.bytes[:copy(b.bytes, b.bytes[n*b.size:])] }

// takeBack forgets the last one.
func (b *batch) takeBack() { b.bytes = b.bytes[:len(b.bytes)-b.size] }
