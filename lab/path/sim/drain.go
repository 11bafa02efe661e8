package sim

import (
	"context"
	"time"

	"stones/lab/path/watch"
)

// A drain is a process that waits until nothing of a flow is on the way out.
type drain struct {
	flow    *watch.Flow
	waiting *process
}

// drain waits until none of f's packets is on the way out, at most until limit.
func (w *World) drain(ctx context.Context, f *watch.Flow, limit time.Duration) {
	d := &drain{f, w.driver.process("drain")}
	w.drains = append(w.drains, d)
	for f.InFlight > 0 && ctx.Err() == nil && w.Now() < limit {
		d.waiting.alarm.Set(limit)
		d.waiting.park("drain")
	}
	w.drains = remove(w.drains, d)
	_ = w.driver.sleepUntil(ctx, w.Now()+wakeTime) // lets the catcher read what came last
}

// drained wakes the tasks that wait until nothing of their flow is on the way, if that is
// so now.
func (w *World) drained() {
	for _, d := range w.drains {
		if d.flow.InFlight == 0 {
			d.waiting.wake()
		}
	}
	for _, r := range w.roads {
		if r.Idle() {
			r.wake()
		}
	}
}
