package tcp

import "time"

// The retransmission queue: what was sent and is not acknowledged, one piece for
// each segment, in the order of the stream. RACK uses a second order, by time of
// sending. Counts over the queue are kept up to date with each change.
//
// RFC 793 section 2.6: "When the TCP transmits a segment containing data, it puts a
// copy on a retransmission queue and starts a timer".

// A piece is a segment in the queue.
type piece struct {
	from, to int64         // offsets; SYN and FIN take one each
	sent     time.Duration // the last time
	older    int           // neighbours in the order of sending, or none
	newer    int

	// For the delivery rate, as of when the piece was sent (rate.go):
	delivered   int64 // segments delivered by then
	deliveredAt time.Duration
	firstSent   time.Duration
	marks
	overhead int16 // bytes of bookkeeping that it costs the send buffer
}

// marks say what is known of a piece.
type marks uint16

const (
	isSYN     marks = 1 << iota
	isFIN           // the FIN follows the bytes
	isPushed        // it is sent with PSH
	isSacked        // the other end has it, out of order
	isLost          // marked as lost
	isResent        // a retransmission of it is in flight
	wasSent         // it was sent more than once: its round trip is ambiguous
	isMerged        // a retransmission of the piece before carries its bytes
	isListed        // in the order of sending
	isStarved       // the program had nothing more to send when it was sent
)

func (m marks) has(all marks) bool { return m&all == all }
func (m marks) any(one marks) bool { return m&one != 0 }
func (m *marks) add(all marks)     { *m |= all }
func (m *marks) remove(all marks)  { *m &^= all }

// none is the number of no piece.
const none = -1

// A queue is a ring of pieces. A piece keeps its number for as long as it lives;
// numbers rise along the stream.
type queue struct {
	ring       []piece // its length is a power of two
	head, tail int     // numbers of the first piece, and of the next one to come

	oldest, newest int // ends of the order of sending

	count   int64 // segments: pieces that are not merged
	sacked  int64
	lost    int64
	resent  int64
	waiting int64 // lost ones that have to be sent again
	memory  int64 // bytes of data and bookkeeping

	highest int64 // end of the highest sacked piece, while there is one
	next    int   // no piece before this number is waiting
	counted int   // duplicates.go has looked at the pieces before this number
	between int64 // how many of those are sacked
}

func newQueue() queue { return queue{oldest: none, newest: none} }

func (q *queue) at(i int) *piece { return &q.ring[i&(len(q.ring)-1)] }
func (q *queue) empty() bool     { return q.head == q.tail }
func (q *queue) first() *piece   { return q.at(q.head) }

// push returns a new piece at the end, and its number.
func (q *queue) push() (*piece, int) {
	if q.tail-q.head == len(q.ring) {
		q.grow()
	}
	i := q.tail
	q.tail++
	p := q.at(i)
	*p = piece{older: none, newer: none}
	q.count++
	return p, i
}

func (q *queue) grow() {
	ring := make([]piece, max(16, 2*len(q.ring)))
	for i := q.head; i < q.tail; i++ {
		ring[i&(len(ring)-1)] = *q.at(i)
	}
	q.ring = ring
}

// pop removes the first piece.
func (q *queue) pop() {
	p := q.first()
	q.unlist(q.head)
	if !p.has(isMerged) {
		q.unmark(q.head)
		q.count--
	}
	if p.has(isSacked) && q.counted > q.head {
		q.between--
	}
	q.memory -= p.to - p.from + int64(p.overhead)
	q.head++
	q.next, q.counted = max(q.next, q.head), max(q.counted, q.head)
}

// unmark subtracts the marks of piece i from the counts.
func (q *queue) unmark(i int) {
	p := q.at(i)
	if p.has(isSacked) {
		q.sacked--
	}
	if p.has(isLost) {
		q.lost--
		if !p.has(isResent) {
			q.waiting--
		}
	}
	if p.has(isResent) {
		q.resent--
	}
}

// inFlight is RFC 6675's pipe: what is believed to be on the path.
func (q *queue) inFlight() int64 { return q.count - q.sacked - q.lost + q.resent }

// find returns the number of the first piece that ends above offset.
func (q *queue) find(offset int64) int {
	low, high := q.head, q.tail
	for low < high {
		middle := int(uint(low+high) >> 1)
		if q.at(middle).to > offset {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// list makes piece i the one sent last.
func (q *queue) list(i int) {
	q.unlist(i)
	p := q.at(i)
	p.add(isListed)
	p.older, p.newer = q.newest, none
	if q.newest != none {
		q.at(q.newest).newer = i
	} else {
		q.oldest = i
	}
	q.newest = i
}

func (q *queue) unlist(i int) {
	p := q.at(i)
	if !p.has(isListed) {
		return
	}
	if p.older != none {
		q.at(p.older).newer = p.newer
	} else {
		q.oldest = p.newer
	}
	if p.newer != none {
		q.at(p.newer).older = p.older
	} else {
		q.newest = p.older
	}
	p.remove(isListed)
	p.older, p.newer = none, none
}

// markLost marks piece i as lost, or its retransmission if the piece was marked before.
// It reports whether that changed anything, and whether it was the retransmission.
func (q *queue) markLost(i int) (news, again bool) {
	p := q.at(i)
	switch {
	case p.any(isSacked | isMerged):
		return false, false
	case !p.has(isLost):
		p.add(isLost)
		q.lost++
		if p.has(isResent) {
			return true, false
		}
	case p.has(isResent):
		p.remove(isResent)
		q.resent--
		again = true
	default:
		return false, false
	}
	q.waiting++
	q.next = min(q.next, i)
	return true, again
}

// markSacked notes that the other end has piece i.
func (q *queue) markSacked(i int) {
	p := q.at(i)
	if p.has(isLost) {
		q.lost--
		if !p.has(isResent) {
			q.waiting--
		} else {
			p.remove(isResent)
			q.resent--
		}
		p.remove(isLost)
	}
	p.add(isSacked)
	q.sacked++
	if i < q.counted {
		q.between++
	}
	q.unlist(i)
}

// markResent notes that a retransmission of piece i is in flight.
func (q *queue) markResent(i int) {
	p := q.at(i)
	p.add(wasSent)
	if p.has(isResent) {
		return
	}
	p.add(isResent)
	q.resent++
	if p.has(isLost) {
		q.waiting--
	}
}
