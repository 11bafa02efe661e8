package sim

import (
	"context"
	"iter"
	"time"

	"stones/lab/stack/event"
)

// process is a coroutine of the driver: a thrower, a catcher.
type process struct {
	driver *driver
	number int
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	alarm  *event.Timer // wakes it

	ready bool          // woken, and waits for its turn
	done  bool          // has ended
	slept time.Duration // when it slept last
	waits string        // what it waits to do
	lower bool          // what comes in a moment comes before it does its part
}

// stopped is thrown through a process that is ended before its time.
type stopped struct{}

// start makes a process of a task.
func (d *driver) start(task func()) {
	p := &process{driver: d, number: len(d.processes)}
	p.alarm = d.Timer(p.wake)
	p.resume, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			p.done = true
			if r := recover(); r != nil && r != (stopped{}) {
				panic(r)
			}
		}()
		p.yield = yield
		task()
	})
	d.processes = append(d.processes, p)
	p.wake()
}

// wake gives p a turn. A process that finds its wait not over parks again.
func (p *process) wake() {
	if p.ready || p.done {
		return
	}
	p.ready = true
	p.driver.ready = append(p.driver.ready, p)
}

// wakeAt gives p a turn at a time, if it does not get one before.
func (p *process) wakeAt(at time.Duration) {
	if !p.ready && (!p.alarm.Pending() || p.alarm.At() > at) {
		p.alarm.Set(at)
	}
}

// park gives the turn back until p is woken.
func (p *process) park(waits string) {
	p.waits = waits
	if !p.yield(struct{}{}) {
		panic(stopped{})
	}
	p.alarm.Stop()
}

// sleepUntil parks the current process until at, or until ctx has ended.
func (d *driver) sleepUntil(ctx context.Context, at time.Duration) error {
	p := d.process("sleep")
	for d.Now() < at {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.alarm.Set(at)
		p.park("sleep")
		p.slept = d.Now()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// process is the one that runs now. Outside of processes nobody can wait.
func (d *driver) process(waits string) *process {
	if d.current == nil {
		panic("sim: " + waits + " would wait outside of World.Run")
	}
	return d.current
}
