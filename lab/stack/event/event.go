// Package event is virtual time: a clock and a queue of timers.
//
// The owner of a [Queue] calls [Queue.Step], which moves the clock to the next event
// and runs it. Nothing else but [Queue.Advance] moves the clock: there is no goroutine,
// and no wall clock.
//
// Events of the same time happen in the order in which they were set, so that
// the same calls give the same course on every machine.
package event

import "time"

// A Queue is a clock and its pending events. The zero value is an empty queue at time
// zero.
type Queue struct {
	now     time.Duration
	order   uint64   // of the next timer that is set
	pending []*Timer // a heap by (at, order)
}

// Now is the time that the clock shows: while an event happens, the time of that event.
func (q *Queue) Now() time.Duration { return q.now }

// Len is how many events are pending.
func (q *Queue) Len() int { return len(q.pending) }

// Next is when the next event happens. It returns false if none is pending.
func (q *Queue) Next() (at time.Duration, ok bool) {
	if len(q.pending) == 0 {
		return 0, false
	}
	return q.pending[0].at, true
}

// Step moves the clock to the next event and runs it. It reports whether there was one.
func (q *Queue) Step() bool {
	if len(q.pending) == 0 {
		return false
	}
	t := q.pending[0]
	q.remove(0)
	q.now = max(q.now, t.at)
	t.fire()
	return true
}

// Advance runs all events up to at, and moves the clock there.
func (q *Queue) Advance(at time.Duration) {
	for len(q.pending) > 0 && q.pending[0].at <= at {
		q.Step()
	}
	q.now = max(q.now, at)
}

// Timer returns a timer that calls fire. It is not set yet.
func (q *Queue) Timer(fire func()) *Timer {
	return &Timer{queue: q, index: unset, fire: fire}
}

// A Timer is an event that can be set again and again. It is pending at most
// once.
type Timer struct {
	queue *Queue
	at    time.Duration
	order uint64
	index int // in the queue's heap, or unset
	fire  func()
}

// unset is the index of a timer that is not pending.
const unset = -1

// Pending reports whether t is set.
func (t *Timer) Pending() bool { return t.index != unset }

// At is when t fires, if it is pending.
func (t *Timer) At() time.Duration { return t.at }

// Set makes t fire at a time, after all timers that are already set for that time. A
// time in the past means now. If t is pending, it is moved.
func (t *Timer) Set(at time.Duration) {
	q := t.queue
	t.at, t.order = max(at, q.now), q.order
	q.order++
	if t.index == unset {
		t.index = len(q.pending)
		q.pending = append(q.pending, t)
		q.up(t.index)
		return
	}
	q.fix(t.index)
}

// Stop cancels t. It reports whether t was pending.
func (t *Timer) Stop() bool {
	if t.index == unset {
		return false
	}
	t.queue.remove(t.index)
	return true
}

// before is the order of the heap.
func (t *Timer) before(other *Timer) bool {
	return t.at < other.at || t.at == other.at && t.order < other.order
}

// remove removes the timer at index i from the heap.
func (q *Queue) remove(i int) {
	last := len(q.pending) - 1
	q.pending[i].index = unset
	moved := q.pending[last]
	q.pending[last] = nil
	q.pending = q.pending[:last]
	if i == last {
		return
	}
	q.put(i, moved)
	q.fix(i)
}

// fix restores the heap's order around index i.
func (q *Queue) fix(i int) {
	if !q.up(i) {
		q.down(i)
	}
}

// up moves the timer at index i towards the front. It reports whether it moved.
func (q *Queue) up(i int) bool {
	t, from := q.pending[i], i
	for i > 0 {
		parent := (i - 1) / 2
		if !t.before(q.pending[parent]) {
			break
		}
		q.put(i, q.pending[parent])
		i = parent
	}
	q.put(i, t)
	return i != from
}

// down moves the timer at index i towards the back.
func (q *Queue) down(i int) {
	t := q.pending[i]
	for {
		child := 2*i + 1
		if child >= len(q.pending) {
			break
		}
		if right := child + 1; right < len(q.pending) && q.pending[right].before(q.pending[child]) {
			child = right
		}
		if !q.pending[child].before(t) {
			break
		}
		q.put(i, q.pending[child])
		i = child
	}
	q.put(i, t)
}

func (q *Queue) put(i int, t *Timer) {
	q.pending[i] = t
	t.index = i
}
