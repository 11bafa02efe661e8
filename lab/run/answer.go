package run

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"stones/lab"
	"stones/lab/quantity"
)

// answers are the stones that the catcher has thrown back. The task that hears them
// writes all fields but thrower.
type answers struct {
	thrower atomic.Pointer[thrower] // once it has connected
	over    atomic.Bool             // there will be no more
	came    atomic.Int64            // distinct ones

	trips []time.Duration // from when each was due, first ones alone
	seen  map[uint64]bool
	last  time.Duration // when the last of them came
}

// listenTo hands the thrower to the task that hears the answers.
func (x *flow) listenTo(t thrower) {
	if x.answers != nil {
		x.answers.thrower.Store(&t)
	}
}

// look is the polling interval for events that nothing signals.
const look = time.Millisecond

// patience is how long to wait for the next answer over a transport that does not
// retransmit, in addition to twice the delay of the way back.
const patience = 2 * time.Second

// hearAnswers is the task that receives what the catcher throws back. It ends with the
// thrower.
func (x *flow) hearAnswers() {
	a := x.answers
	defer a.over.Store(true)
	for a.thrower.Load() == nil {
		if x.world.SleepUntil(x.awake, x.world.Now()+look) != nil {
			return
		}
	}
	a.seen = make(map[uint64]bool)
	for s, err := range (*a.thrower.Load()).Answers() {
		if err != nil || s.Flow != x.id || a.seen[s.Number] || !x.takesAnswer(s.Number, s.Carries) {
			continue
		}
		a.seen[s.Number] = true
		a.last = x.world.Now()
		a.trips = append(a.trips, a.last-s.Due)
		a.came.Add(1)
	}
}

// takesAnswer reports whether an answer carries what its stone did.
func (x *flow) takesAnswer(n uint64, carries string) bool {
	return x.cargo == nil || n > 0 && carries == x.cargo(n)
}

// awaitAnswers waits until every stone that was caught has been answered, as long as
// answers may come. A transport that retransmits says when no more will come; over
// another one, a silence ends the wait.
func (x *flow) awaitAnswers(ctx context.Context) {
	a := x.answers
	if a == nil {
		return
	}
	came, since := int64(-1), time.Duration(0)
	for !a.over.Load() && (x.is.Again || a.came.Load() < x.arrived.Load()) && x.world.Now() < x.limit {
		if n := a.came.Load(); n != came {
			came, since = n, x.world.Now()
		}
		if !x.is.Again && x.world.Now()-since > patience+2*x.home {
			return
		}
		if x.world.SleepUntil(ctx, x.world.Now()+look) != nil {
			return
		}
	}
}

// answerFigures fills in the figures of the answers.
func (x *flow) answerFigures(r *lab.Outcome) {
	a := x.answers
	if a == nil {
		return
	}
	slices.Sort(a.trips)
	at := func(p int) lab.Figure {
		switch rank := quantity.Rank(p, 100, x.throws.Thrown); {
		case x.throws.Thrown == 0:
			return lab.NA(lab.CauseNoneThrown)
		case rank > len(a.trips):
			return lab.Infinite()
		default:
			return lab.Milliseconds(a.trips[rank-1])
		}
	}
	r.Answers = &lab.Answers{Came: len(a.trips), P50: at(50), P99: at(99), Max: lab.NA(lab.CauseNothingCame), Done: lab.NA(lab.CauseNothingCame)}
	if n := len(a.trips); n > 0 {
		r.Answers.Max, r.Answers.Done = lab.Milliseconds(a.trips[n-1]), lab.Milliseconds(a.last-x.began)
	}
}

// checkAnswers is the law that only what came is answered.
func (x *flow) checkAnswers() error {
	if x.answers == nil {
		return nil
	}
	for n := range x.answers.seen {
		if x.catches.Copies(n) == 0 {
			return fmt.Errorf("law: stone %d was answered, and did not come", n)
		}
	}
	return nil
}
