package protocol

import (
	"cmp"
	"slices"
	"time"
)

// timers are those of both ends that run, in the order in which they run out.
type timers struct {
	running []timer
	order   int
}

type timer struct {
	role  Role
	id    int
	at    time.Duration
	order int // of setting
}

// set lets a timer run out at a time.
func (ts *timers) set(role Role, id int, at time.Duration) {
	ts.stop(role, id)
	ts.order++
	t := timer{role, id, at, ts.order}
	i, _ := slices.BinarySearchFunc(ts.running, t, func(a, b timer) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	ts.running = slices.Insert(ts.running, i, t)
}

// stop takes a timer back.
func (ts *timers) stop(role Role, id int) {
	ts.running = slices.DeleteFunc(ts.running, func(t timer) bool { return t.role == role && t.id == id })
}

// first is the timer that runs out first.
func (ts *timers) first() (timer, bool) {
	if len(ts.running) == 0 {
		return timer{}, false
	}
	return ts.running[0], true
}

// take takes that one away.
func (ts *timers) take() timer {
	t := ts.running[0]
	ts.running = ts.running[1:]
	return t
}

// any reports whether a timer of an end runs.
func (ts *timers) any(role Role) bool {
	return slices.ContainsFunc(ts.running, func(t timer) bool { return t.role == role })
}
