package sim

import (
	"net"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"stones/lab/stack/event"
)

// wakeTime is how long a program takes to go on when it is woken to read or write,
// as measured on Linux. The kernel goes on meanwhile: several packets that arrive
// in the same moment are read together, and their answers follow each other.
const wakeTime = 30 * time.Microsecond

// endpoint makes something of a host's one that a process can wait for: try,
// park, try again, until a deadline in virtual time.
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
	time  time.Duration // until the program goes on
}

func (d *driver) newEndpoint(network string) *endpoint {
	e := &endpoint{driver: d, network: network}
	e.read.alarm, e.write.alarm = d.Timer(e.wakeAll), d.Timer(e.wakeAll)
	return e
}

// deadline is when a call that waits gives up.
type deadline struct {
	at    atomic.Int64 // virtual time in ns; 0 means never
	alarm *event.Timer
}

// changed wakes those for whom the endpoint is ready.
func (e *endpoint) changed() {
	for _, w := range e.waiting {
		if w.need.ready() {
			w.wakeAt(e.driver.Now() + w.need.time)
		}
	}
}

// wakeAll lets all who wait try again at once.
func (e *endpoint) wakeAll() {
	for _, w := range e.waiting {
		w.wake()
	}
}

// try makes calls of attempt until it says that it is done.
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

// fail is err as package net would give it.
func (e *endpoint) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: e.network, Source: e.local, Addr: e.remote, Err: err}
}

// close marks the endpoint closed. It reports false if it was already; whoever
// waits for it finds it closed.
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

// SetDeadline sets both deadlines. Like its siblings it may be called from any
// goroutine, as [net.Conn] asks: that is how a context interrupts a call.
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

// set moves a deadline. A time before virtual time began has passed.
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
