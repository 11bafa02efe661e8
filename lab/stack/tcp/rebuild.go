package tcp

import (
	"cmp"
	"slices"
)

// In a few cases the whole queue has to be rebuilt: when a loss turns out to be none,
// when the other end drops what it had sacked, or when the segment size shrinks.

// unmarkLost removes all loss marks. RFC 3522 section 3.2: resume the
// transmission with previously unsent data.
func (q *queue) unmarkLost() {
	for i := q.head; i < q.tail; i++ {
		q.at(i).remove(isLost)
	}
	q.recount()
}

// unmarkSacked removes all SACK marks. RFC 2018 section 5: "After a retransmit timeout
// the data sender SHOULD turn off all of the SACKed bits".
func (q *queue) unmarkSacked() {
	for i := q.head; i < q.tail; i++ {
		q.at(i).remove(isSacked)
	}
	q.recount()
}

// recount computes all counts again, and rebuilds the order of sending.
func (q *queue) recount() {
	q.count, q.sacked, q.lost, q.resent, q.waiting, q.memory = 0, 0, 0, 0, 0, 0
	q.oldest, q.newest = none, none
	q.next, q.counted, q.between = q.head, q.head, 0
	var order []int
	for i := q.head; i < q.tail; i++ {
		p := q.at(i)
		q.memory += p.to - p.from + int64(p.overhead)
		p.remove(isListed)
		p.older, p.newer = none, none
		if p.has(isMerged) {
			continue
		}
		q.count++
		q.mark(p)
		if !p.has(isSacked) && (!p.has(isLost) || p.has(isResent)) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(q.at(i).sent, q.at(j).sent), cmp.Compare(q.at(i).to, q.at(j).to))
	})
	for _, i := range order {
		q.list(i)
	}
}

// mark adds the marks of p to the counts.
func (q *queue) mark(p *piece) {
	if p.has(isSacked) {
		q.sacked++
	}
	if p.has(isLost) {
		q.lost++
		if !p.has(isResent) {
			q.waiting++
		}
	}
	if p.has(isResent) {
		q.resent++
	}
}
