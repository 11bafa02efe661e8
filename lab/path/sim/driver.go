package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stones/lab/stack/event"
)

// epoch is the moment at which virtual time is zero, for calls that take a
// [time.Time]. It lies so far ahead that the real clock, which a
// [context.Context] with such a deadline goes by, never reaches it.
var epoch = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)

// driver is what drives one world: its clock, its events and its processes. Only
// one goroutine works in it at any time, so that it needs no lock; what comes
// from outside comes through post.
type driver struct {
	event.Queue

	ready     []*process // woken, in the order of waking
	processes []*process
	current   *process      // the one that runs now
	stepped   time.Duration // when one did last

	arrived map[doorway]time.Duration // when what was read last came
	spent   int                       // turns, events and packets so far
	most    int                       // how many there may be; 0 means any number

	inbox struct {
		full  atomic.Bool
		mu    sync.Mutex
		calls []func()
	}
}

// post asks the driver to make a call between two events. It may be called
// from any goroutine.
func (d *driver) post(call func()) {
	d.inbox.mu.Lock()
	defer d.inbox.mu.Unlock()
	d.inbox.calls = append(d.inbox.calls, call)
	d.inbox.full.Store(true)
}

// takePost makes the calls that were posted.
func (d *driver) takePost() {
	if !d.inbox.full.Load() {
		return
	}
	d.inbox.mu.Lock()
	calls := d.inbox.calls
	d.inbox.calls = nil
	d.inbox.full.Store(false)
	d.inbox.mu.Unlock()
	for _, call := range calls {
		call()
	}
}

// stepsBetweenLooks is how often the driver looks whether its context ended.
const stepsBetweenLooks = 1024

// ErrTooMuch is why a world ends in which more happens than [Config.Most].
var ErrTooMuch = errors.New("sim: more happens than is allowed")

// run lets time pass until the processes have ended. When ctx ends, it wakes
// those that sleep; those in a call of a connection wait for a deadline.
func (d *driver) run(ctx context.Context) error {
	interrupted := false
	for n := 1; ; n++ {
		d.spent++
		if d.most > 0 && d.spent > d.most {
			return ErrTooMuch
		}
		d.takePost()
		if n%stepsBetweenLooks == 0 && !interrupted && ctx.Err() != nil {
			interrupted = true
			for _, p := range d.processes {
				p.wake()
			}
		}
		switch {
		case len(d.ready) > 0:
			d.step()
		case d.ended():
			return nil
		case !d.Step():
			return d.deadlock()
		}
	}
}

// step lets the process that was woken first go on until it parks or ends.
func (d *driver) step() {
	p := d.ready[0]
	copy(d.ready, d.ready[1:])
	d.ready = d.ready[:len(d.ready)-1]
	p.ready = false
	if p.done {
		return
	}
	d.current = p
	if !p.lower {
		d.stepped = d.Now()
	}
	p.resume()
	d.current = nil
}

// busy reports whether a process goes on in this moment, or has. Of what happens in
// one moment a thrower does its part first: a stone that is due when an answer
// comes is thrown without it.
func (d *driver) busy() bool {
	if d.stepped == d.Now() {
		return true
	}
	for _, p := range d.processes {
		if !p.lower && p.alarm.Pending() && p.alarm.At() == d.Now() {
			return true
		}
	}
	return false
}

// ended reports whether all processes have ended.
func (d *driver) ended() bool {
	for _, p := range d.processes {
		if !p.done {
			return false
		}
	}
	return true
}

// deadlock says who waits for what when nothing can happen any more.
func (d *driver) deadlock() error {
	var waits []string
	for _, p := range d.processes {
		if !p.done {
			waits = append(waits, fmt.Sprintf("process %d waits to %s", p.number, p.waits))
		}
	}
	return fmt.Errorf("sim: nothing can happen any more at %v: %s", d.Now(), strings.Join(waits, ", "))
}
