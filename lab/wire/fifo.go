package wire

// A fifo is a queue in a ring, whose length is a power of two.
type fifo[T any] struct {
	ring       []T
	head, tail uint // they only grow; the index in the ring is the remainder
}

func (q *fifo[T]) len() int { return int(q.tail - q.head) }

func (q *fifo[T]) slot(i uint) *T { return &q.ring[i&uint(len(q.ring)-1)] }

func (q *fifo[T]) peek() T { return *q.slot(q.head) }

func (q *fifo[T]) pop() T {
	var zero T
	slot := q.slot(q.head)
	v := *slot
	*slot = zero
	q.head++
	return v
}

func (q *fifo[T]) push(v T) {
	if q.len() == len(q.ring) {
		bigger := make([]T, max(8, 2*len(q.ring)))
		n := 0
		for q.len() > 0 {
			bigger[n] = q.pop()
			n++
		}
		q.ring, q.head, q.tail = bigger, 0, uint(n)
	}
	*q.slot(q.tail) = v
	q.tail++
}
