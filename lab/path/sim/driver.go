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

// epoch is virtual time zero as a [time.Time]. It lies so far in the future that the real
// clock, by which a [context.Context] with such a deadline goes, never reaches it.
var epoch = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)

// driver runs one world: its clock, its events and its processes. Only one goroutine
// uses it at any time, so it needs no lock. Other goroutines use post.
type driver struct {
	event.Queue

	ready     []*process // woken, in the order of waking
	processes []*process
	current   *process      // the one that runs now; nil if none does
	stepped   time.Duration // when a process ran last

	arrived map[doorway]time.Duration // when what was read last there could have been read
	spent   int                       // turns, events and packets so far
	most    int                       // how many there may be; 0 means any number

	inbox struct {
		full  atomic.Bool
		mu    sync.Mutex
		calls []func()
	}
}

// post makes the driver call a function between two events. It may be called from any
// goroutine.
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

// stepsBetweenLooks is after how many steps the driver checks whether its context has
// ended.
const stepsBetweenLooks = 1024

// ErrTooMuch is the error of a world in which more happens than [Config.Most].
var ErrTooMuch = errors.New("sim: more happens than is allowed")

// run runs events and processes until all processes have ended. When ctx ends, it wakes
// the sleeping processes; those blocked in a call of a connection wait for a deadline.
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

// step runs the process that was woken first until it parks or ends.
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

// busy reports whether a process runs at the present time, or has run. A thrower acts
// before the packets that arrive at the same time: a stone that is due just when an
// answer comes is thrown without knowing the answer.
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

// deadlock returns an error that says which processes wait for what when no event is
// left.
func (d *driver) deadlock() error {
	var waits []string
	for _, p := range d.processes {
		if !p.done {
			waits = append(waits, fmt.Sprintf("process %d waits to %s", p.number, p.waits))
		}
	}
	return fmt.Errorf("sim: nothing can happen any more at %v: %s", d.Now(), strings.Join(waits, ", "))
}
