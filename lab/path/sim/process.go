package sim

import (
	"context"
	"iter"
	"time"
)

// process is a coroutine of the driver: a thrower, a catcher.
type process struct {
	eng    *engine
	number int
	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	alarm  *event // wakes it

	ready bool   // woken, and waits for its turn
	done  bool   // has ended
	waits string // what it waits to do
}

// stopped is thrown through a process that is ended before its time.
type stopped struct{}

// start makes a process of a task.
func (eng *engine) start(task func()) {
	p := &process{eng: eng, number: len(eng.processes)}
	p.alarm = newEvent(p.wake)
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
	eng.processes = append(eng.processes, p)
	p.wake()
}

// step lets p go on until it parks or ends.
func (eng *engine) step(p *process) {
	p.ready = false
	if p.done {
		return
	}
	eng.current = p
	p.resume()
	eng.current = nil
}

// wake gives p a turn. A process that finds its wait not over parks again.
func (p *process) wake() {
	if p.ready || p.done {
		return
	}
	p.ready = true
	p.eng.ready = append(p.eng.ready, p)
}

// park gives the turn back until p is woken.
func (p *process) park(waits string) {
	p.waits = waits
	if !p.yield(struct{}{}) {
		panic(stopped{})
	}
}

// sleepUntil parks the current process until at, or until ctx has ended.
func (eng *engine) sleepUntil(ctx context.Context, at time.Duration) error {
	p := eng.process("sleep")
	for eng.now < at {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		eng.schedule(p.alarm, at)
		p.park("sleep")
		eng.cancel(p.alarm)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// process is the one that runs now. Outside of processes nobody can wait.
func (eng *engine) process(waits string) *process {
	if eng.current == nil {
		panic("sim: " + waits + " would wait outside of World.Run")
	}
	return eng.current
}
