package tcp

import "time"

// The retransmission queue: what was sent and is not acknowledged, one piece for
// each segment, in the order of the stream. A second order, by time of sending, is
// what RACK looks at. Counts over the queue are kept up to date, never counted
// anew.
//
// RFC 9293 section 3.8.1: when the TCP implementation transmits a segment
// containing data, it puts a copy on a retransmission queue.

// A piece is a segment in the queue.
type piece struct {
	from, to int64         // offsets; SYN and FIN take one each
	sent     time.Duration // the last time
	older    int           // neighbours in the order of sending; none is no piece
	newer    int

	delivered   int64 // how many segments had been delivered when it was sent,
	deliveredAt time.Duration
	firstSent   time.Duration // and since when these were being sent: for the rate
	marks
	overhead int16 // bookkeeping that it costs the send buffer
}

// marks say what is known of a piece.
type marks uint16

const (
	isSYN     marks = 1 << iota
	isFIN           // the FIN follows the bytes
	isPushed        // the program may want to read now
	isSacked        // the other end has it, out of order
	isLost          // taken for lost
	isResent        // a repeat of it is in flight
	wasSent         // it was sent more than once: its round trip is ambiguous
	isMerged        // a repeat of the piece before carries its bytes
	isListed        // in the order of sending
	isStarved       // the program had nothing more to send when it was sent
)

func (m marks) has(all marks) bool { return m&all == all }
func (m marks) any(one marks) bool { return m&one != 0 }
func (m *marks) add(all marks)     { *m |= all }
func (m *marks) remove(all marks)  { *m &^= all }

// none stands for no piece.
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
	waiting int64 // lost ones that are to be sent again
	memory  int64 // that the bytes and the bookkeeping take

	highest int64 // end of the highest sacked piece, while there is one
	next    int   // no piece before this number is waiting
	counted int   // pieces before this number were looked at by duplicates.go,
	between int64 // and so many of them are sacked
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

// pop takes the first piece away.
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

// unmark takes the marks of piece i out of the counts.
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

// markLost takes piece i for lost, or its repeat if it was lost before. It reports
// whether that is news.
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

// markResent notes that a repeat of piece i is in flight.
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
