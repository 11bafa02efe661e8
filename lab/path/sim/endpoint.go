package sim

import (
	"net"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"stones/lab/stack/event"
)

// wakeTime is how long it takes until a program runs that was woken to read or write, as
// measured on Linux. The kernel goes on meanwhile: packets that arrive within that time
// are read together, and their answers follow each other.
const wakeTime = 30 * time.Microsecond

// endpoint gives a socket of a host blocking calls with deadlines in virtual time: try,
// park, try again.
type endpoint struct {
	driver        *driver
	network       string
	local, remote net.Addr

	read, write deadline
	closed      bool
	waiting     []waiter
}

// waiter is a process that is parked until the endpoint is ready for it.
type waiter struct {
	*process
	need *need
}

// need is what a process waits for.
type need struct {
	what  string
	ready func() bool
	time  time.Duration // from when it is ready until the program runs
}

func (d *driver) newEndpoint(network string) *endpoint {
	e := &endpoint{driver: d, network: network}
	e.read.alarm, e.write.alarm = d.Timer(e.wakeAll), d.Timer(e.wakeAll)
	return e
}

// deadline is when a blocked call gives up.
type deadline struct {
	at    atomic.Int64 // virtual time in ns; 0 means never
	alarm *event.Timer
}

// changed wakes the waiters for which the endpoint is ready.
func (e *endpoint) changed() {
	for _, w := range e.waiting {
		if w.need.ready() {
			w.wakeAt(e.driver.Now() + w.need.time)
		}
	}
}

// wakeAll makes all waiters try again at once.
func (e *endpoint) wakeAll() {
	for _, w := range e.waiting {
		w.wake()
	}
}

// try calls attempt until it is done, and parks the process in between. The error is that
// of attempt, or [net.ErrClosed] or [os.ErrDeadlineExceeded].
func (e *endpoint) try(n *need, d *deadline, attempt func() (done bool, err error)) error {
	for {
		if e.closed {
			return net.ErrClosed
		}
		if at := d.at.Load(); at != 0 && int64(e.driver.Now()) >= at {
			return os.ErrDeadlineExceeded
		}
		if done, err := attempt(); done || err != nil {
			return standard(err)
		}
		p := e.driver.process(n.what)
		e.waiting = append(e.waiting, waiter{p, n})
		p.park(n.what)
		e.waiting = slices.DeleteFunc(e.waiting, func(w waiter) bool { return w.process == p })
	}
}

// fail is err as package net would return it.
func (e *endpoint) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: e.network, Source: e.local, Addr: e.remote, Err: err}
}

// close marks the endpoint as closed, and wakes all waiters. It returns false if it was
// closed before.
func (e *endpoint) close() bool {
	if e.closed {
		return false
	}
	e.closed = true
	e.read.alarm.Stop()
	e.write.alarm.Stop()
	e.wakeAll()
	return true
}

func (e *endpoint) LocalAddr() net.Addr  { return e.local }
func (e *endpoint) RemoteAddr() net.Addr { return e.remote }

// SetDeadline sets both deadlines. Like SetReadDeadline and SetWriteDeadline it may be
// called from any goroutine: that is how a context interrupts a call.
func (e *endpoint) SetDeadline(t time.Time) error {
	e.set(&e.read, t)
	e.set(&e.write, t)
	return nil
}

func (e *endpoint) SetReadDeadline(t time.Time) error {
	e.set(&e.read, t)
	return nil
}

func (e *endpoint) SetWriteDeadline(t time.Time) error {
	e.set(&e.write, t)
	return nil
}

// set sets a deadline. A time before virtual time began has passed.
func (e *endpoint) set(d *deadline, t time.Time) {
	at := time.Duration(0)
	if !t.IsZero() {
		at = max(t.Sub(epoch), 1)
	}
	d.at.Store(int64(at))
	e.driver.post(func() {
		d.alarm.Stop()
		if at != 0 && !e.closed {
			d.alarm.Set(at)
		}
	})
}
