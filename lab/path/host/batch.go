package host

// What fits into one batch of datagrams.
const (
	maxDatagram = 65507 // bytes: the longest payload of a UDP datagram over IPv4 (RFC 768, RFC 791)
	maxSegments = 64    // datagrams: every Linux cuts a message into so many (UDP_MAX_SEGMENTS); newer ones allow more
)

// A batch is datagrams of one size that are held back, one behind the other.
type batch struct {
	most  int // bytes that it may hold in all
	size  int // bytes of each datagram
	bytes []byte
}

// room is how many datagrams of size bytes make a full batch. If it is less than two,
// holding a datagram back gains nothing.
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

// datagram is the datagram at index i.
func (b *batch) datagram(i int) []byte { return b.bytes[i*b.size : (i+1)*b.size] }

// gone removes the first n datagrams.
func (b *batch) gone(n int) { b.bytes = b.bytes[:copy(b.bytes, b.bytes[n*b.size:])] }

// takeBack removes the last datagram.
func (b *batch) takeBack() { b.bytes = b.bytes[:len(b.bytes)-b.size] }
