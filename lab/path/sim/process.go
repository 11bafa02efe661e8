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

	ready bool          // woken, and waiting for its turn
	done  bool          // has ended
	slept time.Duration // when it woke up from its last sleep
	waits string        // what it waits to do
	lower bool          // packets that arrive at the same time come before it
}

// stopped is the panic that ends a process before its task has ended.
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

// wake gives p a turn. A process for which the wait is not over parks again.
func (p *process) wake() {
	if p.ready || p.done {
		return
	}
	p.ready = true
	p.driver.ready = append(p.driver.ready, p)
}

// wakeAt gives p a turn at a time, unless it gets one before.
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

// sleepUntil parks the current process until at, or until ctx has ended; then it returns
// the cause.
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

// process is the process that runs now. It panics outside of processes, where nothing may
// block.
func (d *driver) process(waits string) *process {
	if d.current == nil {
		panic("sim: " + waits + " would wait outside of World.Run")
	}
	return d.current
}
