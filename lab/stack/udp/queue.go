package udp

import "net/netip"

// A queue keeps datagrams in order. Their bytes lie one behind the other in one slice,
// which is reused.
type queue struct {
	entries []entry
	head    int // index of the first entry that was not read
	bytes   []byte
	begin   int // index of that entry's first byte
}

type entry struct {
	from   netip.AddrPort
	size   int
	charge int
}

func (q *queue) len() int { return len(q.entries) - q.head }

// push puts a datagram behind the others.
func (q *queue) push(from netip.AddrPort, payload []byte, charge int) {
	q.compact(len(payload))
	q.entries = append(q.entries, entry{from, len(payload), charge})
	q.bytes = append(q.bytes, payload...)
}

// compact makes room for size bytes by moving what waits to the front, if at least half
// has been read. Otherwise the slice will grow.
func (q *queue) compact(size int) {
	if len(q.bytes)+size > cap(q.bytes) && q.begin >= len(q.bytes)/2 {
		q.bytes = q.bytes[:copy(q.bytes, q.bytes[q.begin:])]
		q.begin = 0
	}
	if len(q.entries) == cap(q.entries) && q.head >= len(q.entries)/2 {
		q.entries = q.entries[:copy(q.entries, q.entries[q.head:])]
		q.head = 0
	}
}

// pop removes the first datagram, and copies as much of it to b as fits.
func (q *queue) pop(b []byte) (e entry, n int) {
	e = q.entries[q.head]
	n = copy(b, q.bytes[q.begin:q.begin+e.size])
	q.head++
	q.begin += e.size
	if q.len() == 0 {
		*q = queue{entries: q.entries[:0], bytes: q.bytes[:0]}
	}
	return e, n
}
