package protocol

import (
	"cmp"
	"slices"
	"time"
)

// timers are the running timers of both ends, in the order in which they run out.
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

// set starts a timer, which runs out at the given time.
func (ts *timers) set(role Role, id int, at time.Duration) {
	ts.stop(role, id)
	ts.order++
	t := timer{role, id, at, ts.order}
	i, _ := slices.BinarySearchFunc(ts.running, t, func(a, b timer) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	ts.running = slices.Insert(ts.running, i, t)
}

// stop stops a timer, if it runs.
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

// take removes and returns the first timer.
func (ts *timers) take() timer {
	t := ts.running[0]
	ts.running = ts.running[1:]
	return t
}

// any reports whether a timer of an end runs.
func (ts *timers) any(role Role) bool {
	return slices.ContainsFunc(ts.running, func(t timer) bool { return t.role == role })
}
